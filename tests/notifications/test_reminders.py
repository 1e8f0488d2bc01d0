"""Reminding those who asked, once, three days before a job closes."""

import datetime as dt

import pytest
from django.core import mail

from jobs.models import JobPage
from jobs.services import close_job
from notifications import reminding
from notifications.models import OutgoingEmail
from subscriptions import services as subscriptions
from tests.factories import edit, in_days, make_job, make_subscription
from tests.notifications.conftest import TITLE


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
    text = " ".join(message.body.split())
    assert "You asked us to remind you" in text
    assert "https://www.crumb.example/jobs?id=1&ref=board" in text
    assert message.extra_headers["List-Unsubscribe-Post"]


def test_it_moves_with_the_date(job, look, worker):
    edit(job, closes_at=in_days(20))
    worker.run(minutes=11)

    assert look(days=8) == []
    assert look(days=10) == WANTED


def test_it_is_not_repeated_when_the_date_moves_on(job, look):
    assert look(days=8) == WANTED
    JobPage.objects.update(closes_at=in_days(20))

    assert look(days=10) == []


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
