"""Answers that several of the pages give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from jobs import listed
from jobs.facts import availability_of, private_paths
from subscriptions import retention

if TYPE_CHECKING:
    from jobs.models import JobPage, JobRecord
    from subscriptions.models import Subscription


class Followed(NamedTuple):
    """One job that is followed now; ``job`` is the page that the public may see."""

    subscription: Subscription
    job: JobPage | None


def is_open(record: JobRecord, private: tuple[str, ...] | None = None) -> bool:
    """Whether the job can be applied for now; ``private`` is for who asks of many."""
    return availability_of(record.page, timezone.now(), private).is_open


def job_url(request: HttpRequest, record: JobRecord | None) -> str | None:
    """The address of the job's page; None when it has none that the public may see."""
    page = record.public_page() if record else None
    return page.get_url(request) if page is not None else None


def followed(subscriptions: list[Subscription]) -> dict[str, Any]:
    """What the page says that tells one person what they follow now."""
    private = private_paths()
    return {
        "followed": [Followed(x, x.record.public_page(private)) for x in subscriptions],
        "masked_address": subscriptions[0].subscriber.masked_address,
    }


def closed(request: HttpRequest, record: JobRecord, status: int = 200) -> HttpResponse:
    """Say that there is nothing left to follow, and offer what is open and similar."""
    return problem(request, "closed", record, status)


def problem(
    request: HttpRequest, name: str, record: JobRecord | None, status: int
) -> HttpResponse:
    """Say why a link or a form leads no further, and where to go from here."""
    context: dict[str, Any] = {
        "problem": name,
        "record": record,
        "job_url": job_url(request, record),
        "days": retention.keep_requests().days,
    }
    if name == "closed" and record is not None:
        offer = listed.similar_to(
            category_id=record.category_id, exclude=record.page_id, request=request
        )
        context["still_open"] = offer.jobs
    return render(request, "subscriptions/confirm_problem.html", context, status=status)


def demo_inbox_url() -> str | None:
    """The development inbox's address; None where there is no such route."""
    try:
        return reverse("demo_inbox")
    except NoReverseMatch:
        return None
