"""No more emails a second than the mail server may be given, over all workers."""

import datetime as dt
import threading
import time
from types import SimpleNamespace

import pytest

from notifications.delivery import outbox, pace
from notifications.models import Heartbeat, OutgoingEmail
from subscriptions import services as subscriptions
from tests.factories import edit, make_job, make_subscription


@pytest.fixture
def rated(db, worker, settings, monkeypatch):
    """Ten a second; waiting moves the clock and takes no time. Answers the waits."""
    settings.EMAIL_RATE = 10.0
    waits = []

    def wait(event, timeout=None):
        waits.append(timeout)
        worker.wait(seconds=timeout)
        return event.is_set()

    monkeypatch.setattr(threading.Event, "wait", wait)
    return waits


def go(count, *, urgent=False, stopping=None):
    stopping = stopping or threading.Event()
    return pace.wait_for(
        count, urgent=urgent, stopping=stopping, meanwhile=lambda: None
    )


def test_without_a_rate_nothing_is_asked(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert go(50)
    assert pace.slice_of(50) == 50


def test_a_second_takes_as_many_as_the_rate_says(rated, worker):
    start = worker.now()
    for _ in range(5):
        assert go(10)

    assert worker.now() - start > dt.timedelta(seconds=3.9)
    assert sum(rated) < 4.5


def test_an_idle_minute_is_not_saved_up(rated, worker):
    go(10)
    worker.wait(minutes=1)
    go(10)
    assert rated == []

    go(10)
    assert rated


@pytest.mark.parametrize(
    ("rate", "rows"), [(0.5, 1), (3.0, 3), (14.2, 14), (900.0, 50)]
)
def test_a_worker_takes_up_a_seconds_worth_at_a_time(rate, rows, settings):
    settings.EMAIL_RATE = rate
    assert pace.slice_of(50) == rows


def test_who_waits_in_front_of_a_screen_does_not_wait_here(rated):
    go(10)

    assert go(3, urgent=True)

    assert rated == []


def test_what_was_urgent_is_made_up_for_by_the_others(rated, worker):
    go(10)
    go(10, urgent=True)
    start = worker.now()

    go(1)

    assert worker.now() - start > dt.timedelta(seconds=1.9)


def test_a_worker_that_is_stopped_stops_waiting(rated):
    go(10)
    stopping = threading.Event()
    stopping.set()

    assert not go(10, stopping=stopping)


def test_workers_share_one_allowance(rated):
    go(10)

    # Another worker knows of it by the same row, and by nothing else.
    assert pace._take(dt.timedelta(seconds=1), urgent=False) > 0
    assert Heartbeat.objects.filter(name=pace.NAME).count() == 1


def test_an_announcement_takes_its_time_and_confirmations_pass_it(rated, worker):
    job = make_job()
    for number in range(30):
        make_subscription(job=job, email=f"reader{number}@example.org")
    worker.run()
    edit(job, pay_max=29000)
    worker.wait(minutes=11)
    subscriptions.subscribe(email="new@example.org", record=job.record)
    start = worker.now()

    worker.run()

    # A second's worth goes at once, two more in a second each.
    assert worker.now() - start > dt.timedelta(seconds=1.9)
    sent = OutgoingEmail.objects.order_by("sent_at", "pk")
    assert sent.filter(state="SENT").count() == 31
    assert sent.first().kind == "CONFIRM"


def test_a_turn_that_is_minutes_away_keeps_its_rows(rated, worker, monkeypatch):
    job = make_job()
    make_subscription(job=job)
    worker.run()
    edit(job, pay_max=29000)
    worker.wait(minutes=11)
    start = time.monotonic() - worker.ahead.total_seconds()
    steady = SimpleNamespace(monotonic=lambda: start + worker.ahead.total_seconds())
    monkeypatch.setattr(outbox, "time", steady)
    assert not pace._take(dt.timedelta(minutes=3), urgent=False)
    others = []

    def wait(event, timeout=None):
        worker.wait(seconds=timeout)
        others.append(outbox.claim(1))
        return False

    monkeypatch.setattr(threading.Event, "wait", wait)
    worker.run()

    assert len(others) > 150
    assert not any(others)
    assert OutgoingEmail.objects.get().state == "SENT"
