"""Which jobs a list, a search or a mail shows, and in which order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Task, WorkflowState
from wagtail.models.pages import PageManager, PageQuerySet

from jobs.facts import plain


class JobPageQuerySet(PageQuerySet):
    def open(self, now: dt.datetime | None = None) -> JobPageQuerySet:
        """Jobs that the public can see and still apply for, each of them once.

        The one definition of "open" for lists, feeds, sitemap and search;
        ``jobs.facts.availability_of`` says the same of a single page. An alias is its
        source at a second address: a page, and no further job.
        """
        return self.live().public().not_closed(now).filter(alias_of__isnull=True)

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
        jobs = jobs.filter(alias_of__isnull=True)
        ended = Coalesce("closed_at", "closes_at")
        return list(
            jobs.prefetch_related("locations")
            .defer_streamfields()
            .order_by(ended.desc(), "-pk")[:10]
        )

    def with_locks(self) -> JobPageQuerySet:
        """Jobs that know their locks: two queries for all, two more for reviews.

        ``permissions_for_user(user).page_locked()`` would look them up for each job.
        """
        tasks = models.Prefetch(
            "current_task_state__task", queryset=Task.objects.specific()
        )
        states = WorkflowState.objects.active().select_related("current_task_state")
        # By the class of the rows: prefetch_workflow_states() finds those of a job
        # only where each row is fetched anew as its own class.
        prefetch = models.Prefetch(
            "_specific_workflow_states",
            queryset=states.prefetch_related(tasks),
            to_attr="_current_workflow_states",
        )
        return self.prefetch_related(prefetch).annotate_approved_schedule()

    def newest_first(self) -> JobPageQuerySet:
        return self.order_by("-posted_at", "-pk")


def _same_url(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


JobPageManager = PageManager.from_queryset(JobPageQuerySet)
