"""Emails that tell followers what was announced."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from django.utils import timezone

from jobs import formatting, listed, wording
from jobs.facts import availability_of, private_paths
from jobs.models import Company, JobRecord
from notifications import clock
from notifications.headings import job_values
from notifications.messages.parts import (
    NotWanted,
    job_url,
    manage_url,
    stop_url,
    subscriber_of,
)
from notifications.models import Announcement, OutgoingEmail
from notifications.rendering import Content, absolute
from notifications.texts import Texts
from subscriptions import retention, tokens
from subscriptions.models import Subscription


def announced(email: OutgoingEmail) -> Content:
    """Tell one follower what was announced."""
    subscriber, announcement = subscriber_of(email), email.announcement
    if announcement is None:
        raise NotWanted("announcement deleted")
    rows = Subscription.objects.confirmed().filter(
        subscriber=subscriber, record_id=announcement.record_id
    )
    rows = rows.select_related("subscriber")
    if not announcement.is_for_everyone:
        rows = rows.filter(closings_only=False)
    subscription = rows.first()
    if subscription is None:
        raise NotWanted("no longer follows")
    return to_follower(announcement, subscriber.address, marks_of(subscription))


def marked(announcement: Announcement, marks: dict[str, str]) -> Content:
    """An announcement's mail with a mark wherever recipients differ."""
    return to_follower(announcement, "", marks)


def to_follower(
    announcement: Announcement, address: str, marks: dict[str, str]
) -> Content:
    """What goes to ``address``.

    Args:
        announcement: what is told.
        address: of one follower, or of nobody.
        marks: by the names of ``marks_of``, what differs from one to the next: a
            follower's own, or whatever stands in their place.
    """
    values = announcement_values(announcement) | {
        "follows_since": marks["since"],
        "stop_url": stop_url(marks["stop_token"]),
        "manage_url": manage_url(marks["manage_token"]),
    }
    return Content(
        template=announcement.kind.lower(),
        address=address,
        values=values,
        texts=Texts(opening=announcement.opening, closing=announcement.closing),
        stop_url=values["stop_url"],
        list_id=f"job-{announcement.record_id}",
    )


@cache
def day_and_month(day: dt.date) -> str:
    """As emails write a day, kept: the same few days for 100,000 followers."""
    return formatting.day_and_month(day)


def marks_of(subscription: Subscription) -> dict[str, str]:
    """What stands in place of ``marked``'s marks for one follower.

    Raises:
        NotWanted: they have not confirmed.
    """
    if subscription.agreed_at is None:
        raise NotWanted("not confirmed")
    return {
        "since": day_and_month(timezone.localdate(subscription.agreed_at)),
        "stop_token": subscription.token,
        "manage_token": tokens.manage_token(subscription.subscriber),
    }


def announcement_values(announcement: Announcement) -> dict[str, Any]:
    """What an announcement's mail says to everybody alike."""
    record: JobRecord = announcement.record
    facts, private = announcement.after, private_paths()
    now = clock.database_now()
    # By the facts: a job that was deleted has no page to ask.
    company = Company.objects.filter(pk=facts.get("company")).first()
    public = company if company and not company.is_confidential else None
    return {
        "kind": announcement.kind,
        "subject": announcement.subject,
        "heading": announcement.heading,
        **job_values(record, facts),
        "job_url": job_url(record.public_page(private)),
        "is_open": availability_of(record.page, now, private).is_open,
        "moment": announcement.created_at,
        "lines": announcement.lines,
        "note": announcement.note,
        "reason": facts["availability"]["reason"],
        "because": announcement.get_because_display(),
        "must_haves": wording.must_haves(facts.get("requirements") or {}),
        **_end_before(announcement),
        "corrects": announcement.corrects.created_at if announcement.corrects else None,
        "website": public.website if public else "",
        **_offered(record),
        "keep_until": announcement.created_at + retention.keep_followers(),
        "delete_on": announcement.created_at
        + retention.keep_followers()
        + retention.keep_addresses(),
    }


def _end_before(announcement: Announcement) -> dict[str, Any]:
    """When, and of what end, followers of a job that is open again were told."""
    last = None
    if announcement.kind == Announcement.Kind.OPEN_AGAIN:
        earlier = Announcement.objects.filter(
            record_id=announcement.record_id, version__lt=announcement.version
        )
        last = earlier.last_end()
    return {
        "ended_before": last.created_at if last else None,
        "was_taken_down": bool(last and last.kind == Announcement.Kind.TAKEN_DOWN),
    }


def _offered(record: JobRecord) -> dict[str, Any]:
    """Up to three other open jobs, as a mail shows them, and whether all are similar."""
    offer = listed.similar_to(category_id=record.category_id, exclude=record.page_id)
    jobs = [
        {
            "title": job.title,
            "company_name": job.company_name,
            "place": job.place,
            "pay": job.pay_text,
            "closes": formatting.day(job.closes_at) if job.closes_at else "",
            "url": absolute(job.url),
        }
        for job in offer.jobs
    ]
    return {"offered": jobs, "are_similar": offer.are_similar}
