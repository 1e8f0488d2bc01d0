"""The stretch of days that a report looks at, in the site's time zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget

DEFAULT_DAYS = 12 * 7
#: The longest look back: what a report draws stays readable.
MOST_DAYS = 5 * 365
#: Up to here a plot has a bar for each week, and one for each month beyond.
WEEKS_UP_TO = 26 * 7


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    @classmethod
    def last_days(cls, days: int) -> Period:
        """So many days, today included."""
        today = site_today()
        return cls(today - dt.timedelta(days=days - 1), today)

    @classmethod
    def between(
        cls, first: dt.date | None, last: dt.date | None, *, days: int, most: int
    ) -> Period:
        """From what a reader typed: either end may be missing, future or too early.

        Args:
            first: the first day; None for ``days`` up to the last one.
            last: the last day; None for today.
            days: how many there are by default.
            most: how many days back there is anything to see.
        """
        today = site_today()
        oldest = today - dt.timedelta(days=most - 1)
        last = min(max(last or today, oldest), today)
        if first is None:
            first = last - dt.timedelta(days=days - 1)
        first = min(max(first, oldest), today)
        return cls(min(first, last), max(first, last))

    @property
    def since(self) -> dt.datetime:
        return _midnight(self.first)

    @property
    def until(self) -> dt.datetime:
        return _midnight(self.last + dt.timedelta(days=1))

    def holds(self, field: str) -> Q:
        """The condition that the moment ``field`` lies in the period."""
        return Q(**{f"{field}__gte": self.since, f"{field}__lt": self.until})

    @property
    def step(self) -> str:
        """What one bar of a plot stands for, as ``Trunc`` names it."""
        return "week" if (self.last - self.first).days < WEEKS_UP_TO else "month"

    def steps(self) -> Iterator[dt.date]:
        """The first day of each week or month that the period touches."""
        if self.step == "week":
            day = self.first - dt.timedelta(days=self.first.weekday())
        else:
            day = self.first.replace(day=1)
        while day <= self.last:
            yield day
            if self.step == "week":
                day += dt.timedelta(days=7)
            else:
                day = (day + dt.timedelta(days=32)).replace(day=1)


def site_today() -> dt.date:
    """Today where the board is; nobody in the admin has a clock of their own."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def _midnight(day: dt.date) -> dt.datetime:
    zone = timezone.get_default_timezone()
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone)


class PeriodFilter(django_filters.DateFromToRangeFilter):
    """Two dates. They narrow nothing by themselves: the report asks for ``period_of``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Period"), widget=DateRangePickerWidget, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs


def period_of(
    filters: Any, *, days: int = DEFAULT_DAYS, most: int = MOST_DAYS
) -> Period:
    """The period that was chosen; by default the last ``days``, ``most`` at the most."""
    chosen = filters.form.cleaned_data.get("period") if filters.is_valid() else None
    first = chosen.start and chosen.start.date() if chosen else None
    last = chosen.stop and chosen.stop.date() if chosen else None
    return Period.between(first, last, days=days, most=most)
