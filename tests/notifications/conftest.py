"""The worker, a clock to move, staff, and a job that two people follow."""

import datetime as dt
import logging

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from jobs.models import JobPage
from notifications import clock, reconciling, services
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import work
from notifications.rendering import Message
from tests.factories import (
    build_job,
    make_board,
    make_category,
    make_subscription,
    make_user,
)

TITLE = "Bread & Butter Baker"
READERS = ["other@example.org", "reader@example.org"]


class Worker:
    """A worker, and the clock of the database that it looks at."""

    def __init__(self):
        self.ahead = dt.timedelta()

    def now(self):
        return timezone.now() + self.ahead

    def wait(self, **time):
        """Let time pass, and nothing else."""
        self.ahead += dt.timedelta(**time)

    def run(self, **time):
        """Let time pass, then do all that is due; answers how many mails it settled."""
        self.wait(**time)
        with open_transport() as transport:
            return work(transport)


class Staff(Client):
    """Somebody who is signed in to the admin."""

    def __init__(self, *groups, **fields):
        super().__init__()
        self.user = make_user(*groups, **fields)
        self.force_login(self.user)


@pytest.fixture(autouse=True)
def _nothing_indexed(unindexed):
    """Nobody reads the indexes here."""


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr(clock, "database_now", worker.now)
    return worker


@pytest.fixture(scope="module")
def followed_once(made_once):
    """Have ``followed`` made once, for files of which every test is about it."""
    with made_once():
        make_followed()
        yield


@pytest.fixture
def followed(db, worker, request):
    """A job with two followers, who know its facts as they are."""
    if "followed_once" in request.fixturenames:
        return JobPage.objects.get()
    return make_followed()


def make_followed():
    job = build_job(title=TITLE, category=make_category())
    make_board().add_child(instance=job)
    job.save_revision().publish()
    for address in READERS:
        make_subscription(job=job, email=address)
    assert services.announce_next()
    return JobPage.objects.get()


@pytest.fixture
def staff(db):
    """A superuser in the admin."""
    return Staff()


@pytest.fixture
def told(worker):
    """What everybody was told once all that is due has happened, and once only.

    Answers the subject that each reader got, after a look at what no signal brought,
    and after another quiet window in which nothing more may come.
    """

    def told():
        for _ in range(2):
            reconciling.reconcile()
            worker.run(minutes=11)
        ours = [message for message in mail.outbox if isinstance(message, Message)]
        subjects = {message.subject for message in ours}
        assert len(subjects) <= 1, subjects
        assert sorted(address for m in ours for address in m.to) in ([], READERS)
        return subjects.pop() if subjects else None

    return told


@pytest.fixture
def errors(caplog):
    """What was logged as an error, as ``(logger, message)``."""

    def errors():
        return [
            (record.name, record.getMessage())
            for record in caplog.records
            if record.levelno >= logging.ERROR
        ]

    return errors
