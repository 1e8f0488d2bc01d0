"""Jobs that people follow, and who know how they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from notifications import services
from tests.factories import make_job, make_subscription

if TYPE_CHECKING:
    from jobs.models import JobPage

TITLE = "Night baker & confectioner"
READERS = ["other@example.org", "reader@example.org"]


def make_followed(title: str = TITLE, readers: Iterable[str] = READERS) -> JobPage:
    job = make_job(title=title)
    for address in readers:
        make_subscription(job=job, email=address)
    settle()
    return job


def settle() -> None:
    """Compare all that is due, so that what was there before is no news."""
    while services.announce_next():
        pass
