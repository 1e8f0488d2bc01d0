"""The town's days, counted from today in the site's time zone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

LAST_MINUTE = "23:59"
MONDAY_MORNING = "08:00"


class Calendar:
    """Turns "four days ago at 09:20" into a moment.

    What is said to have happened never lies in the future, even if the town is made
    shortly after midnight.
    """

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.today = timezone.localdate(now)

    def ago(self, days: int, clock: str) -> dt.datetime:
        return min(self._at(-days, clock), self.now)

    def closing(self, days: int | None) -> dt.datetime | None:
        """The last minute of the day that is ``days`` ahead."""
        return None if days is None else self._at(days, LAST_MINUTE)

    def next_monday(self) -> dt.datetime:
        """08:00 on the first Monday after today."""
        return self._at(7 - self.today.weekday(), MONDAY_MORNING)

    def _at(self, days: int, clock: str) -> dt.datetime:
        day = self.today + dt.timedelta(days=days)
        return timezone.make_aware(
            dt.datetime.combine(day, dt.time.fromisoformat(clock))
        )


def later(moment: dt.datetime, days: int) -> dt.datetime:
    """The same time of day, ``days`` later, whatever summer time does in between."""
    local = timezone.localtime(moment)
    return timezone.make_aware(local.replace(tzinfo=None) + dt.timedelta(days=days))
