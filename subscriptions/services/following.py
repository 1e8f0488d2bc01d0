"""From asking to follow a job to following it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jobs.facts import availability_of, private_paths
from jobs.models import JobRecord
from subscriptions import addresses, tokens
from subscriptions.consent import CONSENT_VERSION
from subscriptions.models import Proof, Subscriber, Subscription
from subscriptions.services.choosing import Choices
from subscriptions.signals import new_subscriber, subscription_requested


class JobNotOpen(Exception):
    """The job has closed or is gone, so there is nothing left to follow."""


@transaction.atomic
def subscribe(
    *,
    email: str,
    record: JobRecord,
    choices: Choices | None = None,
    consent_path: str = "",
    proven: int | None = None,
) -> Subscription:
    """Ask that an address follow a job; it follows once the link in a mail is used.

    Safe to repeat. A pending request takes the new choices and waits anew; an address
    that follows already keeps what it has. Either way ``subscription_requested`` is
    sent, so that the answer need not differ, unless ``proven`` makes it needless.

    Args:
        email: a valid address, as typed.
        record: of the job.
        choices: what to tell and to pass on; everything and nothing by default.
        consent_path: path of the page on which the visitor agreed.
        proven: key of the subscriber whose link was used in this browser within the
            last half hour. If ``email`` is theirs, they follow at once, and no link is
            asked for.

    Raises:
        ValidationError: nobody can be written to at ``email``.
        JobNotOpen: the job cannot be applied for any more.
    """
    if proven is not None:
        # Before the subscription, as in ``confirm``.
        record = _locked(record)
    subscription = _requested(email, record, choices or Choices(), consent_path)
    if proven is None or subscription.subscriber_id != proven:
        subscription_requested.send(sender=Subscription, instance=subscription)
    elif not subscription.is_confirmed:
        _begin(subscription, Proof.BROWSER)
    return subscription


@transaction.atomic
def follow_with_consent(
    *,
    email: str,
    record: JobRecord,
    choices: Choices | None = None,
    consent_path: str,
    given_at: dt.datetime,
) -> Subscription:
    """Have an address follow a job at once, because staff hold the person's consent.

    ``new_subscriber`` is sent as for everybody, unless they follow it already.

    Args:
        email: a valid address.
        record: of the job.
        choices: what to tell and to pass on; everything and nothing by default.
        consent_path: where the consent is recorded, in a word or two.
        given_at: when it was given, which emails say to the person.

    Raises:
        ValidationError: nobody can be written to at ``email``.
        JobNotOpen: the job cannot be applied for any more.
    """
    record = _locked(record)
    subscription = _requested(email, record, choices or Choices(), consent_path)
    if not subscription.is_confirmed:
        subscription.consent_given_at = given_at
        _begin(subscription, Proof.STAFF)
    return subscription


def _locked(record: JobRecord) -> JobRecord:
    rows = JobRecord.objects.select_for_update(of=("self",)).select_related("page")
    return rows.get(pk=record.pk)


def _requested(
    email: str, record: JobRecord, choices: Choices, consent_path: str
) -> Subscription:
    """Keep the request; the same statements for every address.

    Their number must not tell a stranger who is known. Of two requests at once, the
    second one waits and finds the row.
    """
    address = addresses.validated(email)
    if not availability_of(record.page, timezone.now()).is_open:
        raise JobNotOpen
    key = addresses.hashed(address)
    Subscriber.objects.bulk_create(
        [Subscriber(address=address, address_hash=key)], ignore_conflicts=True
    )
    subscriber = Subscriber.objects.get(address_hash=key)
    rows = Subscription.objects.filter(subscriber=subscriber, record=record)
    asked: dict[str, Any] = {
        **asdict(choices),
        "requested_at": timezone.now(),
        "consent_version": CONSENT_VERSION,
        "consent_path": consent_path[:500],
    }
    Subscription.objects.bulk_create(
        [Subscription(subscriber=subscriber, record=record, **asked)],
        ignore_conflicts=True,
    )
    rows.current().filter(confirmed_at__isnull=True).update(**asked)
    subscription = rows.current().get()
    # The caller's own, with the page as it was just looked at.
    subscription.subscriber, subscription.record = subscriber, record
    return subscription


def waiting(*, token: str) -> list[Subscription]:
    """Find all that waits for the answer to a confirmation link, changing nothing.

    That is every request of its address, the oldest first, not only what the email was
    written for; jobs that have closed since are among them.

    Raises:
        tokens.TokenUnknown: forged, altered, cut, or made for another purpose.
        tokens.TokenExpired: it was sent more than seven days ago.
        tokens.TokenUsed: it was answered, or what it was for was withdrawn.
    """
    link = tokens.read_confirm_token(token)
    rows = _waiting(link.subscriber_id).filter(subscriber__answers=link.answers)
    found = list(rows.select_related("subscriber", "record__page"))
    if not found:
        raise tokens.TokenUsed(link)
    return found


@transaction.atomic
def confirm(*, token: str, only: Collection[int] | None = None) -> list[Subscription]:
    """Confirm what waits for the link's answer, and announce each.

    The link has been answered then: a later request needs another one.

    Args:
        token: of the link.
        only: keys of the subscriptions that were ticked; None for all. The others go
            on waiting.

    Returns:
        Those that are followed now; a job that has closed since is left out.

    Raises:
        tokens.TokenUnknown: forged, altered, cut, or made for another purpose.
        tokens.TokenExpired: it was sent more than seven days ago.
        tokens.TokenUsed: it was answered already, or what was ticked was withdrawn.
        JobNotOpen: all that was ticked has closed meanwhile.
    """
    link = tokens.read_confirm_token(token)
    confirmed = _answer(link.subscriber_id, only=only, answers=link.answers)
    if not confirmed:
        raise tokens.TokenUsed(link)
    return confirmed


@transaction.atomic
def confirm_waiting(
    *, subscriber: Subscriber, only: Collection[int]
) -> list[Subscription]:
    """Confirm requests of a person who opened the link to everything they follow.

    That link proves the address as the one to confirm does. Answers with those that
    are followed now; none if they were not the person's own, or had gone.

    Raises:
        JobNotOpen: all of them have closed meanwhile.
    """
    return _answer(subscriber.pk, only=only)


def _answer(
    subscriber_id: int, *, only: Collection[int] | None, answers: int | None = None
) -> list[Subscription]:
    rows = _waiting(subscriber_id)
    if only is not None:
        rows = rows.filter(pk__in=only)
    record_ids = list(rows.values_list("record_id", flat=True))
    # Whoever compares facts holds this lock too, so that a confirmation comes before
    # or after a comparison, never in between.
    locked = JobRecord.objects.select_for_update().filter(pk__in=record_ids)
    list(locked.order_by("pk").values_list("pk"))
    people = Subscriber.objects.filter(pk=subscriber_id)
    if answers is not None:
        people = people.filter(answers=answers)
    # Of two answers at once the second one finds the link used.
    if not record_ids or not people.update(answers=F("answers") + 1):
        return []
    found = list(
        rows.filter(record_id__in=record_ids)
        .select_for_update(of=("self",))
        .select_related("subscriber", "record__page")
    )
    now, private = timezone.now(), private_paths()
    opened = [x for x in found if availability_of(x.record.page, now, private).is_open]
    if found and not opened:
        raise JobNotOpen
    for subscription in opened:
        _begin(subscription, Proof.LINK)
    return opened


def _waiting(subscriber_id: int) -> Any:
    rows = Subscription.objects.current().filter(confirmed_at__isnull=True)
    return rows.filter(subscriber_id=subscriber_id).order_by("requested_at", "pk")


def _begin(subscription: Subscription, proof: str) -> None:
    """Make a request a follow; the caller holds the lock of the job's record."""
    subscription.confirmed_at = timezone.now()
    subscription.proof = proof
    subscription.save(update_fields=["confirmed_at", "consent_given_at", "proof"])
    new_subscriber.send(sender=Subscription, instance=subscription)
