"""How many jobs each choice of a filter would show, all of them from one query.

A choice's count leaves out what is chosen in its own filter, since choosing it would
widen that, and obeys all other filters. No count reads more than a bounded number of
rows, however many jobs there are:

* A list is counted up to a thousand and one; more are "1,000+".
* While nothing else is chosen, each choice is counted in an index of its own, up to a
  thousand and one as well.
* Otherwise the counts are taken from the newest thousand and one of the jobs that the
  other filters leave. Where there are more of those, a count is what there is at least:
  "140+".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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
#: As many companies and places are offered, those with most jobs.
MOST_VALUES = 25
#: Among as many of the newest jobs they are looked for.
SAMPLE = 300

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


@dataclass(frozen=True, slots=True)
class _Each:
    """The values of a filter, to be counted one by one.

    ``values`` is a table or a query of them, called ``v``, with the columns ``value``
    and ``label``; ``same`` finds the jobs of one among ``rows``.
    """

    name: str
    values: str
    value: str
    label: str
    same: str
    rows: str = "jobs_joblisting"


def _grouped(rows: str, column: str) -> str:
    """The values of a column, each with its ``n`` of rows."""
    return f"(SELECT {column}, COUNT(*) AS n FROM {rows} AS one GROUP BY {column})"


class _Counter:
    """Builds the query. Each part answers rows of (filter, value, label, number)."""

    def __init__(self, filters: JobFilters) -> None:
        self.filters = filters
        self.params: list[Any] = []
        self.parts: list[str] = []

    def bases(self) -> str:
        """The jobs that all filters leave, and those that all but one do."""
        names = [_ALL, *self.filters.active]
        return ", ".join(f"b_{name} AS ({self._base(name)})" for name in names)

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
        return f"b_{name}" if name in self.filters.active else f"b_{_ALL}"

    def is_open_to_all(self, name: str) -> bool:
        """Whether no filter but ``name`` itself narrows what it is counted in."""
        return set(self.filters.active) <= {name}

    def sample(self, name: str) -> str:
        """Where the most frequent values are looked for; enough to find them."""
        # Where each is then counted in its index, the sample need not count it. The
        # limit also tells SQLite that these are few.
        most = SAMPLE if self.is_open_to_all(name) else COUNT_LIMIT + 1
        return f"(SELECT * FROM {self.base_for(name)} LIMIT {most})"

    def add(self, sql: str, *params: Any) -> None:
        self.parts.append(sql)
        self.params += params

    def totals(self) -> None:
        for name in [_ALL, *self.filters.active]:
            self.add(f"SELECT 'total', '{name}', '', COUNT(*) FROM b_{name}")

    def closed_list(self, name: str, column: str, values: list[str]) -> None:
        """Count a filter whose values are known beforehand."""
        if self.is_open_to_all(name):
            known = " UNION ALL ".join(f"SELECT '{value}' AS value" for value in values)
            each = _Each(name, f"({known})", "value", "value", f"{column} = v.value")
            self._count_in_index(each)
        else:
            self.add(
                f"SELECT '{name}', {column}, '', COUNT(*) FROM {self.base_for(name)} "
                f"GROUP BY {column}"
            )

    def categories(self) -> None:
        each = _Each(
            "category", "jobs_jobcategory", "slug", "name", "category_id = v.id"
        )
        if self.is_open_to_all("category"):
            self._count_in_index(each)
        else:
            base = self.base_for("category")
            self.add(
                "SELECT 'category', v.slug, v.name, COALESCE(x.n, 0) "
                f"FROM jobs_jobcategory v LEFT JOIN {_grouped(base, 'category_id')} x "
                "ON x.category_id = v.id"
            )

    def companies(self) -> None:
        base = self.base_for("company")
        names = "v.id, v.slug, v.name"
        same = "company_id = v.id"
        found = _grouped(self.sample("company"), "company_id")
        # CROSS JOIN, so that SQLite begins with the few rows of the base.
        often = (
            f"(SELECT {names}, x.n FROM {found} x CROSS JOIN jobs_company v "
            "WHERE v.id = x.company_id AND NOT v.is_confidential "
            f"ORDER BY x.n DESC, v.id LIMIT {MOST_VALUES})"
        )
        self._most(_Each("company", often, "slug", "name", same))
        chosen = self.filters.chosen["company"]
        if chosen:
            marks = ", ".join(["%s"] * len(chosen))
            these = (
                f"(SELECT {names}, COUNT(x.number) AS n FROM jobs_company v "
                f"LEFT JOIN {base} x ON x.company_id = v.id "
                f"WHERE v.slug IN ({marks}) AND NOT v.is_confidential GROUP BY {names})"
            )
            self._most(_Each("company", these, "slug", "name", same), *chosen)

    def places(self) -> None:
        base = self.base_for("location")
        often = (
            "(SELECT p.key AS key, MIN(p.name) AS name, COUNT(*) AS n "
            f"FROM {self.sample('location')} x CROSS JOIN jobs_joblistingplace p "
            "WHERE p.listing_id = x.number AND p.is_town "
            f"GROUP BY p.key ORDER BY n DESC, p.key LIMIT {MOST_VALUES})"
        )
        # One that was asked for may be a region, or not be among the most frequent.
        this = (
            f"(SELECT p.key AS key, p.name AS name, (SELECT COUNT(*) FROM {base} x "
            "CROSS JOIN jobs_joblistingplace q "
            "WHERE q.listing_id = x.number AND q.key = p.key) AS n "
            "FROM jobs_joblistingplace p WHERE p.key = LOWER(%s) LIMIT 1)"
        )
        each = _Each(
            "location", often, "key", "name", "key = v.key", "jobs_joblistingplace"
        )
        self._most(each)
        for value in self.filters.chosen["location"]:
            self._most(replace(each, values=this), value)

    def _most(self, each: _Each, *params: Any) -> None:
        """Take the numbers of a sample; exact ones, if nothing else is chosen."""
        if self.is_open_to_all(each.name):
            self._count_in_index(each, *params)
        else:
            self.add(
                f"SELECT '{each.name}', v.{each.value}, v.{each.label}, v.n "
                f"FROM {each.values} v",
                *params,
            )

    def _count_in_index(self, each: _Each, *params: Any) -> None:
        """Count every value in the index that begins with it."""
        self.add(
            f"SELECT '{each.name}', v.{each.value}, v.{each.label}, "
            f"(SELECT COUNT(*) FROM (SELECT 1 FROM {each.rows} WHERE {each.same} "
            f"AND closes_at > %s LIMIT {COUNT_LIMIT + 1}) AS counted) "
            f"FROM {each.values} v",
            self.filters.now,
            *params,
        )

    def unstated(self) -> None:
        self.add(
            f"SELECT 'unstated', '', '', COUNT(*) FROM {self.base_for('pay_min')} "
            f"WHERE pay = {NO_PAY}"
        )

    def closing_soon(self) -> None:
        soon = self.filters.now + SOON
        if self.is_open_to_all("closing_soon"):
            self.add(
                "SELECT 'closing_soon', '', '', COUNT(*) FROM (SELECT 1 "
                "FROM jobs_joblisting WHERE closes_at > %s AND closes_at <= %s "
                f"LIMIT {COUNT_LIMIT + 1}) AS counted",
                self.filters.now,
                soon,
            )
        else:
            self.add(
                "SELECT 'closing_soon', '', '', COUNT(*) "
                f"FROM {self.base_for('closing_soon')} WHERE closes_at <= %s",
                soon,
            )

    def rows(self) -> Iterator[tuple[str, str, str, int]]:
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


def _most_first(choice: Choice) -> tuple[int, str]:
    return -choice.count.number, choice.label.casefold()


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
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for name, value, label, number in counter.rows():
        values = found.setdefault(name, {})
        # One that is chosen and among the most frequent comes twice.
        values[value] = (label, max(number, values.get(value, ("", 0))[1]))
    totals = {name: number for name, (_label, number) in found["total"].items()}

    def said(name: str, number: int) -> Count:
        base = name if name in filters.active else _ALL
        cut = totals[base] > COUNT_LIMIT and not counter.is_open_to_all(name)
        return Count.capped(number, or_more=cut)

    facets = Facets(
        total=Count.capped(totals[_ALL]),
        unstated=said("pay_min", found["unstated"][""][1]),
        closing_soon=said("closing_soon", found["closing_soon"][""][1]),
        without={name: Count.capped(totals[name]) for name in filters.active},
    )
    for name in HEADINGS:
        chosen = {value.casefold() for value in filters.chosen[name]}
        if name in _LABELS:
            # One that is chosen and finds nothing is still there to be taken away.
            rest = dict.fromkeys(filters.chosen[name], ("", 0))
            found[name] = rest | found.get(name, {})
        facets.choices[name] = [
            Choice(
                value,
                str(_LABELS.get(name, {}).get(value, label)),
                said(name, number),
                is_chosen=value.casefold() in chosen,
            )
            for value, (label, number) in found.get(name, {}).items()
            if number or value.casefold() in chosen
        ]
        facets.choices[name].sort(key=_most_first)
    return facets
