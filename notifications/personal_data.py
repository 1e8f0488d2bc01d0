"""What this app holds about a person: for the export, and for their own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from notifications.models import Enquiry, OutgoingEmail, Suppression
from subscriptions.addresses import hashed
from subscriptions.models import Subscription

if TYPE_CHECKING:
    from subscriptions.models import Subscriber

Kind = OutgoingEmail.Kind


def held_about(address: str, subscriber: Subscriber | None) -> dict[str, Any]:
    """Emails to the person, notices that named them to a company, and what forbids both.

    Seven queries at most, whatever there is.
    """
    hash_ = hashed(address)
    suppression = Suppression.objects.filter(address_hash=hash_).first()
    enquiry = Enquiry.objects.filter(address_hash=hash_).first()
    return {
        "emails": _emails(subscriber) if subscriber else [],
        "companies_told": _notices(subscriber) if subscriber else [],
        "not_written_to": suppression
        and {
            "because": str(suppression.get_reason_display()),
            "since": suppression.created_at.isoformat(),
            "found_by": suppression.address_hash,
        },
        "asked_what_we_hold_at": enquiry and enquiry.asked_at.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class SentEmail:
    """An email that went out: what it was, in a few words, and when."""

    what: str
    sent_at: dt.datetime


WORDS: dict[str, Any] = {
    Kind.CONFIRM: _("Link to confirm"),
    Kind.ALREADY: _("You already follow it"),
    Kind.REMINDER: _("Reminder that it closes"),
}


def sent_about(subscriptions: Sequence[Subscription]) -> dict[int, list[SentEmail]]:
    """The emails that went to one person about each subscription, the newest first.

    By the key of the subscription. Two queries, whatever there is.
    """
    found: dict[int, list[SentEmail]] = {row.pk: [] for row in subscriptions}
    by_record = {row.record_id: row.pk for row in subscriptions}
    rows = OutgoingEmail.objects.filter(
        subscriber__in={row.subscriber_id for row in subscriptions},
        state=OutgoingEmail.State.SENT,
    )
    rows = rows.select_related("announcement").prefetch_related("subscriptions")
    for row in rows.order_by("-sent_at", "-pk"):
        if row.sent_at is None:
            continue
        if row.announcement is not None:
            about = {by_record.get(row.announcement.record_id)}
            what = row.announcement.heading or row.announcement.subject
        else:
            about = {subscription.pk for subscription in row.subscriptions.all()}
            what = str(WORDS.get(row.kind, row.get_kind_display()))
        for pk in found.keys() & about:
            found[pk].append(SentEmail(what, row.sent_at))
    return found


def _emails(subscriber: Subscriber) -> list[dict[str, Any]]:
    rows = OutgoingEmail.objects.filter(subscriber=subscriber).order_by("pk")
    rows = rows.select_related("announcement__record").prefetch_related(
        _about(), "failures"
    )
    return [_email(row) | {"about": row.job()} for row in rows]


def _notices(subscriber: Subscriber) -> list[dict[str, Any]]:
    mine = subscriber.subscriptions.all()
    rows = OutgoingEmail.objects.filter(
        kind=Kind.NEW_FOLLOWER, subscriptions__in=mine.values("pk")
    )
    rows = rows.select_related("company").prefetch_related("failures")
    rows = rows.order_by("pk").distinct()
    return [_email(row) | {"company": str(row.company or "")} for row in rows]


def _about() -> Prefetch:
    return Prefetch(
        "subscriptions", Subscription.objects.select_related("record").order_by("pk")
    )


def _email(row: OutgoingEmail) -> dict[str, Any]:
    return {
        "number": row.pk,
        "kind": str(row.get_kind_display()),
        "subject": row.announcement.subject if row.announcement else "",
        "state": str(row.get_state_display()),
        "queued_at": row.created_at.isoformat(),
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "answer": row.last_code,
        "message_id": row.message_id,
        "failed_attempts": [
            {"made_at": x.made_at.isoformat(), "answer": x.answer}
            for x in row.failures.all()
        ],
    }
