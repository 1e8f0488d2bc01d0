"""Reminding whoever answers for a job that it closes soon."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import (
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, Right, TruncDate
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from wagtail.models import GroupPagePermission, PageLogEntry

from jobs.models import JobPage
from notifications import clock
from notifications.delivery.inserting import insert, new_email
from notifications.models import AnnouncementSettings, OutgoingEmail

if TYPE_CHECKING:
    from jobs.models.querysets import JobPageQuerySet

PREFIX = "closing:"


def owe_editors() -> int:
    """Owe a reminder for each job that closes soon, to who answers for it.

    Once for each day on which a job closes: moved to another day, it is owed again
    when that day comes near. Jobs that nobody answers for are passed over; they are in
    the report "Jobs to look after". One statement; answers how many are new.
    """
    before = AnnouncementSettings.load().remind_editors_before
    if not before:
        return 0
    now = clock.database_now()
    jobs = closing_soon(now, before=before).annotate(
        key=_key(), person=_who_answers_for()
    )
    owed = OutgoingEmail.objects.filter(key=OuterRef("key"))
    due = jobs.filter(~Exists(owed), person__isnull=False)
    columns = new_email(
        now=now,
        kind=OutgoingEmail.Kind.CLOSING_SOON,
        priority=OutgoingEmail.Priority.COMPANY,
    ) | {"key": F("key"), "user_id": F("person"), "record_id": F("record__pk")}
    with transaction.atomic():
        return insert(OutgoingEmail, due.order_by("pk"), columns)


def closing_soon(now: dt.datetime, *, before: dt.timedelta) -> JobPageQuerySet:
    """Live jobs whose closing date comes within ``before``, private ones too."""
    jobs: JobPageQuerySet = JobPage.objects.live().not_closed(now)
    return jobs.filter(
        closes_at__lte=now + before, alias_of__isnull=True, record__isnull=False
    )


def closing_day_of(email: OutgoingEmail) -> dt.date:
    """The day on which its job was to close, when a reminder was owed."""
    return dt.date.fromisoformat(email.key.rpartition(":")[2])


def still_needed(now: dt.datetime) -> Q:
    """Emails that keep the same reminder from being owed again: its day is to come."""
    today = timezone.localdate(now, timezone.get_default_timezone()).isoformat()
    is_to_come = GreaterThanOrEqual(Right("key", len(today)), today)
    return Q(is_to_come, kind=OutgoingEmail.Kind.CLOSING_SOON)


def _key() -> Concat:
    zone = timezone.get_default_timezone()
    day = Cast(TruncDate("closes_at", tzinfo=zone), CharField())
    number = Cast("record__pk", CharField())
    parts: list[Any] = [Value(PREFIX), number, Value(":"), day]
    return Concat(*parts, output_field=CharField())


def _who_answers_for() -> Coalesce:
    """Of a job: who wrote it, if they may publish it; else who published it last.

    Somebody who may still do so, and who can be written to.
    """
    authors = get_user_model().objects.filter(pk=OuterRef("owner"), is_active=True)
    author = authors.exclude(email="").filter(
        Q(is_superuser=True) | Exists(_rights_to_publish(OuterRef("pk")))
    )
    entries = PageLogEntry.objects.filter(
        page=OuterRef("pk"), action="wagtail.publish", user__is_active=True
    )
    published = entries.exclude(user__email="").filter(
        Q(user__is_superuser=True) | Exists(_rights_to_publish(OuterRef("user_id")))
    )
    last = published.order_by("-timestamp", "-pk").values("user_id")
    return Coalesce(
        Subquery(author.values("pk")[:1]),
        Subquery(last[:1]),
        output_field=IntegerField(),
    )


def _rights_to_publish(user: OuterRef) -> QuerySet[GroupPagePermission]:
    """Of ``user``, to the job of the query around it."""
    path = ExpressionWrapper(OuterRef(OuterRef("path")), output_field=CharField())
    rights: QuerySet[GroupPagePermission] = GroupPagePermission.objects.annotate(
        here=path
    ).filter(
        group__user=user,
        permission__codename="publish_page",
        here__startswith=F("page__path"),
    )
    return rights
