"""Lists of the admin that show each row once, whatever they are sorted by."""

from __future__ import annotations

from typing import Any


class TiesByKey:
    """For views that list: rows that tie go by their key, and repeat on no other page.

    To be named before Wagtail's view. An index that is searched takes no key.
    """

    def order_queryset(self, queryset: Any) -> Any:
        ordered = super().order_queryset(queryset)  # type: ignore[misc]
        view: Any = self
        if view.is_searching and view.search_backend_name:
            return ordered
        order = ordered.query.order_by
        if not order or order[-1] in ("pk", "-pk"):
            return ordered
        return ordered.order_by(*order, "pk")
