"""Mail that is held back on a machine on which somebody tries things."""

import logging
import socket

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from notifications.health import health
from notifications.models import OutgoingEmail
from tests.factories import edit, make_job, make_subscription
from tests.faults.sink import Sink

RELAY = "relay.example"
WANTED = ["Dev@Example.org", "qa@board.example"]
OTHERS = ["reader@example.org", "other@example.com"]


@pytest.fixture
def relay(settings, monkeypatch):
    """A mail server that is not on this machine, as far as the settings know."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = RELAY
    settings.EMAIL_ALLOW_LIST = ["dev@example.org", "board.example"]
    connect = socket.create_connection
    with Sink() as sink:
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda address, *rest: connect(("127.0.0.1", sink.port), *rest),
        )
        yield sink


@pytest.fixture
def announce(db, worker):
    """Have the worker tell four people that a job changed."""

    def announce():
        job = make_job()
        for address in [OTHERS[0], WANTED[0], OTHERS[1], WANTED[1]]:
            make_subscription(job=job, email=address)
        worker.run()
        edit(job, pay_max=29000)
        worker.run(minutes=11)

    return announce


def heard(sink):
    return [taken.recipient for taken in sink.taken]


def test_only_those_on_the_list_are_written_to(relay, announce):
    announce()

    assert heard(relay) == WANTED
    rows = OutgoingEmail.objects.order_by("pk").values_list("state", "last_code")
    held_back = ("SKIPPED", "held back: not on the list of allowed recipients")
    assert list(rows)[::2] == [held_back] * 2
    assert health().skipped_last_hour == 2


def test_the_log_says_held_back_and_never_sent(relay, announce, caplog):
    caplog.set_level(logging.INFO, logger="notifications")
    announce()

    for row in OutgoingEmail.objects.filter(state="SKIPPED"):
        lines = [x.getMessage() for x in caplog.records]
        about = [line for line in lines if line.startswith(f"Email {row.pk} ")]
        assert about == [f"Email {row.pk} held back"]


def test_nobody_else_is_named_to_the_relay_even_ahead(relay, announce):
    named = []
    for address in OTHERS:
        relay.on("rcpt", lambda address=address: named.append(address), to=address)
    announce()

    assert named == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.53", "::1"])
def test_a_relay_on_this_machine_gets_everything(host, relay, announce, settings):
    settings.EMAIL_HOST = host
    announce()

    assert sorted(heard(relay)) == sorted([*WANTED, *OTHERS])


def test_so_do_the_files_of_this_machine(announce, settings):
    settings.EMAIL_HOST = "localhost"
    settings.EMAIL_ALLOW_LIST = ["dev@example.org"]
    announce()

    assert len(mail.outbox) == 4


def test_a_provider_is_never_on_this_machine(relay, announce, settings):
    settings.EMAIL_HOST = "localhost"
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    announce()

    assert [message.to[0] for message in mail.outbox] == WANTED


def test_an_empty_list_allows_everybody(relay, announce, settings):
    settings.EMAIL_ALLOW_LIST = []
    announce()

    assert len(heard(relay)) == 4


def test_a_test_is_held_back_too(relay):
    with pytest.raises(CommandError, match="Not sent: rejected \\(held back: not on"):
        call_command("deliver", "--test", OTHERS[0])

    assert heard(relay) == []
