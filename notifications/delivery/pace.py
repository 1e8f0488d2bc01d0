"""No more messages a second than ``EMAIL_RATE`` allows, over all workers together.

One row says until when the allowance is used up. Whoever wants to send moves that
moment on by what the messages take, with one UPDATE, and only once it has come.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from django.conf import settings
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from notifications import clock
from notifications.models import Heartbeat

NAME = "rate"
#: The longest a sender sleeps before it asks again.
ASK_EVERY = 1.0


def slice_of(limit: int) -> int:
    """How many messages to take up at a time: a second's worth, at most ``limit``."""
    rate: float | None = settings.EMAIL_RATE
    return limit if rate is None else max(1, min(limit, int(rate)))


def wait_for(
    count: int,
    *,
    urgent: bool,
    stopping: threading.Event,
    meanwhile: Callable[[], object],
) -> bool:
    """Wait until ``count`` messages may be sent; False when ``stopping`` was set.

    Args:
        count: how many.
        urgent: go at once, and let the others wait the longer. Somebody sits in front
            of a screen.
        stopping: ends the waiting.
        meanwhile: called about once a second.
    """
    rate: float | None = settings.EMAIL_RATE
    if rate is None:
        return True
    takes = dt.timedelta(seconds=count / rate)
    while not stopping.is_set():
        seconds = _take(takes, urgent=urgent)
        if not seconds:
            return True
        stopping.wait(min(seconds, ASK_EVERY))
        meanwhile()
    return False


def _take(takes: dt.timedelta, *, urgent: bool) -> float:
    """Use up ``takes`` of the allowance; else answer in how many seconds to ask."""
    now = clock.database_now()
    row, _created = Heartbeat.objects.get_or_create(
        name=NAME, defaults={"seen_at": now, "lease_until": now}
    )
    rows = Heartbeat.objects.filter(name=NAME)
    if not urgent:
        rows = rows.filter(lease_until__lte=now)
    moment = Value(now, DateTimeField())
    if rows.update(lease_until=Greatest(F("lease_until"), moment) + takes):
        return 0.0
    until = row.lease_until or now
    return max((until - now).total_seconds(), 0.01)
