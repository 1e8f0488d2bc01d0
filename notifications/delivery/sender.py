"""One sender: leases rows, sends them over one connection, settles each by itself."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import TYPE_CHECKING

from django.conf import settings

from notifications.delivery import outbox
from notifications.delivery.breaker import Breaker
from notifications.delivery.preparing import Preparer
from notifications.delivery.smtp import Answer, Outcome
from notifications.messages import NotWanted
from notifications.models import Suppression
from notifications.suppressing import suppress

if TYPE_CHECKING:
    from notifications.delivery.outbox import Lease
    from notifications.delivery.transport import Outgoing, Transport
    from notifications.models import OutgoingEmail

logger = logging.getLogger(__name__)

#: Rows leased at a time: few enough that each is sent well within its lease.
BATCH = 50
DEAD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
BOUNCED = Suppression.Reason.BOUNCED
NOT_ALLOWED = "held back: not on the list of allowed recipients"


class Sender:
    """Sends what is due, for one thread.

    Args:
        transport: its own connection.
        breaker: shared with the other senders of this process.
        stopping: when set, the message in hand is finished and the rest given back.
        up_to_priority: set for the sender that is kept for urgent mail.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        breaker: Breaker | None = None,
        stopping: threading.Event | None = None,
        up_to_priority: int | None = None,
    ) -> None:
        self._transport = transport
        self._breaker = breaker or Breaker()
        self._stopping = stopping or threading.Event()
        self._up_to_priority = up_to_priority
        self._preparer = Preparer(takes_bytes=transport.takes_bytes)
        self._forgave = False

    def step(self) -> int:
        """Send one lease's worth; answer how many rows were settled, 0 for nothing."""
        if not self._breaker.lets_through():
            return 0
        limit = 1 if self._breaker.is_probing() else BATCH
        lease = outbox.claim(limit, up_to_priority=self._up_to_priority)
        if lease is None:
            return 0
        settled = 0
        for email, prepared in self._preparer.prepare(lease.emails, lease.now):
            if self._stopping.is_set() or not self._breaker.lets_through():
                outbox.release(lease)
                break
            if not lease.is_ours(email):
                continue
            self._send(lease, email, prepared)
            settled += 1
        return settled

    def _send(
        self,
        lease: Lease,
        email: OutgoingEmail,
        prepared: Outgoing | NotWanted | Exception,
    ) -> None:
        if isinstance(prepared, NotWanted):
            outbox.skipped(lease, email, str(prepared))
            logger.info("Email %s not sent: %s", email.pk, prepared)
            return
        if isinstance(prepared, Exception):
            logger.error("Email %s could not be made", email.pk, exc_info=prepared)
            outbox.deferred(lease, email, "could not be made")
            return
        if not is_allowed(prepared.recipient):
            outbox.skipped(lease, email, NOT_ALLOWED)
            logger.info("Email %s held back", email.pk)
            return
        try:
            answer = self._transport.send(prepared)
        except ValueError:
            # Such as an address that no command can hold: it never will be sent.
            logger.exception("Email %s cannot be sent", email.pk)
            answer = Answer(Outcome.REJECTED, "cannot be sent")
        except Exception:
            # Such as a provider whose interface is down.
            logger.exception("Email %s could not be sent", email.pk)
            answer = Answer(Outcome.DEFERRED, "could not be sent")
        self._settle(lease, email, answer)

    def _settle(self, lease: Lease, email: OutgoingEmail, answer: Answer) -> None:
        words = f"{answer.words} {answer.phase}".strip()
        if answer.outcome is Outcome.ACCEPTED:
            outbox.sent(lease, email, answer.words)
        elif answer.outcome in (Outcome.REJECTED, Outcome.MESSAGE_REJECTED):
            outbox.failed(lease, email, words)
            if email.subscriber is not None and is_dead(answer):
                suppress(address=email.subscriber.address, reason=BOUNCED)
        elif answer.outcome is Outcome.DEFERRED:
            outbox.deferred(lease, email, words)
        elif answer.outcome is Outcome.UNKNOWN:
            outbox.deferred(lease, email, words, uncertain=True)
        else:
            self._rest(lease, email, answer, words)
            return
        self._breaker.worked()
        self._forgave = False
        logger.info("Email %s %s %s", email.pk, answer.outcome.value, words)

    def _rest(
        self, lease: Lease, email: OutgoingEmail, answer: Answer, words: str
    ) -> None:
        old = not self._forgave and not self._breaker.is_probing()
        if answer.outcome is Outcome.NOT_SENT and old:
            # The connection was old: the next message opens a new one at once.
            self._forgave = True
            outbox.postponed(lease, email, words, dt.timedelta(0))
            return
        seconds = self._breaker.failed()
        outbox.postponed(lease, email, words, dt.timedelta(seconds=seconds))
        logger.warning("The mail server is in trouble (%s): resting", words)


def is_dead(answer: Answer) -> bool:
    """Whether a server said that there is no such mailbox, now and for good.

    RFC 3463: bad mailbox, bad domain, moved, no mail taken (X.1.1, 2, 3, 6, 10),
    mailbox disabled (X.2.1). A plain 550 may mean anything.
    """
    enhanced = answer.words.partition(" ")[2]
    return enhanced in DEAD


def is_allowed(recipient: str) -> bool:
    """Whether mail to ``recipient`` may leave this machine.

    ``EMAIL_ALLOW_LIST`` names addresses and domains; empty, as in production, it
    allows everybody. It means nothing while the relay is on this machine.
    """
    allowed = settings.EMAIL_ALLOW_LIST
    if not allowed or settings.EMAIL_HOST in ("localhost", "127.0.0.1", "::1"):
        return True
    domain = recipient.rpartition("@")[2]
    return recipient.lower() in allowed or domain.lower() in allowed
