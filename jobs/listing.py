"""One page of the list of jobs: its jobs, and the ways on and back.

Pages have numbers as far as jobs are counted. Beyond, an older page goes on after the
last job of the one before it: a page costs the same wherever it is.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from jobs import counting, facets, search
from jobs.filters import NEWEST, JobFilters
from jobs.listed import ListedJob, jobs_of
from jobs.models.listing import JobListing

if TYPE_CHECKING:
    from django.http import HttpRequest

    from jobs.models.listing import JobListingQuerySet
    from jobs.models.snippets import Company

JOBS_PER_PAGE = 20
#: As many jobs a company's page shows; the list has the others.
COMPANY_JOBS = 50
LAST_NUMBER = counting.COUNT_LIMIT // JOBS_PER_PAGE
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LARGEST = 2**63 - 1


@dataclass(slots=True)
class JobListPage:
    """A page of jobs. ``number`` is None for one that is beyond the numbered ones."""

    jobs: list[ListedJob] = field(default_factory=list)
    number: int | None = 1
    last: int = 1
    after: str = ""

    def __iter__(self) -> Any:
        return iter(self.jobs)

    def __len__(self) -> int:
        return len(self.jobs)

    @property
    def numbers(self) -> list[int | None]:
        """The numbers to offer; None stands for those that are left out."""
        here = self.number or self.last
        near = {1, self.last, *range(here - 2, here + 3)}
        if here < 4:
            near |= set(range(1, 6))
        shown = sorted(x for x in near if 1 <= x <= self.last)
        numbers: list[int | None] = []
        for one in shown:
            if numbers and numbers[-1] != one - 1:
                numbers.append(None)
            numbers.append(one)
        return numbers

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number and self.number > 1 else None

    @property
    def next(self) -> int | None:
        if self.number is None or self.number >= self.last:
            return None
        return self.number + 1


def page_of(
    filters: JobFilters,
    total: facets.Count,
    *,
    number: str,
    after: str,
    request: HttpRequest | None = None,
) -> JobListPage:
    """Answer the page that is asked for, or the nearest that there is. Two queries.

    The first one finds the jobs in the narrow table alone, the second one reads what is
    shown of these few.

    Args:
        filters: what the list is narrowed and ordered by.
        total: how many jobs that leaves.
        number: what was asked for as ``page``; anything.
        after: what was asked for as ``after``; anything. Where it can be understood,
            ``number`` does not matter. Behind the last job is the last numbered page.
        request: knows the addresses of the site.
    """
    if not total:
        return JobListPage()
    last = -(-total.number // JOBS_PER_PAGE)
    found: list[Any] = []
    point = _point(after, filters.order)
    if point:
        page = JobListPage(number=None, last=last)
        jobs = _behind(in_order(filters), filters.order, point)
        found = list(_from(jobs, 0))
    if not found:
        here = last if point else min(max(_whole(number), 1), last)
        page = JobListPage(number=here, last=last)
        first = (here - 1) * JOBS_PER_PAGE
        ready = filters.prepared(
            (filters.order, first), lambda: _from(in_order(filters), first)
        )
        found = ready.rows(**filters.given)
    shown = found[:JOBS_PER_PAGE]
    page.jobs = jobs_of((row.number for row in shown), request)
    is_beyond = page.number is None or page.number >= LAST_NUMBER
    if len(found) > len(shown) and is_beyond and filters.order != "relevance":
        page.after = _point_of(shown[-1], filters.order)
    return page


def _from(jobs: JobListingQuerySet, first: int) -> QuerySet[JobListing, Any]:
    """One page of ``jobs``, and one more to see whether there is another page."""
    rows = jobs.values_list("number", "closes_at", "pay", named=True)
    return rows[first : first + JOBS_PER_PAGE + 1]


def first_of(
    jobs: JobListingQuerySet, count: int, request: HttpRequest | None = None
) -> list[ListedJob]:
    """Read the first ``count`` of some jobs: two queries."""
    return jobs_of(list(jobs.values_list("number", flat=True)[:count]), request)


def of_company(
    company: Company, request: HttpRequest | None = None
) -> tuple[list[ListedJob], facets.Count]:
    """A company's newest open jobs, and how many it has open in all. Two queries."""
    jobs = JobListing.objects.open().filter(company=company).order_by("-number")
    # Numbers, as far as anything is counted, are read as quickly as they are counted.
    numbers = jobs.values_list("number", flat=True)[: counting.COUNT_LIMIT + 1]
    found = list(numbers)
    return jobs_of(found[:COMPANY_JOBS], request), facets.Count.capped(len(found))


def in_order(filters: JobFilters) -> JobListingQuerySet:
    """All that ``filters`` leave, in the order that they ask for."""
    jobs = filters.narrowed()
    if filters.order == "closing":
        return jobs.order_by("closes_at", "-number")
    if filters.order == "pay":
        return jobs.order_by("-pay", "-number")
    if filters.order == "relevance":
        # Ranking costs more than finding: the newest are ranked, and no others.
        newest = filters.narrowed().values("number")[: counting.COUNT_LIMIT]
        rank = search.Rank(search.given(search.phrases(filters.chosen["q"])))
        return jobs.filter(number__in=newest).order_by(rank, "-number")
    return jobs


def _whole(text: str) -> int:
    digits = text.lstrip("-")[:10]
    return int(digits) if text[:1] != "-" and re.fullmatch("[0-9]+", digits) else 1


def _point_of(listing: Any, sort: str) -> str:
    """Where the next page goes on, as an address carries it."""
    if sort == "closing":
        since = (listing.closes_at - _EPOCH) // dt.timedelta(microseconds=1)
        return f"{since}.{listing.number}"
    if sort == "pay":
        return f"{listing.pay}.{listing.number}"
    return str(listing.number)


def _point(text: str, sort: str) -> tuple[Any, int] | None:
    """Read what ``_point_of`` wrote; None for anything else."""
    pattern = r"[0-9]{1,19}" if sort == NEWEST else r"-?[0-9]{1,19}\.[0-9]{1,19}"
    if sort == "relevance" or not re.fullmatch(pattern, text):
        return None
    value, _dot, number = text.rpartition(".")
    if int(number) > _LARGEST or int(value or 0) > _LARGEST:
        return None
    if sort != "closing":
        return int(value or 0), int(number)
    try:
        return _EPOCH + dt.timedelta(microseconds=int(value)), int(number)
    except OverflowError:
        return None


def _behind(
    jobs: JobListingQuerySet, sort: str, point: tuple[Any, int]
) -> JobListingQuerySet:
    value, number = point
    if sort == "closing":
        here = Q(closes_at__gt=value) | Q(number__lt=number)
        return jobs.filter(here, closes_at__gte=value)
    if sort == "pay":
        here = Q(pay__lt=value) | Q(number__lt=number)
        return jobs.filter(here, pay__lte=value)
    return jobs.filter(number__lt=number)
