"""How many jobs each choice of a filter would show, all of them from one query.

A choice's count leaves out what is chosen in its own filter, since choosing it would
widen that, and obeys all other filters. No count reads more than a bounded number of
rows, however many jobs there are:

* A list is counted up to a thousand and one; more are "1,000+".
* A choice is counted among the jobs that the other filters leave, exactly up to a
  thousand of them, or up to three hundred where its own filter is in use beside
  others. Of more, three hundred are looked at: the newest, or of rare words on
  PostgreSQL those that its index finds first.
* Beside other filters a choice is then what there is at least: "70+".
* While no other filter is in use, a choice that has fewer than a hundred of these is
  counted in an index of its own: exactly, or "100+".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import get_language

from jobs import counting
from jobs.choices import EmploymentType, Workplace
from jobs.fragments import Memory

if TYPE_CHECKING:
    from jobs.filters import JobFilters
    from jobs.models.listing import JobListingQuerySet


@dataclass(frozen=True, slots=True)
class Count:
    """A number of jobs; ``or_more`` where counting stopped before the end."""

    number: int
    or_more: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        text = _grouped_digits(self.number, get_language() or "")
        return f"{text}+" if self.or_more else text

    @classmethod
    def capped(cls, number: int, *, or_more: bool = False) -> Count:
        if number > counting.COUNT_LIMIT:
            return cls(counting.COUNT_LIMIT, or_more=True)
        return cls(number, or_more=or_more and number > 0)


# A list says sixty of them, none above its limit.
@lru_cache(maxsize=2048)
def _grouped_digits(number: int, language: str) -> str:
    """Write ``number`` as the active ``language`` does: "1,000"."""
    return number_format(number, force_grouping=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, as the form offers it."""

    value: str
    label: str
    count: Count
    is_chosen: bool = False


@dataclass(slots=True)
class Facets:
    """What can be chosen in each filter, and how many jobs the list has."""

    total: Count
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    unstated: Count = Count(0)
    closing_soon: Count = Count(0)

    def label(self, name: str, value: str) -> str:
        """What ``value`` of the filter ``name`` is called; itself when nobody knows."""
        wanted = value.casefold()
        found = (x for x in self.choices[name] if x.value.casefold() == wanted)
        choice = next(found, None)
        return choice.label if choice else value


def count_each(lists: list[JobListingQuerySet]) -> list[Count]:
    """Count several lists, each as far as anything is counted. One query."""
    statements = [
        counting.first(jobs, "number").query.sql_with_params for jobs in lists
    ]
    counted = [counting.composed(statement, "number") for statement in statements]
    selects = [
        f"(SELECT COUNT(*) FROM ({sql}) AS list{n})"
        for n, (sql, _params) in enumerate(counted)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(selects)}",
            [param for _sql, params in counted for param in params],
        )
        return [Count.capped(number) for number in cursor.fetchone()]


#: The filters that are lists of choices.
LISTS_OF_CHOICES = ("type", "workplace", "category", "location", "company")
_LABELS = {"type": dict(EmploymentType.choices), "workplace": dict(Workplace.choices)}


#: What has been counted in this process, by what a list is narrowed to.
known: Memory[Facets] = Memory(200)


def count(filters: JobFilters) -> Facets:
    """Count what ``filters`` leave, and each choice of each filter.

    One query. With words, PostgreSQL is asked first how many jobs it expects.
    """
    counter = counting.Counter(filters)
    found: dict[str, dict[str, tuple[int, int, str]]] = {}
    for name, value, label, number, weight in counter.rows():
        values = found.setdefault(name, {})
        # One that is chosen and among the most frequent comes twice.
        values[value] = max((weight, number, label), values.get(value, (0, 0, "")))
    totals = {name: number for name, (_, number, _) in found["total"].items()}
    total = Count.capped(totals[counting.ALL])

    def said(name: str, number: int, *, is_all: bool = False) -> Count:
        if is_all:
            return total
        looked_at = totals[name if name in filters.active else counting.ALL]
        if looked_at <= counter.limit(name):
            return Count(number)
        if counter.is_open_to_all(name):
            return Count(min(number, counting.FEW), or_more=number >= counting.FEW)
        return Count.capped(number, or_more=True)

    facets = Facets(
        total=total,
        unstated=said("pay_min", found["unstated"][""][1]),
        closing_soon=said(
            "closing_soon",
            found["closing_soon"][""][1],
            is_all=filters.chosen["closing_soon"],
        ),
    )
    for name in LISTS_OF_CHOICES:
        chosen = {value.casefold() for value in filters.chosen[name]}
        if name in _LABELS:
            # One that is chosen and finds nothing is still there to be taken away.
            rest = dict.fromkeys(filters.chosen[name], (0, 0, ""))
            found[name] = rest | found.get(name, {})
        labels = _LABELS.get(name, {})
        choices = [
            (
                weight,
                Choice(
                    value,
                    str(labels.get(value, label)),
                    # What alone is chosen is what the list shows.
                    said(name, number, is_all=chosen == {value.casefold()}),
                    is_chosen=value.casefold() in chosen,
                ),
            )
            for value, (weight, number, label) in found.get(name, {}).items()
            if number or value.casefold() in chosen
        ]
        choices.sort(key=lambda pair: (-pair[0], pair[1].label.casefold()))
        facets.choices[name] = [choice for _weight, choice in choices]
    return facets
