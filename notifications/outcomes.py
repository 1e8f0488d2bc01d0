"""What a mail provider reports of an email after it took it: delivered, or bounced."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from notifications.models import Announcement, OutgoingEmail

Outcome = OutgoingEmail.Outcome
#: Anymail's words for it. What else it says, such as "opened", we do not want to know.
REPORTED = {
    "delivered": Outcome.DELIVERED,
    "bounced": Outcome.BOUNCED,
    "rejected": Outcome.BOUNCED,
    "failed": Outcome.BOUNCED,
}


def note_outcome(event: Any) -> bool:
    """Keep what a provider reports of one email; False when it says nothing new.

    Safe to repeat. A bounce may follow a delivery, for a server that took the message
    first; never the other way round.

    Args:
        event: anymail's ``AnymailTrackingEvent``, with the ``metadata`` of the message.
    """
    outcome = REPORTED.get(event.event_type)
    message_id = (event.metadata or {}).get("message_id")
    if outcome is None or not isinstance(message_id, str):
        return False
    with transaction.atomic():
        sent = OutgoingEmail.objects.filter(state=OutgoingEmail.State.SENT)
        rows = sent.filter(message_id=message_id).select_for_update()
        email = rows.first()
        if email is None or email.outcome in (outcome, Outcome.BOUNCED):
            return False
        rows.update(outcome=outcome)
        if email.announcement_id is not None:
            _count(email.announcement_id, outcome, before=email.outcome)
    return True


def _count(announcement_id: int, outcome: str, *, before: str) -> None:
    fields = {Outcome.DELIVERED: "delivered", Outcome.BOUNCED: "bounced"}
    values: dict[str, Any] = {fields[Outcome(outcome)]: F(fields[Outcome(outcome)]) + 1}
    if before:
        values[fields[Outcome(before)]] = F(fields[Outcome(before)]) - 1
    Announcement.objects.filter(pk=announcement_id).update(**values)
