"""The picture of a job that stands beside a shared link: what it is, its pay, its end."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils.translation import gettext as _

from jobs import formatting

if TYPE_CHECKING:
    from jobs.models import BoardSettings, JobPage

KEPT_FOR = 24 * 60 * 60
#: Goes up when a card is drawn otherwise than before.
VERSION = 1


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
            # Only who draws a card carries what it takes, and the worker never does.
            from jobs.drawing import draw

            found = draw(self)
            cache.set(key, found, KEPT_FOR)
        return found
