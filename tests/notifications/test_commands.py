"""The worker as a command: once, for ever, and stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from notifications.models import AnnouncementSettings, Heartbeat, OutgoingEmail
from tests.factories import edit, make_job, make_subscriber, make_subscription
from tests.faults.sink import Sink as MailServer
from tests.notifications.conftest import TITLE
from tests.notifications.sink import Sink, serve


def test_once_does_what_is_due_and_ends(followed, worker):
    edit(followed, pay_max=29000)
    worker.wait(minutes=11)

    call_command("deliver", "--once")

    assert [m.subject for m in mail.outbox] == [f"Pay changed: {TITLE}"] * 2
    assert Heartbeat.objects.filter(name="tick").exists()


def test_once_twice_sends_once(followed, worker):
    edit(followed, pay_max=29000)
    worker.wait(minutes=11)

    call_command("deliver", "--once")
    call_command("deliver", "--once")

    assert len(mail.outbox) == 2


def test_tick_finds_what_has_no_signal(followed, worker, capsys):
    call_command("tick")

    assert capsys.readouterr().out == ""
    assert Heartbeat.objects.filter(name="tick").exists()


@pytest.mark.parametrize("connections", ["0", "65"])
def test_a_silly_number_of_connections_is_refused(connections, db):
    with pytest.raises(CommandError, match="from 1 to 64"):
        call_command("deliver", "--connections", connections)


class TestPause:
    def test_nothing_is_sent_until_it_is_over(self, followed, worker, capsys):
        call_command("deliver", "--pause")
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        assert mail.outbox == []
        assert OutgoingEmail.objects.queued().count() == 2

        call_command("deliver", "--resume")
        worker.run()

        assert len(mail.outbox) == 2
        assert capsys.readouterr().out.splitlines() == [
            "All email is paused. It waits, news of jobs for 7 days at most.",
            "Email goes out again.",
        ]

    def test_news_waits_for_as_long_as_it_says(self, followed, worker, capsys):
        AnnouncementSettings.objects.update(tell_within_days=1)
        call_command("deliver", "--pause")
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        worker.wait(days=2)

        call_command("deliver", "--resume")
        worker.run()

        assert mail.outbox == []
        assert "news of jobs for 1 day at most." in capsys.readouterr().out

    def test_resuming_what_is_not_paused_says_so(self, db, capsys):
        call_command("deliver", "--resume")

        assert capsys.readouterr().out == "Email was not paused.\n"


class TestTest:
    """``deliver --test``: one mail the real way, every answer said aloud."""

    @pytest.fixture
    def sink(self, db, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "board"
        with MailServer() as sink:
            sink.asks_for_password = True
            settings.EMAIL_PORT = sink.port
            yield sink

    def said(self, capsys):
        return capsys.readouterr().out.splitlines()

    def test_says_what_each_phase_answered(self, sink, capsys):
        call_command("deliver", "--test", "you@example.org")

        assert self.said(capsys) == [
            f"connecting: 127.0.0.1 port {sink.port} answers",
            "signing in: encryption is off",
            "signing in: accepted",
            "naming the sender: 250 2.1.0",
            "naming the recipient: 250 2.1.5",
            "announcing the message: 354",
            "handing over the message: 250 2.0.0",
            "The mail server took it. Look in the inbox, and in spam.",
        ]
        [taken] = sink.taken
        assert taken.recipient == "you@example.org"
        assert not OutgoingEmail.objects.exists()

    @pytest.mark.parametrize(
        ("phase", "reply", "words"),
        [
            ("connect", "554 5.3.2 no", "refused (554 5.3.2 connecting)"),
            ("ehlo", "550 5.7.1 no", "refused (550 5.7.1 signing in)"),
            ("auth", "535 5.7.8 <you@example.org>", "refused (535 5.7.8 signing in)"),
            ("mail", "451 4.3.0 no", "relay down (451 4.3.0 naming the sender)"),
            ("rcpt", "550 5.1.1 no", "rejected (550 5.1.1 naming the recipient)"),
            ("data", "450 4.2.0 no", "deferred (450 4.2.0 announcing the message)"),
            ("dot", "550 5.7.1 no", "refused (550 5.7.1 handing over the message)"),
        ],
    )
    def test_says_where_it_failed(self, phase, reply, words, sink, capsys):
        sink.on(phase, reply, times=-1)

        with pytest.raises(CommandError) as error:
            call_command("deliver", "--test", "you@example.org")

        assert str(error.value) == f"Not sent: {words}."
        assert "example.org" not in capsys.readouterr().out

    def test_refuses_what_is_no_address(self, sink):
        with pytest.raises(CommandError, match="does not look like an email address"):
            call_command("deliver", "--test", "you at example.org")

        assert sink.connections == 0


@pytest.fixture
def deliver(committed):
    """Start the worker as a process of its own, on the database of this test."""
    started = []

    def deliver(*options, **environment):
        database = connection.settings_dict
        code = (
            "from django.conf import settings\n"
            f"settings.DATABASES['default']['NAME'] = {str(database['NAME'])!r}\n"
            "from django.core.management import execute_from_command_line\n"
            f"execute_from_command_line(['manage.py', 'deliver', *{options!r}])\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "jobsite.settings.test"}
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield deliver
    for process in started:
        process.kill()
        process.communicate()


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_stops_within_five_seconds(number, deliver):
    OutgoingEmail.objects.create(
        kind="MANAGE_LINK",
        key="x",
        subscriber=make_subscriber(),
        due_at="2026-01-01T00:00Z",
    )
    process = deliver("--connections", "2")
    until(lambda: OutgoingEmail.objects.get().state == "SENT")

    process.send_signal(number)
    output, _errors = process.communicate(timeout=5)

    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert "example.org" not in output


@pytest.mark.slow
def test_a_worker_sends_what_it_finds_over_smtp(deliver):
    job = make_job(title=TITLE)
    make_subscription(job=job, email="reader@example.org")
    sink = Sink()
    server = serve(sink)
    settings_of_relay = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    OutgoingEmail.objects.create(
        kind="MANAGE_LINK",
        key="x",
        subscriber=make_subscriber("reader@example.org"),
        due_at="2026-01-01T00:00Z",
    )

    process = deliver("--once", **settings_of_relay)
    output, _errors = process.communicate(timeout=60)
    server.stop()

    assert process.returncode == 0, output
    assert OutgoingEmail.objects.get().state == "SENT"
