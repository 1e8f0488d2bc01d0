"""The facts that followers of a job care about, and how two states of them differ.

Facts are plain data, ready for a JSON column: values and ids, never labels or URLs, so
that renaming a company tells nobody. The list is closed: a field that is not in
``FIELDS`` never causes an email. How a difference is said is in ``jobs.wording``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import operator
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wagtail.models import PageViewRestriction

from jobs.choices import ClosedReason

if TYPE_CHECKING:
    from jobs.models import JobPage, JobRecord

Facts = dict[str, Any]

OPEN = "open"
CLOSED = "closed"
TAKEN_DOWN = "taken_down"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a job can be applied for, and if not, why.

    ``state`` is ``OPEN``, ``CLOSED`` (the page says so) or ``TAKEN_DOWN`` (the public
    no longer has a page). ``reason`` is "" while open; "filled", "cancelled" or
    "closing_date" when closed; "unpublished", "expired", "private" or "deleted" when
    taken down.
    """

    state: str
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two states of a job's facts.

    ``field`` is a name in ``FIELDS``. ``action`` is "added", "removed" or "reworded"
    for a requirement, else "changed". ``before`` and ``after`` are values as the facts
    hold them (for a requirement ``{"text", "kind"}``), None where there is none.
    ``minor`` marks wording: case, spaces, punctuation, or text outside of the facts.
    """

    field: str
    action: str
    before: Any
    after: Any
    minor: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Change:
        return cls(**data)


def private_paths() -> tuple[str, ...]:
    """The tree paths of pages that not everybody may see, with all that is below."""
    restricted = PageViewRestriction.objects.values_list("page__path", flat=True)
    return tuple(restricted)


def is_private(page: JobPage, private: tuple[str, ...]) -> bool:
    """Whether ``page`` is at or below one of the paths that ``private_paths`` answered.

    An alias is as private as its source, which costs a query to look at.
    """
    if page.path.startswith(private):
        return True
    return bool(private and page.alias_of and page.alias_of.path.startswith(private))


def availability_of(
    page: JobPage | None, now: dt.datetime, private: tuple[str, ...] | None = None
) -> Availability:
    """Compute whether ``page`` is open at ``now``.

    Args:
        page: None means that it was deleted.
        now: the moment to judge a closing date by.
        private: what ``private_paths`` answered, for one who asks of many pages; None
            to look it up.
    """
    if page is None:
        return Availability(TAKEN_DOWN, "deleted")
    if not page.live:
        return Availability(TAKEN_DOWN, "expired" if page.expired else "unpublished")
    if is_private(page, private_paths() if private is None else private):
        return Availability(TAKEN_DOWN, "private")
    return closing_of(page, now)


def closing_of(page: JobPage, now: dt.datetime) -> Availability:
    """Compute whether a public ``page`` is open or closed at ``now``, without a query."""
    if page.closed_reason:
        return Availability(CLOSED, ClosedReason(page.closed_reason).name.lower())
    if page.closes_at is not None and page.closes_at <= now:
        return Availability(CLOSED, "closing_date")
    return Availability(OPEN)


def facts_of(
    page: JobPage,
    now: dt.datetime,
    private: tuple[str, ...] | None = None,
    *,
    text: bool = True,
) -> Facts:
    """Collect the facts of a job page as its row stands.

    Args:
        page: a ``JobPage``; its requirements and locations are read.
        now: the moment at which ``availability`` is true.
        private: as ``availability_of`` takes it.
        text: whether summary and body are read. A change of these is always minor, and
            to read them takes as long as all the rest.
    """
    return {
        "title": page.title,
        "company": page.company_id,
        "category": page.category_id,
        "employment_type": page.employment_type,
        "workplace": page.workplace,
        "locations": sorted(
            [x.place, x.region, str(x.country)] for x in page.locations.all()
        ),
        "pay": _pay(page),
        "requirements": {
            str(x.uuid): {"text": x.text, "kind": x.kind}
            for x in page.requirements.all()
        },
        "closes_at": _moment(page.closes_at),
        "apply": {"url": page.apply_url, "email": page.apply_email},
        **({"text": _digest(page)} if text else {}),
        "availability": asdict(availability_of(page, now, private)),
    }


def facts_now(
    record: JobRecord,
    now: dt.datetime,
    private: tuple[str, ...] | None = None,
    *,
    text: bool = True,
) -> Facts:
    """Collect the facts that are public at ``now``.

    While a job is not open only its availability is public knowledge: the row of an
    unpublished page is its draft, and an edit of a closed job concerns nobody.
    ``private`` and ``text`` are as ``facts_of`` takes them.
    """
    page = record.page
    private = private_paths() if private is None else private
    availability = availability_of(page, now, private)
    if page is None or not availability.is_open:
        return {"availability": asdict(availability)}
    return facts_of(page, now, private, text=text)


def facts_if_published(
    page: JobPage, now: dt.datetime, private: tuple[str, ...] | None = None
) -> Facts:
    """Collect the facts that would be public if ``page`` were published as it stands.

    Args:
        page: a live page or a draft of it, such as its latest revision as an object.
        now: the moment of publishing.
        private: as ``availability_of`` takes it.
    """
    private = private_paths() if private is None else private
    hidden = page.path.startswith(private)
    availability = (
        Availability(TAKEN_DOWN, "private") if hidden else closing_of(page, now)
    )
    found = {"availability": asdict(availability)}
    return facts_of(page, now, private) | found if availability.is_open else found


def is_open(facts: Facts) -> bool:
    return bool(facts["availability"]["state"] == OPEN)


def _pay(page: JobPage) -> dict[str, str | None] | None:
    if page.pay_min is None and page.pay_max is None:
        return None
    return {
        "low": _amount(page.pay_min),
        "high": _amount(page.pay_max),
        "currency": page.pay_currency,
        "period": page.pay_period,
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{Decimal(value):.2f}"


def _moment(value: dt.datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(dt.UTC).replace(second=0, microsecond=0).isoformat()


def _digest(page: JobPage) -> str:
    # Block ids change when a page is copied or rebuilt, and the editor gives keys to
    # paragraphs that came without, although the text is the same.
    blocks = [
        {"type": block["type"], "value": block["value"]}
        for block in page.body.get_prep_value()
    ]
    text = json.dumps([page.summary, blocks], sort_keys=True, default=str)
    text = re.sub(r' data-block-key=\\"\w+\\"', "", text)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


#: Signs that are more than punctuation: "C" is neither "C#" nor "C++".
_SIGNS = "+#%£$€"


def plain(text: str) -> str:
    """Reduce a text to what is left when only its wording changes.

    Two texts that differ in case, spaces or punctuation only come out the same.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    # "1.5" is not "15"; "10 to 12" is "10-12" and not "1012".
    folded = re.sub(r"(?<=\d)[.,](?=\d)", "point", folded)
    folded = re.sub(rf"(?<=\d)[^\w{_SIGNS}]+(?=\d)", "to", folded)
    return "".join(c for c in folded if _means_something(c))


def _means_something(character: str) -> bool:
    # Letters, numbers, and marks (M), which are vowels in Hindi or Thai.
    return unicodedata.category(character)[0] in "LMN" or character in _SIGNS


def _changed(field: str, before: Any, after: Any) -> Iterator[Change]:
    if before != after:
        yield Change(field, "changed", before, after)


def _text_changed(field: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        minor = plain(before) == plain(after)
        yield Change(field, "changed", before, after, minor)


def _locations_changed(field: str, before: list, after: list) -> Iterator[Change]:
    if before != after:
        minor = _plain_rows(before) == _plain_rows(after)
        yield Change(field, "changed", before, after, minor)


def _plain_rows(rows: list[list[str]]) -> list[list[str]]:
    return sorted([plain(cell) for cell in row] for row in rows)


def _always_minor(field: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(field, "changed", None, None, minor=True)


def _requirements_changed(
    field: str, before: dict[str, dict], after: dict[str, dict]
) -> Iterator[Change]:
    if before == after:
        return
    gone, new = dict(before), dict(after)
    # What reads the same is the same, whatever its uuid: it was deleted and typed
    # again, or two changed places by retyping them.
    pairs = _paired(gone, new, operator.eq)
    pairs += _paired(gone, new, _differ_in_wording)
    same_uuid = [key for key in gone if key in new]
    pairs += [(gone.pop(key), new.pop(key)) for key in same_uuid]
    pairs += _paired(gone, new, _same_words)
    for value in new.values():
        yield Change(field, "added", None, value)
    for value in gone.values():
        yield Change(field, "removed", value, None)
    for old, value in pairs:
        if old != value:
            yield Change(field, "reworded", old, value, _differ_in_wording(old, value))


def _paired(
    gone: dict[str, dict], new: dict[str, dict], alike: Callable[[dict, dict], bool]
) -> list[tuple[dict, dict]]:
    """Take out of both what is ``alike`` and answer it in pairs."""
    pairs = []
    for key, value in list(new.items()):
        twin = next((k for k, old in gone.items() if alike(old, value)), None)
        if twin is not None:
            pairs.append((gone.pop(twin), new.pop(key)))
    return pairs


def _differ_in_wording(one: dict[str, str], other: dict[str, str]) -> bool:
    return one["kind"] == other["kind"] and _same_words(one, other)


def _same_words(one: dict[str, str], other: dict[str, str]) -> bool:
    return plain(one["text"]) == plain(other["text"])


#: Every fact in the order in which its change is told, and what compares it.
#: ``availability`` is not here: it decides the kind of an announcement, not its lines.
FIELDS: dict[str, Callable[[str, Any, Any], Iterator[Change]]] = {
    "title": _text_changed,
    "company": _changed,
    "pay": _changed,
    "requirements": _requirements_changed,
    "closes_at": _changed,
    "locations": _locations_changed,
    "workplace": _changed,
    "employment_type": _changed,
    "category": _changed,
    "apply": _changed,
    "text": _always_minor,
}


def changes(before: Facts, after: Facts) -> list[Change]:
    """Compare two states of a job's facts, in the order of ``FIELDS``.

    Only fields that both know are compared: facts written by an older version of this
    code adopt a new field silently.
    """
    return [
        change
        for field, compare in FIELDS.items()
        if field in before and field in after
        for change in compare(field, before[field], after[field])
    ]
