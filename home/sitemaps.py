"""The pages of the site that are no jobs, for search engines."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from wagtail.models import Page, Site, get_page_models

from jobs.models import JobIndexPage, JobPage
from jobs.sitemaps import JobSitemap


class PageSitemap(Sitemap[Page]):
    """Every public page of the site: the front page, the list, and what owners wrote."""

    def items(self) -> Any:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            return Page.objects.none()
        pages = Page.objects.descendant_of(site.root_page, inclusive=True)
        # The few that they are, named: all that are no jobs would read every job.
        kinds = [kind for kind in get_page_models() if kind is not JobPage]
        return pages.live().public().exact_type(*kinds).order_by("path")

    def location(self, page: Page) -> str:
        return page.get_url() or "/"

    def lastmod(self, page: Page) -> dt.datetime | None:
        own: dt.datetime | None = (
            page.last_published_at or page.latest_revision_created_at
        )
        if page.specific_class is not JobIndexPage:
            return own
        # The list changes with each job.
        return max(filter(None, (own, self._latest_job)), default=None)

    def get_latest_lastmod(self) -> dt.datetime | None:
        own = self.items().aggregate(x=Max("last_published_at"))["x"]
        return max(filter(None, (own, self._latest_job)), default=None)

    @cached_property
    def _latest_job(self) -> dt.datetime | None:
        return JobSitemap().get_latest_lastmod()
