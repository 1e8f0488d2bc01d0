"""Reminding those who asked for it that a job closes soon."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery

from jobs.facts import OPEN
from notifications import clock
from notifications.delivery.inserting import (
    CHUNK,
    insert,
    insert_emails,
    key,
    mailable,
)
from notifications.messages.closing import REMIND_BEFORE
from notifications.models import AnnouncedState, OutgoingEmail
from subscriptions.models import Subscription, SubscriptionQuerySet

PREFIX = "remind:"
#: The reminder of a subscription, if it was ever owed.
OWED = OutgoingEmail.objects.filter(key=key(PREFIX, OuterRef("pk")))


def owe_reminders() -> int:
    """Owe a reminder to each follower who asked, three days before their job closes.

    Once for each subscription: it is owed when the closing date, wherever it was moved
    to, comes within three days. One that was owed and not sent when the date moved
    away is forgotten by the sender, and owed anew. Answers how many are new.
    """
    count = 0
    while True:
        written = _owe_chunk(clock.database_now())
        count += written
        if written < CHUNK:
            return count


@transaction.atomic
def _owe_chunk(now: dt.datetime) -> int:
    asked = _asked(now)
    due = asked.filter(~Exists(OWED))
    ids = due.order_by("pk").values_list("pk", flat=True)
    first, last = ids.first(), next(iter(ids[CHUNK - 1 : CHUNK]), None)
    if first is None:
        return 0
    if last is not None:
        asked, due = asked.filter(pk__lte=last), due.filter(pk__lte=last)
    written = insert_emails(
        due,
        now=now,
        kind=OutgoingEmail.Kind.REMINDER,
        priority=OutgoingEmail.Priority.CHANGE,
        key=key(PREFIX, "pk"),
    )
    # What each one is about, as a row of its own.
    owed = asked.filter(Exists(OWED), pk__gte=first).order_by("pk")
    columns = {
        "outgoingemail_id": Subquery(OWED.values("pk")),
        "subscription_id": F("pk"),
    }
    insert(OutgoingEmail.subscriptions.through, owed, columns)
    return written


def _asked(now: dt.datetime) -> SubscriptionQuerySet:
    """Those who want to be reminded of a job that closes within three days."""
    known_as_open = AnnouncedState.objects.filter(facts__availability__state=OPEN)
    rows = Subscription.objects.confirmed().filter(
        remind_before_closing=True,
        record__page__live=True,
        record__page__closed_reason="",
        record__page__closes_at__gt=now,
        record__page__closes_at__lte=now + REMIND_BEFORE,
        record__in=known_as_open.values("record"),
    )
    return mailable(rows)
