"""Small bar charts as shapes that a template writes down as SVG: no script, no style.

Bars above a line and bars below it, so that what they mean does not hang on colour;
the same numbers in words, for whoever cannot see them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720
#: On both sides, for the first and the last label.
MARGIN = 16
#: Where bars end; above and below is room for their numbers, and for the days.
TOP, BOTTOM = 16, 164
HEIGHT = 200
#: More bars than this have no room for their numbers.
NUMBERED_UP_TO = 31
MOST_LABELS = 9


@dataclass(frozen=True, slots=True)
class Point:
    """What happened in one stretch of time; ``words`` says it in full."""

    label: str
    up: int
    down: int
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One point drawn: the corner and the height of what goes up and down."""

    point: Point
    x: float
    width: float
    middle: float
    up_y: float
    up_height: float
    down_y: float
    down_height: float
    shows_label: bool

    @property
    def up_number_y(self) -> float:
        return self.up_y - 4

    @property
    def down_number_y(self) -> float:
        return round(self.down_y + self.down_height + 12, 1)


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart ready to be drawn; ``up`` and ``down`` name what its bars count."""

    title: str
    up: str
    down: str
    bars: list[Bar]
    axis_y: float
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"
    right: int = WIDTH
    label_y: int = HEIGHT - 6

    @property
    def description(self) -> str:
        """Every number that is not nought, in words."""
        told = [bar.point.words for bar in self.bars if bar.point.up or bar.point.down]
        return " ".join(told)

    @property
    def shows_numbers(self) -> bool:
        return len(self.bars) <= NUMBERED_UP_TO

    @property
    def total_up(self) -> int:
        return sum(bar.point.up for bar in self.bars)

    @property
    def total_down(self) -> int:
        return sum(bar.point.down for bar in self.bars)


def draw(points: Sequence[Point], *, title: str, up: str, down: str) -> Plot | None:
    """Lay out ``points`` side by side; None where there is nothing to see."""
    highest = max((point.up for point in points), default=0)
    lowest = max((point.down for point in points), default=0)
    if not highest + lowest:
        return None
    unit = (BOTTOM - TOP) / (highest + lowest)
    axis = TOP + highest * unit
    room = (WIDTH - 2 * MARGIN) / len(points)
    every = -(-len(points) // MOST_LABELS)
    bars = [
        Bar(
            point=point,
            x=round(MARGIN + room * (place + 0.15), 1),
            width=round(room * 0.7, 1),
            middle=round(MARGIN + room * (place + 0.5), 1),
            up_y=round(axis - point.up * unit, 1),
            up_height=round(point.up * unit, 1),
            down_y=round(axis, 1),
            down_height=round(point.down * unit, 1),
            shows_label=place % every == 0,
        )
        for place, point in enumerate(points)
    ]
    return Plot(title=title, up=up, down=down, bars=bars, axis_y=round(axis, 1))
