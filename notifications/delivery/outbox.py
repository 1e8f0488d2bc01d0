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
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from notifications import clock
from notifications.models import OutgoingEmail, Pause

LEASE = dt.timedelta(seconds=60)
#: Part of a lease after which a worker renews it before it starts another message. A
#: worker that was stopped for longer finds out here, before it sends.
RENEW_AFTER = 0.3
#: A row that this many workers took and never settled is taken alone from then on.
ALONE_AFTER = 2
#: And set aside after this many: something in it kills workers.
ASIDE_AFTER = 4
#: How long to wait after each failed attempt; after the last one a row is given up.
RETRY_AFTER = tuple(
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)
)
#: After a connection that broke between message and answer, in case it had arrived.
RETRY_UNCERTAIN_AFTER = dt.timedelta(minutes=15)
JITTER = 0.2

State = OutgoingEmail.State


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
    _renewed: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> dt.datetime:
        elapsed = time.monotonic() - self._claimed
        return self.claimed_at + dt.timedelta(seconds=elapsed)

    def is_ours(self, email: OutgoingEmail) -> bool:
        """Whether ``email`` may be sent now; renews the lease when it gets old."""
        age = time.monotonic() - self._renewed
        if age < LEASE.total_seconds() * RENEW_AFTER:
            return True
        now = clock.database_now()
        rows = OutgoingEmail.objects.queued().filter(lease=self.token)
        rows.filter(lease_until__gt=now).update(lease_until=now + LEASE)
        self._renewed = time.monotonic()
        return rows.filter(pk=email.pk, lease_until__gt=now).exists()


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
        rows = OutgoingEmail.objects.claimable(now)
        if up_to_priority is not None:
            rows = rows.filter(priority__lte=up_to_priority)
        locked = rows.select_for_update(skip_locked=skip)
        found = list(locked.values_list("pk", "claims")[:limit])
        ids = _without_suspects(found)
        if not ids:
            return None
        OutgoingEmail.objects.filter(pk__in=ids).update(
            lease=token, lease_until=now + LEASE, claims=F("claims") + 1
        )
    emails = (
        OutgoingEmail.objects.filter(lease=token)
        .select_related("announcement__record__page", "subscriber", "company")
        .prefetch_related("subscriptions")
        .order_by("priority", "due_at", "pk")
    )
    return Lease(token=token, emails=list(emails), claimed_at=now)


def _without_suspects(found: list[tuple[int, int]]) -> list[int]:
    """Take a row that workers died over alone, and not together with innocent ones."""
    for position, (pk, claims) in enumerate(found):
        if claims >= ALONE_AFTER:
            return [pk] if position == 0 else [pk for pk, _n in found[:position]]
    return [pk for pk, _claims in found]


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
    table = connection.ops.quote_name(OutgoingEmail._meta.db_table)
    sql = (
        f"UPDATE {table} SET state = %s, sent_at = %s, last_code = %s,"  # noqa: S608
        " attempts = attempts + 1, claims = 0, uncertain = %s, lease = '',"
        " lease_until = NULL WHERE id = %s AND lease = %s"
    )
    sent_at = connection.ops.adapt_datetimefield_value(lease.now)
    values = [State.SENT.value, sent_at, answer[:200], False, email.pk, lease.token]
    # By hand: this statement is half of what sending a message costs here.
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return bool(cursor.rowcount)


def skipped(lease: Lease, email: OutgoingEmail, reason: str) -> bool:
    """Settle a row that must not be sent any more, with the reason in words."""
    return _settle(lease, email, state=State.SKIPPED, last_code=reason)


def failed(lease: Lease, email: OutgoingEmail, answer: str) -> bool:
    """Settle a row that cannot be delivered, with what the server answered."""
    return _settle(
        lease,
        email,
        state=State.FAILED,
        last_code=answer,
        attempts=F("attempts") + 1,
    )


def deferred(
    lease: Lease, email: OutgoingEmail, answer: str, *, uncertain: bool = False
) -> bool:
    """Put a row back for a later attempt; give it up after the last one.

    Args:
        lease: the worker's right to do so.
        email: the row.
        answer: what the server said, without an address.
        uncertain: the connection broke before the answer, so it may have arrived.
    """
    if email.attempts >= len(RETRY_AFTER):
        return failed(lease, email, answer)
    wait = RETRY_UNCERTAIN_AFTER if uncertain else RETRY_AFTER[email.attempts]
    wait *= 1 + random.uniform(-JITTER, JITTER)  # noqa: S311 - no secret
    return _settle(
        lease,
        email,
        due_at=lease.now + wait,
        last_code=answer,
        uncertain=uncertain,
        attempts=F("attempts") + 1,
    )


def postponed(
    lease: Lease, email: OutgoingEmail, answer: str, wait: dt.timedelta
) -> bool:
    """Put a row back because of the relay's trouble, which is not the recipient's."""
    return _settle(lease, email, due_at=lease.now + wait, last_code=answer)


def release(lease: Lease) -> None:
    """Give back what was leased and not tried."""
    OutgoingEmail.objects.queued().filter(lease=lease.token).update(
        lease="", lease_until=None, claims=0
    )


def _settle(lease: Lease, email: OutgoingEmail, **values: Any) -> bool:
    values["last_code"] = values["last_code"][:200]
    rows = OutgoingEmail.objects.filter(pk=email.pk, lease=lease.token)
    return bool(rows.update(lease="", lease_until=None, claims=0, **values))
