"""Ending what somebody follows, and going on after all."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from jobs.models import JobRecord
from subscriptions import retention
from subscriptions.models import EndedReason, Subscriber, Subscription
from subscriptions.signals import refusal_requested


@transaction.atomic
def unsubscribe(*, token: str) -> Subscription | None:
    """End what the link with this ``token`` stands for; None if there is none.

    Safe to repeat: an ended one keeps its first moment and reason.
    """
    subscription = Subscription.objects.with_token(token)
    if subscription is not None:
        rows = Subscription.objects.filter(pk=subscription.pk)
        rows.end(reason=EndedReason.UNSUBSCRIBED, now=timezone.now())
        subscription.refresh_from_db()
    return subscription


class Obstacle(StrEnum):
    """Why somebody cannot follow a job again by pressing a button."""

    #: The job is gone, or over for so long that nobody waits for it any more.
    OVER = "over"
    #: Their address gets no email from us.
    REFUSED = "refused"
    #: We ended it, not they.
    ENDED = "ended"
    #: They never confirmed it, or asked for it anew and did not confirm that.
    UNCONFIRMED = "unconfirmed"


class CannotFollowAgain(Exception):
    """What somebody wants to undo is not theirs to undo, or leads to nothing."""

    def __init__(self, subscription: Subscription, obstacle: Obstacle) -> None:
        super().__init__(str(obstacle))
        self.subscription = subscription
        self.obstacle = obstacle


def obstacle(subscription: Subscription) -> Obstacle | None:
    """Say what keeps a person from following again; None when nothing does.

    Args:
        subscription: one that is not followed now, the newest of its person and job.
    """
    if _is_over(subscription):
        return Obstacle.OVER
    answers = refusal_requested.send(
        sender=Subscriber, instance=subscription.subscriber
    )
    if any(answer for _receiver, answer in answers):
        return Obstacle.REFUSED
    if subscription.confirmed_at is None:
        return Obstacle.UNCONFIRMED
    if subscription.ended_reason != EndedReason.UNSUBSCRIBED:
        return Obstacle.ENDED
    return None


def _is_over(subscription: Subscription) -> bool:
    page = subscription.record.public_page()
    if page is None:
        return True
    if subscription.ended_reason == EndedReason.JOB_ENDED and not page.is_open:
        return True
    ended_at = page.ended_at
    return ended_at is not None and ended_at < (
        timezone.now() - retention.keep_followers()
    )


@transaction.atomic
def follow_again(*, token: str) -> Subscription | None:
    """Undo ``unsubscribe``; None if there is no such link. Safe to repeat.

    The same subscription goes on with its choices, so ``new_subscriber`` is not sent:
    nobody new follows. It counts from now on: what happened in between is not told
    afterwards.

    Raises:
        CannotFollowAgain: there is an ``Obstacle``.
    """
    subscription = Subscription.objects.with_token(token)
    if subscription is None:
        return None
    # As in ``confirm``: before or after a comparison, never in between. And of two
    # presses at once the second one finds what the first one did.
    JobRecord.objects.select_for_update().get(pk=subscription.record_id)
    subscription = Subscription.objects.with_token(token)
    if subscription is None or subscription.is_confirmed:
        return subscription
    found = obstacle(subscription)
    if found is not None:
        raise CannotFollowAgain(subscription, found)
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
