"""Leaving a relay alone that is in trouble, so that no recipient pays for it."""

from __future__ import annotations

import threading
import time

FIRST_REST = 5.0
LONGEST_REST = 300.0


class Breaker:
    """Shared by the senders of one process; closed while the relay answers.

    After trouble nobody sends for five seconds, then one message tries; each further
    failure doubles the rest, up to five minutes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest = 0.0
        self._open_until = 0.0

    def lets_through(self) -> bool:
        """Whether a message may be tried now."""
        return time.monotonic() >= self._open_until

    def is_probing(self) -> bool:
        """Whether the relay failed last, so that one message at a time is enough."""
        return self._rest > 0

    def worked(self) -> None:
        """Note that the relay took a message, or refused one with good reason."""
        with self._lock:
            self._rest = 0.0
            self._open_until = 0.0

    def failed(self) -> float:
        """Note that the relay is in trouble; answer for how many seconds it rests."""
        with self._lock:
            self._rest = min(max(self._rest * 2, FIRST_REST), LONGEST_REST)
            self._open_until = time.monotonic() + self._rest
            return self._rest
