"""The writes after which the list may have to be written anew."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wire:
    """One write that may change what the list reads.

    ``pages`` selects the jobs it concerns; ``{row}`` in it is NEW or OLD.
    """

    table: str
    event: str
    pages: str
    changed: tuple[str, ...] = ()

    @property
    def row(self) -> str:
        return "OLD" if self.event == "DELETE" else "NEW"

    @property
    def is_of_many(self) -> bool:
        """Whether rows that come or go at once say by themselves which jobs."""
        return self.event != "UPDATE" and "FROM" not in self.pages

    @property
    def name(self) -> str:
        return f"jobs_listing_{self.table}_{self.event.lower()}"

    @property
    def is_change(self) -> str:
        """What has to differ for an UPDATE to matter."""
        return " OR ".join(f"OLD.{x} {{differs}} NEW.{x}" for x in self.changed)


_ALL = "SELECT page_ptr_id FROM jobs_jobpage"
_BELOW = """
    SELECT job.page_ptr_id FROM jobs_jobpage job
    JOIN wagtailcore_page page ON page.id = job.page_ptr_id
    JOIN wagtailcore_page above ON above.id = {row}.page_id
    WHERE above.path = substr(page.path, 1, length(above.path))
"""
WIRES = (
    Wire("jobs_jobpage", "INSERT", "SELECT {row}.page_ptr_id"),
    Wire(
        "jobs_jobpage",
        "UPDATE",
        "SELECT {row}.page_ptr_id",
        (
            "posted_at",
            "closes_at",
            "closed_reason",
            "pay_per_year",
            "pay_currency",
            "employment_type",
            "workplace",
            "category_id",
            "company_id",
            "summary",
            "words",
        ),
    ),
    Wire("jobs_jobpage", "DELETE", "SELECT {row}.page_ptr_id"),
    Wire(
        "wagtailcore_page",
        "UPDATE",
        "SELECT page_ptr_id FROM jobs_jobpage WHERE page_ptr_id = {row}.id",
        ("live", "path", "title", "alias_of_id"),
    ),
    Wire("jobs_joblocation", "INSERT", "SELECT {row}.page_id"),
    Wire("jobs_joblocation", "UPDATE", "SELECT {row}.page_id", ("place", "region")),
    Wire("jobs_joblocation", "DELETE", "SELECT {row}.page_id"),
    Wire("jobs_jobrequirement", "INSERT", "SELECT {row}.page_id"),
    Wire("jobs_jobrequirement", "UPDATE", "SELECT {row}.page_id", ("text",)),
    Wire("jobs_jobrequirement", "DELETE", "SELECT {row}.page_id"),
    Wire(
        "jobs_company",
        "UPDATE",
        "SELECT page_ptr_id FROM jobs_jobpage WHERE company_id = {row}.id",
        ("name", "is_confidential"),
    ),
    Wire(
        "jobs_jobcategory",
        "UPDATE",
        "SELECT page_ptr_id FROM jobs_jobpage WHERE category_id = {row}.id",
        ("name",),
    ),
    Wire("jobs_boardsettings", "INSERT", _ALL),
    Wire("jobs_boardsettings", "UPDATE", _ALL, ("default_currency",)),
    Wire("wagtailcore_pageviewrestriction", "INSERT", _BELOW),
    Wire("wagtailcore_pageviewrestriction", "UPDATE", _BELOW, ("page_id",)),
    Wire("wagtailcore_pageviewrestriction", "DELETE", _BELOW),
)
