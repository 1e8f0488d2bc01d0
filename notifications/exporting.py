"""Downloads that a spreadsheet shows as they are meant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

#: A cell of a CSV file that begins with one of these is run as a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class PlainExport:
    """For views that export: text stays text, and moments are in the board's time.

    To be named before Wagtail's view. It would write formulas into CSV files, and
    moments in UTC.
    """

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        is_csv = export_format == "csv"
        if isinstance(value, dt.datetime):
            value = timezone.make_naive(value).replace(second=0, microsecond=0)
            return value.isoformat(" ", "minutes") if is_csv else value
        written: Any = super().preprocess_field_value(  # type: ignore[misc]
            field, value, export_format
        )
        if is_csv and isinstance(written, str) and written.startswith(FORMULAS):
            return f"'{written}"
        return written
