"""What emails of every kind are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from notifications.rendering import absolute
from subscriptions.models import Subscriber

if TYPE_CHECKING:
    from jobs.models import JobPage
    from notifications.models import OutgoingEmail


class NotWanted(Exception):
    """The mail must not be sent any more; its argument says why, in words."""


class NotYet(NotWanted):
    """The mail is not wanted now, and will be owed anew when it is."""


def job_url(page: JobPage | None) -> str:
    """The address of a page that whoever is written to may see; "" without one."""
    return absolute(page.get_url_parts()[2]) if page is not None else ""


def manage_url(token: str) -> str:
    """The address of "What I follow" for whom ``token`` names."""
    return absolute(reverse("subscriptions:manage_open", args=[token]))


def stop_url(token: str) -> str:
    """The address that ends the one subscription that ``token`` names."""
    return absolute(reverse("subscriptions:unsubscribe", args=[token]))


def subscriber_of(email: OutgoingEmail) -> Subscriber:
    """Whom an email goes to.

    Raises:
        NotWanted: they were erased.
    """
    try:
        subscriber = email.subscriber
    except Subscriber.DoesNotExist:
        # Since the row was leased.
        subscriber = None
    if subscriber is None:
        raise NotWanted("erased")
    return subscriber
