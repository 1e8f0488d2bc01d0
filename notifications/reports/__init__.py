"""What the admin's reports say: counts of jobs, followers and emails, never a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from notifications.reports.announcing import AnnouncementsReport
from notifications.reports.delivering import DeliveryReport
from notifications.reports.followers import FollowersReport
from notifications.reports.upkeep import UpkeepReport

if TYPE_CHECKING:
    from notifications.reports.base import CountsReport

#: In the order of the menu.
REPORTS: tuple[type[CountsReport], ...] = (
    UpkeepReport,
    FollowersReport,
    AnnouncementsReport,
    DeliveryReport,
)


def report_urls() -> list[URLPattern]:
    """Two addresses for each report: the page, and its results for the filters."""
    found = []
    for report in REPORTS:
        where = f"reports/{report.slug}/"
        results = report.as_view(results_only=True)
        found += [
            path(where, report.as_view(), name=report.index_url_name),
            path(f"{where}results/", results, name=report.index_results_url_name),
        ]
    return found
