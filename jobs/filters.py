"""What a list of jobs can be narrowed and ordered by, from the query string of a GET.

What cannot have been meant (an unknown type, a pay of "abc") is ignored. What was right
once (a company that is gone) finds nothing, and the list says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_symbol
from django.db import connection
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import formatting, search
from jobs.choices import EmploymentType, Workplace
from jobs.fragments import Memory
from jobs.models.listing import (
    NO_PAY,
    JobListing,
    JobListingPlace,
    JobListingQuerySet,
)
from jobs.models.snippets import Company, JobCategory
from jobs.prepared import Given, Prepared

MAX_VALUES = 20
MAX_VALUE_LENGTH = 120
MAX_PAY = 10**12
AMOUNT = re.compile(r"(\d+)(?:\.(\d*))?(k)?", re.ASCII | re.IGNORECASE)

TEXT, NUMBER, MOMENT = CharField(), BigIntegerField(), DateTimeField()

NEWEST = "newest"
BEST_MATCH = "relevance"
SORTS = {
    NEWEST: _("Newest"),
    "closing": _("Closing soon"),
    "pay": _("Highest pay"),
    BEST_MATCH: _("Best match"),
}


def values_of(given: list[str], known: frozenset[str] = frozenset()) -> list[str]:
    """Every value that a parameter has, each once; what no value can be is left out.

    Of two that differ by case alone the first one stays.
    """
    values = [" ".join(x.split()) for x in given if "\x00" not in x]
    if known:
        values = [x.upper() for x in values if x.upper() in known]
    sane = [x for x in values if x and len(x) <= MAX_VALUE_LENGTH]
    each = {x.casefold(): x for x in reversed(sane)}
    return sorted(each.values())[:MAX_VALUES]


def amount_of(given: list[str]) -> int | None:
    """An amount as people type it: "24000", "£24,000", "24 000", "24.5k"."""
    digits = "".join(_last(given)[:40].replace(",", "").split()).lstrip("£€$")
    written = AMOUNT.fullmatch(digits)
    if written is None:
        return None
    whole, fraction, thousands = written.groups(default="")
    amount = int(whole + fraction[:3].ljust(3, "0")) if thousands else int(whole)
    return amount if 0 < amount <= MAX_PAY else None


def _is_ticked(given: list[str]) -> bool:
    return _last(given) in {"1", "on", "true"}


def _last(given: list[str]) -> str:
    return given[-1] if given else ""


#: How each parameter is understood, in the order of the form.
PARAMETERS: dict[str, Callable[[list[str]], Any]] = {
    "q": lambda given: search.clean(_last(given)),
    "category": values_of,
    "type": partial(values_of, known=frozenset(EmploymentType.values)),
    "workplace": partial(values_of, known=frozenset(Workplace.values)),
    "location": values_of,
    "company": values_of,
    "pay_min": amount_of,
    "pay_unstated": _is_ticked,
    "closing_soon": _is_ticked,
    "sort": lambda given: _last(given) if _last(given) in SORTS else NEWEST,
}


def _among(column: str, values: list[Given]) -> Q:
    # An index answers one value in the order of the list, and several in none.
    return Q(**{column: values[0]} if len(values) == 1 else {f"{column}__in": values})


def _one_of(column: str, rows: Any, slugs: list[Given]) -> Q:
    """Jobs of the ``rows`` with these slugs, without a query to find them first."""
    found = rows.filter(slug__in=slugs).values("pk")
    if len(slugs) == 1:
        return Q(**{column: Subquery(found[:1])})
    return Q(**{f"{column}__in": found})


def _in_places(names: list[Given]) -> Q:
    keys = [Lower(name) for name in names]
    if len(keys) == 1:
        return Q(places__key=keys[0])
    places = JobListingPlace.objects.filter(key__in=keys)
    return Q(number__in=places.values("listing_id"))


#: What each filter asks of a job.
CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "q": search.matching,
    "category": lambda slugs: _one_of("category_id", JobCategory.objects, slugs),
    "type": partial(_among, "employment_type"),
    "workplace": partial(_among, "workplace"),
    "location": _in_places,
    "company": lambda slugs: _one_of("company_id", Company.objects.named(), slugs),
    "pay_min": lambda amount: Q(pay__gte=amount),
    "closing_soon": lambda moment: Q(closes_at__lt=moment),
}

#: Lists of this process, by what their statements differ in.
_prepared: Memory[Prepared] = Memory(1_000)


class JobFilters:
    """Several values of one filter widen it, several filters narrow the list.

    Args:
        data: what was asked for.
        currency: the board's, which ``pay_min`` is an amount of.
        now: the moment to judge closing dates by.
    """

    def __init__(
        self, data: QueryDict, *, currency: str, now: dt.datetime | None = None
    ) -> None:
        self.now = now or timezone.now()
        self.currency = currency
        understood = {
            name: read(data.getlist(name)) for name, read in PARAMETERS.items()
        }
        self.chosen: dict[str, Any] = self._meant(understood)

    def _meant(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Understand "remote", typed as a place, as a workplace."""
        remote = str(Workplace.REMOTE.label).casefold()
        places = [x for x in cleaned["location"] if x.casefold() != remote]
        if places == cleaned["location"]:
            return cleaned
        workplaces = sorted({*cleaned["workplace"], Workplace.REMOTE.value})
        return cleaned | {"location": places, "workplace": workplaces}

    @cached_property
    def active(self) -> list[str]:
        """The filters that narrow the list, in the order of the form."""
        passive = {"sort", "pay_unstated"}
        return [x for x, y in self.chosen.items() if y and x not in passive]

    @property
    def narrowing(self) -> tuple[tuple[str, Any], ...]:
        """What decides which jobs are left, in whatever order they are listed."""
        return tuple(
            (name, tuple(given) if isinstance(given, list) else given)
            for name, given in self.chosen.items()
            if given and name != "sort"
        )

    @cached_property
    def soon(self) -> dt.datetime:
        """What closes before this closes soon: in 7 days, as the list says it."""
        return formatting.midnight_after(formatting.WEEK_DAYS, self.now)

    @property
    def currency_sign(self) -> str:
        return get_currency_symbol(self.currency, formatting.locale())

    @property
    def order(self) -> str:
        """How the list is ordered. Without words there is no best match."""
        sort: str = self.chosen["sort"]
        return NEWEST if sort == BEST_MATCH and not self.chosen["q"] else sort

    def narrowed(self, by: Iterable[str] | None = None) -> JobListingQuerySet:
        """The jobs that match the filters ``by``, or all of them; the newest first."""
        now = Given("now", MOMENT, self.now)
        names = self.active if by is None else list(by)
        conditions = [self.condition(name) for name in names]
        jobs = JobListing.objects.filter(*conditions, closes_at__gt=now)
        # The same number, named after the index that is read in this order.
        if "q" in names and connection.vendor == "sqlite":
            return jobs.order_by("-words")
        if "location" in names and len(self.chosen["location"]) == 1:
            return jobs.order_by("-places__listing_id")
        return jobs.order_by("-number")

    def condition(self, name: str) -> Q:
        """What the filter ``name`` asks of a job."""
        condition = CONDITIONS[name](self._givens[name])
        if name == "pay_min" and self.chosen["pay_unstated"]:
            condition |= Q(pay=NO_PAY)
        return condition

    def prepared(
        self, key: tuple[Hashable, ...], make: Callable[[], QuerySet]
    ) -> Prepared:
        """What ``make`` answers from these filters, composed once for all like them.

        Args:
            key: whatever it depends on beside the filters and the values they have.
            make: answers a queryset that ``narrowed`` began.
        """
        return _prepared.get((self._shape, *key), lambda: Prepared(make, is_kept=False))

    @cached_property
    def given(self) -> dict[str, Any]:
        """The values, for what ``prepared`` answers."""
        found = {"now": self.now, "soon": self.soon}
        for given in self._givens.values():
            for one in given if isinstance(given, list) else [given]:
                found[one.name] = one.value
        return found

    @cached_property
    def _givens(self) -> dict[str, Any]:
        """What the active filters are given, each value under a name of its own."""
        return {name: self._given(name, self.chosen[name]) for name in self.active}

    def _given(self, name: str, chosen: Any) -> Any:
        if name == "q":
            return search.given(search.phrases(chosen))
        if isinstance(chosen, list):
            return [Given(f"{name}.{n}", TEXT, x) for n, x in enumerate(chosen)]
        if name == "pay_min":
            return Given(name, NUMBER, chosen)
        return Given("soon", MOMENT, self.soon)

    @cached_property
    def _shape(self) -> tuple[Hashable, ...]:
        """What statements from these filters differ by, but for the values in them."""
        numbers = [
            (name, len(given) if isinstance(given, list) else 1)
            for name, given in self._givens.items()
        ]
        return (*numbers, bool(self.chosen["pay_unstated"]))

    def all_but(self, name: str) -> list[str]:
        """The filters that narrow the list, without ``name``."""
        return [x for x in self.active if x != name]

    def query_string(self, **changes: Any) -> str:
        """Spell what is chosen, and ``changes`` to it, always in the same way.

        Begins with "?", and is "" for the whole list. A change to None or [] leaves
        that out.
        """
        chosen = self.chosen | {"sort": self.order} | changes
        if chosen["sort"] == NEWEST or (
            chosen["sort"] == BEST_MATCH and not chosen["q"]
        ):
            chosen["sort"] = None
        if not chosen["pay_min"]:
            chosen["pay_unstated"] = None
        # A place is found in any case, and a list has one address.
        chosen["location"] = [x.lower() for x in chosen["location"] or []]
        pairs = [
            (name, "1" if value is True else value)
            for name, given in chosen.items()
            for value in (given if isinstance(given, list) else [given])
            if value
        ]
        return f"?{urlencode(pairs)}" if pairs else ""
