"""The rows that stand for emails: leased and settled here, and nowhere else.

A row goes from queued to sent, failed or skipped. A worker leases rows for a minute
and settles each one by itself; what it did not settle by then, another worker takes.
A settling counts only while the row still carries the worker's own lease. No
transaction is open while a message is on its way.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import Error, connection, transaction
from django.db.models import F, prefetch_related_objects

from notifications import clock
from notifications.models import Attempt, OutgoingEmail, Pause

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from notifications.models.emails import OutgoingEmailQuerySet

LEASE = dt.timedelta(seconds=60)
#: Part of a lease after which a worker renews it, before it starts another message and
#: while it waits for a slow server. A worker that was stopped for longer finds out
#: before it sends.
RENEW_AFTER = 0.3
#: A row that this many workers took and never settled is taken alone from then on.
ALONE_AFTER = 2
#: And set aside after this many: something in it kills workers.
ASIDE_AFTER = 4
#: How long to wait after each attempt that was put off; the last one again and again.
RETRY_AFTER = tuple(
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)
)
#: How long after it was owed an email is tried. An announcement says so itself. Who
#: waits for a link looks for it now, and can ask for another one in the next hour.
TRY_FOR = {
    OutgoingEmail.Kind.CONFIRM: dt.timedelta(hours=1),
    OutgoingEmail.Kind.ALREADY: dt.timedelta(hours=1),
    OutgoingEmail.Kind.MANAGE_LINK: dt.timedelta(hours=1),
    OutgoingEmail.Kind.REMINDER: dt.timedelta(days=3),
    OutgoingEmail.Kind.NEW_FOLLOWER: dt.timedelta(days=3),
    OutgoingEmail.Kind.CLOSING_SOON: dt.timedelta(days=3),
}
#: And how often at least, when the relay was away for longer than that.
TRY_TIMES = 5
#: The same after an answer that was lost, so that the message may have arrived. Not
#: again and again: a server that takes it each time and never says so must not have
#: one person read the same news for days.
RETRY_UNCERTAIN_AFTER = tuple(
    dt.timedelta(minutes=minutes) for minutes in (15, 60, 180, 360)
)
JITTER = 0.2

State = OutgoingEmail.State

#: By hand, since it is half of what sending a message costs here.
SENT = (
    f"UPDATE \"{OutgoingEmail._meta.db_table}\" SET state = '{State.SENT}',"  # noqa: S608
    " sent_at = %s, last_code = %s, attempts = attempts + 1, claims = 0,"
    " uncertain = false, lease = '', lease_until = NULL WHERE id = %s AND lease = %s"
)
#: PostgreSQL plans it once for each connection: planning takes longer than doing it.
PREPARED = "notifications_sent"
PREPARE = f"PREPARE {PREPARED} AS {SENT % ('$1', '$2', '$3', '$4')}"
EXECUTE = f"EXECUTE {PREPARED}(%s, %s, %s, %s)"


@dataclass(slots=True)
class Lease:
    """The right of one worker to settle some rows, for as long as it is renewed.

    ``now`` is the database's time without asking it again: its answer at the claim,
    and what this machine's steady clock measured since.
    """

    token: str
    emails: list[OutgoingEmail]
    claimed_at: dt.datetime
    _claimed: float = field(default_factory=time.monotonic)
    _asked: float = field(default_factory=time.monotonic)
    _renewed: float = field(default_factory=time.monotonic)
    _cursor: CursorWrapper | None = None

    @property
    def now(self) -> dt.datetime:
        elapsed = time.monotonic() - self._claimed
        return self.claimed_at + dt.timedelta(seconds=elapsed)

    def is_ours(self, email: OutgoingEmail) -> bool:
        """Whether ``email`` may be sent now; renews the lease when it gets old."""
        if not _is_old(self._asked):
            return True
        now = self._renew()
        self._asked = time.monotonic()
        ours = self.waiting().filter(pk=email.pk, lease_until__gt=now).exists()
        if not ours:
            self.doubt()
        return ours

    def hold(self) -> None:
        """Renew the lease when it gets old, for the message that is under way.

        Whether it still is ours is found out by ``is_ours`` and by settling.
        """
        if _is_old(self._renewed):
            self._renew()

    def _renew(self) -> dt.datetime:
        # However it ends, so that it is not tried each moment.
        self._renewed = time.monotonic()
        now = clock.database_now()
        rows = self.waiting().filter(lease_until__gt=now)
        rows.update(lease_until=now + LEASE)
        return now

    def doubt(self) -> None:
        """Have ``is_ours`` ask the database before the next message.

        A row that was leased is not ours any more: the database's clock jumped, or
        this machine slept without its own clock going on.
        """
        self._asked = float("-inf")

    @property
    def has_run_out(self) -> bool:
        """Whether another worker may hold its rows by now."""
        return time.monotonic() - self._renewed >= LEASE.total_seconds()

    def settle_sent(self, values: list[Any]) -> bool:
        """Run ``SENT``; False if the lease was lost.

        The cursor is kept, since making one costs as much again.
        """
        if self._cursor is None:
            self._cursor = _cursor_for_sent()
        try:
            prepared = connection.vendor == "postgresql"
            self._cursor.execute(EXECUTE if prepared else SENT, values)
        except Error:
            # It may be one of a connection that is gone.
            self._cursor = None
            raise
        return _is_settled(self, self._cursor.rowcount)

    def waiting(self) -> OutgoingEmailQuerySet:
        """Those of its rows that are not settled yet."""
        # By key: there are many rows, and leases have no index.
        ids = [email.pk for email in self.emails]
        return OutgoingEmail.objects.queued().filter(pk__in=ids, lease=self.token)


def _is_old(moment: float) -> bool:
    return time.monotonic() - moment >= LEASE.total_seconds() * RENEW_AFTER


def claim(limit: int, *, up_to_priority: int | None = None) -> Lease | None:
    """Lease up to ``limit`` due rows to the caller, the most urgent first.

    Two workers never lease the same row, and nobody leases any while email is paused.

    Args:
        limit: how many rows at most.
        up_to_priority: only rows at least as urgent as this; None for any.

    Returns:
        None when nothing is due.
    """
    now = clock.database_now()
    skip = connection.features.has_select_for_update_skip_locked
    token = secrets.token_hex(16)
    with transaction.atomic():
        if Pause.objects.exists():
            return None
        _read_in_order()
        # Not what is about to be set aside: its next worker may die before doing so.
        rows = OutgoingEmail.objects.claimable(now).filter(claims__lt=ASIDE_AFTER)
        if up_to_priority is not None:
            rows = rows.filter(priority__lte=up_to_priority)
        locked = rows.select_for_update(skip_locked=skip)
        emails = _without_suspects(list(locked[:limit]))
        if not emails:
            return None
        OutgoingEmail.objects.filter(pk__in=[email.pk for email in emails]).update(
            lease=token, lease_until=now + LEASE, claims=F("claims") + 1
        )
    _look_up(emails)
    return Lease(token=token, emails=emails, claimed_at=now)


def _read_in_order() -> None:
    """Have rows read from the index that has them in order, until the commit.

    PostgreSQL takes waiting rows for rare ones, since most were sent long ago, and
    would sort 100,000 of them for each lease.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")


def _without_suspects(found: list[OutgoingEmail]) -> list[OutgoingEmail]:
    """Take a row that workers died over alone, and not together with innocent ones."""
    for position, email in enumerate(found):
        if email.claims >= ALONE_AFTER:
            return found[: position or 1]
    return found


def _look_up(emails: list[OutgoingEmail]) -> None:
    """Look up what rows are about: for all those of one announcement once.

    Whom announcements go to is asked when they are made, together for all of them.
    """
    prefetch_related_objects(emails, "announcement")
    others = [email for email in emails if email.announcement_id is None]
    prefetch_related_objects(others, "subscriber", "company")


def set_poison_aside() -> int:
    """Give up rows over which workers died again and again; answer how many."""
    now = clock.database_now()
    poison = OutgoingEmail.objects.claimable(now).filter(claims__gte=ASIDE_AFTER)
    return poison.update(
        state=State.FAILED,
        lease="",
        lease_until=None,
        last_code="set aside: workers died over it",
    )


def sent(lease: Lease, email: OutgoingEmail, answer: str = "") -> bool:
    """Settle a row whose message a mail server took; False if the lease was lost."""
    sent_at = connection.ops.adapt_datetimefield_value(lease.now)
    return lease.settle_sent([sent_at, answer[:200], email.pk, lease.token])


def _cursor_for_sent() -> CursorWrapper:
    cursor = connection.cursor()
    if connection.vendor == "postgresql":
        known = "SELECT 1 FROM pg_prepared_statements WHERE name = %s"
        cursor.execute(known, [PREPARED])
        if cursor.fetchone() is None:
            cursor.execute(PREPARE)
    return cursor


def skipped(lease: Lease, email: OutgoingEmail, reason: str) -> bool:
    """Settle a row that must not be sent any more, with the reason in words."""
    return _settle(lease, email, state=State.SKIPPED, last_code=reason)


def withdrawn(lease: Lease, email: OutgoingEmail) -> bool:
    """Forget a row that was owed too early, so that it can be owed anew."""
    rows = OutgoingEmail.objects.filter(pk=email.pk, lease=lease.token)
    return bool(rows.delete()[0])


def failed(lease: Lease, email: OutgoingEmail, answer: str) -> bool:
    """Settle a row that cannot be delivered, with what the server answered."""
    return _tried(lease, email, answer, state=State.FAILED)


def deferred(
    lease: Lease, email: OutgoingEmail, answer: str, *, uncertain: bool = False
) -> bool:
    """Put a row back for a later attempt; give it up when there is none left.

    Args:
        lease: the worker's right to do so.
        email: the row.
        answer: what the server said, without an address.
        uncertain: the connection broke before the answer, so it may have arrived.
    """
    if is_last_attempt(lease, email, uncertain=uncertain):
        return _tried(lease, email, answer, uncertain=uncertain, state=State.FAILED)
    if uncertain:
        wait = RETRY_UNCERTAIN_AFTER[_answers_lost(email)]
    else:
        wait = RETRY_AFTER[min(email.attempts, len(RETRY_AFTER) - 1)]
    wait *= 1 + random.uniform(-JITTER, JITTER)  # noqa: S311 - no secret
    due_at = _next_attempt(lease, email, wait)
    return _tried(lease, email, answer, uncertain=uncertain, due_at=due_at)


def is_last_attempt(
    lease: Lease, email: OutgoingEmail, *, uncertain: bool = False
) -> bool:
    """Whether ``email`` is given up if it cannot be delivered now.

    ``uncertain`` is as ``deferred`` takes it.
    """
    if uncertain and _answers_lost(email) >= len(RETRY_UNCERTAIN_AFTER):
        return True
    if lease.now < _try_until(email):
        return False
    return email.announcement is not None or email.attempts + 1 >= TRY_TIMES


def _answers_lost(email: OutgoingEmail) -> int:
    """How often ``email`` may have arrived already."""
    return Attempt.objects.filter(email_id=email.pk, uncertain=True).count()


def _next_attempt(
    lease: Lease, email: OutgoingEmail, wait: dt.timedelta
) -> dt.datetime:
    until = _try_until(email)
    moment = lease.now + wait
    return min(moment, until) if lease.now < until else moment


def _try_until(email: OutgoingEmail) -> dt.datetime:
    if email.announcement is not None:
        return email.announcement.expires_at
    return email.created_at + TRY_FOR[OutgoingEmail.Kind(email.kind)]


def postponed(
    lease: Lease, email: OutgoingEmail, answer: str, wait: dt.timedelta
) -> bool:
    """Put a row back because of the relay's trouble, which is not the recipient's."""
    return _settle(lease, email, due_at=lease.now + wait, last_code=answer)


def release(lease: Lease) -> None:
    """Give back what was leased and not tried."""
    lease.waiting().update(lease="", lease_until=None, claims=0)


@transaction.atomic
def _tried(
    lease: Lease,
    email: OutgoingEmail,
    answer: str,
    *,
    uncertain: bool = False,
    **values: Any,
) -> bool:
    """Settle a row after an attempt that did not succeed, and keep the answer."""
    values |= {"last_code": answer, "attempts": F("attempts") + 1}
    if uncertain:
        # What may have arrived once stays so, whatever is answered later.
        values["uncertain"] = True
    settled = _settle(lease, email, **values)
    if settled:
        Attempt.objects.create(
            email_id=email.pk,
            made_at=lease.now,
            answer=answer[:200],
            uncertain=uncertain,
        )
    return settled


def _settle(lease: Lease, email: OutgoingEmail, **values: Any) -> bool:
    values["last_code"] = values["last_code"][:200]
    rows = OutgoingEmail.objects.filter(pk=email.pk, lease=lease.token)
    changed = rows.update(lease="", lease_until=None, claims=0, **values)
    return _is_settled(lease, changed)


def _is_settled(lease: Lease, changed: int) -> bool:
    if not changed:
        lease.doubt()
    return bool(changed)
