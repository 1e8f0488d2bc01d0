"""What a job says, as the second account of it knows and compares it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

FACTS = (
    "title",
    "company",
    "pay",
    "requirements",
    "closes_at",
    "locations",
    "workplace",
    "employment_type",
    "category",
    "apply",
    "summary",
)


class Said(NamedTuple):
    """A text, and what it means: two of one meaning differ in wording only."""

    meaning: str
    text: str


class Asked(NamedTuple):
    """One requirement; ``uuid`` stays while it is reworded."""

    uuid: str
    said: Said
    kind: str


@dataclass(frozen=True)
class Ad:
    """What one revision of a job says, with the wishes that travel with it."""

    title: Said
    company: int
    category: int | None
    requirements: tuple[Asked, ...]
    locations: tuple[Said, ...]
    closes_at: dt.datetime | None
    pay: tuple[int, int] | None = (26000, 28000)
    workplace: str = "ON_SITE"
    employment_type: str = "FULL_TIME"
    apply: tuple[str, str] = ("https://www.crumb.example/jobs?id=1&ref=board", "")
    summary: str = "Bakes through the night."
    closed_reason: str = ""
    go_live_at: dt.datetime | None = None
    expire_at: dt.datetime | None = None
    wish: str = "AUTOMATIC"
    note: str = ""

    @property
    def wished_nothing(self) -> Ad:
        return replace(self, wish="AUTOMATIC", note="")


Known = dict[str, Any]


def read(name: str, value: Any) -> Any:
    """A fact as a reader sees it, without order and without a uuid."""
    if name == "requirements":
        return Counter((x.said.text, x.kind) for x in value)
    if name == "locations":
        return Counter(x.text for x in value)
    return value.text if isinstance(value, Said) else value


def meant(name: str, value: Any) -> Any:
    """A fact without its wording; the summary is nothing but wording."""
    if name == "summary":
        return None
    if name == "requirements":
        return Counter((x.said.meaning, x.kind) for x in value)
    if name == "locations":
        return Counter(x.meaning for x in value)
    return value.meaning if isinstance(value, Said) else value


def differences(before: Known, after: Known, *, wording: bool) -> set[str]:
    """The facts that differ, those in wording only when asked for."""
    same = read if wording else meant
    return {
        name
        for name in FACTS
        if name in before and name in after
        if same(name, before[name]) != same(name, after[name])
    }
