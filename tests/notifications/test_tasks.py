"""Delivery and Wagtail's own tasks in the workers of engines that exist."""

import os
import subprocess
import sys
import threading

import pytest
import redis
from django.conf import settings as configured
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django_tasks import default_task_backend
from django_tasks_db.models import DBTaskResult

from jobs.models import JobPage
from notifications import tasks
from notifications.delivery.worker import Senders
from notifications.models import Heartbeat, OutgoingEmail
from subscriptions import services as subscriptions
from subscriptions.models import Subscription
from tests.factories import build_job, make_board, make_job
from tests.notifications.conftest import TITLE

DATABASE = {"BACKEND": "django_tasks_db.DatabaseBackend"}
DUMMY = {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}


@pytest.fixture
def engine(committed, settings):
    """Tasks are rows, until a worker runs them."""
    settings.TASKS_BACKEND = "database"
    settings.TASKS = {"default": DATABASE}
    yield
    DBTaskResult.objects.all().delete()


def run_tasks():
    call_command("db_worker", "--batch", "--no-startup-delay", "--no-reload")


def follow(job, email="reader@example.org"):
    subscriptions.subscribe(email=email, record=job.record)


def wakes():
    return DBTaskResult.objects.filter(task_path="notifications.tasks.wake")


class TestWithoutAnEngine:
    @pytest.mark.django_db
    def test_a_follow_asks_for_no_task(
        self, settings, django_capture_on_commit_callbacks
    ):
        settings.TASKS = {"default": DATABASE}
        job = make_job(title=TITLE)
        DBTaskResult.objects.all().delete()

        with django_capture_on_commit_callbacks() as callbacks:
            follow(job)

        assert callbacks == []
        assert not DBTaskResult.objects.exists()
        assert OutgoingEmail.objects.get().state == "QUEUED"


class TestWaking:
    def test_a_follow_is_answered_by_the_engines_worker(self, engine):
        job = make_job(title=TITLE)

        follow(job)
        assert mail.outbox == []
        run_tasks()

        [message] = mail.outbox
        assert message.subject == f"Confirm that you follow {TITLE}"
        assert message.to == ["reader@example.org"]
        assert wakes().get().status == "SUCCESSFUL"

    def test_many_follows_ask_for_one_task(self, engine):
        job = make_job(title=TITLE)

        for number in range(10):
            follow(job, f"reader{number}@example.org")
        assert wakes().count() == 1
        run_tasks()

        assert len(mail.outbox) == 10

    def test_a_follow_after_it_began_asks_for_another_one(self, engine):
        job = make_job(title=TITLE)
        follow(job)
        run_tasks()

        follow(job, "late@example.org")
        run_tasks()

        assert wakes().count() == 2
        assert [m.to for m in mail.outbox] == [
            ["reader@example.org"],
            ["late@example.org"],
        ]

    def test_a_follow_that_is_rolled_back_asks_for_none(self, engine, settings):
        job = make_job(title=TITLE)
        # An engine that knows nothing of transactions.
        settings.TASKS = {"default": DUMMY}

        with transaction.atomic():
            follow(job)
            transaction.set_rollback(True)
        assert default_task_backend.results == []
        follow(job)

        assert [r.task for r in default_task_backend.results] == [tasks.wake]

    def test_a_lost_task_loses_no_mail(self, engine):
        follow(make_job(title=TITLE))
        wakes().delete()

        call_command("deliver", "--once")

        assert [m.to for m in mail.outbox] == [["reader@example.org"]]

    def test_a_lost_task_is_asked_for_again_after_a_minute(self, engine, worker):
        job = make_job(title=TITLE)
        follow(job)
        wakes().delete()

        follow(job, "soon@example.org")
        assert not wakes().exists()
        worker.wait(seconds=61)
        follow(job, "late@example.org")
        run_tasks()

        assert len(mail.outbox) == 3

    def test_a_task_that_is_run_twice_mails_nobody_twice(self, engine):
        follow(make_job(title=TITLE))
        tasks.wake.enqueue()
        assert wakes().count() == 2

        run_tasks()

        assert {row.status for row in wakes()} == {"SUCCESSFUL"}
        assert len(mail.outbox) == 1

    def test_beside_a_worker_that_does_the_same_mails_nobody_twice(self, engine):
        job = make_job(title=TITLE)
        for number in range(10):
            follow(job, f"reader{number}@example.org")
        stopping = threading.Event()
        senders = Senders(2, stopping)

        senders.start()
        run_tasks()
        stopping.set()
        senders.join()
        # What they had leased and not begun when they were asked to stop.
        tasks.wake.call()

        assert sorted(m.to[0] for m in mail.outbox) == [
            f"reader{number}@example.org" for number in range(10)
        ]

    def test_a_task_makes_room_for_others_and_asks_for_another_one(
        self, engine, monkeypatch
    ):
        monkeypatch.setattr(tasks, "SECONDS_AT_ONCE", 0)
        monkeypatch.setattr(
            tasks, "work", lambda transport, stopping: stopping.wait(timeout=10)
        )

        tasks.wake.call()

        assert wakes().count() == 1

    def test_an_engine_that_is_away_spoils_no_follow(self, engine, caplog, monkeypatch):
        job = make_job(title=TITLE)

        def away(*args, **kwargs):
            raise redis.ConnectionError("Connection refused")

        monkeypatch.setattr(type(tasks.wake), "enqueue", away)

        follow(job)

        assert Subscription.objects.count() == 1
        assert "Connection refused" in caplog.text

    def test_nothing_of_a_person_is_in_a_task(self, engine):
        follow(make_job(title=TITLE))

        assert wakes().get().args_kwargs == {"args": [], "kwargs": {}}


class TestWagtailsTasks:
    def test_leave_the_request(self, engine):
        job = build_job(title="Lighthouse keeper")
        make_board().add_child(instance=job)
        job.save_revision().publish()
        waiting = DBTaskResult.objects.values_list("task_path", flat=True)
        assert {path.partition(".")[0] for path in waiting} >= {
            "modelsearch",
            "wagtail",
        }
        assert list(JobPage.objects.live().search("lighthouse")) == []

        run_tasks()

        assert list(JobPage.objects.live().search("lighthouse")) == [job]
        assert not DBTaskResult.objects.exclude(status="SUCCESSFUL").exists()


@pytest.fixture
def manage(committed, redis_url, tmp_path):
    """Run a command of ``manage.py`` on the database of this test, with Redis."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        user = ":".join(filter(None, (database["USER"], database["PASSWORD"])))
        place = f"{database['HOST']}:{database['PORT'] or 5432}"
        url = f"postgres://{user}@{place}/{database['NAME']}"
    variables = {
        "DJANGO_SETTINGS_MODULE": "jobsite.settings.dev",
        "DATABASE_URL": url,
        "EMAIL_URL": f"filemail:///{tmp_path}",
        "TASKS_BACKEND": redis_url,
    }

    def manage(*arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=configured.BASE_DIR,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    return manage


@pytest.mark.slow
class TestRedis:
    FOLLOW = (
        "from jobs.models import JobRecord;"
        "from subscriptions.services import subscribe;"
        "[subscribe(email=f'reader{n}@example.org', record=JobRecord.objects.get())"
        " for n in range(3)]"
    )

    def test_a_follow_is_answered_by_the_engines_worker(
        self, manage, redis_url, tmp_path
    ):
        make_job(title=TITLE)

        manage("shell", "-v", "0", "-c", self.FOLLOW)
        client = redis.Redis.from_url(redis_url, decode_responses=True)
        assert client.llen("rq:queue:default") == 1
        assert list(tmp_path.iterdir()) == []
        log = manage("rqworker", "--burst")

        assert {e.state for e in OutgoingEmail.objects.all()} == {"SENT"}
        sent = "".join(path.read_text() for path in tmp_path.iterdir())
        assert sent.count("Subject: Confirm that you follow") == 3
        assert "example.org" not in log
        assert Heartbeat.objects.get(name=tasks.WAKE).lease == ""
