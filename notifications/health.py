"""How delivery is doing, for /healthz, the dashboard and whoever asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from jobs import formatting
from notifications import clock
from notifications.models import Announcement, Heartbeat, OutgoingEmail, Pause

#: A worker looks every second and ticks every ten; longer silence means that it died.
WORKER_SILENT_AFTER = dt.timedelta(minutes=5)
#: Mail that is due and waits longer than this is late.
LATE_AFTER = dt.timedelta(minutes=15)
#: Share of the last hour's settled mail that may fail before something is wrong.
FAILURES_ALLOWED = 0.2
FAILURES_COUNTED_FROM = 20

State = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class Health:
    """What there is to know, and ``reasons`` in words when something is wrong."""

    waiting: int
    late: int
    failed_last_hour: int
    sent_last_hour: int
    parked: int
    oldest_due_at: dt.datetime | None
    last_sent_at: dt.datetime | None
    last_tick_at: dt.datetime | None
    pause: Pause | None
    now: dt.datetime
    reasons: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return not self.reasons

    def as_json(self) -> dict:
        """Counts and moments, no person."""
        return {
            "waiting": self.waiting,
            "late": self.late,
            "sent_last_hour": self.sent_last_hour,
            "failed_last_hour": self.failed_last_hour,
            "announcements_stopped": self.parked,
            "oldest_due_at": self.oldest_due_at,
            "last_sent_at": self.last_sent_at,
            "last_tick_at": self.last_tick_at,
            "paused": self.pause is not None,
        }


def health() -> Health:
    """Look at the queue, the worker's heartbeat and the pause; six queries."""
    now = clock.database_now()
    queued = OutgoingEmail.objects.queued().aggregate(
        waiting=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now - LATE_AFTER)),
        oldest=Min("due_at", filter=Q(due_at__lte=now)),
    )
    hour = OutgoingEmail.objects.filter(created_at__gte=now - dt.timedelta(hours=1))
    recent = hour.aggregate(
        sent=Count("pk", filter=Q(state=State.SENT)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
    )
    last = OutgoingEmail.objects.filter(sent_at__isnull=False).order_by("-sent_at")
    tick = Heartbeat.objects.filter(name="tick").first()
    found = Health(
        waiting=queued["waiting"],
        late=queued["late"],
        failed_last_hour=recent["failed"],
        sent_last_hour=recent["sent"],
        parked=Announcement.objects.filter(state=Announcement.State.PARKED).count(),
        oldest_due_at=queued["oldest"],
        last_sent_at=last.values_list("sent_at", flat=True).first(),
        last_tick_at=tick.seen_at if tick else None,
        pause=Pause.objects.select_related("paused_by").first(),
        now=now,
    )
    found.reasons.extend(_reasons(found))
    troubles = Heartbeat.objects.exclude(trouble="").values_list("trouble", flat=True)
    found.reasons.extend(troubles)
    return found


def _reasons(found: Health) -> list[str]:
    reasons = []
    if found.pause is not None:
        moment = formatting.moment(found.pause.paused_at)
        reasons.append(_("All email is paused since %(moment)s.") % {"moment": moment})
    if found.last_tick_at is None:
        reasons.append(_("The email worker has not run yet."))
    elif found.now - found.last_tick_at > WORKER_SILENT_AFTER:
        moment = formatting.moment(found.last_tick_at)
        reasons.append(
            _("The email worker was last seen %(moment)s.") % {"moment": moment}
        )
    if found.late and found.pause is None:
        reasons.append(
            _("%(count)d emails are due for more than 15 minutes.")
            % {"count": found.late}
        )
    settled = found.sent_last_hour + found.failed_last_hour
    if settled >= FAILURES_COUNTED_FROM and (
        found.failed_last_hour / settled > FAILURES_ALLOWED
    ):
        reasons.append(_("More than a fifth of recent emails failed."))
    if found.parked:
        reasons.append(
            _("%(count)d announcements were stopped by an error.")
            % {"count": found.parked}
        )
    return reasons


def summary(found: Health) -> str:
    """One line for a dashboard on which nothing is wrong."""
    waiting = (
        _("%(count)d emails waiting.") % {"count": found.waiting}
        if found.waiting
        else _("No emails waiting.")
    )
    sent = (
        _("Last sent %(moment)s.") % {"moment": formatting.moment(found.last_sent_at)}
        if found.last_sent_at
        else _("None sent so far.")
    )
    seen = ""
    if found.last_tick_at is not None:
        seconds = max(round((found.now - found.last_tick_at).total_seconds()), 0)
        seen = _("The email worker was last seen %(seconds)d seconds ago.") % {
            "seconds": seconds
        }
    return " ".join(filter(None, (waiting, sent, seen)))
