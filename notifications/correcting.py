"""Setting right what an email said in error, with exactly those who read it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from jobs.facts import facts_now
from jobs.models import JobRecord
from notifications import clock, comparing, services
from notifications.comparing import News
from notifications.delivery.inserting import mailable
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from subscriptions.services import recipients

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.facts import Change
    from subscriptions.models import SubscriptionQuerySet

Kind = Announcement.Kind
#: The same correction by the same person within this time is a button pressed twice.
PRESSED_TWICE_WITHIN = dt.timedelta(minutes=10)


class NotCorrectable(Exception):
    """Nobody is known to have got the email, or it is a correction itself."""


def recipients_of(announcement: Announcement) -> SubscriptionQuerySet:
    """Those who are to be told ``announcement``.

    A correction goes to the followers who got the email that it corrects. If it tells
    a change of the job, those who follow since then are told too: they read the page
    as it was wrong.
    """
    everyone = recipients(
        record_id=announcement.record_id,
        confirmed_by=announcement.created_at,
        for_closing=announcement.is_for_everyone,
    )
    if announcement.corrects is None:
        return everyone
    wanted = Q(Exists(_got(announcement.corrects)))
    if announcement.changes:
        since = announcement.corrects.created_at
        wanted |= Q(confirmed_at__gt=since, closings_only=False)
    return everyone.filter(wanted)


def _got(announcement: Announcement) -> QuerySet[OutgoingEmail]:
    return _arrived(announcement).filter(subscriber=OuterRef("subscriber"))


def _arrived(announcement: Announcement) -> QuerySet[OutgoingEmail]:
    """The emails that were sent and did not come back, as far as we know."""
    emails = announcement.emails.filter(state=OutgoingEmail.State.SENT)
    return emails.exclude(outcome=OutgoingEmail.Outcome.BOUNCED)


def may_be_corrected(announcement: Announcement) -> bool:
    """Whether it was sent, and who got it is still known."""
    finished = announcement.state == Announcement.State.DONE
    if announcement.kind == Kind.CORRECTION or not finished:
        return False
    return _arrived(announcement).exists()


def waiting_change(announcement: Announcement) -> list[Change]:
    """What of the job changed since its followers were last told, and can be told."""
    state = AnnouncedState.objects.select_related("record__page").get(
        record_id=announcement.record_id
    )
    return _change_of(state)


def _change_of(state: AnnouncedState) -> list[Change]:
    if state.facts is None:
        return []
    after = facts_now(state.record, clock.database_now())
    news = comparing.compare(state.facts, after, intent="", note="")
    return news.changes if news is not None and news.kind == Kind.CHANGED else []


def people_to_correct(announcement: Announcement, found: list[Change]) -> int:
    """How many a correction of ``announcement`` would go to now.

    Args:
        announcement: the one that was wrong.
        found: what ``waiting_change`` answered.
    """
    correction = Announcement(
        kind=Kind.CORRECTION,
        record_id=announcement.record_id,
        corrects=announcement,
        changes=[change.as_json() for change in found],
        created_at=clock.database_now(),
    )
    return mailable(recipients_of(correction)).count()


@transaction.atomic
def correct(*, announcement_id: int, note: str, user: Any) -> Announcement:
    """Tell those who got an announcement's email that it was wrong, and what is true.

    A change of the job that followers were not told yet goes with it and not by
    itself. An ending, or that the job opens again, is told by itself as ever. Safe to
    repeat: a second call answers the first correction.

    Args:
        announcement_id: of one that was sent.
        note: what is true, in the words of ``user``.
        user: who corrects, for the history.

    Raises:
        NotCorrectable: see there.
    """
    wrong = Announcement.objects.get(pk=announcement_id)
    if not may_be_corrected(wrong):
        raise NotCorrectable
    # Record before state, as everywhere.
    record = JobRecord.objects.select_for_update().get(pk=wrong.record_id)
    state = AnnouncedState.objects.select_for_update().get(record=record)
    now = clock.database_now()
    same = wrong.corrections.filter(note=note, actor=user)
    sent = same.filter(created_at__gt=now - PRESSED_TWICE_WITHIN).first()
    if sent is not None:
        return sent
    before = state.facts or wrong.after
    found = _change_of(state)
    after = comparing.moved_on(before, facts_now(record, now)) if found else before
    state.version += 1
    correction = services.create(
        state,
        News(Kind.CORRECTION, found),
        before=before,
        after=after,
        now=now,
        note=note,
        actor=user,
        corrects=wrong,
    )
    state.facts = after
    if found:
        state.cancelled_digest = ""
        state.close_window()
    state.save()
    services.log_for(record, "notifications.corrected", user)
    return correction
