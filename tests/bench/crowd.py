"""A job that many follow, and the mail that they are owed."""

from __future__ import annotations

from functools import cache

from django.core.management.color import no_style
from django.db import connection

from jobs.models import JobRecord
from notifications import services
from notifications.delivery.expansion import expand_next
from notifications.models import Announcement, Attempt, OutgoingEmail
from subscriptions.models import Subscription
from tests.factories import edit

FOLLOWERS = 100_000


def record() -> JobRecord:
    """Of the job that everybody follows."""
    return JobRecord.objects.get(pk=_record_id())


@cache
def _record_id() -> int:
    return Subscription.objects.values_list("record_id", flat=True)[0]


def announcement() -> Announcement:
    """News of that job, as an editor's edit makes it, of which no row is written yet."""
    forget_emails()
    Announcement.objects.update(state=Announcement.State.DONE)
    told = Announcement.objects.filter(record_id=_record_id())
    if not told.exists():
        edit(record().page, pay_min=31_000, pay_max=34_500, requirements=["A bicycle"])
        while services.announce_next():
            pass
    told.update(state=Announcement.State.EXPANDING, cursor=0, planned=0)
    return told.get()


def queue() -> Announcement:
    """Owe everybody one email."""
    made = announcement()
    while expand_next():
        pass
    return made


def forget_emails() -> None:
    """Empty the table, and leave nothing behind that slows it down."""
    models = OutgoingEmail, OutgoingEmail.subscriptions.through, Attempt
    tables = [model._meta.db_table for model in models]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))


def due(count: int) -> list[OutgoingEmail]:
    """Some of the rows that wait, the next ones first."""
    rows = OutgoingEmail.objects.queued().order_by("priority", "due_at", "pk")
    rows = rows.select_related("announcement__record__page", "subscriber", "company")
    return list(rows[:count])
