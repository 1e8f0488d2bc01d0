"""How many jobs each choice of a filter would show, all of them from one query.

A choice's count leaves out what is chosen in its own filter, since choosing it would
widen that, and obeys all other filters. No count reads more than a bounded number of
rows, however many jobs there are:

* A list is counted up to a thousand and one; more are "1,000+".
* A choice is counted among the jobs that the other filters leave, exactly up to a
  thousand of them. Of more, the newest five hundred are looked at.
* Beside other filters a choice is then what there is at least: "70+".
* While no other filter is in use, a choice that has fewer than a hundred of these is
  counted in an index of its own: exactly, or "100+".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jobs.choices import EmploymentType, Workplace
from jobs.filters import SOON, JobFilters
from jobs.fragments import Memory
from jobs.models.listing import NO_PAY

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.models.listing import JobListing, JobListingQuerySet

#: As far as anything is counted: "1,000+".
COUNT_LIMIT = 1_000
#: Of lists with more, choices are counted among so many of the newest.
SAMPLE = 500
#: As far as a choice is counted in its index.
FEW = 100
#: As many companies and places are offered, those with most jobs.
MOST_VALUES = 25

#: What each filter is counted by, beside the number that tells jobs apart.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "type": ("employment_type",),
    "workplace": ("workplace",),
    "category": ("category_id",),
    "company": ("company_id",),
    "location": (),
    "pay_min": ("pay",),
    "closing_soon": ("closes_at",),
    "q": (),
}
_ALL = "every"


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
        if number > COUNT_LIMIT:
            return cls(COUNT_LIMIT, or_more=True)
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
    """What can be chosen in each filter, and how many jobs the list has.

    ``without`` says how many it would have without each of the filters in use.
    """

    total: Count
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    unstated: Count = Count(0)
    closing_soon: Count = Count(0)
    without: dict[str, Count] = field(default_factory=dict)

    def label(self, name: str, value: str) -> str:
        """What ``value`` of the filter ``name`` is called; itself when nobody knows."""
        wanted = value.casefold()
        found = (x for x in self.choices[name] if x.value.casefold() == wanted)
        choice = next(found, None)
        return choice.label if choice else value


def _first(jobs: JobListingQuerySet, *columns: str) -> QuerySet[JobListing, Any]:
    """As many of ``jobs`` as are counted."""
    return jobs.values_list(*columns)[: COUNT_LIMIT + 1]


def count_each(lists: list[JobListingQuerySet]) -> list[Count]:
    """Count several lists, each as far as anything is counted. One query."""
    statements = [_first(jobs, "number").query.sql_with_params for jobs in lists]
    counted = [_composed(statement, "number") for statement in statements]
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


def _composed(statement: Callable[[], Any], *columns: str) -> tuple[str, list[Any]]:
    """A statement and its parameters; it answers ``columns``, or nothing."""
    try:
        sql, params = statement()
    except EmptyResultSet:
        return f"SELECT {', '.join(columns)} FROM jobs_joblisting WHERE 1 = 0", []
    return sql, list(params)


class _Counter:
    """Builds the query. Its rows are (filter, value, label, number, weight).

    ``weight`` is how many of the newest jobs have the value: by that the most frequent
    come first, also where ``number`` stopped early.
    """

    def __init__(self, filters: JobFilters) -> None:
        self.filters = filters
        self.params: list[Any] = []
        self.parts: list[str] = []

    def bases(self) -> str:
        """The jobs that all filters leave, and those that all but one do."""
        names = [_ALL, *self.filters.active]
        each = [
            f"b_{name} AS ({self._base(name)}), s_{name} AS (SELECT * FROM b_{name} "
            f"LIMIT (SELECT CASE WHEN COUNT(*) > {COUNT_LIMIT} THEN {SAMPLE} "
            f"ELSE {COUNT_LIMIT} END FROM b_{name}))"
            for name in names
        ]
        return ", ".join(each)

    def _base(self, name: str) -> str:
        filters, active = self.filters, self.filters.active
        counted = [x for x in _COLUMNS if x not in active] if name == _ALL else [name]
        columns = ["number", *(column for x in counted for column in _COLUMNS[x])]
        by = filters.all_but(name)
        ready = filters.prepared(
            (*by, *columns), lambda: _first(filters.narrowed(by), *columns)
        )
        given = partial(ready.statement, **filters.given)
        sql, params = _composed(given, *columns)
        self.params += params
        return sql

    def base_for(self, name: str) -> str:
        """Where the choices of a filter are counted: all, or a sample of too many."""
        return f"s_{name}" if name in self.filters.active else f"s_{_ALL}"

    def is_open_to_all(self, name: str) -> bool:
        """Whether no filter but ``name`` itself narrows what it is counted in."""
        return set(self.filters.active) <= {name}

    def totals(self) -> None:
        for name in [_ALL, *self.filters.active]:
            self._add(f"SELECT 'total', '{name}', '', COUNT(*), 0 FROM b_{name}")

    def closed_list(self, name: str, column: str, values: list[str]) -> None:
        """Count a filter whose values are known beforehand."""
        known = " UNION ALL ".join(f"SELECT '{value}' AS value" for value in values)
        often = f"(SELECT known.value, COALESCE(x.n, 0) AS n FROM ({known}) known "
        often += (
            f"LEFT JOIN {self._grouped(name, column)} x ON x.{column} = known.value)"
        )
        self._choices(name, often, "value", "''", f"{column} = v.value")

    def categories(self) -> None:
        often = (
            "(SELECT one.id, one.slug, one.name, COALESCE(x.n, 0) AS n "
            "FROM jobs_jobcategory one "
            f"LEFT JOIN {self._grouped('category', 'category_id')} x "
            "ON x.category_id = one.id)"
        )
        self._choices("category", often, "slug", "name", "category_id = v.id")

    def companies(self) -> None:
        names, same = "one.id, one.slug, one.name", "company_id = v.id"
        # CROSS JOIN, so that SQLite begins with the few rows of the base.
        often = (
            f"(SELECT {names}, x.n FROM {self._grouped('company', 'company_id')} x "
            "CROSS JOIN jobs_company one "
            "WHERE one.id = x.company_id AND NOT one.is_confidential "
            f"ORDER BY x.n DESC, one.id LIMIT {MOST_VALUES})"
        )
        self._choices("company", often, "slug", "name", same)
        chosen = self.filters.chosen["company"]
        if chosen:
            marks = ", ".join(["%s"] * len(chosen))
            these = (
                f"(SELECT {names}, COUNT(x.number) AS n FROM jobs_company one "
                f"LEFT JOIN {self.base_for('company')} x ON x.company_id = one.id "
                f"WHERE one.slug IN ({marks}) AND NOT one.is_confidential "
                f"GROUP BY {names})"
            )
            self._choices("company", these, "slug", "name", same, *chosen)

    def places(self) -> None:
        base, rows = self.base_for("location"), "jobs_joblistingplace"
        often = (
            f"(SELECT p.key AS key, MIN(p.name) AS name, COUNT(*) AS n "
            f"FROM {self._with_places(base)} WHERE p.is_town "
            f"GROUP BY p.key ORDER BY n DESC, p.key LIMIT {MOST_VALUES})"
        )
        self._choices("location", often, "key", "name", "key = v.key", rows=rows)
        # One that was asked for may be a region, or not be among the most frequent.
        this = (
            f"(SELECT p.key AS key, p.name AS name, (SELECT COUNT(*) FROM {base} x "
            f"CROSS JOIN {rows} q WHERE q.listing_id = x.number AND q.key = p.key) AS n "
            f"FROM {rows} p WHERE p.key = LOWER(%s) LIMIT 1)"
        )
        for value in self.filters.chosen["location"]:
            self._choices(
                "location", this, "key", "name", "key = v.key", value, rows=rows
            )

    def _with_places(self, base: str) -> str:
        """The jobs of a base, each with the rows ``p`` of its places, found by it."""
        if connection.vendor == "sqlite":
            return (
                f"{base} x CROSS JOIN jobs_joblistingplace p ON p.listing_id = x.number"
            )
        # OFFSET keeps the planner from reading the places of all jobs there are.
        return (
            f"{base} x CROSS JOIN LATERAL (SELECT key, name, is_town "
            "FROM jobs_joblistingplace WHERE listing_id = x.number OFFSET 0) p"
        )

    def _grouped(self, name: str, column: str) -> str:
        """The values of a column, each with its ``n`` of the newest jobs."""
        return (
            f"(SELECT {column}, COUNT(*) AS n FROM {self.base_for(name)} AS base "
            f"GROUP BY {column})"
        )

    def _choices(
        self,
        name: str,
        values: str,
        value: str,
        label: str,
        same: str,
        *params: Any,
        rows: str = "jobs_joblisting",
    ) -> None:
        """Add the choices of a filter.

        Args:
            name: the filter's.
            values: a query of the values, each with its ``n``; it is called ``v``.
            value: the column that an address says.
            label: the column that people read.
            same: finds the jobs of one value among ``rows``.
            params: of ``values``.
            rows: the table that has an index for ``same``.
        """
        number, more = "v.n", list[Any]()
        if self.is_open_to_all(name):
            number, more = self._at_least(rows, f"{same} AND closes_at > %s")
        label = label if label == "''" else f"v.{label}"
        self._add(
            f"SELECT '{name}', v.{value}, {label}, {number}, v.n FROM {values} v",
            *more,
            *params,
        )

    def _at_least(self, rows: str, where: str) -> tuple[str, list[Any]]:
        """``v.n``, or where that is few what an index has of them."""
        exact = f"SELECT 1 FROM {rows} WHERE {where} LIMIT {FEW}"
        sql = (
            f"CASE WHEN v.n >= {FEW} THEN v.n "
            f"ELSE (SELECT COUNT(*) FROM ({exact}) AS counted) END"
        )
        return sql, [self.filters.now]

    def _add(self, sql: str, *params: Any) -> None:
        self.parts.append(sql)
        self.params += params

    def unstated(self) -> None:
        self._one("unstated", "pay_min", f"pay = {NO_PAY}")

    def closing_soon(self) -> None:
        soon = self.filters.now + SOON
        self._one("closing_soon", "closing_soon", "closes_at <= %s", soon)

    def _one(self, name: str, of: str, where: str, *params: Any) -> None:
        """Add the one choice of the filter ``of``."""
        base = f"(SELECT COUNT(*) AS n FROM {self.base_for(of)} WHERE {where})"
        number, more = "v.n", list[Any]()
        if self.is_open_to_all(of):
            rows, where = "jobs_joblisting", f"closes_at > %s AND {where}"
            number, more = self._at_least(rows, where)
            more += params
        self._add(
            f"SELECT '{name}', '', '', {number}, v.n FROM {base} v", *more, *params
        )

    def rows(self) -> Iterator[tuple[str, str, str, int, int]]:
        with_bases = self.bases()
        self.totals()
        self.closed_list("type", "employment_type", EmploymentType.values)
        self.closed_list("workplace", "workplace", Workplace.values)
        self.categories()
        self.companies()
        self.places()
        self.unstated()
        self.closing_soon()
        sql = f"WITH {with_bases} {' UNION ALL '.join(self.parts)}"
        with connection.cursor() as cursor:
            cursor.execute(sql, self.params)
            yield from cursor.fetchall()


#: The filters that are lists of choices, in the order of the form.
HEADINGS = {
    "type": _("Type"),
    "workplace": _("Workplace"),
    "category": _("Field of work"),
    "location": _("Place"),
    "company": _("Company"),
}
_LABELS = {"type": dict(EmploymentType.choices), "workplace": dict(Workplace.choices)}


#: What has been counted in this process, by what a list is narrowed to.
known: Memory[Facets] = Memory(200)


def count(filters: JobFilters) -> Facets:
    """Count what ``filters`` leave, and each choice of each filter. One query."""
    counter = _Counter(filters)
    found: dict[str, dict[str, tuple[int, int, str]]] = {}
    for name, value, label, number, weight in counter.rows():
        values = found.setdefault(name, {})
        # One that is chosen and among the most frequent comes twice.
        values[value] = max((weight, number, label), values.get(value, (0, 0, "")))
    totals = {name: number for name, (_, number, _) in found["total"].items()}
    total = Count.capped(totals[_ALL])

    def said(name: str, number: int, *, is_all: bool = False) -> Count:
        if is_all:
            return total
        if totals[name if name in filters.active else _ALL] <= COUNT_LIMIT:
            return Count(number)
        if counter.is_open_to_all(name):
            return Count(min(number, FEW), or_more=number >= FEW)
        return Count.capped(number, or_more=True)

    facets = Facets(
        total=total,
        unstated=said("pay_min", found["unstated"][""][1]),
        closing_soon=said(
            "closing_soon",
            found["closing_soon"][""][1],
            is_all=filters.chosen["closing_soon"],
        ),
        without={name: Count.capped(totals[name]) for name in filters.active},
    )
    for name in HEADINGS:
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
