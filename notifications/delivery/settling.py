"""Counting what became of an announcement, and calling it done."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from notifications import clock
from notifications.models import Announcement, OutgoingEmail

State = OutgoingEmail.State


def settle_finished() -> None:
    """Bring the counters of announcements on their way up to date.

    One that has no waiting row left becomes done. Set from counts and never added up,
    so it does not matter who calls it, nor how often.
    """
    sending = Announcement.objects.filter(state=Announcement.State.SENDING)
    counted = sending.annotate(
        waiting=_count(State.QUEUED),
        was_sent=_count(State.SENT),
        was_failed=_count(State.FAILED),
        was_skipped=_count(State.SKIPPED),
    )
    for announcement in counted:
        values: dict[str, Any] = {
            "sent": announcement.was_sent,
            "failed": announcement.was_failed,
            "skipped": announcement.was_skipped,
        }
        if not announcement.waiting:
            values |= {
                "state": Announcement.State.DONE,
                "finished_at": clock.database_now(),
            }
        sending.filter(pk=announcement.pk).update(**values)


def _count(state: str) -> Count:
    return Count("emails", filter=Q(emails__state=state))
