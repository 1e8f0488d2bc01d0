"""What editors do in ``test_life``: the words they have, and how a page takes them."""

import datetime as dt
import re
import uuid
from decimal import Decimal

from hypothesis import strategies as st

from jobs.models import JobRequirement
from tests.factories import location
from tests.notifications.ads import FACTS, Ad, Asked, Known, Said

PEOPLE = ["ada@example.org", "Bo.B+jobs@example.org", "cy@example.org"]
TITLES = [
    Said("baker", "Bread & Butter Baker"),
    Said("porter", "Night & Day Porter"),
    Said("baker", "bread & butter baker!"),
    Said("c++", "C++ Oven Engineer"),
    Said("c#", "C# Oven Engineer"),
]
ASKS = [
    Said("hygiene", "Food hygiene, level 2"),
    Said("hygiene", "food hygiene (level 2)"),
    Said("bicycle", "Own bicycle"),
    Said("bicycle", "OWN bicycle."),
    Said("A1", "French, A1"),
    Said("A2", "French, A2"),
]
TOWNS = [
    Said("marl", "Marlhaven"),
    Said("marl", "marlhaven"),
    Said("sable", "Port Sable"),
]
APPLY = [
    ("https://www.crumb.example/jobs?id=1&ref=board", ""),
    ("https://www.crumb.example/jobs?id=1&ref=board", "jobs@crumb.example"),
    ("", "jobs@crumb.example"),
]
SUMMARIES = ["Bakes through the night.", "Bakes all night & day."]
PAYS = [None, (26000, 28000), (26000, 29000), (30000, 32000)]
#: Minutes from now at which a job closes.
CLOSINGS = [None, 3 * 1440, 40 * 1440, 400 * 1440, 40, 5, -60]
indexes = st.integers(0, 3)

CHANGES = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(TITLES)),
    st.tuples(st.just("pay"), st.sampled_from(PAYS)),
    st.tuples(st.just("workplace"), st.sampled_from(["ON_SITE", "HYBRID", "REMOTE"])),
    st.tuples(st.just("employment_type"), st.sampled_from(["FULL_TIME", "PART_TIME"])),
    st.tuples(st.just("apply"), st.sampled_from(APPLY)),
    st.tuples(st.just("summary"), st.sampled_from(SUMMARIES)),
    st.tuples(st.just("locations"), st.lists(st.sampled_from(TOWNS), max_size=2)),
    st.tuples(st.sampled_from(["company", "category"]), indexes),
    st.tuples(st.just("closes"), st.sampled_from(CLOSINGS)),
    st.tuples(st.just("requirement"), st.sampled_from(ASKS)),
    st.tuples(st.sampled_from(["drop", "kind", "again", "reverse", "retype"]), indexes),
    st.tuples(st.just("reword"), st.tuples(indexes, st.sampled_from(ASKS))),
)


def new_uuid(number: int) -> str:
    """A uuid that is the same whenever a life is acted out again."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


def asked(rows: tuple[Asked, ...], what: str, value, uuid: str) -> tuple[Asked, ...]:
    """The requirements after an editor did one thing to them."""
    rows = list(rows)
    if what == "requirement":
        return (*rows, Asked(uuid, value, "MUST"))
    if what == "reverse" or not rows:
        return tuple(reversed(rows))
    if what == "retype":
        # The same in another order, by typing each over the next one.
        said = [(row.said, row.kind) for row in rows]
        pairs = zip(rows, said[1:] + said[:1], strict=True)
        return tuple(row._replace(said=x, kind=kind) for row, (x, kind) in pairs)
    at, said = value if what == "reword" else (value, None)
    at %= len(rows)
    row = rows.pop(at)
    if what == "kind":
        rows.insert(at, row._replace(kind="NICE" if row.kind == "MUST" else "MUST"))
    elif what == "reword":
        rows.insert(at, row._replace(said=said))
    elif what == "again":
        rows.append(row._replace(uuid=uuid))
    return tuple(rows)


def write(page, ad: Ad):
    """Put into the editor's form what ``ad`` says."""
    page.title, page.summary = ad.title.text, ad.summary
    page.company_id, page.category_id = ad.company, ad.category
    low, high = ad.pay or (None, None)
    page.pay_min = None if low is None else Decimal(low)
    page.pay_max = None if high is None else Decimal(high)
    page.apply_url, page.apply_email = ad.apply
    page.tell_followers, page.change_note = ad.wish, ad.note
    for name in ("workplace", "employment_type", "closes_at", "closed_reason"):
        setattr(page, name, getattr(ad, name))
    page.go_live_at, page.expire_at = ad.go_live_at, ad.expire_at
    known = {str(row.uuid): row for row in page.requirements.all()}
    rows = []
    for number, wanted in enumerate(ad.requirements):
        row = known.get(wanted.uuid, JobRequirement(uuid=uuid.UUID(wanted.uuid)))
        row.text, row.kind, row.sort_order = wanted.said.text, wanted.kind, number
        rows.append(row)
    page.requirements = rows
    page.locations = [location(town.text) for town in ad.locations]
    return page


def as_json(known: Known) -> dict:
    """What followers know, in the shape in which the product keeps it."""
    shape = {
        "title": lambda x: x.text,
        "pay": _pay,
        "requirements": lambda rows: {
            row.uuid: {"text": row.said.text, "kind": row.kind} for row in rows
        },
        "locations": lambda rows: sorted([x.text, "", "GB"] for x in rows),
        "closes_at": lambda x: x and x.astimezone(dt.UTC).isoformat(),
        "apply": lambda x: {"url": x[0], "email": x[1]},
    }
    facts = {
        name: shape.get(name, lambda x: x)(known[name])
        for name in FACTS
        if name in known and name != "summary"
    }
    return facts | {
        "availability": {"state": known["state"], "reason": known["reason"]}
    }


def _pay(value: tuple[int, int] | None) -> dict | None:
    if value is None:
        return None
    low, high = value
    shown = {"low": f"{low}.00", "high": f"{high}.00"}
    return shown | {"currency": "GBP", "period": "YEAR"}


def secrets_in(text: str) -> set[str]:
    """The marks that drafts carry, wherever they got to."""
    return set(re.findall(r"Secret \d+", text))


def told_rows(before: list[dict], changes: list[dict]) -> list[dict]:
    """Requirements as somebody knows them who knew ``before`` and was told."""
    rows = list(before)
    for change in changes:
        if change["before"] is not None:
            rows.remove(change["before"])
        if change["after"] is not None:
            rows.append(change["after"])
    return rows
