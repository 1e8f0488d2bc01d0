"""What we hold about a person: asked for, downloaded, erased, and forgotten in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from subscriptions import addresses, retention
from subscriptions.consent import WORDINGS
from subscriptions.deleting import delete_rows
from subscriptions.models import Subscriber, Subscription
from subscriptions.signals import (
    erasing_person,
    manage_link_requested,
    personal_data_requested,
)

if TYPE_CHECKING:
    from subscriptions.models import SubscriptionQuerySet

#: Deleted in one transaction.
PURGE_CHUNK = 1_000


@transaction.atomic
def request_manage_link(*, email: str) -> None:
    """Ask for the link to everything an address follows, known or not.

    Raises:
        ValidationError: nobody can be written to at ``email``.
    """
    address = addresses.validated(email)
    manage_link_requested.send(sender=Subscriber, address=address)


def personal_data(*, email: str) -> dict[str, Any]:
    """Everything that is held about an address, as JSON takes it, changing nothing.

    Other apps add what they hold by ``personal_data_requested``. For an address that
    nobody knows the answer has the same shape, with nothing in it.

    Raises:
        ValidationError: it is no address.
    """
    address = addresses.validated(email)
    subscriber = Subscriber.objects.with_address(address)
    data: dict[str, Any] = {
        "asked_for": address,
        "asked_at": timezone.now().isoformat(),
        "person": _person(subscriber) if subscriber else None,
        "follows": _follows(subscriber) if subscriber else [],
    }
    answers = personal_data_requested.send(
        sender=Subscriber, instance=subscriber, address=address
    )
    parts: list[Any] = [answer for _receiver, answer in answers]
    for part in parts:
        data |= part
    return data


def _person(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "number": subscriber.pk,
        "address": subscriber.address,
        "found_by": subscriber.address_hash,
        "held_since": subscriber.created_at.isoformat(),
        "confirmation_links_used": subscriber.answers,
    }


def _follows(subscriber: Subscriber) -> list[dict[str, Any]]:
    rows = subscriber.subscriptions.select_related("record").order_by("pk")
    return [
        {
            "number": row.pk,
            "job": row.record.title,
            "company": row.record.company_name,
            "asked_at": _moment(row.requested_at),
            "confirmed_at": _moment(row.confirmed_at),
            "confirmed_by": str(row.get_proof_display()) if row.confirmed_at else "",
            "ended_at": _moment(row.ended_at),
            "ended_because": str(row.get_ended_reason_display()),
            "told_only_when_it_closes": row.closings_only,
            "reminded_before_it_closes": row.remind_before_closing,
            "company_may_see_address": row.share_address,
            "agreed_to": {
                "wording": WORDINGS.get(row.consent_version, ""),
                "version": row.consent_version,
                "page": row.consent_path,
                "given_to_staff_at": _moment(row.consent_given_at),
            },
            "stop": reverse("subscriptions:unsubscribe", args=[row.token]),
        }
        for row in rows
    ]


def _moment(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@transaction.atomic
def erase(*, email: str) -> bool:
    """Delete a person with everything that is held about them, at once.

    Other apps delete what they hold by ``erasing_person``. Only the hash of an address
    that bounced, complained or was blocked stays, so that it is not written to again.
    Safe to repeat; answers whether anybody was known.

    Raises:
        ValidationError: it is no address.
    """
    address = addresses.validated(email)
    subscriber = Subscriber.objects.with_address(address)
    erasing_person.send(sender=Subscriber, instance=subscriber, address=address)
    if subscriber is None:
        return False
    _hold([subscriber.pk], subscriber.subscriptions.all())
    delete_rows(Subscriber.objects.filter(pk=subscriber.pk))
    return True


@transaction.atomic
def purge_unconfirmed(*, now: dt.datetime) -> int:
    """Delete requests whose days passed, and people who follow nothing else.

    By statements over a thousand at most. Answers how many requests were deleted.
    """
    stale = Subscription.objects.filter(
        confirmed_at__isnull=True, requested_at__lt=now - retention.keep_requests()
    )
    chunk = stale.order_by("requested_at").values_list("pk", "subscriber_id")
    found = list(chunk[:PURGE_CHUNK])
    if not found:
        return 0
    keys, people = zip(*found, strict=True)
    _hold(people, Subscription.objects.filter(pk__in=keys))
    # Some may have been confirmed or asked for anew since they were found.
    still = list(stale.filter(pk__in=keys).values_list("pk", flat=True))
    count = delete_rows(Subscription.objects.filter(pk__in=still))
    others = Subscription.objects.filter(subscriber=OuterRef("pk"))
    delete_rows(Subscriber.objects.filter(~Exists(others), pk__in=people))
    return count


@transaction.atomic
def purge_finished(*, now: dt.datetime) -> int:
    """Delete people whose last subscription ended long enough ago; answer how many.

    Their address goes, and which jobs they followed. What a job's followers were told
    stays: it names nobody. By statements over a thousand people at most.
    """
    before = now - retention.keep_addresses()
    mine = Subscription.objects.filter(subscriber=OuterRef("subscriber"))
    later = mine.exclude(ended_at__lt=before)
    finished = Subscription.objects.filter(~Exists(later), ended_at__lt=before)
    people = list(finished.values_list("subscriber_id", flat=True)[:PURGE_CHUNK])
    if not people:
        return 0
    _hold(people, Subscription.objects.filter(subscriber__in=people))
    # Some may follow anew since they were found.
    rows = finished.filter(subscriber__in=people)
    still = list(rows.values_list("subscriber_id", flat=True))
    return delete_rows(Subscriber.objects.filter(pk__in=still))


def _hold(people: Collection[int], subscriptions: SubscriptionQuerySet) -> None:
    """Lock ``people``, then ``subscriptions`` of theirs, until the transaction ends.

    Whoever confirms locks them in this order too. What is found after this cannot be
    followed until the end; a follow that began in between is refused by the database
    if its person is gone by then.
    """
    for rows in (Subscriber.objects.filter(pk__in=people), subscriptions):
        list(rows.select_for_update().order_by("pk").values_list("pk"))
