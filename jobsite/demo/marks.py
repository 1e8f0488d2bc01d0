"""Draws the companies' marks and one picture: flat shapes, two colours each.

Everything is drawn larger and made smaller, which smooths the edges. Measures are
thousandths of the width.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw

SCALE = 3
MARK = (256, 256)
PICTURE = (1200, 675)

NAVY, SAND = "#2b4a73", "#f4f3ee"
GREEN, BRICK, OCHRE = "#17606a", "#85392a", "#6a5016"
DUSK, LAND, LIGHT = "#46525c", "#22292f", "#f0d9a0"

Point = tuple[float, float]


class Pen:
    """Draws in thousandths of the picture's width."""

    def __init__(self, size: tuple[int, int], ground: str) -> None:
        self.size = size
        self._image = Image.new("RGB", (size[0] * SCALE, size[1] * SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)
        self._unit = size[0] * SCALE / 1000

    def shape(self, colour: str, *points: Point) -> None:
        unit = self._unit
        self._draw.polygon([(x * unit, y * unit) for x, y in points], fill=colour)

    def box(
        self, colour: str, left: float, top: float, right: float, low: float
    ) -> None:
        self.shape(colour, (left, top), (right, top), (right, low), (left, low))

    def disc(self, colour: str, x: float, y: float, radius: float) -> None:
        unit = self._unit
        edges = [n * unit for n in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(edges, fill=colour)

    def arc(self, colour: str, x: float, y: float, radius: float, width: float) -> None:
        """The lower half of a ring."""
        unit = self._unit
        edges = [n * unit for n in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.arc(edges, 0, 180, fill=colour, width=round(width * unit))

    def png(self) -> bytes:
        small = self._image.resize(self.size, Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "PNG")
        return out.getvalue()


def ferry() -> bytes:
    """A hull with a funnel above two waves."""
    pen = Pen(MARK, NAVY)
    pen.shape(SAND, (150, 480), (850, 480), (740, 650), (260, 650))
    pen.box(SAND, 300, 360, 640, 450)
    pen.box(SAND, 500, 210, 590, 340)
    for x in (260, 420, 580, 740):
        pen.arc(SAND, x, 700, 80, 34)
    return pen.png()


def lighthouse() -> bytes:
    """A tower with its lamp and two beams."""
    pen = Pen(MARK, BRICK)
    pen.shape(SAND, (430, 400), (570, 400), (630, 830), (370, 830))
    pen.box(SAND, 400, 350, 600, 380)
    pen.box(SAND, 445, 240, 555, 330)
    pen.shape(SAND, (430, 220), (570, 220), (500, 140))
    pen.shape(SAND, (400, 270), (400, 300), (120, 370), (120, 200))
    pen.shape(SAND, (600, 270), (600, 300), (880, 370), (880, 200))
    pen.box(BRICK, 350, 560, 650, 640)
    return pen.png()


def curtain() -> bytes:
    """Two drawn curtains and the bare stage between them."""
    pen = Pen(MARK, GREEN)
    pen.box(SAND, 150, 160, 850, 230)
    turns = [math.radians(degrees) for degrees in range(0, 91, 5)]
    for direction, edge in ((1, 150), (-1, 850)):
        hem = [
            (edge + direction * 330 * math.cos(t), 260 + 300 * math.sin(t))
            for t in turns
        ]
        pen.shape(SAND, (edge, 260), *hem)
        pen.shape(
            SAND,
            (edge, 580),
            (edge + direction * 50, 580),
            (edge + direction * 130, 740),
            (edge, 740),
        )
    pen.box(SAND, 150, 780, 850, 840)
    return pen.png()


def tower() -> bytes:
    """The town hall clock."""
    pen = Pen(MARK, OCHRE)
    pen.shape(SAND, (290, 300), (710, 300), (500, 110))
    pen.box(SAND, 330, 330, 670, 860)
    pen.disc(OCHRE, 500, 490, 115)
    pen.box(SAND, 488, 410, 512, 500)
    pen.box(SAND, 488, 478, 570, 502)
    pen.shape(OCHRE, (440, 860), (440, 740), (500, 690), (560, 740), (560, 860))
    return pen.png()


def coast() -> bytes:
    """The picture of the blocks page: a headland, a light, a calm sea."""
    pen = Pen(PICTURE, DUSK)
    pen.box("#5d6a74", 0, 330, 1000, 563)
    pen.shape("#7d868c", (700, 190), (0, 120), (0, 250), (700, 200))
    pen.shape(LAND, (420, 430), (560, 380), (660, 300), (780, 285), (1000, 250))
    pen.shape(LAND, (660, 300), (1000, 250), (1000, 563), (300, 563), (430, 430))
    pen.shape(SAND, (690, 215), (718, 215), (728, 300), (680, 300))
    pen.box(SAND, 684, 205, 724, 213)
    pen.disc(LIGHT, 704, 192, 11)
    pen.shape(LAND, (690, 182), (718, 182), (704, 168))
    return pen.png()


MARKS: dict[str, Callable[[], bytes]] = {
    "ferry": ferry,
    "lighthouse": lighthouse,
    "curtain": curtain,
    "tower": tower,
}
