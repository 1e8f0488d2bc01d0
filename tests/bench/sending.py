"""How fast mail leaves, beside the least that a program could do."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.test import override_settings

from notifications import messages
from notifications.delivery.preparing import Preparer
from notifications.delivery.sender import Sender
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import Senders
from notifications.models import OutgoingEmail
from tests.bench import crowd, sink
from tests.bench.figures import Figure, in_the_middle, ratio, seconds

ROUNDS = 5
#: Messages in each round of ours and of smtplib's, and of Django's, which is slower.
COUNT = 2_000
DJANGO_COUNT = 400
#: What is asked of each database, over smtplib and over Django.
BARS = {"sqlite": (1.0, 4.0), "postgresql": (0.5, 2.0)}

DELAY_MS = 20
CONNECTIONS = 16
WARM_UP = 1.0
WINDOW = 4.0


def sending() -> Iterator[Figure]:
    """One connection, each result committed by itself."""
    crowd.queue()
    emails = crowd.due(DJANGO_COUNT)
    composed = [messages.compose(email) for email in emails]
    prebuilt = _prebuilt(emails[0])
    ours, bare, django = [], [], []
    with ExitStack() as stack:
        port = stack.enter_context(sink.running())
        stack.enter_context(override_settings(EMAIL_PORT=port))
        sender = Sender(stack.enter_context(open_transport()))
        _ours(sender)
        for _turn in range(ROUNDS):
            bare.append(_smtplib(port, prebuilt))
            ours.append(_ours(sender))
            django.append(_django(composed))
    over_bare, over_django = BARS[connection.vendor]
    yield Figure(
        row="sending on one connection over a bare smtplib loop",
        measured=ratio(zip(ours, bare, strict=True)),
        bar=over_bare,
        at_least=True,
        told=f"{in_the_middle(ours)} over {in_the_middle(bare, unit=' a second')}",
    )
    yield Figure(
        row="sending on one connection over Django's send_messages",
        measured=ratio(zip(ours, django, strict=True)),
        bar=over_django,
        at_least=True,
        told=f"{in_the_middle(ours)} over {in_the_middle(django, unit=' a second')}",
    )


def connections() -> Iterator[Figure]:
    """Sixteen connections over one, to a server that is far away."""
    crowd.queue()
    pairs = []
    with sink.running(delay_ms=DELAY_MS) as port, override_settings(EMAIL_PORT=port):
        for _turn in range(2):
            one = _rate(1)
            pairs.append((_rate(CONNECTIONS), one))
    many, one = zip(*pairs, strict=True)
    yield Figure(
        row=f"16 connections over one, the server {DELAY_MS} ms away",
        measured=ratio(pairs),
        bar=12,
        at_least=True,
        told=f"{in_the_middle(many)} over {in_the_middle(one, unit=' a second')}",
    )


def _prebuilt(email: OutgoingEmail) -> bytes:
    """One of our messages as bytes, for all to send the same number of them."""
    preparer = Preparer(takes_bytes=True)
    [(_email, outgoing)] = preparer.prepare([email], email.due_at)
    return outgoing.content


def _smtplib(port: int, content: bytes) -> float:
    """Messages a second; so do the others."""
    with smtplib.SMTP(sink.HOST, port) as server:
        server.ehlo()
        took = seconds(
            lambda: [
                server.sendmail("us@jobs.example", [f"f{n}@example.org"], content)
                for n in range(COUNT)
            ]
        )
    return COUNT / took


def _django(composed: list[EmailMessage]) -> float:
    with get_connection() as backend:
        return len(composed) / seconds(lambda: backend.send_messages(composed))


def _ours(sender: Sender) -> float:
    sent, began = 0, time.perf_counter()
    while sent < COUNT:
        step = sender.step()
        assert step, "nothing is due any more"
        sent += step
    return sent / (time.perf_counter() - began)


def _rate(connections: int) -> float:
    """Messages a second, once everybody is at work."""
    stopping = threading.Event()
    senders = Senders(connections, stopping)
    senders.start()
    time.sleep(WARM_UP)
    before, began = _sent(), time.perf_counter()
    time.sleep(WINDOW)
    rate = (_sent() - before) / (time.perf_counter() - began)
    stopping.set()
    senders.join()
    return rate


def _sent() -> int:
    return OutgoingEmail.objects.filter(state=OutgoingEmail.State.SENT).count()
