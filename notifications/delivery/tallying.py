"""Counting what became of emails, minute by minute, for whoever looks at delivery."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter, defaultdict

from django.db.models import F

from notifications.models import Tally

#: Seconds of counts that a worker keeps to itself.
KEEP_SECONDS = 1.0


class Tallies:
    """The counts of one sender on their way to the table."""

    def __init__(self) -> None:
        self._counts: dict[dt.datetime, Counter[str]] = defaultdict(Counter)
        self._written = time.monotonic()

    def count(self, column: str, now: dt.datetime) -> None:
        """Count one email in ``column`` of ``Tally``; written by ``flush``."""
        self._counts[now.replace(second=0, microsecond=0)][column] += 1

    def flush(self, *, at_once: bool = False) -> None:
        """Write what was counted, unless that was done a moment ago."""
        if not at_once and time.monotonic() - self._written < KEEP_SECONDS:
            return
        self._written = time.monotonic()
        counts, self._counts = self._counts, defaultdict(Counter)
        for minute, columns in counts.items():
            _add(minute, columns)


def _add(minute: dt.datetime, columns: Counter[str]) -> None:
    rows = Tally.objects.filter(minute=minute)
    more = {column: F(column) + count for column, count in columns.items()}
    if not rows.update(**more):
        # Another worker may make it at the same moment.
        Tally.objects.bulk_create([Tally(minute=minute)], ignore_conflicts=True)
        rows.update(**more)
