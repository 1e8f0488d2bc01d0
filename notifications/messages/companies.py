"""Emails to companies, whose jobs are followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobs.choices import CompanyNotices
from jobs.facts import private_paths
from notifications.messages.parts import NotWanted, job_url
from notifications.public_views import notices_url
from notifications.rendering import Content
from subscriptions import addresses
from subscriptions.models import Subscription
from subscriptions.services import followers_of

if TYPE_CHECKING:
    from notifications.models import OutgoingEmail


def new_follower(email: OutgoingEmail) -> Content:
    """Tell a company who began to follow its jobs, several at once."""
    company = email.company
    if company is None or not company.email:
        raise NotWanted("company has no address")
    if company.notices == CompanyNotices.OFF:
        raise NotWanted("company wants no notices")
    rows = (
        Subscription.objects.confirmed()
        .filter(pk__in=email.subscriptions.all())
        .select_related("subscriber", "record__page")
        .order_by("confirmed_at", "pk")
    )
    private = private_paths()
    jobs: dict[int, dict[str, Any]] = {}
    for row in rows:
        job = jobs.setdefault(
            row.record_id,
            {
                "title": row.record.title,
                "url": job_url(row.record.public_page(private)),
                "new": 0,
                "addresses": [],
                "followers": followers_of(record_id=row.record_id),
            },
        )
        job["new"] += 1
        if row.share_address:
            job["addresses"].append(row.subscriber.address)
    if not jobs:
        raise NotWanted("nobody new follows any more")
    values = {
        "company_name": company.name,
        "jobs": list(jobs.values()),
        "new": sum(job["new"] for job in jobs.values()),
        "notices": company.notices,
        "notices_url": notices_url(company),
    }
    address = addresses.validated(company.email)
    return Content(template="new_follower", address=address, values=values)
