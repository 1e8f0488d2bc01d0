"""Which of the selected pages a bulk action changes, whom it tells, and why not all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.views.pages.search import page_filter_search
from wagtail.models import Page

from jobs.facts import availability_of, closing_of, private_paths
from jobs.models import JobPage
from notifications import clock
from notifications.audience import (
    KNOWN_AS_ENDED,
    KNOWN_AS_OPEN,
    Crowd,
    audience,
    crowd_of,
)
from notifications.job_listing import JobFilterSet, with_followers
from notifications.models import Announcement, AnnouncementSettings

if TYPE_CHECKING:
    from subscriptions.models import SubscriptionQuerySet

Kind = Announcement.Kind

#: More would hold the database for longer than an editor waits for a page.
MOST_JOBS = 100


@dataclass(frozen=True)
class Chosen:
    """What a bulk action found among the selected pages.

    ``jobs`` are those that it changes. ``left_alone`` has each other page with the end
    of a sentence that says why. ``is_closing``: as in ``JobBulkAction``.
    """

    jobs: list[JobPage]
    left_alone: list[tuple[Page, str]]
    is_closing: bool
    now: dt.datetime
    private: tuple[str, ...]

    def without(self, unfit: Callable[[JobPage], bool], why: str) -> Chosen:
        """The same, with the ``unfit`` jobs left alone."""
        return replace(
            self,
            jobs=[job for job in self.jobs if not unfit(job)],
            left_alone=[*self.left_alone, *((x, why) for x in self.jobs if unfit(x))],
        )

    @property
    def are_too_many(self) -> bool:
        return len(self.jobs) > MOST_JOBS

    @property
    def waiting_drafts(self) -> int:
        """How many have edits in a draft, which keep waiting."""
        return sum(job.has_unpublished_changes for job in self.jobs)

    @cached_property
    def _told(self) -> Crowd:
        return crowd_of(self._following)

    @property
    def followers(self) -> int:
        """How many subscriptions are told, if every job changes."""
        return self._told.followers

    @property
    def people(self) -> int:
        """How many people that is."""
        return self._told.people

    @cached_property
    def held(self) -> int:
        """How many jobs' emails wait longer, for the least gap between two changes."""
        settings = AnnouncementSettings.load()
        if self.is_closing or not settings.least_gap:
            return 0
        due_at = self.now + dt.timedelta(minutes=settings.quiet_minutes)
        told = Announcement.objects.heard().filter(
            kind=Kind.CHANGED, created_at__gt=due_at - settings.least_gap
        )
        followed = self._following.values("record")
        return told.filter(record__in=followed).values("record").distinct().count()

    @property
    def _following(self) -> SubscriptionQuerySet:
        # Nobody is told of a change in a job that is closed, or that few may see.
        told = [
            job.pk
            for job in self.jobs
            if availability_of(job, self.now, self.private).is_open
        ]
        if self.is_closing:
            rows = audience(Kind.CLOSED).filter(KNOWN_AS_OPEN)
        else:
            rows = audience(Kind.CHANGED).filter(KNOWN_AS_OPEN)
            rows |= audience(Kind.OPEN_AGAIN).filter(KNOWN_AS_ENDED)
        return rows.filter(record__page__in=told)


def listed_ids(request: HttpRequest) -> list[int]:
    """The jobs that the list of jobs shows on all of its pages, as it is filtered."""
    jobs = with_followers(JobPage.objects.all())
    found = JobFilterSet(request.GET, queryset=jobs, request=request).qs
    ids = found.order_by("pk").values_list("pk", flat=True)
    if request.GET.get("q"):
        pages, _query = page_filter_search(request.GET["q"], JobPage.objects.all())
        matching = {page.pk for page in pages.results()}
        return [pk for pk in ids if pk in matching]
    return list(ids)


def choose(
    ids: Iterable[int], *, user: Any, wants_open: bool, is_closing: bool
) -> Chosen:
    """Sort the selected pages by what ``user`` may do and their state lets be done.

    Costs the same few queries for any number of pages.
    """
    pages = list(Page.objects.filter(pk__in=ids).order_by("pk"))
    if not pages:
        raise Http404
    found = JobPage.objects.filter(pk__in=[page.pk for page in pages])
    # Workflow states are found by the class of the rows, so they must be specific.
    rows: Any = with_followers(found.specific())
    rows = rows.prefetch_related("company").prefetch_workflow_states()
    jobs = {job.pk: job for job in rows.annotate_approved_schedule()}
    now = clock.database_now()
    chosen, left_alone = [], []
    for page in pages:
        job = jobs.get(page.pk)
        why = _why_not(job, user, wants_open=wants_open, now=now)
        if job is None or why:
            left_alone.append((page, why))
        else:
            chosen.append(job)
    return Chosen(chosen, left_alone, is_closing, now, private_paths())


def _why_not(
    job: JobPage | None, user: Any, *, wants_open: bool, now: dt.datetime
) -> str:
    """Say why a page is left alone, as the end of a sentence; "" if it is not."""
    if job is None:
        return _("is not a job")
    may = job.permissions_for_user(user)
    reasons = (
        (not may.can_publish(), _("you may not publish it")),
        (job.alias_of_id is not None, _("mirrors another page: change that one")),
        (not job.live, _("is not public")),
        (job.approved_schedule, _("a draft waits for its date")),
        (job.workflow_in_progress, _("a draft waits for review")),
        (job.locked and may.page_locked(), _("is locked")),
        (wants_open and not closing_of(job, now).is_open, _("is closed already")),
    )
    return next((why for is_so, why in reasons if is_so), "")
