"""The loop that turns due work into sent mail. Any number of these may run."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import TYPE_CHECKING

from notifications import messages, services
from notifications.delivery import outbox
from notifications.delivery.expansion import expand_next
from notifications.delivery.settling import settle_finished
from notifications.delivery.transport import Answer, Outcome, Transport

if TYPE_CHECKING:
    from notifications.models import OutgoingEmail

logger = logging.getLogger(__name__)

#: Rows leased at a time: few enough that each is sent well within its lease.
BATCH = 20
#: How long to leave a relay alone that does not answer.
RELAY_REST = dt.timedelta(seconds=30)


def work(transport: Transport, stopping: threading.Event | None = None) -> int:
    """Do all that is due: compare, expand, deliver; answer how many mails were tried.

    Args:
        transport: a connection to send over, kept by the caller for the next call.
        stopping: when set, finish the message in hand and return.
    """
    stopping = stopping or threading.Event()
    while not stopping.is_set() and services.announce_next():
        pass
    tried = 0
    while not stopping.is_set():
        # One chunk at a time, so that confirmations never wait behind 100,000 rows.
        expanded = expand_next()
        count = _deliver(transport, stopping)
        tried += count
        if not count and not expanded:
            break
    settle_finished()
    return tried


def _deliver(transport: Transport, stopping: threading.Event) -> int:
    emails = outbox.claim(BATCH)
    for done, email in enumerate(emails):
        if stopping.is_set():
            outbox.release(emails[done:])
            return done
        if not outbox.still_ours(email):
            continue
        if _send(transport, email) is Outcome.RELAY_DOWN:
            _rest(emails[done + 1 :])
            return 0
    return len(emails)


def _rest(emails: list[OutgoingEmail]) -> None:
    for email in emails:
        outbox.postponed(email, "the mail server does not answer", RELAY_REST)


def _send(transport: Transport, email: OutgoingEmail) -> Outcome | None:
    try:
        message = messages.compose(email)
    except messages.NotWanted as reason:
        outbox.skipped(email, str(reason))
        logger.info("Email %s not sent: %s", email.pk, reason)
        return None
    except Exception:
        logger.exception("Email %s could not be written", email.pk)
        outbox.deferred(email, "could not be written")
        return None
    try:
        answer = transport.send(message)
    except Exception:
        logger.exception("Email %s could not be sent", email.pk)
        outbox.failed(email, "could not be sent")
        return Outcome.REJECTED
    _settle(email, answer)
    return answer.outcome


def _settle(email: OutgoingEmail, answer: Answer) -> None:
    if answer.outcome is Outcome.ACCEPTED:
        outbox.sent(email, answer.words)
    elif answer.outcome is Outcome.REJECTED:
        outbox.failed(email, answer.words)
    elif answer.outcome is Outcome.RELAY_DOWN:
        outbox.postponed(email, answer.words, RELAY_REST)
    else:
        unknown = answer.outcome is Outcome.UNKNOWN
        outbox.deferred(email, answer.words, uncertain=unknown)
    logger.info("Email %s %s %s", email.pk, answer.outcome.value, answer.words)
