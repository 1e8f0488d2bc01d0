"""What may happen to a subscription. Every change of one goes through here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from jobs.facts import availability_of
from jobs.models import JobRecord
from subscriptions import addresses, tokens
from subscriptions.models import (
    CONFIRM_WITHIN,
    CONSENT_VERSION,
    KEEP_ADDRESS,
    EndedReason,
    Subscriber,
    Subscription,
    SubscriptionQuerySet,
)
from subscriptions.signals import (
    manage_link_requested,
    new_subscriber,
    subscription_requested,
)

#: People deleted in one transaction.
PURGE_CHUNK = 1_000


class JobNotOpen(Exception):
    """The job has closed or is gone, so there is nothing left to follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a follower asked to be told, and to have passed on."""

    closings_only: bool = False
    remind_before_closing: bool = False
    share_address: bool = False


@transaction.atomic
def subscribe(
    *,
    email: str,
    record: JobRecord,
    choices: Choices | None = None,
    consent_path: str = "",
) -> Subscription:
    """Ask that an address follow a job; it follows once the link in a mail is used.

    Safe to repeat. A pending request takes the new choices and seven new days; an
    address that follows already keeps what it has. Either way
    ``subscription_requested`` is sent, so that the answer need not differ.

    Args:
        email: a valid address, as typed.
        record: of the job.
        choices: what to tell and to pass on; everything and nothing by default.
        consent_path: path of the page on which the visitor agreed.

    Raises:
        ValidationError: nobody can be written to at ``email``.
        JobNotOpen: the job cannot be applied for any more.
    """
    choices = choices or Choices()
    address = addresses.validated(email)
    if not availability_of(record.page, timezone.now()).is_open:
        raise JobNotOpen
    # The same statements for every address: their number must not tell a stranger
    # who is known. Of two requests at once, the second one waits and finds the row.
    key = addresses.hashed(address)
    Subscriber.objects.bulk_create(
        [Subscriber(address=address, address_hash=key)], ignore_conflicts=True
    )
    subscriber = Subscriber.objects.get(address_hash=key)
    rows = Subscription.objects.filter(subscriber=subscriber, record=record)
    asked = _asked(choices, consent_path)
    Subscription.objects.bulk_create(
        [Subscription(subscriber=subscriber, record=record, **asked)],
        ignore_conflicts=True,
    )
    rows.current().filter(confirmed_at__isnull=True).update(**asked)
    subscription = rows.current().get()
    subscription_requested.send(sender=Subscription, instance=subscription)
    return subscription


def _asked(choices: Choices, consent_path: str) -> dict:
    return {
        "requested_at": timezone.now(),
        "closings_only": choices.closings_only,
        "remind_before_closing": choices.remind_before_closing,
        "share_address": choices.share_address,
        "consent_version": CONSENT_VERSION,
        "consent_path": consent_path[:500],
    }


def pending(*, token: str) -> Subscription:
    """Find the subscription that a confirmation link stands for, changing nothing.

    Raises:
        Subscription.DoesNotExist: no such link, or the subscription has ended.
        tokens.TokenExpired: it was sent more than seven days ago.
    """
    try:
        key = tokens.read_confirm_token(token)
    except tokens.TokenUnknown as error:
        raise Subscription.DoesNotExist from error
    rows = Subscription.objects.current().select_related("subscriber", "record__page")
    return rows.get(token=key)


@transaction.atomic
def confirm(*, token: str) -> Subscription:
    """Confirm the subscription that ``token`` stands for and announce it.

    Safe to repeat: a second call changes nothing and sends nothing.

    Raises:
        Subscription.DoesNotExist: no such link, or the subscription has ended.
        tokens.TokenExpired: it was sent more than seven days ago.
        JobNotOpen: the job closed meanwhile.
    """
    found = pending(token=token)
    # Whoever compares facts holds this lock too, so that a confirmation comes before
    # or after a comparison, never in between.
    record = JobRecord.objects.select_for_update().get(pk=found.record_id)
    subscription = Subscription.objects.select_for_update().get(pk=found.pk)
    if subscription.is_confirmed:
        return subscription
    if not availability_of(record.page, timezone.now()).is_open:
        raise JobNotOpen
    subscription.confirmed_at = timezone.now()
    subscription.save(update_fields=["confirmed_at"])
    new_subscriber.send(sender=Subscription, instance=subscription)
    return subscription


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
    rows = Subscription.objects.filter(subscriber=subscriber)
    return rows.end(reason=EndedReason.UNSUBSCRIBED, now=timezone.now())


@transaction.atomic
def stop_one(*, subscriber: Subscriber, subscription_id: int) -> bool:
    """End one of a person's own subscriptions; False if it is not theirs."""
    rows = Subscription.objects.filter(subscriber=subscriber, pk=subscription_id)
    return bool(rows.end(reason=EndedReason.UNSUBSCRIBED, now=timezone.now()))


@transaction.atomic
def request_manage_link(*, email: str) -> None:
    """Ask for the link to everything an address follows; silent if it is unknown.

    Raises:
        ValidationError: nobody can be written to at ``email``.
    """
    subscriber = Subscriber.objects.with_address(addresses.validated(email))
    if subscriber is not None:
        manage_link_requested.send(sender=Subscriber, instance=subscriber)


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
    return rows if for_closing else rows.filter(closings_only=False)


def last_confirmed_at(*, record_id: int) -> dt.datetime | None:
    """When the newest follower of a job confirmed; None if nobody follows."""
    rows = Subscription.objects.confirmed().filter(record_id=record_id)
    return rows.aggregate(last=Max("confirmed_at"))["last"]


def followers_of(*, record_id: int) -> int:
    """How many people follow a job now."""
    return Subscription.objects.confirmed().filter(record_id=record_id).count()


@transaction.atomic
def end_for_job(*, record_id: int, now: dt.datetime) -> int:
    """End every subscription to a job that has ended; answer how many."""
    rows = Subscription.objects.filter(record_id=record_id)
    return rows.end(reason=EndedReason.JOB_ENDED, now=now)


@transaction.atomic
def end_for_subscriber(*, subscriber: Subscriber, reason: str) -> int:
    """End everything that a person follows, for a reason that is not their own."""
    rows = Subscription.objects.filter(subscriber=subscriber)
    return rows.end(reason=reason, now=timezone.now())


@transaction.atomic
def purge_unconfirmed(*, now: dt.datetime) -> int:
    """Delete requests whose seven days passed, and people who follow nothing else.

    Answers how many requests were deleted.
    """
    stale = Subscription.objects.filter(
        confirmed_at__isnull=True, requested_at__lt=now - CONFIRM_WITHIN
    )
    people = set(stale.values_list("subscriber_id", flat=True)[:PURGE_CHUNK])
    _count, deleted = stale.filter(subscriber_id__in=people).delete()
    Subscriber.objects.filter(pk__in=people, subscriptions__isnull=True).delete()
    return deleted.get(Subscription._meta.label, 0)


@transaction.atomic
def purge_finished(*, now: dt.datetime) -> int:
    """Delete people whose last subscription ended 28 days ago; answer how many.

    Their address goes, and which jobs they followed. What a job's followers were told
    stays: it names nobody.
    """
    last_end = Subscription.objects.filter(subscriber=OuterRef("pk"))
    people = (
        Subscriber.objects.exclude(subscriptions__ended_at__isnull=True)
        .annotate(
            last_end=Subquery(last_end.order_by("-ended_at").values("ended_at")[:1])
        )
        .filter(last_end__lt=now - KEEP_ADDRESS)
    )
    ids = list(people.values_list("pk", flat=True)[:PURGE_CHUNK])
    Subscriber.objects.filter(pk__in=ids).delete()
    return len(ids)


@transaction.atomic
def erase(*, subscriber: Subscriber) -> None:
    """Delete a person with everything that they follow, at once."""
    subscriber.delete()
