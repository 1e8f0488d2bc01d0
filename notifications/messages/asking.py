"""Emails that somebody asks for in a form: to confirm, or for the link to their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from notifications.enquiring import address_of, enquiry_of
from notifications.messages.parts import NotWanted, manage_url, subscriber_of
from notifications.rendering import Content, absolute
from subscriptions import retention, tokens
from subscriptions.models import Subscriber, Subscription

if TYPE_CHECKING:
    from jobs.models import JobRecord
    from notifications.models import OutgoingEmail


def confirmation(email: OutgoingEmail) -> Content:
    """Ask to confirm whatever of the person's still waits for that."""
    subscriber = subscriber_of(email)
    rows = subscriber.subscriptions.current().select_related("record__page")
    asked = list(rows.order_by("requested_at", "pk"))
    # Whatever waits for this address is on the link's page, so the email names it too.
    waiting = [row for row in asked if not row.is_confirmed]
    if not waiting:
        raise NotWanted("confirmed already" if asked else "no longer asked for")
    return asking_to_confirm(subscriber, waiting)


def asking_to_confirm(subscriber: Subscriber, rows: list[Subscription]) -> Content:
    """The email that asks to confirm all of ``rows``, which are one person's."""
    token = tokens.confirm_token(rows[0])
    values = {
        **_job_of(rows[0].record),
        "others": [_job_of(row.record) for row in rows[1:]],
        "confirm_url": absolute(reverse("subscriptions:confirm", args=[token])),
        "days": retention.keep_requests().days,
        "delete_on": max(row.expires_at for row in rows),
    }
    return Content(template="confirm", address=subscriber.address, values=values)


def already_following(email: OutgoingEmail) -> Content:
    """Answer somebody who asked to follow what they follow."""
    subscriber = subscriber_of(email)
    rows = email.subscriptions.select_related("record__page").order_by("pk")
    subscription = rows.first()
    if subscription is None or not subscription.is_confirmed:
        raise NotWanted("no longer follows")
    values = {
        **_job_of(subscription.record),
        "manage_url": manage_url(tokens.manage_token(subscriber)),
    }
    return Content(
        template="already_following", address=subscriber.address, values=values
    )


def _job_of(record: JobRecord) -> dict[str, Any]:
    return {
        "title": record.title,
        "company_name": record.company_name,
        "place": record.place,
    }


def manage_link(email: OutgoingEmail) -> Content:
    """Answer whoever asked for the link: also an address that follows nothing."""
    if email.subscriber_id is None:
        return _answer_to_stranger(email)
    return _link_to_list(subscriber_of(email))


def _link_to_list(subscriber: Subscriber) -> Content:
    values = {
        "manage_url": manage_url(tokens.manage_token(subscriber)),
        "days": tokens.MANAGE_WITHIN.days,
    }
    return Content(template="manage_link", address=subscriber.address, values=values)


def _answer_to_stranger(email: OutgoingEmail) -> Content:
    enquiry = enquiry_of(email)
    address = address_of(enquiry) if enquiry else ""
    if enquiry is None or not address:
        raise NotWanted("erased")
    # They may have begun to follow since they asked.
    person = Subscriber.objects.filter(address_hash=enquiry.address_hash).first()
    if person is not None:
        return _link_to_list(person)
    return Content(template="nothing_held", address=address, values={})
