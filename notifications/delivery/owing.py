"""Writing down which email is owed to whom. Sending is somebody else's work."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, Max, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs.choices import CompanyNotices
from jobs.models import Company
from notifications import clock
from notifications.delivery.inserting import insert, insert_emails
from notifications.models import OutgoingEmail
from subscriptions.models import Subscription

#: A link is sent once in this time, until it is answered.
ANSWER_GAP = dt.timedelta(hours=1)
COMPANY_GAP = dt.timedelta(hours=1)
#: When a company that wants one email a day gets it, in site time.
DAILY_AT = dt.time(8, 0)

Kind = OutgoingEmail.Kind
Priority = OutgoingEmail.Priority


def owe_confirmation(subscription: Subscription) -> None:
    """Owe the answer to a request to follow.

    While a link of the last hour waits to be answered nothing is owed: its page shows
    whatever else was asked for since. Who follows already is told so, once an hour at
    most. The same statements whoever asks, and however often.
    """
    now = clock.database_now()
    follows = subscription.is_confirmed
    person = subscription.subscriber
    about = f"{'already' if follows else 'confirm'}:{person.pk}:{person.answers}"
    # The hour of the clock makes two at once collide.
    keys = [f"{about}:{moment:%Y%m%d%H}" for moment in (now, now - ANSWER_GAP)]
    owed_lately = OutgoingEmail.objects.filter(
        key__in=keys, created_at__gt=now - ANSWER_GAP
    )
    asked = Subscription.objects.filter(pk=subscription.pk)
    insert_emails(
        asked.filter(~Exists(owed_lately)),
        now=now,
        kind=Kind.ALREADY if follows else Kind.CONFIRM,
        priority=Priority.CONFIRMATION,
        key=Value(keys[0]),
    )
    owed = OutgoingEmail.objects.filter(key=keys[0])
    columns = {
        "outgoingemail_id": Subquery(owed.values("pk")),
        "subscription_id": F("pk"),
    }
    insert(OutgoingEmail.subscriptions.through, asked.filter(Exists(owed)), columns)


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
            due_at=notice_due_at(company.notices, now, last=_last_of(notices)),
        )
    waiting.subscriptions.add(subscription)


def _last_of(notices: QuerySet[OutgoingEmail]) -> dt.datetime | None:
    # One that was late counts from when it went out.
    went_out = Coalesce("sent_at", "due_at")
    last: dt.datetime | None = notices.aggregate(last=Max(went_out))["last"]
    return last


def notice_due_at(
    notices: str, now: dt.datetime, *, last: dt.datetime | None
) -> dt.datetime:
    """When a company is told of a follower who confirmed ``now``.

    Args:
        notices: how often it wants to be told, a value of ``CompanyNotices``.
        now: the moment of the confirmation.
        last: when the notice before went out; None if there was none.
    """
    if notices == CompanyNotices.DAILY:
        local = timezone.localtime(now)
        morning = timezone.make_aware(dt.datetime.combine(local.date(), DAILY_AT))
        return morning if morning > local else morning + dt.timedelta(days=1)
    return max(now, last + COMPANY_GAP) if last else now
