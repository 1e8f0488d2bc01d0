"""What is a change of a job's facts, and what is only wording."""

import pytest

from jobs.facts import FIELDS, Change, changes, is_open

OPEN = {"state": "open", "reason": ""}
BEFORE = {
    "title": "Bread & butter baker",
    "company": 1,
    "category": 2,
    "employment_type": "FULL_TIME",
    "workplace": "ON_SITE",
    "locations": [["Marlhaven", "", "GB"]],
    "pay": {"low": "26000.00", "high": None, "currency": "GBP", "period": "YEAR"},
    "requirements": {
        "a": {"text": "Food hygiene, level 2", "kind": "MUST"},
        "b": {"text": "Own bicycle", "kind": "NICE"},
    },
    "closes_at": "2026-06-12T22:59:00+00:00",
    "apply": {"url": "https://crumb.example/", "email": ""},
    "text": "5f0c",
    "availability": OPEN,
}


def facts(**values):
    return BEFORE | values


def requirements(**rows):
    return facts(
        requirements={
            key: {"text": text, "kind": kind} for key, (text, kind) in rows.items()
        }
    )


class TestChange:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", "Pastry chef"),
            ("company", 7),
            ("company", None),
            ("pay", None),
            ("pay", BEFORE["pay"] | {"low": "26000.01"}),
            ("pay", BEFORE["pay"] | {"high": "28000.00"}),
            ("pay", BEFORE["pay"] | {"currency": "EUR"}),
            ("pay", BEFORE["pay"] | {"period": "MONTH"}),
            ("closes_at", None),
            ("closes_at", "2026-06-19T22:59:00+00:00"),
            ("locations", []),
            ("locations", [["Marlhaven", "", "IE"]]),
            ("locations", [["Marlhaven", "", "GB"], ["Port Sable", "", "GB"]]),
            ("workplace", "HYBRID"),
            ("employment_type", "PART_TIME"),
            ("category", None),
            ("apply", {"url": "https://crumb.example/", "email": "jobs@crumb.example"}),
        ],
    )
    def test_is_told_for_every_field_with_both_values(self, field, value):
        [change] = changes(BEFORE, facts(**{field: value}))

        assert change == Change(field, "changed", BEFORE[field], value)

    def test_of_the_text_is_minor_and_shows_no_digest(self):
        assert changes(BEFORE, facts(text="77aa")) == [
            Change("text", "changed", None, None, minor=True)
        ]

    def test_of_availability_is_no_line(self):
        closed = {"state": "closed", "reason": "filled"}

        assert changes(BEFORE, facts(availability=closed)) == []

    def test_lines_stand_in_the_order_of_the_fields(self):
        after = dict.fromkeys(BEFORE) | {
            "title": "Cook",
            "locations": [],
            "requirements": {},
            "text": "",
        }

        told = [change.field for change in changes(BEFORE, after)]

        assert list(dict.fromkeys(told)) == list(FIELDS)

    def test_survives_json(self):
        [change] = changes(BEFORE, facts(pay=None))

        assert Change.from_json(change.as_json()) == change

    @pytest.mark.parametrize("field", FIELDS)
    def test_is_not_told_of_a_field_that_one_side_does_not_know(self, field):
        older = {name: value for name, value in BEFORE.items() if name != field}
        newer = dict.fromkeys(BEFORE) | {"requirements": {}, "locations": []}
        newer |= {"title": "", "text": ""}

        assert field not in {change.field for change in changes(older, newer)}
        assert field not in {change.field for change in changes(newer, older)}

    def test_is_not_told_of_a_field_that_this_code_does_not_know(self):
        assert changes(facts(perks=["a dog"]), facts(perks=[])) == []

    def test_is_not_told_between_closed_and_open_beyond_what_both_know(self):
        closed = {"availability": {"state": "closed", "reason": "filled"}}

        assert changes(closed, BEFORE) == []


class TestWordingOfATitle:
    @pytest.mark.parametrize(
        "after",
        [
            "bread & Butter Baker",
            "Bread  &  butter baker ",
            "Bread & butter-baker",
            "Bread, butter: baker!",
            "\N{FULLWIDTH LATIN CAPITAL LETTER B}read & butter baker",
        ],
    )
    def test_is_minor_in_case_spaces_and_punctuation(self, after):
        [change] = changes(BEFORE, facts(title=after))

        assert change.minor

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("C developer", "C++ developer"),
            ("C# developer", "C++ developer"),
            ("Cook, 50 %", "Cook, 50"),
            ("Bäcker", "Backer"),
            ("1.5 years", "15 years"),
            ("1.5 years", "1-5 years"),
            ("10-12 hours", "1012 hours"),
            ("Earn £5", "Earn €5"),
            ("की", "का"),
        ],
    )
    def test_is_told_when_a_sign_means_something(self, before, after):
        [change] = changes(facts(title=before), facts(title=after))

        assert not change.minor

    @pytest.mark.parametrize(
        ("before", "after"),
        [("10-12 hours", "10 \N{EN DASH} 12 hours"), ("1.5 years", "1,5 years")],
    )
    def test_is_minor_in_how_numbers_are_set_apart(self, before, after):
        [change] = changes(facts(title=before), facts(title=after))

        assert change.minor

    def test_of_places_is_minor_too(self):
        [change] = changes(BEFORE, facts(locations=[["MARLHAVEN ", "", "GB"]]))

        assert change.minor


class TestRequirements:
    def test_added(self):
        after = requirements(
            a=("Food hygiene, level 2", "MUST"),
            b=("Own bicycle", "NICE"),
            c=("Full driving licence", "MUST"),
        )

        [change] = changes(BEFORE, after)

        licence = {"text": "Full driving licence", "kind": "MUST"}
        assert change == Change("requirements", "added", None, licence)

    def test_removed(self):
        [change] = changes(BEFORE, requirements(a=("Food hygiene, level 2", "MUST")))

        bicycle = {"text": "Own bicycle", "kind": "NICE"}
        assert change == Change("requirements", "removed", bicycle, None)

    def test_reworded(self):
        after = requirements(
            a=("Food hygiene, level 3", "MUST"), b=("Own bicycle", "NICE")
        )

        [change] = changes(BEFORE, after)

        assert change.action == "reworded"
        assert change.before["text"] == "Food hygiene, level 2"
        assert change.after["text"] == "Food hygiene, level 3"
        assert not change.minor

    def test_reworded_in_punctuation_only_is_minor(self):
        after = requirements(
            a=("Food hygiene (Level 2)", "MUST"), b=("Own bicycle", "NICE")
        )

        [change] = changes(BEFORE, after)

        assert change.minor

    def test_of_another_kind_is_told_though_its_words_stay(self):
        after = requirements(
            a=("Food hygiene, level 2", "MUST"), b=("own bicycle", "MUST")
        )

        [change] = changes(BEFORE, after)

        assert change.action == "reworded"
        assert not change.minor

    def test_reordered_is_no_change(self):
        after = requirements(
            b=("Own bicycle", "NICE"), a=("Food hygiene, level 2", "MUST")
        )

        assert changes(BEFORE, after) == []

    def test_two_that_changed_places_by_retyping_are_no_change(self):
        after = requirements(
            a=("Own bicycle", "NICE"), b=("Food hygiene, level 2", "MUST")
        )

        assert changes(BEFORE, after) == []

    def test_retyped_over_one_that_is_left_out_is_a_removal(self):
        [change] = changes(BEFORE, requirements(a=("Own bicycle", "NICE")))

        hygiene = {"text": "Food hygiene, level 2", "kind": "MUST"}
        assert change == Change("requirements", "removed", hygiene, None)

    def test_deleted_and_typed_again_is_no_change(self):
        after = requirements(
            x=("Own bicycle", "NICE"), y=("Food hygiene, level 2", "MUST")
        )

        assert changes(BEFORE, after) == []

    def test_deleted_and_typed_again_in_other_case_is_minor(self):
        after = requirements(
            a=("Food hygiene, level 2", "MUST"), x=("OWN BICYCLE", "NICE")
        )

        [change] = changes(BEFORE, after)

        assert (change.action, change.minor) == ("reworded", True)

    def test_deleted_and_typed_again_as_the_other_kind_is_one_change(self):
        after = requirements(
            a=("Food hygiene, level 2", "MUST"), x=("Own bicycle", "MUST")
        )

        [change] = changes(BEFORE, after)

        assert (change.action, change.minor) == ("reworded", False)

    def test_given_twice_are_counted(self):
        twice = requirements(a=("Own boat", "MUST"), b=("Own boat", "MUST"))

        [change] = changes(twice, requirements(x=("Own boat", "MUST")))

        assert change.action == "removed"

    def test_exact_twin_is_taken_before_one_that_only_sounds_alike(self):
        before = requirements(a=("own boat!", "MUST"), b=("Own boat", "MUST"))

        [change] = changes(before, requirements(x=("Own boat", "MUST")))

        assert change.before["text"] == "own boat!"


class TestOpenFacts:
    def test_say_so(self):
        assert is_open(BEFORE)
        assert not is_open(facts(availability={"state": "closed", "reason": "filled"}))
