"""Who is to be told."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from subscriptions.models import Subscription, SubscriptionQuerySet


def recipients(
    *, record_id: int, confirmed_by: dt.datetime, for_closing: bool
) -> SubscriptionQuerySet:
    """Those who are to be told one thing about a job.

    Args:
        record_id: of the job.
        confirmed_by: the moment of the announcement; who confirmed later is not told.
        for_closing: whether it closed, was taken down or is open again, which is all
            that some want to hear.
    """
    rows = Subscription.objects.confirmed().filter(
        record_id=record_id, confirmed_at__lte=confirmed_by
    )
    return rows.wanting(endings=for_closing)


def last_confirmed_at(*, record_id: int) -> dt.datetime | None:
    """When the newest follower of a job confirmed; None if nobody follows."""
    rows = Subscription.objects.confirmed().filter(record_id=record_id)
    return rows.aggregate(last=Max("confirmed_at"))["last"]


def followers_of(*, record_id: int) -> int:
    """How many people follow a job now."""
    return Subscription.objects.confirmed().filter(record_id=record_id).count()
