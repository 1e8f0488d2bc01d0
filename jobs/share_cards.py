"""The picture of a job that stands beside a shared link: what it is, its pay, its end.

Drawn with the serif and the sans of the machine, as the pages are set in those of the
visitor. Pillow brings one font of its own, which knows little but English: where a
machine has no other, accents are left off and "£" is written "GBP".
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import unicodedata
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, cast

from django.core.cache import cache
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from jobs import formatting

if TYPE_CHECKING:
    from jobs.models import BoardSettings, JobPage

SIZE = (1200, 630)
MARGIN = 72
KEPT_FOR = 24 * 60 * 60
#: Goes up when a card is drawn otherwise than before.
VERSION = 1

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


@dataclass(frozen=True, slots=True)
class ShareCard:
    """What a card says, in the words of the page."""

    board: str
    title: str
    company: str
    pay: str
    closes: str

    @classmethod
    def of(cls, job: JobPage, board: BoardSettings) -> ShareCard:
        """Read what the card of ``job`` says; its company and its places are read."""
        where = ", ".join(filter(None, (job.company_name, job.place)))
        closes = formatting.closing_day(job.closes_at) if job.is_open else _("Closed")
        words = (board.name, job.title, where, job.pay_text, closes)
        return cls(*map(formatting.one_line, words))

    @property
    def digest(self) -> str:
        """A name for what the card says: the same words, the same picture."""
        said = json.dumps([VERSION, *astuple(self)])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def png(self) -> bytes:
        """The picture, drawn once a day at most while it says the same."""
        key = f"share-card:{self.digest}"
        found: bytes | None = cache.get(key)
        if found is None:
            found = self._draw()
            cache.set(key, found, KEPT_FOR)
        return found

    def _draw(self) -> bytes:
        image = Image.new("RGB", SIZE, PAPER)
        draw = ImageDraw.Draw(image)
        width, height = SIZE
        draw.rectangle((0, 0, width, 12), fill=INK)
        _line(draw, 56, self.board, font(SERIF, 36), INK)
        draw.line((MARGIN, 120, width - MARGIN, 120), fill=RULE, width=2)
        bottom = self._draw_title(draw, 152)
        _line(draw, bottom + 20, self.company, font(SANS, 34), SOFT)
        draw.line(
            (MARGIN, height - 130, width - MARGIN, height - 130), fill=INK, width=3
        )
        _line(draw, height - 96, self.pay, font(SANS, 38), INK)
        closes = font(SANS, 34)
        text = drawable(self.closes, closes)
        draw.text(
            (width - MARGIN - closes.getlength(text), height - 94), text, SOFT, closes
        )
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        return file.getvalue()

    def _draw_title(self, draw: ImageDraw.ImageDraw, top: float) -> float:
        for size in TITLE_SIZES:
            face = font(SERIF, size)
            lines = wrapped(drawable(self.title, face), face)
            if len(lines) <= TITLE_LINES:
                break
        if len(lines) > TITLE_LINES:
            lines = lines[:TITLE_LINES]
            lines[-1] = _shortened(f"{lines[-1]}…", face)
        for line in lines:
            draw.text((MARGIN, top), line, INK, face)
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
    draw: ImageDraw.ImageDraw, top: float, text: str, face: Font, colour: str
) -> None:
    draw.text((MARGIN, top), _shortened(drawable(text, face), face), colour, face)
