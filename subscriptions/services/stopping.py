"""Ending what somebody follows, and going on after all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from jobs.models import JobRecord
from subscriptions.models import EndedReason, Subscription

if TYPE_CHECKING:
    from subscriptions.models import Subscriber


@transaction.atomic
def unsubscribe(*, token: str) -> Subscription | None:
    """End the subscription with this ``token``; None if there is none.

    Safe to repeat: an ended one keeps its first moment and reason.
    """
    subscription = Subscription.objects.with_token(token)
    if subscription is not None:
        rows = Subscription.objects.filter(pk=subscription.pk)
        rows.end(reason=EndedReason.UNSUBSCRIBED, now=timezone.now())
        subscription.refresh_from_db()
    return subscription


@transaction.atomic
def follow_again(*, token: str) -> Subscription | None:
    """Undo ``unsubscribe``; None when there is nothing to undo.

    The same subscription goes on with its choices, so ``new_subscriber`` is not sent:
    nobody new follows. It counts from now on: what happened in between is not told
    afterwards.
    """
    subscription = Subscription.objects.with_token(token)
    if subscription is None or subscription.ended_reason != EndedReason.UNSUBSCRIBED:
        return None
    # As in ``confirm``: before or after a comparison, never in between.
    JobRecord.objects.select_for_update().get(pk=subscription.record_id)
    other = Subscription.objects.current().filter(
        subscriber_id=subscription.subscriber_id, record_id=subscription.record_id
    )
    if other.exists() or subscription.confirmed_at is None:
        return None
    subscription.confirmed_at = timezone.now()
    subscription.ended_at = None
    subscription.ended_reason = ""
    subscription.save(update_fields=["confirmed_at", "ended_at", "ended_reason"])
    return subscription


@transaction.atomic
def stop_all(*, subscriber: Subscriber) -> int:
    """End everything that a person follows; answer how many subscriptions ended."""
    return end_for_subscriber(subscriber=subscriber, reason=EndedReason.UNSUBSCRIBED)


@transaction.atomic
def stop_one(*, subscriber: Subscriber, subscription_id: int) -> bool:
    """End one of a person's own subscriptions; False if it is not theirs."""
    rows = Subscription.objects.filter(subscriber=subscriber, pk=subscription_id)
    return bool(rows.end(reason=EndedReason.UNSUBSCRIBED, now=timezone.now()))


@transaction.atomic
def end_one(*, subscription: Subscription, reason: str) -> bool:
    """End a subscription for a reason that is not the person's own.

    Args:
        subscription: requested or confirmed.
        reason: a value of ``EndedReason``.

    Returns:
        False if it had ended already: its first moment and reason stay.
    """
    rows = Subscription.objects.filter(pk=subscription.pk)
    return bool(rows.end(reason=reason, now=timezone.now()))


@transaction.atomic
def end_for_job(*, record_id: int, now: dt.datetime) -> int:
    """End every subscription to a job that has ended; answer how many."""
    rows = Subscription.objects.filter(record_id=record_id)
    return rows.end(reason=EndedReason.JOB_ENDED, now=now)


@transaction.atomic
def end_for_subscriber(*, subscriber: Subscriber, reason: str) -> int:
    """End everything that a person follows or asked to; answer how many."""
    rows = Subscription.objects.filter(subscriber=subscriber)
    return rows.end(reason=reason, now=timezone.now())
