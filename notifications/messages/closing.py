"""Emails that a job closes soon: to followers who asked for it, and to its editors."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from jobs import formatting, wording
from notifications import clock
from notifications.messages.announcing import marks_of
from notifications.messages.parts import (
    NotWanted,
    NotYet,
    job_url,
    manage_url,
    stop_url,
    subscriber_of,
)
from notifications.reminding_editors import closing_day_of
from notifications.rendering import Content, absolute
from subscriptions import addresses, tokens
from subscriptions.services import followers_of

if TYPE_CHECKING:
    from jobs.models import JobPage
    from notifications.models import OutgoingEmail

#: How long before a job closes those are reminded who asked for it.
REMIND_BEFORE = dt.timedelta(days=3)


def reminder(email: OutgoingEmail) -> Content:
    """Remind a follower who asked for it.

    Raises:
        NotYet: the closing date was moved so far that a later one will be due.
    """
    subscriber = subscriber_of(email)
    subscription = email.subscriptions.select_related("record__page__company").first()
    if subscription is None or not subscription.is_confirmed:
        raise NotWanted("no longer follows")
    record, page = subscription.record, subscription.record.public_page()
    if not subscription.remind_before_closing:
        raise NotWanted("no longer asked for")
    if page is None or page.closes_at is None or not page.is_open:
        raise NotWanted("no longer closes")
    if page.closes_at - clock.database_now() > REMIND_BEFORE:
        # Unless it may have arrived already: then that was the one.
        raise NotWanted("told before") if email.uncertain else NotYet("closes later")
    values = {
        "title": page.title,
        "company_name": record.company_name,
        "place": record.place,
        "job_url": job_url(page),
        "weekday": formatting.weekday(page.closes_at),
        "closes_at": page.closes_at,
        "apply_ways": wording.apply({"url": page.apply_url, "email": page.apply_email}),
        "follows_since": marks_of(subscription)["since"],
        "stop_url": stop_url(subscription.token),
        "manage_url": manage_url(tokens.manage_token(subscriber)),
    }
    return Content(
        template="reminder",
        address=subscriber.address,
        values=values,
        stop_url=values["stop_url"],
        list_id=f"job-{record.pk}",
    )


def closing_soon(email: OutgoingEmail) -> Content:
    """Remind an editor of a job that closes, while they may still change it."""
    user, record = email.user, email.record
    if user is None or not user.is_active or not user.email:
        raise NotWanted("nobody to write to")
    page = record.page if record else None
    if record is None or page is None or not page.live or not page.is_open:
        raise NotWanted("no longer closes")
    closes_on = timezone.localdate(page.closes_at) if page.closes_at else None
    if closes_on != closing_day_of(email):
        raise NotWanted("closes on another day")
    if not page.permissions_for_user(user).can_publish():
        raise NotWanted("may not publish it any more")
    return Content(
        template="closing_soon",
        address=addresses.validated(user.email),
        values=closing_soon_values(page),
    )


def closing_soon_values(page: JobPage) -> dict[str, Any]:
    """What a reminder to an editor says of a job that closes."""
    url = reverse("notifications_closing_soon", args=[page.pk])
    return {
        "title": page.title,
        "company_name": page.company_name,
        "closes_at": page.closes_at,
        "followers": followers_of(record_id=page.record.pk),
        "act_url": absolute(url),
        "job_url": job_url(page),
    }
