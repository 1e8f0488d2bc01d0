"""The shapes in which the town is written down."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from jobs.choices import (
    CompanyNotices,
    Currency,
    EmploymentType,
    PayPeriod,
    Workplace,
)


class Fate(enum.Enum):
    """What became of a job by today."""

    OPEN = enum.auto()
    DRAFT = enum.auto()
    IN_REVIEW = enum.auto()
    SCHEDULED = enum.auto()
    FILLED = enum.auto()
    CANCELLED = enum.auto()
    CLOSING_DATE_PASSED = enum.auto()
    TAKEN_DOWN = enum.auto()
    OPEN_AGAIN = enum.auto()
    DELETED = enum.auto()


class Pay(NamedTuple):
    """What a job pays; amounts as text, so that they stay exact."""

    low: str
    high: str | None = None
    period: str = PayPeriod.YEAR
    currency: str = Currency.GBP


class Place(NamedTuple):
    town: str
    region: str = "Sable Coast"
    country: str = "GB"


class Heading(NamedTuple):
    """A heading inside a job's text."""

    text: str


class Quote(NamedTuple):
    """What somebody said, inside a job's text."""

    text: str
    attribution: str


MARLHAVEN = Place("Marlhaven")
PORT_SABLE = Place("Port Sable")
ST_ORRIN = Place("St Orrin")
WINNOW = Place("Winnow", "Winnowdale")


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company; ``mark`` names a function in ``marks`` that draws its logo."""

    name: str
    description: str
    website: str
    email: str
    notices: str = CompanyNotices.EACH
    mark: str = ""
    is_confidential: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as it was first posted, and what became of it.

    ``posted`` counts days ago, ``closes`` days from today (None: no closing date) and
    ``ended`` days ago. ``note`` is the editor's line when it ended or opened again.
    """

    slug: str
    title: str
    company: str
    category: str
    summary: str
    body: tuple[str | Heading | Quote, ...]
    must: tuple[str, ...]
    nice: tuple[str, ...] = ()
    pay: Pay | None = None
    places: tuple[Place, ...] = (MARLHAVEN,)
    employment_type: str = EmploymentType.FULL_TIME
    workplace: str = Workplace.ON_SITE
    posted: int = 0
    at: str = "09:00"
    closes: int | None = None
    apply_url: str = ""
    apply_email: str = ""
    tags: tuple[str, ...] = ()
    fate: Fate = Fate.OPEN
    ended: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Follow:
    """Somebody follows a job: who, since how many days ago, and what they asked for."""

    who: str
    since: int
    at: str = "12:00"
    closings_only: bool = False
    remind: bool = False
    share: bool = False
    confirmed: bool = True
