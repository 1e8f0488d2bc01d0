from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection

from notifications import ticking
from notifications.delivery.transport import Transport
from notifications.delivery.worker import work

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
TICK_EVERY = 10.0


class Command(BaseCommand):
    """Deliver what is due, for ever or once."""

    help = (
        "The worker: compares jobs whose quiet window has passed, sends the emails "
        "that are due, and does every 10 seconds what time causes. Any number of "
        "these may run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Do what is due, then exit."
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            ticking.tick()
            with Transport() as transport:
                work(transport)
            return
        stopping = threading.Event()
        self._stop_on_signals(stopping)
        last_tick = float("-inf")
        with Transport() as transport:
            while not stopping.is_set():
                try:
                    if time.monotonic() - last_tick >= TICK_EVERY:
                        ticking.tick()
                        last_tick = time.monotonic()
                    tried = work(transport, stopping)
                except Error:
                    # The database went away: what is due still is when it is back.
                    logger.exception("Delivery could not reach the database")
                    connection.close()
                    tried = 0
                if not tried:
                    transport.close()
                close_old_connections()
                stopping.wait(LOOK_EVERY)

    def _stop_on_signals(self, stopping: threading.Event) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
