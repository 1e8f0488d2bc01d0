"""Reminding those who asked, once, three days before a job closes."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from jobs.models import JobPage
from jobs.services import close_job
from notifications import reminding, ticking
from notifications.models import OutgoingEmail, Suppression
from subscriptions import services as subscriptions
from subscriptions.addresses import hashed
from subscriptions.models import Subscription
from tests.factories import (
    edit,
    in_days,
    make_job,
    make_private,
    make_subscription,
)
from tests.notifications.conftest import TITLE
from tests.notifications.reading import links_of, says


@pytest.fixture
def job(db, worker):
    """A job that closes in ten days; one follower wants to be reminded, one not."""
    job = make_job(title=TITLE, closes_at=in_days(10))
    make_subscription(job=job, email="asked@example.org", remind_before_closing=True)
    make_subscription(job=job, email="reader@example.org")
    worker.run()
    return job


@pytest.fixture
def look(worker):
    """Let days pass; answers the reminders that went out since."""

    def look(**time):
        mail.outbox.clear()
        worker.wait(**time)
        reminding.owe_reminders()
        worker.run()
        return [(m.to, m.subject.partition(" on ")[0]) for m in mail.outbox]

    return look


WANTED = [(["asked@example.org"], "Closes")]


def test_it_comes_three_days_before_and_once(job, look):
    assert look(days=6) == []
    assert look(days=1, minutes=1) == WANTED
    assert look(hours=1) == []


def test_it_says_when_and_how_to_apply(job, look):
    look(days=8)

    [message] = mail.outbox
    assert message.subject.endswith(f": {TITLE}")
    apply_url = "https://www.crumb.example/jobs?id=1&ref=board"
    says(message, "You asked us to remind you", f"How to apply: {apply_url}")
    says(message, job.company.name)
    assert links_of(message).count(apply_url) == 1
    assert links_of(message).count(escape(apply_url)) == 1
    assert message.extra_headers["List-Unsubscribe-Post"]


def test_it_moves_with_the_date(job, look, worker):
    edit(job, closes_at=in_days(20))
    worker.run(minutes=11)

    assert look(days=8) == []
    assert look(days=10) == WANTED


class TestDateThatMovesBeforeItIsSent:
    """The reminder is owed already, and waits for a worker."""

    @pytest.fixture
    def owed(self, job, worker):
        worker.wait(days=8)
        assert reminding.owe_reminders() == 1

    def test_on_to_a_later_day_it_waits_for_that_one(self, owed, look):
        JobPage.objects.update(closes_at=in_days(20))

        assert look(minutes=1) == []
        assert look(days=8) == []
        assert look(days=2) == WANTED
        assert look(hours=1) == []

    def test_on_and_back_it_comes_in_time_for_the_last_word(self, owed, look):
        JobPage.objects.update(closes_at=in_days(20))
        assert look(minutes=1) == []
        JobPage.objects.update(closes_at=in_days(9))

        assert look(minutes=1) == WANTED

    def test_within_the_three_days_it_is_sent_with_the_new_day(self, owed, look):
        JobPage.objects.update(closes_at=in_days(10.5))

        assert look(minutes=1) == WANTED

    def test_of_a_job_that_is_private_by_then_it_is_not_sent(self, job, owed, look):
        make_private(job)

        assert look(minutes=1) == []

    def test_when_it_may_have_arrived_it_is_not_owed_again(self, owed, look):
        OutgoingEmail.objects.update(uncertain=True)
        JobPage.objects.update(closes_at=in_days(20))

        assert look(minutes=1) == []
        assert look(days=10) == []


class TestDateThatMovesAfterItWasSent:
    def test_it_is_not_repeated(self, job, look):
        assert look(days=8) == WANTED
        JobPage.objects.update(closes_at=in_days(20))

        assert look(days=10) == []

    def test_it_is_not_repeated_after_its_row_could_have_been_forgotten(
        self, job, look, worker
    ):
        assert look(days=8) == WANTED
        JobPage.objects.update(closes_at=in_days(90))
        worker.wait(days=40)
        ticking.purge_old_emails()

        assert look(days=40) == []

    def test_its_row_is_forgotten_with_the_subscription(self, job, look, worker):
        look(days=8)
        Subscription.objects.update(ended_at=worker.now())

        worker.wait(days=40)
        ticking.purge_old_emails()

        assert not OutgoingEmail.objects.exists()


class TestManyPeople:
    @pytest.fixture
    def many(self, job):
        def many(count):
            for _ in range(count):
                make_subscription(job=job, remind_before_closing=True)

        return many

    def test_they_are_owed_in_pieces_and_each_one_once(
        self, job, many, worker, monkeypatch
    ):
        monkeypatch.setattr(reminding, "CHUNK", 2)
        many(6)
        worker.wait(days=8)

        assert reminding.owe_reminders() == 7
        assert reminding.owe_reminders() == 0

        rows = OutgoingEmail.objects.order_by("pk")
        asked = Subscription.objects.filter(remind_before_closing=True)
        assert [row.subscriptions.get().pk for row in rows] == [
            subscription.pk for subscription in asked.order_by("pk")
        ]
        assert all(
            row.subscriptions.get().subscriber_id == row.subscriber_id for row in rows
        )
        assert len({row.message_id for row in rows}) == 7

    def test_sixty_cost_as_many_queries_as_three(
        self, job, many, worker, django_assert_num_queries
    ):
        many(2)
        worker.wait(days=8)
        with CaptureQueriesContext(connection) as few:
            assert reminding.owe_reminders() == 3

        OutgoingEmail.objects.all().delete()
        many(57)
        with django_assert_num_queries(len(few)):
            assert reminding.owe_reminders() == 60

    def test_an_address_that_must_not_be_mailed_is_passed_over(self, job, worker):
        Suppression.objects.create(
            address_hash=hashed("asked@example.org"), reason="BLOCKED"
        )
        worker.wait(days=8)

        assert reminding.owe_reminders() == 0
        assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    "end",
    [
        lambda job: close_job(page_id=job.pk, reason="FILLED"),
        lambda job: job.unpublish(),
        lambda job: job.delete(),
        lambda job: JobPage.objects.update(closes_at=None),
        lambda job: subscriptions.stop_all(
            subscriber=job.record.subscriptions.get(
                remind_before_closing=True
            ).subscriber
        ),
    ],
    ids=["closed", "unpublished", "deleted", "no date", "left"],
)
@pytest.mark.parametrize("when", ["before it is owed", "after it is owed"])
def test_there_is_none_when_nothing_closes_any_more(end, when, job, worker):
    worker.wait(days=8)
    if when == "after it is owed":
        assert reminding.owe_reminders() == 1
    end(job)
    reminding.owe_reminders()
    worker.run()

    subjects = [m.subject for m in mail.outbox]
    assert not [subject for subject in subjects if subject.startswith("Closes")]


def test_a_job_that_has_closed_reminds_nobody(job, look):
    assert look(days=11) == []
    assert not OutgoingEmail.objects.exists()


def test_an_hour_before_is_still_in_time(job, look):
    assert look(days=10, hours=-1) == WANTED
    assert mail.outbox[0].to == ["asked@example.org"]
    assert job.closes_at - dt.timedelta(days=10) < in_days(1)
