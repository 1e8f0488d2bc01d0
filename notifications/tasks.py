"""Waking delivery in the worker of a task engine, where a site runs one.

The tables are the queue. A task says "look now" and nothing else, so one that is lost,
late or run twice changes only when mail goes out: whatever is due is found at the next
look, and a lease decides who sends it.
"""

from __future__ import annotations

import datetime as dt
import threading

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django_tasks import task

from notifications import clock
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import work
from notifications.models import Heartbeat

WAKE = "wake"
#: A task that has not begun by then is taken for lost, and another one may be asked for.
LOST_AFTER = dt.timedelta(minutes=1)
#: How long one task sends. After that the engine's other tasks have their turn.
SECONDS_AT_ONCE = 50.0


@task()
def wake() -> None:
    """Do what is due: compare, expand, deliver. Not what time causes, see ``tick``.

    Returns after about ``SECONDS_AT_ONCE``, and then asks for another one. Safe to run
    at any time and any number of times, beside ``manage.py deliver`` too.
    """
    # Before the first look: mail that is owed from here on may ask for another task.
    Heartbeat.objects.filter(name=WAKE).update(
        lease="", lease_until=None, seen_at=clock.database_now()
    )
    time_is_up = threading.Event()
    timer = threading.Timer(SECONDS_AT_ONCE, time_is_up.set)
    timer.start()
    try:
        with open_transport() as transport:
            work(transport, time_is_up)
    finally:
        timer.cancel()
    if time_is_up.is_set():
        wake_soon()


def wake_soon() -> None:
    """Have a task look for mail once what is being written is committed.

    Does nothing without ``TASKS_BACKEND``, nor when a task is waiting already: a
    thousand people who follow in one minute ask for a handful. Never raises: when the
    engine cannot be reached this is logged, and the mail goes out at the next look.
    """
    if settings.TASKS_BACKEND:
        transaction.on_commit(_enqueue_one, robust=True)


def _enqueue_one() -> None:
    now = clock.database_now()
    asked = {"lease": WAKE, "lease_until": now + LOST_AFTER}
    _row, created = Heartbeat.objects.get_or_create(
        name=WAKE, defaults={"seen_at": now, **asked}
    )
    free = Q(lease="") | Q(lease_until__lte=now)
    if created or Heartbeat.objects.filter(free, name=WAKE).update(**asked):
        wake.enqueue()
