"""Counting what became of an announcement, and calling it done."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Value
from django.db.models.functions import Coalesce

from notifications import clock
from notifications.models import Announcement, OutgoingEmail

State = OutgoingEmail.State


def settle_finished() -> None:
    """Bring the counters of announcements on their way up to date.

    One that has no waiting row left becomes done. Set from counts and never added up,
    so it does not matter who calls it, nor how often.
    """
    sending = Announcement.objects.filter(state=Announcement.State.SENDING)
    known = sending.order_by("pk").values_list("pk", "sent", "failed", "skipped")
    for pk, *before in known:
        rows = OutgoingEmail.objects.filter(announcement_id=pk)
        # By the index on announcement and state, which is all that this reads.
        counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
        after = [counts.get(x, 0) for x in (State.SENT, State.FAILED, State.SKIPPED)]
        values: dict[str, Any] = dict(
            zip(("sent", "failed", "skipped"), after, strict=True)
        )
        if not counts.get(State.QUEUED):
            values |= {
                "state": Announcement.State.DONE,
                # One that an email is sent again of was finished before.
                "finished_at": Coalesce("finished_at", Value(clock.database_now())),
            }
        elif after == before:
            continue
        sending.filter(pk=pk).update(**values)
