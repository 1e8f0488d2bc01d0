"""One sender: leases rows, sends them over one connection, settles each by itself."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db import Error, InterfaceError, OperationalError, connection

from notifications.delivery import outbox, pace, parking
from notifications.delivery.allowing import NOT_ALLOWED, is_allowed
from notifications.delivery.breaker import Breaker
from notifications.delivery.preparing import Prepared, Preparer
from notifications.delivery.replies import Answer, Outcome, Phase
from notifications.delivery.tallying import Tallies
from notifications.delivery.transport import Outgoing
from notifications.delivery.trouble import RelayTrouble
from notifications.messages import NotWanted, NotYet
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.suppressing import suppress
from subscriptions.models import Subscriber

if TYPE_CHECKING:
    from notifications.delivery.outbox import Lease
    from notifications.delivery.transport import Transport

logger = logging.getLogger(__name__)

#: Rows leased at a time: what took about a second before. More would have somebody
#: who waits for a confirmation wait for them too.
LEAST, FIRST, MOST = 10, 50, 200
DEAD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
BOUNCED = Suppression.Reason.BOUNCED
#: How long a row of a stopped announcement waits that was leased when it stopped.
STOPPED_REST = dt.timedelta(minutes=5)
#: Seconds until what a server answered is settled again after the database failed.
WAIT_FOR_DATABASE = 0.5


class Shared:
    """What the senders of one process have in common: how the relay takes it.

    Args:
        senders: how many there are.
        least: how many of them go on when the relay wants fewer connections.
    """

    def __init__(self, *, senders: int = 1, least: int = 1) -> None:
        self.breaker = Breaker(senders=senders, least=least)
        self.trouble = RelayTrouble()
        self.refusals = parking.Refusals()


class Sender:
    """Sends what is due, for one thread.

    Args:
        transport: its own connection.
        shared: with the other senders of this process.
        number: which of them this is, from 0.
        stopping: when set, the message in hand is finished and the rest given back.
        up_to_priority: set for the sender that is kept for urgent mail.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        shared: Shared | None = None,
        number: int = 0,
        stopping: threading.Event | None = None,
        up_to_priority: int | None = None,
    ) -> None:
        self._transport = transport
        self._shared = shared or Shared()
        self._breaker = self._shared.breaker
        self._number = number
        self._stopping = stopping or threading.Event()
        self._up_to_priority = up_to_priority
        self._preparer = Preparer(takes_bytes=transport.takes_bytes)
        self._tallies = Tallies()
        self._stopped: set[int | None] = set()
        #: What the log does not say yet: an email, its outcome, the server's words.
        self._settled: deque[tuple[int, str, str]] = deque()
        self._forgave = False
        self._batch = FIRST

    def step(self) -> int:
        """Send one lease's worth; answer how many rows were settled, 0 for nothing."""
        lease = None
        if self._breaker.lets_through(self._number):
            limit = 1 if self._breaker.is_probing() else pace.slice_of(self._batch)
            lease = outbox.claim(limit, up_to_priority=self._up_to_priority)
        if lease is None:
            self._breaker.found_nothing(self._number)
            # A stopped announcement goes on when somebody has mended its message.
            self._preparer.forget()
            self._tallies.flush(at_once=True)
            return 0
        settled, began = 0, time.monotonic()
        self._stopped.clear()
        unpaced = Counter(map(is_urgent, lease.emails))
        rows = Ahead(self._preparer.prepare(lease.emails, lease.now))
        for email, prepared in rows:
            if not self._may_go(lease, email, unpaced):
                outbox.release(lease)
                break
            if not lease.is_ours(email):
                continue
            self._send(lease, email, prepared, rows)
            settled += 1
        self._write_log()
        self._tallies.flush(at_once=self._stopping.is_set())
        took = max(time.monotonic() - began, 0.001)
        self._batch = min(max(LEAST, int(settled / took)), MOST)
        return settled

    def _may_go(
        self, lease: Lease, email: OutgoingEmail, unpaced: Counter[bool]
    ) -> bool:
        """Whether the relay may be asked to take one more; waits for its turn."""
        if self._stopping.is_set() or self._breaker.is_resting():
            return False
        urgent = is_urgent(email)
        count = unpaced.pop(urgent, 0)
        return not count or pace.wait_for(
            count, urgent=urgent, stopping=self._stopping, meanwhile=lease.hold
        )

    def _send(
        self,
        lease: Lease,
        email: OutgoingEmail,
        prepared: Outgoing | NotWanted | Exception,
        rows: Ahead,
    ) -> None:
        if isinstance(prepared, NotWanted):
            self._drop(lease, email, prepared)
            return
        if self._is_stopped(email):
            outbox.postponed(lease, email, "announcement stopped", STOPPED_REST)
            return
        if isinstance(prepared, Exception):
            self._give_up_unmade(lease, email, prepared)
            return
        if not is_allowed(prepared.recipient):
            outbox.skipped(lease, email, NOT_ALLOWED)
            self._tallies.count("skipped", lease.now)
            logger.info("Email %s held back", email.pk)
            return
        try:
            following = rows.following()
            answer = self._transport.send(
                prepared, following, meanwhile=lambda: self._use_the_wait(lease, rows)
            )
        except ValueError as error:
            # Such as an address that no command can hold: it never will be sent.
            logger.error("Email %s cannot be sent: %s", email.pk, _name_of(error))
            answer = Answer(Outcome.REJECTED, "cannot be sent")
        except Exception as error:  # noqa: BLE001 - one row's trouble is its own
            # Such as one that a backend raises of which nobody has heard.
            logger.error("Email %s could not be sent: %s", email.pk, _name_of(error))
            answer = Answer(Outcome.DEFERRED, "could not be sent")
        self._keep(lease, email, answer)

    def _use_the_wait(self, lease: Lease, rows: Ahead) -> None:
        """Do what has to be done some time, while the server thinks.

        Above all, keep the rows: who waits for minutes is not dead.
        """
        rows.look_further()
        self._write_log()
        try:
            lease.hold()
        except Error:
            logger.warning("A lease could not be renewed")
            connection.close_if_unusable_or_obsolete()

    def _write_log(self) -> None:
        while self._settled:
            logger.info("Email %s %s %s", *self._settled.popleft())

    def _keep(self, lease: Lease, email: OutgoingEmail, answer: Answer) -> None:
        """Settle a row as the server answered, however long the database is away.

        To forget the answer would be to send the message again. When the lease has
        run out another worker may do that, so that is where this gives up.
        """
        while True:
            try:
                self._settle(lease, email, answer)
            except (InterfaceError, OperationalError):
                if lease.has_run_out or self._stopping.is_set():
                    raise
                logger.warning("Email %s waits for the database", email.pk)
                connection.close_if_unusable_or_obsolete()
                self._stopping.wait(WAIT_FOR_DATABASE)
            else:
                return

    def _drop(self, lease: Lease, email: OutgoingEmail, reason: NotWanted) -> None:
        if isinstance(reason, NotYet):
            outbox.withdrawn(lease, email)
        else:
            outbox.skipped(lease, email, str(reason))
            self._tallies.count("skipped", lease.now)
        logger.info("Email %s not sent: %s", email.pk, reason)

    def _give_up_unmade(
        self, lease: Lease, email: OutgoingEmail, error: Exception
    ) -> None:
        if isinstance(error, Error):
            # The database's trouble, not the email's: its lease runs out.
            raise error
        logger.error("Email %s could not be made", email.pk, exc_info=error)
        self._refuse(lease, email, "could not be made")

    def _is_stopped(self, email: OutgoingEmail) -> bool:
        announcement = email.announcement
        if announcement is None:
            return False
        parked = announcement.state == Announcement.State.PARKED
        return parked or announcement.pk in self._stopped

    def _settle(self, lease: Lease, email: OutgoingEmail, answer: Answer) -> None:
        words = f"{answer.words} {answer.phase}".strip()
        match answer.outcome:
            case Outcome.ACCEPTED:
                outbox.sent(lease, email, answer.words)
                self._tallies.count("sent", lease.now)
                self._shared.refusals.taken(email.announcement_id)
            case Outcome.REJECTED:
                self._fail(lease, email, words)
                if is_dead(answer):
                    _suppress_recipient(email)
            case Outcome.MESSAGE_REJECTED:
                self._refuse(lease, email, words)
            case Outcome.DEFERRED | Outcome.UNKNOWN:
                self._put_off(lease, email, words, answer.outcome)
            case Outcome.RECONNECT:
                self._breaker.crowded()
                outbox.postponed(lease, email, words, dt.timedelta(0))
                logger.info("The mail server wants a new connection (%s)", words)
                return
            case Outcome.REFUSED if self._concerns_only(email, words):
                self._give_up_refused(lease, email, words, answer)
            case _:
                seconds = self._lean_back(answer)
                outbox.postponed(lease, email, words, dt.timedelta(seconds=seconds))
                return
        self._judge_relay(answer)
        self._settled.append((email.pk, answer.outcome.value, words))

    def _judge_relay(self, answer: Answer) -> None:
        """What is answered about one email shows that the relay works."""
        if answer.outcome is Outcome.UNKNOWN:
            self._lean_back(answer)
            return
        self._breaker.worked()
        self._forgave = False
        try:
            self._shared.trouble.clear()
        except (InterfaceError, OperationalError):
            # The row is settled, and the next answer is another chance. The connection
            # is not closed here, since the lease holds a cursor of it.
            logger.warning("That the mail server works could not be noted")

    def _put_off(
        self, lease: Lease, email: OutgoingEmail, words: str, outcome: Outcome
    ) -> None:
        uncertain = outcome is Outcome.UNKNOWN
        last = outbox.is_last_attempt(lease, email, uncertain=uncertain)
        if outbox.deferred(lease, email, words, uncertain=uncertain):
            self._tallies.count("failed" if last else "deferred", lease.now)

    def _fail(self, lease: Lease, email: OutgoingEmail, words: str) -> None:
        # Not again, when what follows from it is tried again.
        if outbox.failed(lease, email, words):
            self._tallies.count("failed", lease.now)

    def _refuse(self, lease: Lease, email: OutgoingEmail, words: str) -> None:
        """Give up one email because of what it says; too many stop its announcement."""
        self._fail(lease, email, words + parking.MARK)
        announcement_id = email.announcement_id
        if announcement_id is None:
            return
        if self._shared.refusals.one_more(announcement_id):
            parking.park(announcement_id)
            self._stopped.add(announcement_id)
            self._preparer.forget()

    def _concerns_only(self, email: OutgoingEmail, words: str) -> bool:
        """Whether a refusal of us is one of this email after all.

        It was refused in the same words before, and the relay takes mail from us.
        """
        return email.last_code == words and not self._breaker.is_probing()

    def _give_up_refused(
        self, lease: Lease, email: OutgoingEmail, words: str, answer: Answer
    ) -> None:
        if answer.phase == Phase.CONTENT.value:
            self._refuse(lease, email, words)
        else:
            self._fail(lease, email, words)

    def _lean_back(self, answer: Answer) -> float:
        """Leave the relay alone; answer for how many seconds.

        Not for one connection that broke: it was old, and the next message opens a new
        one at once. Nor for one answer that was lost, but for two in a row: what such
        a relay is given people may get twice.
        """
        may_be_chance = answer.outcome in (Outcome.NOT_SENT, Outcome.UNKNOWN)
        if may_be_chance and not self._forgave and not self._breaker.is_probing():
            self._forgave = True
            return 0
        self._shared.trouble.note(answer)
        words = f"{answer.words} {answer.phase}".strip()
        logger.warning("The mail server is in trouble (%s): resting", words)
        return self._breaker.failed()


def _name_of(error: Exception) -> str:
    """What an error is called, without its words: they may hold an address."""
    return type(error).__name__


def _suppress_recipient(email: OutgoingEmail) -> None:
    # Who was erased since the row was leased is not there any more.
    subscriber = Subscriber.objects.filter(emails=email).first()
    other = email.company or email.user
    if subscriber is not None:
        suppress(address=subscriber.address, reason=BOUNCED)
    elif other is not None:
        suppress(address=other.email, reason=BOUNCED)


def is_urgent(email: OutgoingEmail) -> bool:
    """Whether somebody sits in front of a screen and waits for it."""
    return email.priority == OutgoingEmail.Priority.CONFIRMATION


class Ahead:
    """Goes through prepared rows, and looks ahead while a mail server is thinking."""

    def __init__(self, prepared: Iterable[Prepared]) -> None:
        self._coming = iter(prepared)
        self._ready: deque[Prepared] = deque()

    def __iter__(self) -> Iterator[Prepared]:
        while self._has_ready(1):
            yield self._ready.popleft()

    def following(self) -> Outgoing | None:
        """The message after this one, if there is one that may be sent."""
        following = self._ready[0][1] if self._has_ready(1) else None
        if isinstance(following, Outgoing) and is_allowed(following.recipient):
            return following
        return None

    def look_further(self) -> None:
        """Have one more row prepared than ``following`` needs."""
        self._has_ready(2)

    def _has_ready(self, count: int) -> bool:
        while len(self._ready) < count:
            row = next(self._coming, None)
            if row is None:
                return False
            self._ready.append(row)
        return True


def is_dead(answer: Answer) -> bool:
    """Whether a server said that there is no such mailbox, now and for good.

    RFC 3463: bad mailbox, bad domain, moved, no mail taken (X.1.1, 2, 3, 6, 10),
    mailbox disabled (X.2.1). A plain 550 may mean anything.
    """
    enhanced = answer.words.partition(" ")[2]
    return enhanced in DEAD
