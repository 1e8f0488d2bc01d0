"""The rows that stand for emails: owed here, leased and settled here, nowhere else.

A row goes from queued to sent, failed or skipped. A worker leases rows for a minute;
what it did not settle by then, another worker takes. No transaction is open while a
message is on its way.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from jobs.choices import CompanyNotices
from notifications import clock
from notifications.models import OutgoingEmail

if TYPE_CHECKING:
    from subscriptions.models import Subscriber, Subscription

LEASE = dt.timedelta(seconds=60)
COMPANY_GAP = dt.timedelta(hours=1)
#: When a company that wants one email a day gets it, in site time.
DAILY_AT = dt.time(8, 0)
#: How long to wait after each failed attempt; after the last one a row is given up.
RETRY_AFTER = tuple(
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)
)

Kind = OutgoingEmail.Kind
State = OutgoingEmail.State
Priority = OutgoingEmail.Priority


def owe_confirmation(subscription: Subscription) -> None:
    """Owe the answer to a request to follow, once an hour at most.

    Whether it asks to confirm or says "you already follow" is decided when it is
    sent, so that the request costs the same either way.
    """
    _owe_once_an_hour(
        f"confirm:{subscription.pk}",
        kind=Kind.CONFIRM,
        subscriber_id=subscription.subscriber_id,
        about=subscription,
    )


def owe_manage_link(subscriber: Subscriber) -> None:
    """Owe the link to everything that a person follows, once an hour at most."""
    _owe_once_an_hour(
        f"manage:{subscriber.pk}", kind=Kind.MANAGE_LINK, subscriber_id=subscriber.pk
    )


def _owe_once_an_hour(
    key: str, *, about: Subscription | None = None, **values: Any
) -> None:
    now = clock.database_now()
    email, created = OutgoingEmail.objects.get_or_create(
        key=f"{key}:{now:%Y%m%d%H}",
        defaults={"priority": Priority.CONFIRMATION, "due_at": now, **values},
    )
    if created and about is not None:
        email.subscriptions.add(about)


def owe_company_notice(subscription: Subscription) -> None:
    """Owe the company a notice of a new follower, merged with what still waits.

    The first one goes out at once, the next an hour after it at the earliest, or
    together once a day if the company prefers that.
    """
    page = subscription.record.page
    company = page.company if page else None
    if company is None or not company.email or company.notices == CompanyNotices.OFF:
        return
    notices = OutgoingEmail.objects.filter(kind=Kind.NEW_FOLLOWER, company=company)
    waiting = notices.queued().filter(lease="", attempts=0).select_for_update().first()
    if waiting is None:
        waiting = OutgoingEmail.objects.create(
            kind=Kind.NEW_FOLLOWER,
            key=f"company:{company.pk}:{subscription.pk}",
            company=company,
            priority=Priority.COMPANY,
            due_at=_notice_due_at(company.notices, notices),
        )
    waiting.subscriptions.add(subscription)


def _notice_due_at(notices: str, earlier: Any) -> dt.datetime:
    now = clock.database_now()
    if notices == CompanyNotices.DAILY:
        local = timezone.localtime(now)
        morning = local.replace(hour=DAILY_AT.hour, minute=DAILY_AT.minute, second=0)
        return morning if morning > local else morning + dt.timedelta(days=1)
    last = earlier.order_by("-due_at", "-pk").values_list("due_at", flat=True).first()
    return max(now, last + COMPANY_GAP) if last else now


def claim(limit: int) -> list[OutgoingEmail]:
    """Lease up to ``limit`` due rows to the caller, the most urgent first.

    Two workers never lease the same row. Each row's ``lease`` is the caller's proof
    when it settles the row.
    """
    now = clock.database_now()
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = OutgoingEmail.objects.claimable(now).select_for_update(skip_locked=skip)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        lease = secrets.token_hex(16)
        OutgoingEmail.objects.filter(pk__in=ids).update(
            lease=lease, lease_until=now + LEASE
        )
    leased = OutgoingEmail.objects.filter(lease=lease, pk__in=ids)
    return list(
        leased.select_related("announcement__record__page", "subscriber", "company")
        .prefetch_related("subscriptions")
        .order_by("priority", "due_at", "pk")
    )


def still_ours(email: OutgoingEmail) -> bool:
    """Renew the lease just before sending; False when another worker has the row."""
    now = clock.database_now()
    rows = OutgoingEmail.objects.queued().filter(pk=email.pk, lease=email.lease)
    return bool(rows.update(lease_until=now + LEASE))


def sent(email: OutgoingEmail, answer: str = "") -> None:
    """Settle a row whose message a mail server took."""
    _settle(email, state=State.SENT, sent_at=clock.database_now(), last_code=answer)


def skipped(email: OutgoingEmail, reason: str) -> None:
    """Settle a row that must not be sent any more, with the reason in words."""
    _settle(email, counts=False, state=State.SKIPPED, last_code=reason)


def failed(email: OutgoingEmail, answer: str) -> None:
    """Settle a row that cannot be delivered, with what the server answered."""
    _settle(email, state=State.FAILED, last_code=answer)


def deferred(email: OutgoingEmail, answer: str, *, uncertain: bool = False) -> None:
    """Put a row back for a later attempt; give it up after the last one."""
    if email.attempts >= len(RETRY_AFTER):
        failed(email, answer)
        return
    due_at = clock.database_now() + RETRY_AFTER[email.attempts]
    _settle(email, due_at=due_at, last_code=answer, uncertain=uncertain)


def postponed(email: OutgoingEmail, answer: str, wait: dt.timedelta) -> None:
    """Put a row back because of the relay's trouble, which is not the recipient's."""
    due_at = clock.database_now() + wait
    _settle(email, counts=False, due_at=due_at, last_code=answer)


def release(emails: list[OutgoingEmail]) -> None:
    """Give back rows that were leased and not tried."""
    for email in emails:
        rows = OutgoingEmail.objects.filter(pk=email.pk, lease=email.lease)
        rows.update(lease="", lease_until=None)


def _settle(email: OutgoingEmail, *, counts: bool = True, **values: Any) -> None:
    values["last_code"] = values["last_code"][:200]
    if counts:
        values["attempts"] = F("attempts") + 1
    rows = OutgoingEmail.objects.filter(pk=email.pk, lease=email.lease)
    rows.update(lease="", lease_until=None, **values)
