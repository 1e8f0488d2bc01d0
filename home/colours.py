"""Colours that can be read, and the shades that follow from one accent.

Contrast is WCAG 2.2's (1.4.3, relative luminance). Lightening happens in OKLab
(Björn Ottosson, 2020), where a step looks equally large in every hue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT_ACCENT, DEFAULT_DARK_ACCENT = "#0b5a44", "#8ccfb2"
PAPER, TINT = "#ffffff", "#f4f3ee"
DARK_PAPER, DARK_TINT = "#151613", "#1f201c"
READABLE = 4.5
DARK_READABLE = 7.0
STEP = 0.01
FINE_STEP = 0.002

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Pair:
    """Words in one colour on another, and how far apart they have to be."""

    where: str | Promise
    words: str
    ground: str
    needed: float

    @property
    def ratio(self) -> float:
        """The contrast, rounded down: what is shown never says more than there is."""
        return int(contrast(self.words, self.ground) * 10) / 10

    @property
    def can_be_read(self) -> bool:
        return contrast(self.words, self.ground) >= self.needed


def is_colour(value: str) -> bool:
    """Whether ``value`` is a colour such as "#0b5a44"."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", value) is not None


def pairs(accent: str) -> list[Pair]:
    """Where ``accent`` and its dark shade stand, in light, dark and email."""
    dark = for_dark(accent)
    return [
        Pair(_("Links on the page, and in emails"), accent, PAPER, READABLE),
        Pair(
            _("Links in the form to follow and in the footer"), accent, TINT, READABLE
        ),
        Pair(_("Words on a button, and in emails"), PAPER, accent, READABLE),
        Pair(
            _("Dark: links on the page, and in emails"), dark, DARK_PAPER, DARK_READABLE
        ),
        Pair(_("Dark: links in the form to follow"), dark, DARK_TINT, DARK_READABLE),
        Pair(
            _("Dark: words on a button, and in emails"), DARK_PAPER, dark, DARK_READABLE
        ),
    ]


def nearest(accent: str) -> str:
    """The accent itself if it can be read, else the lightest shade of it that can.

    Its hue stays. Only pale accents fail: for the dark a shade is derived that passes.
    """
    lightness, a, b = _oklab(accent)
    colour = accent
    while not all(pair.can_be_read for pair in pairs(colour)):
        lightness = max(lightness - FINE_STEP, 0)
        colour = _hex((lightness, a, b))
    return colour


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours such as "#0b5a44", from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def darker(accent: str) -> str:
    """The shade for hovering over the accent."""
    lightness, a, b = _oklab(accent)
    return _hex((lightness * 0.72, a * 0.72, b * 0.72))


def for_dark(accent: str) -> str:
    """The accent on dark paper: lightened until it can be read there."""
    if accent.lower() == DEFAULT_ACCENT:
        return DEFAULT_DARK_ACCENT
    lightness, a, b = _oklab(accent)
    colour = accent
    while contrast(colour, DARK_TINT) < DARK_READABLE and lightness < 1:
        lightness += STEP
        colour = _hex((lightness, a * 0.8, b * 0.8))
    return colour


def lighter(accent: str) -> str:
    """The shade for hovering over an accent on dark paper."""
    lightness, a, b = _oklab(accent)
    return _hex((lightness + (1 - lightness) * 0.4, a * 0.7, b * 0.7))


def _linear(colour: str) -> Triple:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(colour: str) -> Triple:
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    mid = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short,
    )


def _hex(lab: Triple) -> str:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_byte(channel):02x}" for channel in linear)


def _byte(channel: float) -> int:
    channel = min(max(channel, 0.0), 1.0)
    if channel <= 0.0031308:
        return round(channel * 12.92 * 255)
    return round((1.055 * channel ** (1 / 2.4) - 0.055) * 255)
