"""The database's clock as all processes of a test see it: moved by what a file says."""

from __future__ import annotations

import datetime as dt
import mmap
import struct
from collections.abc import Callable
from pathlib import Path

from notifications import clock

FORMAT = "d"


class MovedClock:
    """``notifications.clock.database_now``, so many seconds ahead as the file says."""

    def __init__(self, path: Path, real: Callable[[], dt.datetime] | None = None):
        if not path.exists():
            path.write_bytes(struct.pack(FORMAT, 0))
        with path.open("r+b") as file:
            self._seconds = mmap.mmap(file.fileno(), 0)
        self._real = real or clock.database_now

    def __call__(self) -> dt.datetime:
        (seconds,) = struct.unpack(FORMAT, self._seconds[:])
        return self._real() + dt.timedelta(seconds=seconds)

    def move(self, **time: float) -> None:
        """Move the clock of every process at once."""
        (seconds,) = struct.unpack(FORMAT, self._seconds[:])
        seconds += dt.timedelta(**time).total_seconds()
        self._seconds[:] = struct.pack(FORMAT, seconds)
