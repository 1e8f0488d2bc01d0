"""Which jobs a list, a search or a mail shows, and in which order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models.pages import PageManager, PageQuerySet

from jobs.facts import plain


class JobPageQuerySet(PageQuerySet):
    def open(
        self, now: dt.datetime | None = None, private: tuple[str, ...] | None = None
    ) -> JobPageQuerySet:
        """Jobs that the public can see and still apply for.

        The one definition of "open" for lists, feeds, sitemap and search;
        ``jobs.facts.availability_of`` says the same of a single page, and takes
        ``private`` as this does.
        """
        return self.live().for_everybody(private).not_closed(now)

    def for_everybody(self, private: tuple[str, ...] | None = None) -> JobPageQuerySet:
        """Jobs that are not private, nor below a page that is.

        Args:
            private: what ``facts.private_paths`` answered, to save that query.
        """
        if private is None:
            return self.public()
        hidden = models.Q()
        for path in private:
            hidden |= models.Q(path__startswith=path)
        return self.exclude(hidden) if hidden else self

    def not_closed(self, now: dt.datetime | None = None) -> JobPageQuerySet:
        """Jobs that are neither filled nor cancelled nor past their closing date."""
        still = models.Q(closes_at__isnull=True)
        still |= models.Q(closes_at__gt=now or timezone.now())
        return self.filter(still, closed_reason="")

    def likely_duplicate(
        self, *, title: str, company_id: int | None, apply_url: str, exclude: int | None
    ) -> Any:
        """The live and open job that may be the same as the one described, or None.

        It has the same company and title, whatever the case, spaces and punctuation;
        or it is the only one with the same web address to apply at: an address that
        several jobs have is a company's form for all of them. One query.
        """
        alike = models.Q(company_id=company_id) if company_id else models.Q()
        if apply_url:
            alike |= models.Q(apply_url__iexact=apply_url)
        if not alike:
            return None
        jobs = self.live().not_closed().filter(alike, alias_of__isnull=True)
        found = list(jobs.exclude(pk=exclude).defer_streamfields().order_by("pk"))
        for job in found:
            if job.company_id == company_id and plain(job.title) == plain(title):
                return job
        there = [x for x in found if apply_url and _same_url(x.apply_url, apply_url)]
        return there[0] if len(there) == 1 else None

    def closing_within(self, *, days: int, now: dt.datetime) -> JobPageQuerySet:
        """Jobs whose closing date comes within so many days."""
        until = now + dt.timedelta(days=days)
        return self.filter(closes_at__gt=now, closes_at__lte=until)

    def closed_lately(self, company: Any, now: dt.datetime | None = None) -> list[Any]:
        """A company's jobs that closed within 90 days, the last one first; ten at most.

        Their pages are still there. Three queries.
        """
        now = now or timezone.now()
        since = now - dt.timedelta(days=90)
        by_hand = models.Q(closed_at__gte=since) & ~models.Q(closed_reason="")
        by_date = models.Q(closes_at__gte=since, closes_at__lte=now, closed_reason="")
        jobs = self.live().public().filter(by_hand | by_date, company=company)
        ended = Coalesce("closed_at", "closes_at")
        return list(
            jobs.prefetch_related("locations")
            .defer_streamfields()
            .order_by(ended.desc(), "-pk")[:10]
        )

    def listed(self) -> JobPageQuerySet:
        """Add what a list shows of each job, in three queries for any number."""
        return (
            self.select_related("company", "company__logo", "category", "record")
            .prefetch_related("locations")
            .defer_streamfields()
        )

    def briefly(self) -> JobPageQuerySet:
        """Add what a brief shows of each job but its places, in one query."""
        return self.select_related("company").defer_streamfields()

    def newest_first(self) -> JobPageQuerySet:
        # By "id": the search backend cannot order by "pk".
        return self.order_by("-posted_at", "-id")

    def closing_soonest(self) -> JobPageQuerySet:
        """Order by closing date; jobs without one come last."""
        far = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
        return self.order_by(Coalesce("closes_at", models.Value(far)), "pk")

    def similar_to(
        self,
        *,
        category_id: int | None,
        exclude: int | None,
        count: int = 3,
        private: tuple[str, ...] | None = None,
    ) -> JobPageQuerySet:
        """Open jobs of the same field first, then the newest others; no aliases.

        Take the first ``count``. They are found in the table of the public list, whose
        keys are in this order already: a few rows are read, however many are open.
        """
        listed = apps.get_model("jobs", "JobListing")._default_manager.open()
        newest = listed.order_by("-number").values("page_id")
        # Some more, in place of the job itself and of aliases.
        few = slice(2 * count + 1)
        alike = newest.filter(category_id=category_id)
        same = models.Case(
            models.When(category_id=category_id, then=models.Value(0)),
            default=models.Value(1),
        )
        found = models.Q(pk__in=alike[few]) | models.Q(pk__in=newest[few])
        # Nearly every page is no alias: SQLite must not begin with an index of that.
        source = Coalesce("alias_of", models.Value(0))
        jobs = self.for_everybody(private or ()).alias(source=source).filter(source=0)
        jobs = jobs.exclude(pk=exclude) if exclude else jobs
        return jobs.filter(found).order_by(same, "-posted_at", "-pk")


def _same_url(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


JobPageManager = PageManager.from_queryset(JobPageQuerySet)
