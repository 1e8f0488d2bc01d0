"""What was measured, beside what is asked for."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. ``told`` are the figures behind it, for people."""

    row: str
    measured: float
    bar: float
    unit: str = ""
    at_least: bool = False
    told: str = ""

    @property
    def holds(self) -> bool:
        if self.at_least:
            return self.measured >= self.bar
        return self.measured <= self.bar

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def as_line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        bar = f"{sign} {self.bar:g}{self.unit}"
        measured = f"{self.measured:.2f}".rstrip("0").rstrip(".") + self.unit
        holds = "holds" if self.holds else "MISSES"
        return f"{self.row:<60} {measured:>10}  {bar:<10} {holds:<7} {self.told}"


def seconds(act: Callable[[], object]) -> float:
    """How long ``act`` takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def ratio(pairs: Iterable[tuple[float, float]]) -> float:
    """The median of one thing over another, each pair measured one after the other."""
    return statistics.median(one / other for one, other in pairs)


def in_the_middle(values: Iterable[float], *, times: float = 1, unit: str = "") -> str:
    """Say the median of ``values``."""
    return f"{statistics.median(values) * times:.0f}{unit}"
