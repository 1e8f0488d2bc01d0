"""What lists show of a job: a row of plain values for each, all read by one query.

Lists of every kind read it, those of pages, feeds and emails. The page of a job with
its text is not read for a list.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.db.models import (
    Case,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from jobs.fragments import Memory
from jobs.in_words import JobInWords
from jobs.json_lists import JSONArray, JSONList
from jobs.models.children import JobLocation
from jobs.models.listing import JobListing
from jobs.models.snippets import MARK, Company, known_mark
from jobs.prepared import Among, Given, Prepared

if TYPE_CHECKING:
    from django.http import HttpRequest


class _Row(NamedTuple):
    number: int
    pk: int
    url: str
    title: str
    summary: str
    workplace: str
    employment_type: str
    pay_min: Decimal | None
    pay_max: Decimal | None
    pay_currency: str
    pay_period: str
    closes_at: dt.datetime | None
    posted_at: dt.datetime | None
    published_at: dt.datetime | None
    category_pk: int | None
    category_name: str | None
    record_pk: int | None
    news_field: str | None
    news_at: dt.datetime | None
    company_pk: int | None
    company_slug: str | None
    company_title: str | None
    is_confidential: bool | None
    logo_pk: int | None
    mark_file: str | None
    mark_width: int | None
    mark_height: int | None
    places: str


class ListedJob(JobInWords, _Row):
    """An open job, as a list knows it. Those that are equal look alike on one day."""

    __slots__ = ()

    @property
    def company(self) -> Company | None:
        """Who hires, with what a list shows of that and no more."""
        if self.company_pk is None:
            return None
        values = {
            "id": self.company_pk,
            "slug": self.company_slug,
            "name": self.company_title,
            "is_confidential": self.is_confidential,
            "logo_id": self.logo_pk,
        }
        # Not in the order of its fields, which the ORM's own rows always have.
        names = [
            x.attname for x in Company._meta.concrete_fields if x.attname in values
        ]
        company: Company = Company.from_db(None, names, [values[x] for x in names])
        if self.mark_file:
            company.mark = known_mark(
                self.logo_pk,
                file=self.mark_file,
                width=self.mark_width,
                height=self.mark_height,
            )
        return company

    @property
    def has_all(self) -> bool:
        """Whether nothing has to be made before it can be shown: a logo's mark may."""
        return self.logo_pk is None or self.mark_file is not None

    @property
    def news(self) -> Any:
        return self if self.news_field else None

    @property
    def where(self) -> list[dict[str, str]]:
        return [
            {"place": place, "region": region, "country": country}
            for _order, _pk, place, region, country in sorted(json.loads(self.places))
        ]


#: Where each of them is, seen from `JobListing`.
_PATHS = {
    "number": "number",
    "pk": "page_id",
    "url": "page__url_path",
    "title": "page__title",
    "summary": "page__summary",
    "workplace": "workplace",
    "employment_type": "employment_type",
    "pay_min": "page__pay_min",
    "pay_max": "page__pay_max",
    "pay_currency": "pay_currency",
    "pay_period": "page__pay_period",
    "closes_at": "page__closes_at",
    "posted_at": "page__posted_at",
    "published_at": "page__last_published_at",
    "category_pk": "category_id",
    "category_name": "category__name",
    "record_pk": "page__record__pk",
    "news_field": "page__record__news_field",
    "news_at": "page__record__news_at",
    "company_pk": "company__pk",
    "company_slug": "company__slug",
    "company_title": "company__name",
    "is_confidential": "company__is_confidential",
    "logo_pk": "company__logo_id",
    "mark_file": "mark__file",
    "mark_width": "mark__width",
    "mark_height": "mark__height",
    "places": "places_json",
}


def _values(listings: models.QuerySet[JobListing]) -> models.QuerySet[JobListing, Any]:
    mark = FilteredRelation(
        "company__logo__renditions",
        condition=Q(
            company__logo__renditions__filter_spec=MARK,
            company__logo__renditions__focal_point_key="",
        ),
    )
    place = JSONArray("sort_order", "pk", "place", "region", "country")
    places = JobLocation.objects.filter(page=OuterRef("page")).order_by()
    return listings.annotate(
        mark=mark, places_json=Subquery(places.values(x=JSONList(place)))
    ).values_list(*(_PATHS[name] for name in _Row._fields))


_these = Prepared(
    lambda: _values(JobListing.objects.filter(Among("number", "numbers")))
)


def jobs_of(
    numbers: Iterable[int], request: HttpRequest | None = None
) -> list[ListedJob]:
    """Read what lists show of the jobs with these numbers, in this order. One query.

    A job that has left the list since its number was read is left out.
    """
    wanted = list(numbers)
    found = {job.number: job for job in _jobs(_these.rows(numbers=wanted), request)}
    return [found[number] for number in wanted if number in found]


def _jobs(
    rows: Iterable[tuple[Any, ...]], request: HttpRequest | None
) -> Iterator[ListedJob]:
    address = addresses(request)
    for row in rows:
        job = ListedJob._make(row)
        yield job._replace(url=address(job.url))


class _AmongFew(Func):
    """Whether ``number`` is one of what two subqueries find; a condition for ``filter``.

    PostgreSQL runs the two first and looks these few up in an index. For an OR of two
    "in" it would read the table.
    """

    output_field = models.BooleanField()
    few = "SELECT * FROM %(expressions)s AS other"
    arg_joiner = " AS one UNION ALL SELECT * FROM "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"jobs_joblisting.number IN ({self.few})"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"jobs_joblisting.number = ANY(ARRAY({self.few}))"
        return self.as_sql(compiler, connection, template=template, **context)


#: So many jobs are offered in the place of another one.
SIMILAR = 3


def _similar() -> models.QuerySet[JobListing, Any]:
    now = Given("now", models.DateTimeField())
    category = Given("category", models.BigIntegerField())
    newest = JobListing.objects.open(now).order_by("-number")
    alike = newest.filter(category_id=category)
    # A few rows of either are read, however many are open: one more than are offered,
    # in whose place the others may be.
    few = [Subquery(x.values("number")[: SIMILAR + 1]) for x in (alike, newest)]
    same = Case(When(category_id=category, then=Value(0)), default=Value(1))
    listings = JobListing.objects.filter(_AmongFew(*few))
    return _values(listings.order_by(same, "-number"))[: SIMILAR + 1]


_similar_ones = Prepared(_similar)
#: Those of each field of work, the same for all its jobs in one edition.
similar_known: Memory[list[ListedJob]] = Memory(200)


class Offer(NamedTuple):
    """Open jobs in the place of another one.

    They are called similar only if ``are_similar``: all of its field of work.
    """

    jobs: list[ListedJob]
    are_similar: bool


def similar_to(
    *,
    category_id: int | None,
    exclude: int | None,
    request: HttpRequest | None = None,
) -> Offer:
    """Read three open jobs: of the same field first, then the newest others.

    One query, once for each field in an edition. ``exclude`` is the page of a job that
    is not offered; None for none.
    """

    def read() -> list[ListedJob]:
        rows = _similar_ones.rows(now=timezone.now(), category=category_id)
        return list(_jobs(rows, request))

    near = similar_known.get_of_edition(request, category_id, read)
    jobs = [job for job in near if job.pk != exclude][:SIMILAR]
    of_field = category_id is not None
    return Offer(jobs, of_field and all(x.category_pk == category_id for x in jobs))


def addresses(request: HttpRequest | None = None) -> Callable[[str], str]:
    """Find out how the address of a page follows from its ``url_path``.

    For many pages of the board's one site. A ``request`` knows it after the first time.
    """
    known = getattr(request, "_wagtail_cached_site_root_paths", None)
    roots = Site.get_site_root_paths() if known is None else known
    start = reverse("wagtail_serve", args=[""])
    paths = [root.root_path for root in roots]

    def address(url_path: str) -> str:
        root = next(filter(url_path.startswith, paths), None)
        return "" if root is None else start + url_path[len(root) :]

    return address
