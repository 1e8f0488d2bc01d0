"""Stopping an announcement whose message no server takes, and going on with it."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import Counter

from django.db import transaction
from django.db.models import QuerySet

from notifications import clock
from notifications.models import Announcement, OutgoingEmail

logger = logging.getLogger(__name__)

#: Ends the last answer of an email that was given up because of its message.
MARK = " (the message)"
#: One message that is refused more often than this without being taken once in
#: between is wrong for everybody.
REFUSALS_ALLOWED = 5
#: What was refused before goes after the others when it is tried again: a few emails
#: that cannot be made must not stop those that can.
REFUSED_GO_AFTER = dt.timedelta(minutes=1)

State = OutgoingEmail.State


class Refusals:
    """How often in a row each announcement's message was refused in one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[int] = Counter()

    def one_more(self, announcement_id: int) -> bool:
        """Count a refusal; True when there are too many."""
        with self._lock:
            self._counts[announcement_id] += 1
            return self._counts[announcement_id] > REFUSALS_ALLOWED

    def taken(self, announcement_id: int | None) -> None:
        """Note that a server took the message."""
        if self._counts and announcement_id is not None:
            with self._lock:
                self._counts.pop(announcement_id, None)


@transaction.atomic
def park(announcement_id: int) -> None:
    """Stop an announcement until somebody lets it go on.

    Its emails wait until it would be too old to be news. Those that a worker holds at
    this moment may still be tried.
    """
    rows = Announcement.objects.unfinished().filter(pk=announcement_id)
    if not rows.update(state=Announcement.State.PARKED):
        return
    expires_at = Announcement.objects.values_list("expires_at", flat=True)
    waiting = OutgoingEmail.objects.queued().filter(announcement_id=announcement_id)
    waiting.filter(lease="").update(due_at=expires_at.get(pk=announcement_id))
    logger.error("Announcement %s stopped: its message is refused", announcement_id)


def refusal_of(announcement_id: int) -> str:
    """What was last said against the message of a stopped announcement; "" if nothing."""
    refused = _refused(announcement_id).order_by("-pk").values_list("last_code")
    return next((code.removesuffix(MARK) for (code,) in refused[:1]), "")


def _refused(announcement_id: int) -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(
        announcement_id=announcement_id,
        state=State.FAILED,
        last_code__endswith=MARK,
    )


@transaction.atomic
def go_on(announcement_id: int) -> bool:
    """Try an announcement again that was stopped; False if it is not.

    Everybody who was not told is tried, those whose email was refused after the
    others. It stops again if the message is still refused.
    """
    # From the collecting of followers: it may have been stopped in the middle.
    rows = Announcement.objects.filter(
        pk=announcement_id, state=Announcement.State.PARKED
    )
    if not rows.update(state=Announcement.State.EXPANDING):
        return False
    now = clock.database_now()
    waiting = OutgoingEmail.objects.queued().filter(announcement_id=announcement_id)
    waiting.filter(lease="").update(due_at=now)
    _refused(announcement_id).update(
        state=State.QUEUED, due_at=now + REFUSED_GO_AFTER, attempts=0, last_code=""
    )
    logger.warning("Announcement %s goes on", announcement_id)
    return True


@transaction.atomic
def give_up(announcement_id: int) -> bool:
    """Tell nobody more of an announcement that was stopped; False if it is not."""
    rows = Announcement.objects.filter(
        pk=announcement_id, state=Announcement.State.PARKED
    )
    if not rows.update(state=Announcement.State.SENDING):
        return False
    waiting = OutgoingEmail.objects.queued().filter(announcement_id=announcement_id)
    waiting.filter(lease="").update(state=State.SKIPPED, last_code="given up by staff")
    logger.warning("Announcement %s given up", announcement_id)
    return True
