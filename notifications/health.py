"""How delivery is doing, for /healthz, the dashboard and whoever asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs import formatting
from notifications import clock
from notifications.delivery.trouble import RELAY
from notifications.models import Announcement, Heartbeat, OutgoingEmail, Pause, Tally
from notifications.ticking import TICK

#: A worker looks every second and ticks every ten; longer silence means that it died.
WORKER_SILENT_AFTER = dt.timedelta(minutes=5)
#: Mail that is due and waits longer than this is late.
LATE_AFTER = dt.timedelta(minutes=15)
#: Share of the last hour's settled mail that may fail before something is wrong.
FAILURES_ALLOWED = 0.2
FAILURES_COUNTED_FROM = 20
#: A relay's trouble that nobody noted again is forgotten: the worker may have died, and
#: the others fare better.
TROUBLE_LASTS = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Health:
    """What there is to know, and ``reasons`` in words when something is wrong."""

    waiting: int
    late: int
    sent_last_hour: int
    deferred_last_hour: int
    failed_last_hour: int
    skipped_last_hour: int
    stopped: int
    oldest_due_at: dt.datetime | None
    last_sent_at: dt.datetime | None
    last_tick_at: dt.datetime | None
    pause: Pause | None
    now: dt.datetime
    reasons: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return not self.reasons

    @property
    def failure_rate(self) -> float | None:
        """The share of the last hour's settled mail that failed; None if there is none."""
        settled = self.sent_last_hour + self.failed_last_hour
        return round(self.failed_last_hour / settled, 3) if settled else None

    def as_json(self) -> dict:
        """Counts and moments, no person."""
        return {
            "waiting": self.waiting,
            "late": self.late,
            "sent_last_hour": self.sent_last_hour,
            "deferred_last_hour": self.deferred_last_hour,
            "failed_last_hour": self.failed_last_hour,
            "skipped_last_hour": self.skipped_last_hour,
            "failure_rate": self.failure_rate,
            "announcements_stopped": self.stopped,
            "oldest_due_at": self.oldest_due_at,
            "last_sent_at": self.last_sent_at,
            "last_tick_at": self.last_tick_at,
            "paused": self.pause is not None,
        }


def health() -> Health:
    """Look at the queue, the tallies, the heartbeats and the pause; seven queries.

    None of them reads the emails that are settled, however many there are.
    """
    now = clock.database_now()
    queued = OutgoingEmail.objects.queued().aggregate(
        waiting=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now - LATE_AFTER)),
        oldest=Min("due_at", filter=Q(due_at__lte=now)),
    )
    hour = Tally.objects.filter(minute__gt=now - dt.timedelta(hours=1))
    recent = hour.aggregate(
        sent=Sum("sent", default=0),
        deferred=Sum("deferred", default=0),
        failed=Sum("failed", default=0),
        skipped=Sum("skipped", default=0),
    )
    beats = list(Heartbeat.objects.order_by("name"))
    found = Health(
        waiting=queued["waiting"],
        late=queued["late"],
        sent_last_hour=recent["sent"],
        deferred_last_hour=recent["deferred"],
        failed_last_hour=recent["failed"],
        skipped_last_hour=recent["skipped"],
        stopped=Announcement.objects.stopped(now).count(),
        oldest_due_at=queued["oldest"],
        last_sent_at=_last_sent_at(),
        last_tick_at=next((beat.seen_at for beat in beats if beat.name == TICK), None),
        pause=Pause.objects.select_related("paused_by").first(),
        now=now,
    )
    found.reasons.extend(_reasons(found))
    found.reasons.extend(beat.trouble for beat in beats if _is_in_trouble(beat, now))
    return found


def _last_sent_at() -> dt.datetime | None:
    counted = Tally.objects.filter(sent__gt=0).order_by("-minute")
    minute = counted.values_list("minute", flat=True).first()
    if minute is not None:
        return minute
    # From before there were tallies: the newest row, or one that is near it.
    rows = OutgoingEmail.objects.filter(sent_at__isnull=False).order_by("-pk")
    return rows.values_list("sent_at", flat=True).first()


def _is_in_trouble(beat: Heartbeat, now: dt.datetime) -> bool:
    forgotten = beat.name == RELAY and beat.seen_at <= now - TROUBLE_LASTS
    return bool(beat.trouble) and not forgotten


def _reasons(found: Health) -> list[str]:
    reasons = []
    if found.pause is not None:
        moment = formatting.moment(found.pause.paused_at)
        reasons.append(
            _("All email has been paused since %(moment)s.") % {"moment": moment}
        )
    if found.last_tick_at is None:
        reasons.append(_("The email worker has not run yet."))
    elif found.now - found.last_tick_at > WORKER_SILENT_AFTER:
        moment = formatting.moment(found.last_tick_at)
        reasons.append(
            _("The email worker was last seen %(moment)s.") % {"moment": moment}
        )
    if found.late and found.pause is None:
        reasons.append(
            ngettext(
                "%(count)d email is due for more than 15 minutes.",
                "%(count)d emails are due for more than 15 minutes.",
                found.late,
            )
            % {"count": found.late}
        )
    settled = found.sent_last_hour + found.failed_last_hour
    rate = found.failure_rate or 0
    if settled >= FAILURES_COUNTED_FROM and rate > FAILURES_ALLOWED:
        reasons.append(_("More than a fifth of recent emails failed."))
    if found.stopped:
        reasons.append(
            ngettext(
                "%(count)d announcement was stopped: its email is refused.",
                "%(count)d announcements were stopped: their email is refused.",
                found.stopped,
            )
            % {"count": found.stopped}
        )
    return reasons


def last_hour(found: Health) -> str:
    """What became of emails lately, such as "In the last hour: 212 sent, 2 given up."."""
    counts = (
        (found.sent_last_hour, _("%(count)d sent")),
        (found.deferred_last_hour, _("%(count)d put off")),
        (found.failed_last_hour, _("%(count)d given up")),
        (found.skipped_last_hour, _("%(count)d no longer wanted")),
    )
    parts = [words % {"count": count} for count, words in counts if count]
    if not parts:
        return ""
    return _("In the last hour: %(counts)s.") % {"counts": ", ".join(parts)}


def summary(found: Health) -> str:
    """A line or two for the dashboard: what waits, what went out, who is at work."""
    waiting = (
        ngettext("%(count)d email waiting.", "%(count)d emails waiting.", found.waiting)
        % {"count": found.waiting}
        if found.waiting
        else _("No emails waiting.")
    )
    oldest = ""
    if found.oldest_due_at is not None:
        oldest = _("The oldest has been due since %(moment)s.") % {
            "moment": formatting.moment(found.oldest_due_at)
        }
    sent = (
        _("Last sent %(moment)s.") % {"moment": formatting.moment(found.last_sent_at)}
        if found.last_sent_at
        else _("None sent so far.")
    )
    seen = ""
    if found.last_tick_at is not None:
        seconds = max(round((found.now - found.last_tick_at).total_seconds()), 0)
        seen = ngettext(
            "The email worker was last seen %(count)d second ago.",
            "The email worker was last seen %(count)d seconds ago.",
            seconds,
        ) % {"count": seconds}
    return " ".join(filter(None, (waiting, oldest, sent, last_hour(found), seen)))
