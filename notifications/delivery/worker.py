"""The loop that turns due work into sent mail. Any number of these may run."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack

from django.db import Error, connection

from notifications import services
from notifications.delivery import outbox
from notifications.delivery.expansion import expand_next
from notifications.delivery.sender import Sender, Shared
from notifications.delivery.settling import settle_finished
from notifications.delivery.transport import Transport, open_transport
from notifications.models import OutgoingEmail

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
#: From this many connections on, one is kept for people who wait for a confirmation.
KEEP_ONE_FROM = 4


def work(transport: Transport, stopping: threading.Event | None = None) -> int:
    """Do all that is due in this thread: compare, expand, deliver.

    Args:
        transport: a connection to send over, kept by the caller for the next call.
        stopping: when set, finish the message in hand and return.

    Returns:
        How many emails were settled.
    """
    stopping = stopping or threading.Event()
    sender = Sender(transport, stopping=stopping)
    prepare(stopping)
    settled = 0
    while not stopping.is_set():
        # One chunk at a time, so that confirmations never wait behind 100,000 rows.
        expanded = expand_next()
        count = sender.step()
        settled += count
        if not count and not expanded:
            break
    settle_finished()
    return settled


def prepare(stopping: threading.Event) -> None:
    """Compare every job whose window has passed, and set poison aside."""
    outbox.set_poison_aside()
    while not stopping.is_set() and services.announce_next():
        pass


class Senders:
    """Some sender threads, each with its own connection to relay and database."""

    def __init__(self, connections: int, stopping: threading.Event) -> None:
        kept = connections >= KEEP_ONE_FROM
        self._shared = Shared(senders=connections, least=2 if kept else 1)
        self._stopping = stopping
        self._threads = [
            threading.Thread(
                target=self._run, args=(number, connections), name=f"sender-{number}"
            )
            for number in range(connections)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until each one finished the message in hand."""
        for thread in self._threads:
            thread.join()

    def _run(self, number: int, connections: int) -> None:
        kept = number == 0 and connections >= KEEP_ONE_FROM
        urgent = OutgoingEmail.Priority.CONFIRMATION if kept else None
        with ExitStack() as stack:
            stack.callback(connection.close)
            transport = stack.enter_context(open_transport())
            sender = Sender(
                transport,
                shared=self._shared,
                number=number,
                stopping=self._stopping,
                up_to_priority=urgent,
            )
            while not self._stopping.is_set():
                if not self._step(sender):
                    # An idle connection is closed by most relays within minutes.
                    transport.close()
                    self._stopping.wait(LOOK_EVERY)

    def _step(self, sender: Sender) -> int:
        try:
            return sender.step()
        except Error:
            # The database went away: what is due still is when it is back.
            logger.exception("A sender could not reach the database")
            connection.close()
        except Exception:
            logger.exception("A sender stumbled")
        return 0
