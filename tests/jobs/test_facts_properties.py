"""What holds for any two states of a job's facts."""

import json

from hypothesis import given
from hypothesis import strategies as st

from jobs.facts import FIELDS, Change, changes

# What a column can hold: PostgreSQL's JSON knows no NUL and no lone surrogate.
texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=12
)
amounts = st.none() | st.decimals(0, 10**9, places=2).map(lambda x: f"{x:.2f}")
ids = st.none() | st.integers(1, 5)
requirement = st.fixed_dictionaries(
    {"text": texts, "kind": st.sampled_from(["MUST", "NICE"])}
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "company": ids,
        "category": ids,
        "employment_type": st.sampled_from(["FULL_TIME", "OTHER"]),
        "workplace": st.sampled_from(["ON_SITE", "HYBRID", "REMOTE"]),
        "locations": st.lists(st.lists(texts, min_size=3, max_size=3), max_size=3).map(
            sorted
        ),
        "pay": st.none()
        | st.fixed_dictionaries(
            {
                "low": amounts,
                "high": amounts,
                "currency": st.sampled_from(["GBP", "EUR"]),
                "period": st.sampled_from(["HOUR", "YEAR"]),
            }
        ),
        "requirements": st.dictionaries(
            st.sampled_from("abcdef"), requirement, max_size=4
        ),
        "closes_at": st.none()
        | st.datetimes().map(lambda x: f"{x:%Y-%m-%dT%H:%M:00+00:00}"),
        "apply": st.fixed_dictionaries({"url": texts, "email": texts}),
        "text": texts,
    },
)


def told(state: dict, found: list[Change]) -> dict:
    """Apply ``found`` to ``state``, as a reader who was told would."""
    state = dict(state)
    for change in found:
        if change.field == "requirements":
            rows = list(state["requirements"])
            if change.before is not None:
                rows.remove(change.before)
            if change.after is not None:
                rows.append(change.after)
            state["requirements"] = rows
        else:
            state[change.field] = change.after
    return state


def as_read(state: dict) -> dict:
    """A state without what no reader sees: which requirement has which uuid."""
    if "requirements" not in state:
        return state
    return state | {"requirements": list(state["requirements"].values())}


def rows(state: dict) -> list[str]:
    return sorted(
        json.dumps(row, sort_keys=True) for row in state.get("requirements", [])
    )


class TestChanges:
    @given(facts)
    def test_between_a_state_and_itself_there_are_none(self, state):
        assert changes(state, state) == []

    @given(facts, facts)
    def test_lead_from_one_state_to_the_other(self, before, after):
        after_told = told(as_read(before), changes(before, after))

        for field in FIELDS:
            if field in before and field in after and field != "text":
                if field == "requirements":
                    assert rows(after_told) == rows(as_read(after))
                else:
                    assert after_told[field] == after[field]

    @given(facts, facts)
    def test_there_and_back_are_equally_many_and_equally_minor(self, before, after):
        there = [(x.field, x.minor) for x in changes(before, after)]
        back = [(x.field, x.minor) for x in changes(after, before)]

        assert sorted(there) == sorted(back)

    @given(facts, facts)
    def test_are_the_same_after_a_stay_in_a_json_column(self, before, after):
        stored = json.loads(json.dumps([before, after]))

        found = changes(before, after)

        assert changes(*stored) == found
        assert [
            Change.from_json(json.loads(json.dumps(x.as_json()))) for x in found
        ] == found
