"""Two requests at the same moment, each with a connection of its own."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs.models import JobPage, JobRecord
from subscriptions import services
from subscriptions.models import Subscriber, Subscription
from tests.factories import in_days, make_job, make_subscription


def together(function, times):
    """Call ``function`` in as many threads at once; answers what they answered."""
    barrier = threading.Barrier(times)
    answers, errors = [], []

    def run():
        try:
            barrier.wait(timeout=10)
            answers.append(function())
        except Exception as error:  # noqa: BLE001  # the test shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []
    return answers


def test_an_address_that_asks_twice_at_once_asks_once(committed):
    record = JobRecord.for_page(make_job())

    together(
        lambda: services.subscribe(
            email="reader@example.org", record=JobRecord.objects.get(pk=record.pk)
        ),
        times=4,
    )

    subscription = Subscription.objects.get()
    assert subscription.subscriber == Subscriber.objects.get()


def test_a_record_that_is_made_twice_at_once_is_made_once(committed):
    job = make_job()
    JobRecord.objects.all().delete()

    records = together(lambda: JobRecord.for_page(JobPage.objects.get(pk=job.pk)), 4)

    assert {record.pk for record in records} == {JobRecord.objects.get().pk}


def test_a_follow_that_is_stopped_twice_at_once_ends_once(committed):
    row = make_subscription()

    ended = together(lambda: services.unsubscribe(token=row.token).ended_at, times=4)

    assert len(set(ended)) == 1


@pytest.mark.parametrize("confirmed", [True, False])
def test_who_is_to_be_forgotten_and_follows_at_that_moment_stays(committed, confirmed):
    """The follow is written, and not committed, when the purge looks."""
    row = make_subscription(confirmed=confirmed, requested_at=in_days(-60))
    if confirmed:
        services.unsubscribe(token=row.token)
        Subscription.objects.update(ended_at=in_days(-60))
    written = threading.Event()

    def follow():
        with transaction.atomic():
            if confirmed:
                services.follow_again(token=row.token)
            else:
                services.confirm_waiting(subscriber=row.subscriber, only=[row.pk])
            written.set()
            time.sleep(0.5)

    def forget():
        assert written.wait(timeout=10)
        purge = services.purge_finished if confirmed else services.purge_unconfirmed
        purge(now=timezone.now())

    acts = [follow, forget]

    def act():
        acts.pop()()

    together(act, times=2)

    assert Subscription.objects.get().is_confirmed
