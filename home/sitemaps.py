"""The pages of the site that are no jobs, for search engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from wagtail.models import Page, Site, get_page_models

from jobs.models import JobPage


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
        return page.last_published_at or page.latest_revision_created_at

    def get_latest_lastmod(self) -> dt.datetime | None:
        latest: dt.datetime | None = self.items().aggregate(x=Max("last_published_at"))[
            "x"
        ]
        return latest
