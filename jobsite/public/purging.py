"""Telling a proxy in front which pages it has to ask for anew.

Only where ``WAGTAILFRONTENDCACHE`` names one; docs/operations.md shows how. A proxy may
keep what has no query string for a minute (`kept`), and what is told here is gone at
once: the list, its feed, the sitemap, the front page, the page itself, its company's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from wagtail.contrib.frontend_cache.utils import PurgeBatch
from wagtail.models import Page, PageViewRestriction

from jobs.models import Company, JobIndexPage, JobPage
from jobsite.robots import SITEMAPS
from notifications.models import Announcement


def is_on() -> bool:
    """Whether there is a proxy that listens."""
    return bool(getattr(settings, "WAGTAILFRONTENDCACHE", None))


def purge(instance: Any) -> None:
    """Have the proxy forget what shows ``instance``, once that is committed."""
    if is_on():
        batch = PurgeBatch(urls_of(instance))
        transaction.on_commit(partial(batch.purge), robust=True)


def urls_of(instance: Any) -> Iterator[str]:
    """The addresses that cannot wait; a few in number, whatever ``instance`` is."""
    yield f"{settings.SITE_URL}/"
    yield f"{settings.SITE_URL}{reverse('sitemap')}"
    for part in SITEMAPS:
        yield f"{settings.SITE_URL}{reverse('sitemap_part', args=[part])}"
    page = _page_of(instance)
    if page is not None and page.full_url:
        yield page.full_url
    index = JobIndexPage.objects.live().first()
    if index is None or not index.full_url:
        return
    yield index.full_url
    yield f"{index.full_url}feed/"
    company = page.company if isinstance(page, JobPage) else instance
    if isinstance(company, Company):
        yield f"{index.full_url}company/{company.slug}/"


def _page_of(instance: Any) -> Page | None:
    """The page that shows ``instance``, or no longer does; None for what many show."""
    if isinstance(instance, PageViewRestriction):
        # Not ``page.specific``: of a page that is being deleted that is gone already.
        job = JobPage.objects.filter(pk=instance.page_id).first()
        return job or instance.page
    if isinstance(instance, Announcement):
        return instance.record.page
    return instance if isinstance(instance, Page) else None
