"""Reminding those who asked for it that a job closes soon."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef

from jobs.facts import OPEN
from notifications import clock
from notifications.models import AnnouncedState, OutgoingEmail
from subscriptions.models import Subscription

REMIND_BEFORE = dt.timedelta(days=3)
CHUNK = 500


@transaction.atomic
def owe_reminders() -> int:
    """Owe a reminder to each follower who asked, three days before their job closes.

    Once for each subscription: it is owed when the closing date, wherever it was moved
    to, comes within three days. Answers how many are new.
    """
    now = clock.database_now()
    owed = OutgoingEmail.objects.filter(
        kind=OutgoingEmail.Kind.REMINDER, subscriptions=OuterRef("pk")
    )
    due = Subscription.objects.confirmed().filter(
        ~Exists(owed),
        remind_before_closing=True,
        record__page__live=True,
        record__page__closed_reason="",
        record__page__closes_at__gt=now,
        record__page__closes_at__lte=now + REMIND_BEFORE,
        record__in=AnnouncedState.objects.filter(
            facts__availability__state=OPEN
        ).values("record"),
    )
    count = 0
    for subscription in due.order_by("pk")[:CHUNK]:
        email, created = OutgoingEmail.objects.get_or_create(
            key=f"remind:{subscription.pk}",
            defaults={
                "kind": OutgoingEmail.Kind.REMINDER,
                "subscriber_id": subscription.subscriber_id,
                "priority": OutgoingEmail.Priority.CHANGE,
                "due_at": now,
            },
        )
        if created:
            email.subscriptions.add(subscription)
            count += 1
    return count
