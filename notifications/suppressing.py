"""Never again writing to an address that refused us or asked for it."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from notifications.models import Suppression
from subscriptions import addresses
from subscriptions.models import EndedReason, Subscriber
from subscriptions.services import end_for_subscriber

logger = logging.getLogger(__name__)

Reason = Suppression.Reason
SOFT = ("SoftBounce", "Transient")
ENDED: dict[str, str] = {
    Reason.BOUNCED: EndedReason.BOUNCED,
    Reason.COMPLAINED: EndedReason.COMPLAINED,
    Reason.BLOCKED: EndedReason.STAFF,
}


@transaction.atomic
def suppress(*, address: str, reason: str) -> None:
    """Write to ``address`` no more, and end everything that it follows.

    Safe to repeat: the first reason stays. Keeps a keyed hash, not the address.
    """
    Suppression.objects.get_or_create(
        address_hash=addresses.hashed(address), defaults={"reason": reason}
    )
    subscriber = Subscriber.objects.with_address(address)
    if subscriber is not None:
        end_for_subscriber(subscriber=subscriber, reason=ENDED[reason])
        logger.info("Subscriber %s suppressed: %s", subscriber.pk, reason)


@transaction.atomic
def unsuppress(*, address: str) -> bool:
    """Let ``address`` be written to again; False if nothing forbade it.

    What it followed has ended and stays so: the person follows again if they wish.
    """
    rows = Suppression.objects.filter(address_hash=addresses.hashed(address))
    return bool(rows.delete()[0])


def reason_of(event: Any) -> str | None:
    """Why a provider's report speaks against an address; None when it does not.

    Args:
        event: anymail's ``AnymailTrackingEvent``. A rejection or a bounce counts when
            it is for good, a complaint always.
    """
    if event.event_type == "complained":
        return Reason.COMPLAINED
    gone = event.reject_reason in ("bounced", "invalid") and not _is_soft(event)
    if event.event_type in ("bounced", "rejected") and gone:
        return Reason.BOUNCED
    return None


def _is_soft(event: Any) -> bool:
    """Whether the provider calls it a bounce that may pass, such as a full mailbox.

    Anymail gives both the same type and reason; only the provider's own report tells
    (Postmark says "SoftBounce", Amazon SES "Transient").
    """
    report = str(event.esp_event)
    return any(word in report for word in SOFT)
