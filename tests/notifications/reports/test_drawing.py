"""The days that a report is about, and what it draws."""

import datetime as dt

import pytest

from notifications.reports import periods
from notifications.reports.plots import Point, draw

pytestmark = pytest.mark.django_db


class TestPeriods:
    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            (None, None, ("2026-01-06", "2026-03-30")),
            (dt.date(1, 1, 1), dt.date(9999, 12, 31), ("2021-04-01", "2026-03-30")),
            (dt.date(9999, 12, 31), dt.date(1, 1, 1), ("2021-04-01", "2026-03-30")),
            (None, dt.date(1, 1, 1), ("2021-04-01", "2021-04-01")),
        ],
    )
    @pytest.mark.usefixtures("at_noon")
    def test_end_where_there_is_nothing_to_see(self, first, last, expected):
        found = periods.Period.between(
            first, last, days=periods.DEFAULT_DAYS, most=periods.MOST_DAYS
        )

        assert (str(found.first), str(found.last)) == expected


class TestPlots:
    def test_are_none_where_nothing_happened(self):
        assert draw([Point("a", 0, 0, "a")], title="t", up="u", down="d") is None

    def test_keep_bars_inside_and_in_proportion(self):
        points = [Point("a", 30, 0, ""), Point("b", 15, 5, "")]

        plot = draw(points, title="t", up="u", down="d")

        high, low = plot.bars
        assert high.up_height == pytest.approx(2 * low.up_height, abs=0.2)
        assert low.down_height == pytest.approx(high.up_height / 6, abs=0.2)
        assert high.up_y + high.up_height == pytest.approx(plot.axis_y, abs=0.2)
        assert low.x + low.width < plot.right
