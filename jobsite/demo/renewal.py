"""Moves the town to today: every date of its jobs, as many days as have passed.

Nothing is written anew and nobody is told. What visitors did to the town's jobs moves
with them; what had happened never comes to lie in the future.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime
from wagtail.models import PageLogEntry, Revision, TaskState, WorkflowState

from jobs import wording
from jobs.facts import Change, Facts, facts_now
from jobs.models import JobPage, JobRecord
from jobsite.demo.days import later
from jobsite.demo.followers import hashes
from notifications import comparing
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from subscriptions.models import Subscriber, Subscription

Shift = Callable[[dt.datetime], dt.datetime]

#: Moments of a page that may lie ahead; the others have happened.
AHEAD = ("closes_at", "expire_at")
HAPPENED = (
    "first_published_at",
    "last_published_at",
    "latest_revision_created_at",
    "posted_at",
    "closed_at",
)


class Renewal:
    """Moves jobs by whole days.

    Args:
        days: how many; the time of day stays, whatever summer time does.
        now: the moment that nothing which has happened may pass.
    """

    def __init__(self, *, days: int, now: dt.datetime) -> None:
        self.days = days
        self.now = now

    def ahead(self, moment: dt.datetime) -> dt.datetime:
        return later(moment, self.days)

    def happened(self, moment: dt.datetime) -> dt.datetime:
        """``moment`` moved, but not past now; what lies ahead already stays ahead."""
        moved = later(moment, self.days)
        return moved if moment > self.now else min(moved, self.now)

    def move(self, pages: Iterable[JobPage], records: Iterable[JobRecord]) -> None:
        """Move all that belongs to these pages and records."""
        pages, records = list(pages), list(records)
        page_ids = [page.pk for page in pages]
        self._pages(pages)
        entries = PageLogEntry.objects.filter(page_id__in=page_ids)
        self._happened(entries, "timestamp")
        self._reviews(page_ids)
        gone = JobRecord.objects.filter(pk__in=[record.pk for record in records])
        self._happened(gone, "first_public_at", "last_public_at", "gone_at", "news_at")
        self._announcements(Announcement.objects.filter(record__in=records))
        self._states(AnnouncedState.objects.filter(record__in=records))
        self._people(records)
        self._wake(records)

    def _happened(self, rows: QuerySet[Any], *names: str) -> None:
        self._update(rows, dict.fromkeys(names, self.happened))

    def _update(self, rows: QuerySet[Any], shifts: dict[str, Shift]) -> None:
        found: list[Model] = list(rows)
        for row in found:
            for name, shift in shifts.items():
                moment = getattr(row, name)
                if moment is not None:
                    setattr(row, name, shift(moment))
        rows.model._base_manager.bulk_update(found, list(shifts), batch_size=200)

    def _pages(self, pages: list[JobPage]) -> None:
        for page in pages:
            moments = dict.fromkeys(AHEAD, self.ahead)
            moments |= dict.fromkeys(HAPPENED, self.happened)
            values = {
                name: shift(moment)
                for name, shift in moments.items()
                if (moment := getattr(page, name)) is not None
            }
            JobPage.objects.filter(pk=page.pk).update(**values)
            for revision in Revision.objects.for_instance(page):
                self._content(revision.content)
                revision.created_at = self.happened(revision.created_at)
                revision.save(update_fields=["content", "created_at"])

    def _reviews(self, page_ids: list[int]) -> None:
        reviews = WorkflowState.objects.filter(
            content_type__app_label="jobs", object_id__in=map(str, page_ids)
        )
        self._happened(reviews, "created_at")
        tasks = TaskState.objects.filter(workflow_state__in=reviews)
        self._happened(tasks, "started_at", "finished_at")

    def _content(self, content: dict[str, Any]) -> None:
        for name in (*AHEAD, *HAPPENED):
            moment = parse_datetime(content.get(name) or "")
            if moment is not None:
                shift = self.ahead if name in AHEAD else self.happened
                content[name] = shift(moment).isoformat()

    def _facts(self, facts: Facts | None) -> None:
        if facts and facts.get("closes_at"):
            facts["closes_at"] = self._closes_at(facts["closes_at"])

    def _closes_at(self, value: str | None) -> str | None:
        if value is None:
            return None
        moved = self.ahead(dt.datetime.fromisoformat(value))
        return moved.astimezone(dt.UTC).isoformat()

    def _states(self, states: QuerySet[AnnouncedState]) -> None:
        for state in states:
            self._facts(state.facts)
            state.save(update_fields=["facts"])

    def _announcements(self, announcements: QuerySet[Announcement]) -> None:
        finished = announcements.exclude(
            state__in=[Announcement.State.EXPANDING, Announcement.State.SENDING]
        )
        for announcement in finished:
            self._facts(announcement.before)
            self._facts(announcement.after)
            self._lines(announcement)
            announcement.save(update_fields=["before", "after", "changes", "lines"])
        self._happened(finished, "created_at", "finished_at")
        self._update(finished, {"expires_at": self.ahead})
        self._emails(OutgoingEmail.objects.filter(announcement__in=finished))

    def _lines(self, announcement: Announcement) -> None:
        dates = [c for c in announcement.changes if c["field"] == "closes_at"]
        if not dates:
            return
        for change in dates:
            change["before"] = self._closes_at(change["before"])
            change["after"] = self._closes_at(change["after"])
        lines = wording.lines(Change.from_json(data) for data in announcement.changes)
        announcement.lines = [line.as_json() for line in lines]

    def _people(self, records: list[JobRecord]) -> None:
        """Move the town's own people and the mail that only they caused."""
        theirs = Subscription.objects.filter(
            record__in=records, subscriber__address_hash__in=hashes()
        )
        self._happened(theirs, "requested_at", "confirmed_at", "ended_at")
        people = Subscriber.objects.filter(address_hash__in=hashes())
        self._happened(people, "created_at")
        about = OutgoingEmail.objects.filter(subscriptions__in=theirs)
        others = Subscription.objects.exclude(pk__in=theirs.values("pk"))
        self._emails(about.exclude(subscriptions__in=others).distinct())

    def _emails(self, emails: QuerySet[OutgoingEmail]) -> None:
        settled = emails.exclude(state=OutgoingEmail.State.QUEUED)
        self._happened(settled, "created_at", "due_at", "sent_at")

    def _wake(self, records: list[JobRecord]) -> None:
        """Forget that a job's closing date passed while nobody looked after the town."""
        states = AnnouncedState.objects.filter(record__in=records, due_at=None)
        for state in states:
            record = JobRecord.objects.get(pk=state.record_id)
            after = facts_now(record, self.now)
            if state.facts is None:
                continue
            if comparing.compare(state.facts, after, intent="", note="") is None:
                continue
            for announcement in record.announcements.filter(
                kind=Announcement.Kind.CLOSED
            ).order_by("-version")[:1]:
                if announcement.after["availability"]["reason"] == "closing_date":
                    announcement.delete()
            state.facts = comparing.moved_on(state.facts, after)
            state.save(update_fields=["facts"])
