from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from queue import SimpleQueue
from types import FrameType
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, close_old_connections, connection

from notifications import pausing, ticking
from notifications.delivery.expansion import expand_next
from notifications.delivery.probing import send_test
from notifications.delivery.replies import Outcome
from notifications.delivery.settling import settle_finished
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import LOOK_EVERY, Senders, prepare, work
from subscriptions.addresses import validated

logger = logging.getLogger(__name__)

TICK_EVERY = 10.0
MOST_CONNECTIONS = 64


class Command(BaseCommand):
    """Deliver what is due, for ever or once."""

    help = (
        "The worker: compares jobs whose quiet window has passed, sends the emails "
        "that are due, and does every 10 seconds what time causes. Any number of "
        "these may run."
    )

    #: Those are for who deploys; they load forms and pictures, which stay in memory.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--connections",
            type=int,
            default=1,
            help="How many connections to the mail server to keep open (1 to 64).",
        )
        parser.add_argument(
            "--pause", action="store_true", help="Pause all email, and exit."
        )
        parser.add_argument(
            "--resume", action="store_true", help="Let email go out again, and exit."
        )
        parser.add_argument(
            "--test", metavar="ADDRESS", help="Send one test mail and say what happens."
        )
        parser.add_argument(
            "--once", action="store_true", help="Do what is due, then exit."
        )

    def handle(self, *args: Any, connections: int, once: bool, **options: Any) -> None:
        if options["pause"] or options["resume"]:
            self._pause_or_resume(pause=options["pause"])
            return
        if options["test"]:
            self._test(options["test"])
            return
        if not 1 <= connections <= MOST_CONNECTIONS:
            raise CommandError(f"--connections goes from 1 to {MOST_CONNECTIONS}.")
        if once:
            ticking.tick()
            with open_transport() as transport:
                work(transport)
            return
        stopping = threading.Event()
        self._stop_on_signals(stopping)
        senders = Senders(connections, stopping)
        senders.start()
        try:
            self._coordinate(stopping)
        finally:
            stopping.set()
            senders.join()

    def _test(self, address: str) -> None:
        try:
            address = validated(address)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        answer = send_test(address, self.stdout.write)
        if answer.outcome is not Outcome.ACCEPTED:
            words = f"{answer.words} {answer.phase}".strip()
            raise CommandError(f"Not sent: {answer.outcome.value} ({words}).")
        self.stdout.write("The mail server took it. Look in the inbox, and in spam.")

    def _pause_or_resume(self, *, pause: bool) -> None:
        if pause:
            pausing.pause()
            self.stdout.write(pausing.is_paused_text())
        elif pausing.resume():
            self.stdout.write("Email goes out again.")
        else:
            self.stdout.write("Email was not paused.")

    def _coordinate(self, stopping: threading.Event) -> None:
        """Compare, expand and tick, while the senders send."""
        last_tick = float("-inf")
        while not stopping.is_set():
            try:
                if time.monotonic() - last_tick >= TICK_EVERY:
                    ticking.tick()
                    # With all that the database's library remembers of what it read.
                    connection.close()
                    last_tick = time.monotonic()
                prepare(stopping)
                while not stopping.is_set() and expand_next():
                    pass
                settle_finished()
            except Error:
                # The database went away: what is due still is when it is back.
                logger.exception("The worker could not reach the database")
                connection.close()
            close_old_connections()
            stopping.wait(LOOK_EVERY)

    def _stop_on_signals(self, stopping: threading.Event) -> None:
        # A signal may come while this very thread holds the lock of the event, which
        # would then wait for itself; only the queue may be used at such a moment.
        asked: SimpleQueue[int] = SimpleQueue()

        def ask(number: int, frame: FrameType | None) -> None:
            asked.put(number)

        def stop() -> None:
            asked.get()
            stopping.set()

        threading.Thread(target=stop, daemon=True).start()
        signal.signal(signal.SIGTERM, ask)
        signal.signal(signal.SIGINT, ask)
