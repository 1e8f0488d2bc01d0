"""What a list of jobs can be narrowed and ordered by, from the query string of a GET.

What cannot have been meant (an unknown type, a pay of "abc") is ignored. What was right
once (a company that is gone) finds nothing, and the list says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import django_filters
from babel.numbers import get_currency_symbol
from django import forms
from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import formatting, search
from jobs.choices import EmploymentType, Workplace
from jobs.models.listing import JobListing, JobListingPlace, JobListingQuerySet
from jobs.models.snippets import Company, JobCategory

MAX_VALUES = 20
MAX_VALUE_LENGTH = 120
MAX_PAY = 10**12
SOON = dt.timedelta(days=7)

NEWEST = "newest"
BEST_MATCH = "relevance"
SORTS = {
    NEWEST: _("Newest"),
    "closing": _("Closing soon"),
    "pay": _("Highest pay"),
    BEST_MATCH: _("Best match"),
}


class ValuesField(forms.Field):
    """Every value that a parameter has, each once; what no value can be is left out."""

    widget = forms.SelectMultiple

    def __init__(self, *, choices: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs | {"required": False})
        self.choices = frozenset(choices)

    def clean(self, value: Any) -> list[str]:
        values = [" ".join(x.split()) for x in value or () if "\x00" not in x]
        if self.choices:
            values = [x.upper() for x in values if x.upper() in self.choices]
        sane = [x for x in values if x and len(x) <= MAX_VALUE_LENGTH]
        return sorted(dict.fromkeys(sane))[:MAX_VALUES]


class PayField(forms.CharField):
    """An amount as people type it: "24000", "£24,000", "24 000"."""

    def clean(self, value: Any) -> int | None:
        digits = "".join((value or "")[:40].replace(",", "").split()).lstrip("£€$")
        whole = digits.partition(".")[0]
        if not whole.isascii() or not whole.isdecimal():
            return None
        return int(whole) if 0 < int(whole) <= MAX_PAY else None


class FlagField(forms.Field):
    """Ticked or not."""

    widget = forms.TextInput

    def clean(self, value: Any) -> bool:
        return value in {"1", "on", "true"}


class QueryField(forms.CharField):
    def clean(self, value: Any) -> str:
        return search.clean(value or "")


class SortField(forms.CharField):
    def clean(self, value: Any) -> str:
        return value if value in SORTS else NEWEST


class ValuesFilter(django_filters.Filter):
    field_class = ValuesField


class PayFilter(django_filters.Filter):
    field_class = PayField


class FlagFilter(django_filters.Filter):
    field_class = FlagField


class QueryFilter(django_filters.Filter):
    field_class = QueryField


class SortFilter(django_filters.Filter):
    field_class = SortField


def _among(column: str, values: list[str]) -> Q:
    # An index answers one value in the order of the list, and several in none.
    return Q(**{column: values[0]} if len(values) == 1 else {f"{column}__in": values})


def _one_of(column: str, rows: QuerySet, slugs: list[str]) -> Q:
    """Jobs of the ``rows`` with these slugs, without a query to find them first."""
    found = rows.filter(slug__in=slugs).values("pk")
    if len(slugs) == 1:
        return Q(**{column: Subquery(found[:1])})
    return Q(**{f"{column}__in": found})


class JobFilterSet(django_filters.FilterSet):
    """Several values of one filter widen it, several filters narrow the list.

    ``currency`` is what ``pay_min`` is an amount of: amounts in others do not compare.
    """

    q = QueryFilter(method="with_words")
    category = ValuesFilter(method="in_categories")
    type = ValuesFilter(method="of_types", choices=EmploymentType.values)
    workplace = ValuesFilter(method="at_workplaces", choices=Workplace.values)
    location = ValuesFilter(method="in_places")
    company = ValuesFilter(method="at_companies")
    pay_min = PayFilter(method="paid_at_least")
    pay_unstated = FlagFilter(method="as_it_is")
    closing_soon = FlagFilter(method="closing_within_days")
    sort = SortFilter(method="as_it_is")

    class Meta:
        model = JobListing
        fields: list[str] = []

    def __init__(
        self, data: Any, *, currency: str, now: dt.datetime | None = None
    ) -> None:
        self.now = now or timezone.now()
        self.currency = currency
        super().__init__(data, JobListing.objects.open(self.now))
        # No field refuses anything: each answers what it could understand.
        self.form.is_valid()
        self.chosen: dict[str, Any] = self._meant(self.form.cleaned_data)

    def _meant(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Understand "remote", typed as a place, as a workplace."""
        remote = str(Workplace.REMOTE.label).casefold()
        places = [x for x in cleaned["location"] if x.casefold() != remote]
        if places == cleaned["location"]:
            return cleaned
        workplaces = sorted({*cleaned["workplace"], Workplace.REMOTE.value})
        return cleaned | {"location": places, "workplace": workplaces}

    @property
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
        jobs = self.queryset
        names = self.active if by is None else list(by)
        for name in names:
            jobs = self.filters[name].filter(jobs, self.chosen[name])
        # The same number, named after the index that is read in this order.
        if "q" in names:
            return jobs.order_by("-words")
        if "location" in names and len(self.chosen["location"]) == 1:
            return jobs.order_by("-places__listing_id")
        return jobs.order_by("-number")

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
        pairs = [
            (name, "1" if value is True else value)
            for name, given in chosen.items()
            for value in (given if isinstance(given, list) else [given])
            if value
        ]
        return f"?{urlencode(pairs)}" if pairs else ""

    def with_words(self, jobs: QuerySet, _name: str, value: str) -> QuerySet:
        phrases = search.phrases(value)
        if not phrases:
            return jobs.none()
        return jobs.filter(words__index__matches=phrases)

    def in_categories(self, jobs: QuerySet, _name: str, value: list) -> QuerySet:
        return jobs.filter(_one_of("category_id", JobCategory.objects.all(), value))

    def at_companies(self, jobs: QuerySet, _name: str, value: list) -> QuerySet:
        companies = Company.objects.filter(is_confidential=False)
        return jobs.filter(_one_of("company_id", companies, value))

    def of_types(self, jobs: QuerySet, _name: str, value: list) -> QuerySet:
        return jobs.filter(_among("employment_type", value))

    def at_workplaces(self, jobs: QuerySet, _name: str, value: list) -> QuerySet:
        return jobs.filter(_among("workplace", value))

    def in_places(self, jobs: QuerySet, _name: str, value: list) -> QuerySet:
        keys = [Lower(Value(name)) for name in value]
        if len(keys) == 1:
            return jobs.filter(places__key=keys[0])
        places = JobListingPlace.objects.filter(key__in=keys)
        return jobs.filter(number__in=places.values("listing_id"))

    def paid_at_least(self, jobs: QuerySet, _name: str, value: int) -> QuerySet:
        comparable = Q(pay__gte=value, pay_currency=self.currency)
        if self.chosen["pay_unstated"]:
            comparable |= Q(pay__lt=0) | ~Q(pay_currency=self.currency)
        return jobs.filter(comparable)

    def closing_within_days(self, jobs: QuerySet, _name: str, value: bool) -> QuerySet:
        return jobs.filter(closes_at__lte=self.now + SOON)

    def as_it_is(self, jobs: QuerySet, _name: str, _value: Any) -> QuerySet:
        return jobs
