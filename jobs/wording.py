"""Differences in words: the same lines on page, in mail, in the panel and in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from jobs import formatting
from jobs.choices import RequirementKind
from jobs.models import Company, JobCategory

if TYPE_CHECKING:
    from jobs.facts import Change, Facts

LABELS = {
    "title": _("Title"),
    "company": _("Company"),
    "pay": _("Pay"),
    "requirements": _("Requirements"),
    "closes_at": _("Closing date"),
    "locations": _("Place"),
    "workplace": _("Workplace"),
    "employment_type": _("Type"),
    "category": _("Field"),
    "apply": _("How to apply"),
    "text": _("Wording"),
}
VERBS = {
    "added": _("Added"),
    "removed": _("Removed"),
    "reworded": _("Changed"),
    "changed": _("Changed"),
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference as a person reads it, in plain text.

    ``verb`` and ``label`` head the line; then either ``text`` (one value) or
    ``before`` and ``after``. ``qualifier`` says what kind of requirement it is.
    ``field`` groups lines that belong together.
    """

    field: str
    verb: str
    label: str
    before: str = ""
    after: str = ""
    text: str = ""
    qualifier: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def lines(changes: Iterable[Change]) -> list[ChangeLine]:
    """Say each change, resolving ids to the names that are public now.

    Costs one query per kind of id that changed, none otherwise.
    """
    [found] = lines_of_each([list(changes)])
    return found


def lines_of_each(groups: Sequence[Sequence[Change]]) -> list[list[ChangeLine]]:
    """Say the changes of several jobs, for the queries of one."""
    names = _names([change for group in groups for change in group])
    return [[_line(change, names) for change in group] for group in groups]


def _line(change: Change, names: dict[tuple[str, int], str]) -> ChangeLine:
    head = {
        "field": change.field,
        "verb": str(VERBS[change.action]),
        "label": str(LABELS[change.field]),
    }
    if change.field == "text":
        return ChangeLine(**head, text=gettext("The description was reworded"))
    if change.field == "requirements":
        return ChangeLine(**head, **_requirement(change))
    before = _value(change.field, change.before, names)
    after = _value(change.field, change.after, names)
    return ChangeLine(**head, before=before, after=after)


def _requirement(change: Change) -> dict[str, str]:
    if change.action == "reworded":
        before, after = change.before, change.after
        if before["kind"] == after["kind"]:
            return {"before": before["text"], "after": after["text"]}
        return {
            key: f"{x['text']} ({formatting.requirement_kind(x['kind'])})"
            for key, x in (("before", before), ("after", after))
        }
    value = change.after or change.before
    return {
        "text": value["text"],
        "qualifier": formatting.requirement_kind(value["kind"])
        if change.action == "added"
        else "",
    }


def _value(field: str, value: Any, names: dict[tuple[str, int], str]) -> str:
    if field in ("company", "category"):
        return names.get((field, value), gettext("none"))
    say = SAY.get(field)
    return say(value) if say else str(value)


def pay(value: dict[str, Any] | None) -> str:
    if value is None:
        return ""
    low, high = (
        None if value[k] is None else Decimal(value[k]) for k in ("low", "high")
    )
    return formatting.pay(
        low=low, high=high, currency=value["currency"], period=value["period"]
    )


def closing(value: str | None) -> str:
    return formatting.moment(dt.datetime.fromisoformat(value)) if value else ""


def places(rows: Sequence[Sequence[str]]) -> str:
    """Name every place of a job, whatever its workplace is.

    A comma would make a region one more place: "Marlhaven (Sable Coast) and Winnow".
    """
    return formatting.listed(
        f"{place} ({region})"
        if place and region
        else place or region or formatting.country(country)
        for place, region, country in rows
    )


def apply(value: dict[str, str]) -> str:
    ways = filter(None, (value["url"], value["email"]))
    return formatting.listed(ways, gettext("or"))


#: How the value of a field is said; a field that is not here is words already.
SAY: dict[str, Callable[[Any], str]] = {
    "pay": lambda value: pay(value) or gettext("not stated"),
    "closes_at": lambda value: closing(value) or gettext("no closing date"),
    "locations": lambda value: places(value) or gettext("not stated"),
    "workplace": formatting.workplace,
    "employment_type": formatting.employment_type,
    "apply": lambda value: apply(value) or gettext("not stated"),
}


def requirements(facts_value: dict[str, dict[str, str]], kind: str) -> str:
    """Name the requirements of one kind on one line, for an ending's summary."""
    return "; ".join(x["text"] for x in facts_value.values() if x["kind"] == kind)


def must_haves(facts_value: dict[str, dict[str, str]]) -> str:
    return requirements(facts_value, RequirementKind.MUST)


def _names(changes: Sequence[Change]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {"company": set(), "category": set()}
    for change in changes:
        if change.field in wanted:
            wanted[change.field] |= {x for x in (change.before, change.after) if x}
    names: dict[tuple[str, int], str] = {}
    if wanted["company"]:
        for company in Company.objects.filter(pk__in=wanted["company"]):
            names["company", company.pk] = company.public_name
    if wanted["category"]:
        for category in JobCategory.objects.filter(pk__in=wanted["category"]):
            names["category", category.pk] = category.name
    return names


def subject_of(changes: Sequence[Change]) -> str:
    """Say what changed in a few words: "Pay and closing date changed", "4 changes"."""
    fields = list(dict.fromkeys(change.field for change in changes))
    if len(fields) > 2:
        return ngettext("%(count)d change", "%(count)d changes", len(changes)) % {
            "count": len(changes)
        }
    words = [str(LABELS[field]) for field in fields]
    words[1:] = [word[0].lower() + word[1:] for word in words[1:]]
    return gettext("%(what)s changed") % {"what": formatting.listed(words)}


def summary_of(changes: Sequence[Change]) -> str:
    """Say what changed for a sentence: "pay and 2 requirements changed"."""
    count = sum(change.field == "requirements" for change in changes)
    words = []
    for field in dict.fromkeys(change.field for change in changes):
        if field == "requirements":
            word = ngettext("%(count)d requirement", "%(count)d requirements", count)
            words.append(word % {"count": count})
        else:
            label = str(LABELS[field])
            words.append(label[0].lower() + label[1:])
    return gettext("%(what)s changed") % {"what": formatting.listed(words)}


def ended_word(facts: Facts) -> str:
    """Say why a job is not open, in a word or two; "" while it is open."""
    words = {
        "filled": _("Filled"),
        "cancelled": _("Cancelled"),
        "closing_date": _("The closing date passed"),
        "expired": _("Its time here ran out"),
    }
    return str(words.get(facts["availability"]["reason"], ""))
