"""Foretelling what followers will be told: of a draft, and of what waits.

The same comparison as later in a worker; of a draft that somebody writes, instead of
the public page. It writes nothing.
"""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Count, Q

from jobs.choices import ClosedReason, TellFollowers
from jobs.facts import (
    Facts,
    changes,
    facts_if_published,
    facts_now,
    is_open,
    private_paths,
)
from jobs.models import JobPage, JobRecord
from notifications import clock, comparing, services
from notifications.audience import Crowd, audience, crowd_of, hearing, people_told
from notifications.models import AnnouncedState, Announcement, AnnouncementSettings
from notifications.models.announcements import STRENGTH
from notifications.previews import Preview, preview_announcement
from subscriptions.services import followers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from wagtail.models import Page

    from notifications.comparing import News


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What publishing a job now would do.

    ``news`` is None when followers would not be told; ``cancelled`` says whether that
    is because it was cancelled before. ``told`` counts those among the ``followers``
    who want to hear of such news. ``minor`` counts the places where only wording
    differs. ``intent`` is the strongest wish of the quiet window,
    the draft's own included. ``held_until`` is set when a change must wait for the
    least gap since the last one, for longer than the quiet window.
    """

    state: AnnouncedState | None
    followers: int
    told: int = 0
    news: News | None = None
    minor: int = 0
    cancelled: bool = False
    intent: str = TellFollowers.AUTOMATIC
    held_until: dt.datetime | None = None
    before: Facts | None = None
    after: Facts | None = None
    now: dt.datetime | None = None

    def preview(self) -> Preview | None:
        """The email as it would arrive; None when there is none."""
        if self.news is None or self.state is None or self.now is None:
            return None
        if self.before is None or self.after is None:
            return None
        told = services.draft_announcement(
            self.state,
            self.news,
            before=self.before,
            after=comparing.moved_on(self.before, self.after),
            now=self.now,
        )
        return preview_announcement(told)


def foretell(page: JobPage) -> Forecast:
    """Say what publishing ``page``, a draft as it stands, would tell its followers.

    Args:
        page: as an editor has it, saved or not.
    """
    record = page.record_or_none
    if record is None:
        return Forecast(state=None, followers=0)
    followers = followers_of(record_id=record.pk)
    state = AnnouncedState.objects.filter(record=record).select_related("record")
    announced = state.first()
    if announced is None or announced.facts is None:
        return Forecast(state=announced, followers=followers)
    now = clock.database_now()
    before, after = announced.facts, facts_if_published(page, now)
    news = _news_if_published(announced, page, after, now)
    minor = [c for c in changes(before, after) if c.minor] if is_open(after) else []
    window = dt.timedelta(minutes=AnnouncementSettings.load().quiet_minutes)
    held = comparing.held_until(news, record, now) if news else None
    return Forecast(
        state=announced,
        followers=followers,
        told=people_told(record_id=record.pk, kind=news.kind) if news else 0,
        news=news,
        minor=len(minor),
        cancelled=comparing.is_cancelled(announced, after),
        intent=announced.intent,
        held_until=held if held and held > now + window else None,
        before=before,
        after=after,
        now=now,
    )


def _news_if_published(
    announced: AnnouncedState, draft: JobPage, after: Facts, now: dt.datetime
) -> News | None:
    """Compare with ``draft``; its wish and its line join those in ``announced``."""
    announced.intent = _strongest(announced.intent, draft.tell_followers)
    announced.note = _joined(announced.note, draft.change_note)
    return comparing.news_between(announced, after, now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The news that a quiet window holds: to how many it goes, and its email."""

    told: int
    preview: Preview


def waiting_email(state: AnnouncedState) -> Waiting | None:
    """Show the email that goes out if nobody does anything more; None for none."""
    news = comparing.news_of(state)
    if news is None or state.facts is None:
        return None
    now = clock.database_now()
    after = comparing.moved_on(state.facts, facts_now(state.record, now))
    announcement = services.draft_announcement(
        state, news, before=state.facts, after=after, now=now
    )
    told = people_told(record_id=state.record_id, kind=news.kind)
    return Waiting(told=told, preview=preview_announcement(announcement))


@dataclass(frozen=True, slots=True)
class Publishing:
    """What publishing the drafts of some pages tells: jobs with news, and whom.

    ``found`` says whether there is any job among the pages.
    """

    found: bool
    jobs: int
    told: Crowd


def jobs_that_go_public(
    pages: Iterable[Page], *, below: bool = True
) -> QuerySet[JobPage]:
    """The jobs that publishing ``pages`` at once would publish.

    With ``below`` also what is below them, as far as it is not public: that is what
    Wagtail offers to publish too.
    """
    wanted = Q(pk__in=[page.pk for page in pages])
    if below:
        for page in pages:
            wanted |= Q(path__startswith=page.path, live=False)
    jobs: QuerySet[JobPage] = JobPage.objects.filter(wanted, alias_of__isnull=True)
    return jobs


def foretell_publishing(pages: Iterable[Page]) -> Publishing:
    """Say what publishing the newest drafts of ``pages`` at once would tell.

    Drafts that are set to a later date are not public then, and tell nobody yet.
    Eight queries, and what Wagtail asks to read the draft of each job that somebody
    follows.
    """
    jobs = jobs_that_go_public(pages)
    followed = audience(Announcement.Kind.CLOSED).values("record")
    states = (
        AnnouncedState.objects.filter(record__page__in=jobs, facts__isnull=False)
        .filter(record__in=followed)
        .select_related("record__page__latest_revision")
        .prefetch_related("record__page__requirements", "record__page__locations")
    )
    now, private = clock.database_now(), private_paths()
    changed: list[int] = []
    ended: list[int] = []
    for state in states:
        page = cast("JobPage", state.record.page)
        draft = page.get_latest_revision_as_object()
        if draft.go_live_at and draft.go_live_at > now:
            continue
        after = facts_if_published(draft, now, private)
        news = _news_if_published(state, draft, after, now)
        if news is not None:
            is_change = news.kind == Announcement.Kind.CHANGED
            (changed if is_change else ended).append(state.record_id)
    told = hearing(changed=changed, ended=ended)
    with_news = told.aggregate(jobs=Count("record", distinct=True))
    return Publishing(jobs.exists(), with_news["jobs"], crowd_of(told))


def foretell_closing(page: JobPage) -> Forecast:
    """Say what closing ``page``, as it is public, or opening it again would tell.

    Whether it was filled or cancelled makes no difference to whom.
    """
    reason = "" if page.closed_reason else ClosedReason.FILLED
    return _foretell_with(page, closed_reason=reason)


def foretell_extending(page: JobPage) -> Forecast:
    """Say what letting ``page``, as it is public, close later would tell.

    When it closes instead makes no difference to whom.
    """
    later = page.closes_at + dt.timedelta(days=1) if page.closes_at else None
    return _foretell_with(page, closes_at=later)


def _foretell_with(page: JobPage, **values: Any) -> Forecast:
    changed = copy.copy(page)
    values |= {"tell_followers": TellFollowers.AUTOMATIC, "change_note": ""}
    for name, value in values.items():
        setattr(changed, name, value)
    return foretell(changed)


def last_announcement(page: JobPage) -> Announcement | None:
    """What followers of a job were told last, or were not told by somebody's wish."""
    record = page.record_or_none
    rows = Announcement.objects.filter(record=record) if record else None
    if rows is None:
        return None
    return rows.select_related("actor").order_by("-version").first()


def _strongest(*intents: str) -> str:
    ranked = [i for i in intents if i]
    return max(ranked, key=lambda i: STRENGTH.index(TellFollowers(i)))


def _joined(earlier: str, note: str) -> str:
    return earlier if note in ("", earlier) else f"{earlier} {note}".strip()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will happen to a job's followers if nobody does anything more.

    ``news`` is None when they will not be told; ``cancelled`` says whether that is
    because it was cancelled before. ``due_at`` is when it goes out, the least gap
    counted in; None when no comparison is waiting. ``told`` counts those among the
    ``followers`` who want to hear of such news.
    """

    state: AnnouncedState | None
    news: News | None
    due_at: dt.datetime | None
    followers: int
    told: int
    cancelled: bool = False


def outlook(*, record: JobRecord | None) -> Outlook:
    """Foretell what the next comparison of a job will decide."""
    state = AnnouncedState.objects.filter(record=record).first() if record else None
    if record is None or state is None:
        return Outlook(None, None, None, 0, 0)
    followers = followers_of(record_id=record.pk)
    # Not of `record`, which may hold the page as it was.
    after = facts_now(state.record, clock.database_now()) if state.due_at else None
    news = comparing.news_between(state, after) if after else None
    told = people_told(record_id=record.pk, kind=news.kind) if news else 0
    cancelled = after is not None and comparing.is_cancelled(state, after)
    due_at = comparing.goes_out_at(state, news)
    return Outlook(state, news, due_at, followers, told, cancelled)
