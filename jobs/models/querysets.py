"""Which jobs a list, a search or a mail shows, and in which order."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models.pages import PageManager, PageQuerySet


class JobPageQuerySet(PageQuerySet):
    def open(self, now: dt.datetime | None = None) -> JobPageQuerySet:
        """Jobs that the public can see and still apply for.

        The one definition of "open" for lists, feeds, sitemap and search;
        ``jobs.facts.availability_of`` says the same of a single page.
        """
        now = now or timezone.now()
        return (
            self.live()
            .public()
            .filter(closed_reason="")
            .filter(models.Q(closes_at__isnull=True) | models.Q(closes_at__gt=now))
        )

    def listed(self) -> JobPageQuerySet:
        """Add what a list shows of each job, in three queries for any number."""
        return (
            self.select_related("company", "company__logo", "category")
            .prefetch_related("locations")
            .defer_streamfields()
        )

    def newest_first(self) -> JobPageQuerySet:
        # By "id": the search backend cannot order by "pk".
        return self.order_by("-posted_at", "-id")

    def closing_soonest(self) -> JobPageQuerySet:
        """Order by closing date; jobs without one come last."""
        far = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
        return self.order_by(Coalesce("closes_at", models.Value(far)), "pk")

    def similar_to(
        self, *, category_id: int | None, company_name: str = "", exclude: int | None
    ) -> JobPageQuerySet:
        """Open jobs of the same field first, then the newest others."""
        same = models.Case(
            models.When(category_id=category_id, then=models.Value(0)),
            default=models.Value(1),
        )
        jobs = self.open().exclude(pk=exclude) if exclude else self.open()
        return jobs.order_by(same, "-posted_at", "-pk")


JobPageManager = PageManager.from_queryset(JobPageQuerySet)
