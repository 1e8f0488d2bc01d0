"""How hard the senders of one process lean on their relay.

When the relay is in trouble nobody sends, so that no recipient pays for it. When it
closes a connection on which it took messages, fewer connections are used for a while.
"""

from __future__ import annotations

import threading
import time

FIRST_REST = 5.0
LONGEST_REST = 300.0
#: One connection more is used after so many messages went well.
WIDEN_AFTER = 200
#: Connections that are closed together count as one sign, not as one each.
NARROW_AGAIN_AFTER = 10.0


class Breaker:
    """Shared by the senders of one process; closed while the relay answers.

    After trouble nobody sends for five seconds, then one sender tries one message;
    each further failure doubles the rest, up to five minutes.

    Args:
        senders: how many there are, numbered from 0.
        least: how many of them may always send.
    """

    def __init__(self, *, senders: int = 1, least: int = 1) -> None:
        self._lock = threading.Lock()
        self._rest = 0.0
        self._open_until = 0.0
        self._probing: int | None = None
        self._senders = senders
        self._least = least
        self._width = senders
        self._went_well = 0
        self._narrowed_at = float("-inf")

    def lets_through(self, number: int = 0) -> bool:
        """Whether the sender of this number may take up messages now."""
        with self._lock:
            if number >= self._width or self.is_resting():
                return False
            if self._rest and self._probing is None:
                self._probing = number
            return not self._rest or self._probing == number

    def found_nothing(self, number: int = 0) -> None:
        """Let another sender try, since nothing was due that this one may send."""
        with self._lock:
            if self._probing == number:
                self._probing = None

    def is_resting(self) -> bool:
        """Whether nobody sends now."""
        return time.monotonic() < self._open_until

    def is_probing(self) -> bool:
        """Whether the relay failed last, so that one message at a time is enough."""
        return self._rest > 0

    def worked(self) -> None:
        """Note that the relay took a message, or refused one with good reason."""
        with self._lock:
            self._rest = 0.0
            self._open_until = 0.0
            self._probing = None
            self._went_well += 1
            if self._went_well >= WIDEN_AFTER:
                self._went_well = 0
                self._width = min(self._width + 1, self._senders)

    def failed(self) -> float:
        """Note that the relay is in trouble; answer for how many seconds it rests.

        Senders that fail together make one failure.
        """
        with self._lock:
            now = time.monotonic()
            if now >= self._open_until:
                self._rest = min(max(self._rest * 2, FIRST_REST), LONGEST_REST)
                self._open_until = now + self._rest
            self._probing = None
            return self._open_until - now

    def crowded(self) -> None:
        """Note that the relay closed a connection: halve how many are used."""
        with self._lock:
            now = time.monotonic()
            if now - self._narrowed_at >= NARROW_AGAIN_AFTER:
                self._narrowed_at = now
                self._width = max(self._width // 2, self._least)
                self._went_well = 0
