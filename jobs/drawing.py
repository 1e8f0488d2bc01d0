"""Draws share cards.

In the serif and the sans of the machine, as the pages are set in those of the visitor.
Pillow brings one font of its own, which knows little but English: where a machine has
no other, accents are left off and "£" is written "GBP".
"""

from __future__ import annotations

import functools
import io
import unicodedata
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from jobs.share_cards import ShareCard

SIZE = (1200, 630)
MARGIN = 72

PAPER, INK, SOFT, RULE = "#ffffff", "#161613", "#55554e", "#d9d7ce"
SERIF = (
    "Georgia Bold.ttf",
    "georgiab.ttf",
    "LiberationSerif-Bold.ttf",
    "DejaVuSerif-Bold.ttf",
)
SANS = ("Arial.ttf", "arial.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf")
#: Sizes of the title, the largest that fits is taken.
TITLE_SIZES = (88, 76, 64)
TITLE_LINES = 3
LETTERS = {"£": "GBP ", "€": "EUR ", "$": "USD "}
#: No font has it: what is drawn instead is what is drawn for every unknown sign.
UNKNOWN = "\U0010fffe"

Font = ImageFont.FreeTypeFont


def draw(card: ShareCard) -> bytes:
    """Draw ``card`` as a PNG of ``SIZE``."""
    image = Image.new("RGB", SIZE, PAPER)
    drawing = ImageDraw.Draw(image)
    width, height = SIZE
    drawing.rectangle((0, 0, width, 12), fill=INK)
    _line(drawing, 56, card.board, font(SERIF, 36), INK)
    drawing.line((MARGIN, 120, width - MARGIN, 120), fill=RULE, width=2)
    bottom = _draw_title(drawing, card.title, 152)
    _line(drawing, bottom + 20, card.company, font(SANS, 34), SOFT)
    drawing.line(
        (MARGIN, height - 130, width - MARGIN, height - 130), fill=INK, width=3
    )
    _line(drawing, height - 96, card.pay, font(SANS, 38), INK)
    closes = font(SANS, 34)
    text = drawable(card.closes, closes)
    drawing.text(
        (width - MARGIN - closes.getlength(text), height - 94), text, SOFT, closes
    )
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_title(drawing: ImageDraw.ImageDraw, title: str, top: float) -> float:
    for size in TITLE_SIZES:
        face = font(SERIF, size)
        lines = wrapped(drawable(title, face), face)
        if len(lines) <= TITLE_LINES:
            break
    if len(lines) > TITLE_LINES:
        lines = lines[:TITLE_LINES]
        lines[-1] = _shortened(f"{lines[-1]}…", face)
    for line in lines:
        drawing.text((MARGIN, top), line, INK, face)
        top += size * 1.14
    return top


@functools.cache
def font(names: tuple[str, ...], size: int) -> Font:
    """The first of these fonts that the machine has, else Pillow's own."""
    for name in names:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return cast("Font", ImageFont.load_default(size))


def drawable(text: str, face: Font) -> str:
    """``text`` as ``face`` can write it: other signs are taken apart, or left out."""
    return " ".join("".join(_signs(c, face) for c in text).split())


def _signs(character: str, face: Font) -> str:
    if _has(face, character):
        return character
    if character in LETTERS:
        return LETTERS[character]
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if _has(face, part))


@functools.lru_cache(maxsize=4096)
def _has(face: Font, character: str) -> bool:
    if character.isspace():
        return True
    drawn, unknown = face.getmask(character), face.getmask(UNKNOWN)
    return (drawn.size, bytes(drawn)) != (unknown.size, bytes(unknown))


def wrapped(text: str, face: Font) -> list[str]:
    """Break ``text`` into lines that fit the card; a word that is too long is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= SIZE[0] - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(_shortened(word, face))
    return lines


def _shortened(text: str, face: Font) -> str:
    if face.getlength(text) <= SIZE[0] - 2 * MARGIN:
        return text
    while text and face.getlength(f"{text}…") > SIZE[0] - 2 * MARGIN:
        text = text[:-1]
    return f"{text.rstrip('… ')}…"


def _line(
    drawing: ImageDraw.ImageDraw, top: float, text: str, face: Font, colour: str
) -> None:
    drawing.text((MARGIN, top), _shortened(drawable(text, face), face), colour, face)
