"""Text search over jobs, safe with whatever a visitor types."""

from __future__ import annotations

from typing import Any

from wagtail.search.utils import parse_query_string

MAX_QUERY_LENGTH = 100


def clean(text: str) -> str:
    """Reduce what was typed to what can be searched for.

    SQLite's index refuses a NUL and fails on spaces alone
    (wagtail/search/backends/database/sqlite).
    """
    return " ".join(text.replace("\x00", " ").split())[:MAX_QUERY_LENGTH]


def search(queryset: Any, query: str) -> Any:
    """Narrow ``queryset`` to jobs that match every word of ``query``.

    Keeps the queryset's own order: ranking is quadratic on SQLite. An empty query
    changes nothing.
    """
    if not query:
        return queryset
    # In "Bread & butter" the "&" is no word, and no index has it.
    words = [word for word in query.split() if any(c.isalnum() for c in word)]
    if not words:
        return queryset.none()
    # parse_query_string balances quotes, on which SQLite's MATCH would fail.
    _filters, parsed = parse_query_string(" ".join(words), operator="and")
    return queryset.search(parsed, order_by_relevance=False)
