"""One page of the list of jobs: its jobs, and the ways on and back.

Pages have numbers as far as jobs are counted. Beyond, an older page goes on after the
last job of the one before it: a page costs the same wherever it is.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F, FilteredRelation, Q

from jobs import facets, search
from jobs.filters import NEWEST, JobFilterSet
from jobs.models.listing import JobListing
from jobs.models.snippets import MARK, Company

if TYPE_CHECKING:
    from jobs.models.listing import JobListingQuerySet
    from jobs.models.pages import JobPage

JOBS_PER_PAGE = 20
#: As many jobs a company's page shows; the list has the others.
COMPANY_JOBS = 50
LAST_NUMBER = facets.COUNT_LIMIT // JOBS_PER_PAGE
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LARGEST = 2**63 - 1


@dataclass(slots=True)
class JobListPage:
    """A page of jobs. ``number`` is None for one that is beyond the numbered ones."""

    jobs: list[JobPage] = field(default_factory=list)
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
    filters: JobFilterSet, total: facets.Count, *, number: str, after: str
) -> JobListPage:
    """Answer the page that is asked for, or the nearest that there is.

    Args:
        filters: what the list is narrowed and ordered by.
        total: how many jobs that leaves.
        number: what was asked for as ``page``; anything.
        after: what was asked for as ``after``; anything. Where it can be understood,
            ``number`` does not matter.
    """
    if not total:
        return JobListPage()
    last = -(-total.number // JOBS_PER_PAGE)
    jobs = in_order(filters)
    point = _point(after, filters.order)
    if point:
        listings = _read(_behind(jobs, filters.order, point)[: JOBS_PER_PAGE + 1])
        page = JobListPage(number=None, last=last)
    else:
        here = min(max(_whole(number), 1), last)
        first = (here - 1) * JOBS_PER_PAGE
        listings = _read(jobs[first : first + JOBS_PER_PAGE + 1])
        page = JobListPage(number=here, last=last)
    more = len(listings) > JOBS_PER_PAGE
    listings = listings[:JOBS_PER_PAGE]
    page.jobs = [listing.page for listing in listings]
    is_beyond = page.number is None or page.number >= LAST_NUMBER
    if more and is_beyond and filters.order != "relevance":
        page.after = _point_of(listings[-1], filters.order)
    return page


def newest(filters: JobFilterSet, count: int) -> list[JobPage]:
    """The newest jobs that ``filters`` leave, whatever the order."""
    return jobs_of(filters.narrowed()[:count])


def of_company(company: Company) -> tuple[list[JobPage], facets.Count]:
    """A company's newest open jobs, and how many it has open in all.

    Three queries where it has more than are shown, else two.
    """
    jobs = JobListing.objects.open().filter(company=company).order_by("-number")
    shown = jobs_of(jobs[: COMPANY_JOBS + 1])
    for job in shown:
        job.company = company
    if len(shown) <= COMPANY_JOBS:
        return shown, facets.Count(len(shown))
    return shown[:COMPANY_JOBS], facets.count_each([jobs])[0]


def jobs_of(listings: JobListingQuerySet) -> list[JobPage]:
    """Read what a list shows of some jobs, in their order: two queries for any number.

    Company, category, record, the company's mark and the places come along; the text
    of the job does not.
    """
    return [listing.page for listing in _read(listings)]


def _read(listings: JobListingQuerySet) -> list[JobListing]:
    # Found in the narrow table alone, joined to the wide ones when they are few.
    rows = JobListing.objects.filter(number__in=listings.values("number"))
    mark = FilteredRelation(
        "page__company__logo__renditions",
        condition=Q(
            page__company__logo__renditions__filter_spec=MARK,
            page__company__logo__renditions__focal_point_key="",
        ),
    )
    joined = (
        rows.annotate(mark=mark)
        .annotate(
            mark_file=F("mark__file"),
            mark_width=F("mark__width"),
            mark_height=F("mark__height"),
        )
        .select_related("page__company__logo", "page__category", "page__record")
        .prefetch_related("page__locations")
        .defer("page__body", "page__words", "page__search_description")
    )
    found = list(_like(joined, listings))
    for listing in found:
        _give_mark(listing)
    return found


def _like(joined: JobListingQuerySet, listings: JobListingQuerySet) -> Any:
    """Order the rows as the numbers are ordered that they were found by."""
    order = listings.query.order_by
    rank = order[0]
    if isinstance(rank, search.Rank):
        return joined.filter(words__index__matches=rank.phrases).order_by(*order)
    # Both are other names of the number.
    if rank in {"-words", "-places__listing_id"}:
        return joined.order_by("-number")
    return joined.order_by(*order)


def _give_mark(listing: Any) -> None:
    """Give the company its mark, where there is one that was read along."""
    company = listing.page.company
    if company is not None and company.logo_id and listing.mark_file:
        company.mark = company.logo.renditions.model(
            image=company.logo,
            filter_spec=MARK,
            file=listing.mark_file,
            width=listing.mark_width,
            height=listing.mark_height,
        )


def in_order(filters: JobFilterSet) -> JobListingQuerySet:
    """All that ``filters`` leave, in the order that they ask for."""
    jobs = filters.narrowed()
    if filters.order == "closing":
        return jobs.order_by("closes_at", "-number")
    if filters.order == "pay":
        return jobs.order_by("-pay", "-number")
    if filters.order == "relevance":
        # Ranking costs more than finding: the newest are ranked, and no others.
        newest = filters.narrowed().values("number")[: facets.COUNT_LIMIT]
        rank = search.Rank(filters.chosen["q"])
        return jobs.filter(number__in=newest).order_by(rank, "-number")
    return jobs


def _whole(text: str) -> int:
    digits = text.lstrip("-")[:10]
    return int(digits) if text[:1] != "-" and re.fullmatch("[0-9]+", digits) else 1


def _point_of(listing: JobListing, sort: str) -> str:
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
