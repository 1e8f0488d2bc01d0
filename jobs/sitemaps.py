"""What search engines are to look at: open jobs, and companies that have one.

In parts, so that a board with 50,000 jobs is read a thousand at a time.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.core.paginator import Paginator
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.urls import reverse
from wagtail.models import Site

from jobs.models import Company, JobIndexPage, JobListing, JobPage, JobRecord

PART = 1_000


class _Counted(Paginator):
    """Parts of a list whose number is known without what is read of each job."""

    @cached_property
    def count(self) -> int:
        return JobListing.objects.open().count()


class JobSitemap(Sitemap[tuple[str, dt.datetime | None]]):
    """Open jobs, each with when it was last published."""

    limit = PART

    def __init__(self) -> None:
        # Looked up once for all jobs, which stand in one tree.
        root = next(iter(Site.get_site_root_paths()), None)
        self._skipped = len(root.root_path) if root else 1
        self._prefix = reverse("wagtail_serve", args=[""])

    def items(self) -> QuerySet[Any, tuple[str, dt.datetime | None]]:
        # In the order of posting: a part that is full stays as it is.
        found: QuerySet[Any, tuple[str, dt.datetime | None]] = (
            JobListing.objects.open()
            .order_by("number")
            .values_list("page__url_path", "page__last_published_at")
        )
        return found

    @property
    def paginator(self) -> Paginator:
        return _Counted(self.items(), self.limit)

    def location(self, item: tuple[str, dt.datetime | None]) -> str:
        return self._prefix + item[0][self._skipped :]

    def lastmod(self, item: tuple[str, dt.datetime | None]) -> dt.datetime | None:
        return item[1]

    def get_latest_lastmod(self) -> dt.datetime | None:
        """When a job was last published: an open one, or one that this closed."""
        latest: dt.datetime | None = JobRecord.objects.aggregate(
            x=Max("last_public_at")
        )["x"]
        return latest


class CompanySitemap(Sitemap[tuple[str, int]]):
    """Companies with an open job, each with when any of their jobs was last published.

    Also one that has ended, which their pages show. So their date goes back only when
    the page of that job is deleted.
    """

    limit = PART

    def __init__(self) -> None:
        index = JobIndexPage.objects.live().public().first()
        self._prefix = (index.get_url() or "") if index else ""

    def items(self) -> QuerySet[Any, tuple[str, int]]:
        companies = Company.objects.named().order_by("slug")
        if not self._prefix:
            companies = companies.none()
        jobs = JobListing.objects.open().filter(company=OuterRef("pk"))
        found: QuerySet[Any, tuple[str, int]] = companies.filter(Exists(jobs))
        return found.values_list("slug", "pk")

    @cached_property
    def _published(self) -> dict[int, dt.datetime | None]:
        # For all at once: for each by itself, it takes ten times as long.
        jobs = JobPage.objects.order_by().values_list("company_id")
        return dict(jobs.annotate(x=Max("last_published_at")))

    def location(self, item: tuple[str, int]) -> str:
        return f"{self._prefix}company/{item[0]}/"

    def lastmod(self, item: tuple[str, int]) -> dt.datetime | None:
        return self._published.get(item[1])

    def get_latest_lastmod(self) -> dt.datetime | None:
        return JobSitemap().get_latest_lastmod()
