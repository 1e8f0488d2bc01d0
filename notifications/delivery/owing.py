"""Writing down which email is owed to whom. Sending is somebody else's work."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jobs.choices import CompanyNotices
from jobs.models import Company
from notifications import clock
from notifications.models import OutgoingEmail

if TYPE_CHECKING:
    from subscriptions.models import Subscriber, Subscription

COMPANY_GAP = dt.timedelta(hours=1)
#: When a company that wants one email a day gets it, in site time.
DAILY_AT = dt.time(8, 0)

Kind = OutgoingEmail.Kind
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
        defaults={
            "priority": Priority.CONFIRMATION,
            "created_at": now,
            "due_at": now,
            **values,
        },
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
    # Of two first followers at once the second one waits here, and finds the notice.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    notices = OutgoingEmail.objects.filter(kind=Kind.NEW_FOLLOWER, company=company)
    waiting = notices.queued().filter(lease="", attempts=0).select_for_update().first()
    if waiting is None:
        now = clock.database_now()
        waiting = OutgoingEmail.objects.create(
            kind=Kind.NEW_FOLLOWER,
            key=f"company:{company.pk}:{subscription.pk}",
            company=company,
            priority=Priority.COMPANY,
            created_at=now,
            due_at=_notice_due_at(company.notices, notices, now),
        )
    waiting.subscriptions.add(subscription)


def _notice_due_at(notices: str, earlier: Any, now: dt.datetime) -> dt.datetime:
    if notices == CompanyNotices.DAILY:
        local = timezone.localtime(now)
        morning = local.replace(hour=DAILY_AT.hour, minute=DAILY_AT.minute, second=0)
        return morning if morning > local else morning + dt.timedelta(days=1)
    last = earlier.order_by("-due_at", "-pk").values_list("due_at", flat=True).first()
    return max(now, last + COMPANY_GAP) if last else now
