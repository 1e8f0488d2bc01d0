"""The one query that counts what each choice of each filter would show.

No count reads more than a bounded number of rows, however many jobs there are.
``jobs.facets`` says what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from jobs.choices import EmploymentType, Workplace
from jobs.models.listing import NO_PAY

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.filters import JobFilters
    from jobs.models.listing import JobListing, JobListingQuerySet

#: As far as anything is counted: "1,000+".
COUNT_LIMIT = 1_000
#: Of lists with more, choices are counted among so many of those that were counted. What
#: a filter in use offers beside others is not read any further.
SAMPLE = 300
#: As far as a choice is counted in its index.
FEW = 100
#: As many jobs at most are expected to have words that are rare.
RARE = 4_000
#: As many companies and places are offered, those with most jobs.
MOST_VALUES = 25

#: What each filter is counted by, beside the number that tells jobs apart.
COLUMNS: dict[str, tuple[str, ...]] = {
    "type": ("employment_type",),
    "workplace": ("workplace",),
    "category": ("category_id",),
    "company": ("company_id",),
    "location": (),
    "pay_min": ("pay",),
    "closing_soon": ("closes_at",),
    "q": (),
}
ALL = "every"


def first(
    jobs: JobListingQuerySet, *columns: str, limit: int | None = None
) -> QuerySet[JobListing, Any]:
    """As many of ``jobs`` as are counted, and one more."""
    return jobs.values_list(*columns)[: (limit or COUNT_LIMIT) + 1]


def _as_found(jobs: JobListingQuerySet) -> JobListingQuerySet:
    """``jobs`` in whatever order an index of words finds them.

    Sorted, all of them would be read for the first thousand.
    """
    return jobs.order_by()


def composed(statement: Callable[[], Any], *columns: str) -> tuple[str, list[Any]]:
    """A statement and its parameters; it answers ``columns``, or nothing."""
    try:
        sql, params = statement()
    except EmptyResultSet:
        return f"SELECT {', '.join(columns)} FROM jobs_joblisting WHERE 1 = 0", []
    return sql, list(params)


class Counter:
    """Builds the query. Its rows are (filter, value, label, number, weight).

    ``weight`` is how many of the jobs that were looked at have the value: by that the
    most frequent come first, also where ``number`` stopped early.
    """

    def __init__(self, filters: JobFilters) -> None:
        self.filters = filters
        self.params: list[Any] = []
        self.parts: list[str] = []
        self.is_found = False
        # As the ORM writes them: SQLite compares texts.
        self.now = connection.ops.adapt_datetimefield_value(filters.now)
        self.soon = connection.ops.adapt_datetimefield_value(filters.soon)

    @property
    def offering(self) -> list[str]:
        """The filters in use that offer other choices."""
        return self.filters.all_but("q")

    def limit(self, name: str) -> int:
        """Up to so many jobs the choices of a filter are counted exactly."""
        if name in self.filters.active and not self.is_open_to_all(name):
            return SAMPLE
        return COUNT_LIMIT

    def bases(self) -> str:
        """The jobs that all but one of the filters leave, and those that all do."""
        found = self._rare_words()
        self.is_found = bool(found)
        bases = []
        if found:
            # From here on the table has no jobs but those with the words.
            sql, params = found
            self.params += params
            bases = [f"jobs_joblisting AS MATERIALIZED ({sql})"]
        return ", ".join([*bases, *map(self._base, [*self.offering, ALL])])

    def _base(self, name: str) -> str:
        """How many jobs are left without the filter ``name``, and those looked at."""
        active = self.filters.active
        counted = [x for x in COLUMNS if x not in active] if name == ALL else [name]
        columns = ["number", *(column for x in counted for column in COLUMNS[x])]
        limit = self.limit(name)
        if limit == SAMPLE:
            jobs = self._first(name, limit, *columns)
            return f"s_{name} AS ({jobs}), t_{name} AS ({self._count(f's_{name}')})"
        # Counting costs less than keeping as many for all that is counted of them.
        every = self._count(f"({self._first(name, limit, 'number')}) AS jobs")
        jobs = self._first(name, limit, *columns)
        return (
            f"t_{name} AS ({every}), s_{name} AS (SELECT * FROM ({jobs}) AS jobs "
            f"LIMIT (SELECT CASE WHEN n > {COUNT_LIMIT} THEN {SAMPLE} "
            f"ELSE {COUNT_LIMIT} END FROM t_{name}))"
        )

    def _count(self, jobs: str) -> str:
        return f"SELECT COUNT(*) AS n FROM {jobs}"

    def _first(self, name: str, limit: int, *columns: str) -> str:
        """A statement: what is left without the filter ``name``, and one more."""
        by = self.filters.all_but(name)

        def make() -> QuerySet[JobListing, Any]:
            if not self.is_found:
                return first(self.filters.narrowed(by), *columns, limit=limit)
            jobs = self.filters.narrowed(x for x in by if x != "q")
            return first(_as_found(jobs), *columns, limit=limit)

        ready = self.filters.prepared((name, self.is_found, *columns), make)
        sql, params = composed(partial(ready.statement, **self.filters.given), *columns)
        self.params += params
        return sql

    def _rare_words(self) -> tuple[str, list[Any]] | None:
        """A statement that finds all jobs with the words; None where these are many.

        PostgreSQL's index of words knows no order. So a base that is counted in the
        order of the list asks job after job for the words, until it has enough; the
        index finds those of all bases at once, and reads no more of them than the
        bases need. How many it expects tells which is quicker, and costs no more than
        asking. SQLite's index is in the order of the list.
        """
        if connection.vendor != "postgresql" or "q" not in self.filters.active:
            return None
        columns = sorted({"number", "closes_at"}.union(*COLUMNS.values()))
        ready = self.filters.prepared(
            ("found",),
            lambda: _as_found(self.filters.narrowed(["q"])).values_list(*columns),
        )
        try:
            sql, params = ready.statement(**self.filters.given)
        except EmptyResultSet:
            return None
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            ((explained,),) = cursor.fetchone()
        return (sql, params) if explained["Plan"]["Plan Rows"] <= RARE else None

    def base_for(self, name: str) -> str:
        """Where the choices of a filter are counted: all, or a sample of too many."""
        return f"s_{name if name in self.filters.active else ALL}"

    def is_open_to_all(self, name: str) -> bool:
        """Whether no filter but ``name`` itself narrows what it is counted in."""
        return set(self.filters.active) <= {name}

    def totals(self) -> None:
        for name in [ALL, *self.offering]:
            self._add(f"SELECT 'total', '{name}', '', n, 0 FROM t_{name}")

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
            f"FROM {rows} p WHERE p.is_town AND p.listing_id {self._among(base)} "
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

    def _among(self, base: str) -> str:
        """Finds rows by the numbers of a base, which are few beside all there are."""
        numbers = f"SELECT number FROM {base}"
        if connection.vendor == "sqlite":
            return f"IN ({numbers})"
        # Of IN the planner makes a join that reads the rows of all jobs.
        return f"= ANY(ARRAY({numbers}))"

    def _grouped(self, name: str, column: str) -> str:
        """The values of a column, each with its ``n`` of the jobs looked at."""
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
        return sql, [self.now]

    def _add(self, sql: str, *params: Any) -> None:
        self.parts.append(sql)
        self.params += params

    def unstated(self) -> None:
        self._one("unstated", "pay_min", f"pay = {NO_PAY}")

    def closing_soon(self) -> None:
        self._one("closing_soon", "closing_soon", "closes_at < %s", self.soon)

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

    def rows(self) -> list[tuple[str, str, str, int, int]]:
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
            found: list[Any] = cursor.fetchall()
        return found
