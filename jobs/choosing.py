"""What the list says of what was chosen, and where one can go from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from jobs import facets, formatting
from jobs.choices import PayPeriod
from jobs.filters import BEST_MATCH, SORTS, JobFilters

if TYPE_CHECKING:
    from jobs.listing import JobListPage

#: Filters of which search engines are asked to keep the list of a single value.
INDEXED_FILTERS = ("category", "type", "workplace", "location")
NEAR_SEARCHES = 3


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go: words, and the query string of the list."""

    text: str
    query: str
    is_current: bool = False
    count: facets.Count | None = None


def chips(filters: JobFilters, found: facets.Facets) -> list[Link]:
    """Everything that was chosen, each with the list without it."""
    links = []
    for name in filters.active:
        chosen = filters.chosen[name]
        for value in chosen if isinstance(chosen, list) else [chosen]:
            rest = (
                [x for x in chosen if x != value] if isinstance(chosen, list) else None
            )
            query = filters.query_string(**{name: rest})
            links.append(Link(_said(filters, found, name, value), query))
    return links


def sorts(filters: JobFilters) -> list[Link]:
    """The orders that there are; the best match only with words to match."""
    return [
        Link(str(label), filters.query_string(sort=sort), sort == filters.order)
        for sort, label in SORTS.items()
        if sort != BEST_MATCH or filters.chosen["q"]
    ]


def near(filters: JobFilters, found: facets.Facets) -> list[Link]:
    """Up to three searches that are like one that found nothing, and find something.

    One filter less at first. Where that does not help, each filter alone. One query,
    or two.
    """
    if not filters.active:
        return []
    fewer = _that_find(filters, [tuple(filters.all_but(x)) for x in filters.active])
    if not fewer and len(filters.active) > 2:
        fewer = _that_find(filters, [(name,) for name in filters.active])
    nearest = sorted(fewer.items(), key=lambda item: item[1].number)
    return [
        Link(_in_words(filters, found, names), _only(filters, names), count=count)
        for names, count in nearest[:NEAR_SEARCHES]
    ]


def _that_find(
    filters: JobFilters, lists: list[tuple[str, ...]]
) -> dict[tuple[str, ...], facets.Count]:
    """How much each list has that has anything, by the filters that narrow it."""
    counts = facets.count_each([filters.narrowed(names) for names in lists])
    return {names: n for names, n in zip(lists, counts, strict=True) if n}


def _only(filters: JobFilters, names: tuple[str, ...]) -> str:
    return filters.query_string(**{x: None for x in filters.active if x not in names})


def _in_words(filters: JobFilters, found: facets.Facets, names: tuple[str, ...]) -> str:
    words = ", ".join(
        said for name in names for said in _each_said(filters, found, name)
    )
    return words[:1].upper() + words[1:] if words else gettext("All jobs")


def _each_said(filters: JobFilters, found: facets.Facets, name: str) -> Iterator[str]:
    chosen = filters.chosen[name]
    said = [
        _said(filters, found, name, value)
        for value in (chosen if isinstance(chosen, list) else [chosen])
    ]
    yield formatting.listed(said, gettext("or"))


def _said(filters: JobFilters, found: facets.Facets, name: str, value: Any) -> str:
    if name == "pay_min":
        amount = formatting.money(Decimal(value), filters.currency)
        each = str(PayPeriod.YEAR.label)
        return gettext("At least %(amount)s %(each)s") % {
            "amount": amount,
            "each": each,
        }
    if name == "closing_soon":
        return gettext("Closes within 7 days")
    return value if name == "q" else found.label(name, value)


def is_indexed(filters: JobFilters, found: facets.Facets) -> bool:
    """Whether search engines are asked to keep this list: all, or of one value.

    A value that finds nothing may be anything that somebody wrote into a link.
    """
    if filters.active and not found.total:
        return False
    if filters.query_string(sort=None) != filters.query_string():
        return False
    values = [filters.chosen[name] for name in filters.active]
    return not values or (
        len(values) == 1
        and filters.active[0] in INDEXED_FILTERS
        and len(values[0]) == 1
    )


@dataclass(frozen=True, slots=True)
class Pages:
    """The ways from one page of the list to others.

    ``numbers`` has None for those that are left out. ``older`` leads beyond the
    numbered pages.
    """

    numbers: list[Link | None]
    previous: Link | None = None
    next: Link | None = None
    older: Link | None = None
    first: Link | None = None

    def __bool__(self) -> bool:
        return len(self.numbers) > 1 or self.first is not None


def pages(filters: JobFilters, page: JobListPage) -> Pages:
    whole = filters.query_string()
    begun = f"{whole}&" if whole else "?"

    def link(number: int, text: str = "") -> Link:
        query = f"{begun}page={number}" if number > 1 else whole
        return Link(text or str(number), query, is_current=number == page.number)

    if page.number is None:
        numbers: list[Link | None] = []
        first = link(1, gettext("First page"))
    else:
        numbers = [link(x) if x else None for x in page.numbers]
        first = None
    older = filters.query_string(after=page.after) if page.after else ""
    return Pages(
        numbers,
        previous=link(page.previous, gettext("Previous page"))
        if page.previous
        else None,
        next=link(page.next, gettext("Next page")) if page.next else None,
        older=Link(gettext("More jobs"), older) if older else None,
        first=first,
    )


def heading(title: str, chips: list[Link]) -> str:
    """What the list is called, with what is chosen before it: "Food, Remote: Jobs"."""
    chosen = ", ".join(chip.text for chip in chips)
    return f"{chosen}: {title}" if chosen else title


def here(filters: JobFilters, page: JobListPage, after: str) -> str:
    """The query string of ``page`` itself, as it is spelt for everybody."""
    if page.number is None:
        return filters.query_string(after=after)
    return filters.query_string(page=page.number if page.number > 1 else None)
