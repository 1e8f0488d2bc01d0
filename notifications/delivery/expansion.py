"""From one announcement to a row for each follower, at the database's own speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat

from notifications import clock
from notifications.models import Announcement, OutgoingEmail, Suppression
from subscriptions.services import recipients

if TYPE_CHECKING:
    from subscriptions.models import Subscription

#: Rows written in one transaction: short enough for an editor who waits behind it.
CHUNK = 5_000


class RandomHex(Func):
    """32 random hexadecimal digits, made by the database for each row."""

    arity = 0
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return "lower(hex(randomblob(16)))", []

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return "replace(gen_random_uuid()::text, '-', '')", []


def expand_next() -> bool:
    """Write the next chunk of rows of one announcement; False when none is left.

    Safe to run twice and in any number of processes: a row that exists is passed
    over, and an announcement that another process holds is too.
    """
    skip = connection.features.has_select_for_update_skip_locked
    expanding = Announcement.objects.filter(state=Announcement.State.EXPANDING)
    with transaction.atomic():
        rows = expanding.order_by("pk").select_for_update(skip_locked=skip)
        announcement = rows.first()
        if announcement is None:
            return False
        _expand(announcement)
    return True


def _expand(announcement: Announcement) -> None:
    everyone = recipients(
        record_id=announcement.record_id,
        confirmed_by=announcement.created_at,
        for_closing=announcement.is_for_everyone,
    ).filter(pk__gt=announcement.cursor)
    ids = everyone.order_by("pk").values_list("pk", flat=True)
    last = next(iter(ids[CHUNK - 1 : CHUNK]), None)
    chunk = everyone if last is None else everyone.filter(pk__lte=last)
    announcement.planned = F("planned") + _insert(announcement, chunk)
    if last is None:
        announcement.state = Announcement.State.SENDING
    else:
        announcement.cursor = last
    announcement.save(update_fields=["planned", "cursor", "state"])


def _insert(announcement: Announcement, rows: QuerySet[Subscription]) -> int:
    """INSERT … SELECT; answers how many rows are new."""
    now = clock.database_now()
    suppressed = Suppression.objects.filter(
        address_hash=OuterRef("subscriber__address_hash")
    )
    ending = announcement.is_for_everyone
    priority = (
        OutgoingEmail.Priority.ENDING if ending else OutgoingEmail.Priority.CHANGE
    )
    moment = DateTimeField()
    columns: dict[str, Any] = {
        "kind": Value(OutgoingEmail.Kind.ANNOUNCEMENT.value),
        "key": Concat(
            Value(f"a:{announcement.pk}:"),
            Cast("subscriber_id", CharField()),
            output_field=CharField(),
        ),
        "announcement_id": Value(announcement.pk, IntegerField()),
        "subscriber_id": F("subscriber_id"),
        "priority": Value(int(priority), IntegerField()),
        "state": Value(OutgoingEmail.State.QUEUED.value),
        "created_at": Value(now, moment),
        "due_at": Value(now, moment),
        "lease": Value(""),
        "claims": Value(0),
        "attempts": Value(0),
        "uncertain": Value(False),
        "last_code": Value(""),
        "message_id": RandomHex(),
    }
    chosen = rows.exclude(Exists(suppressed)).order_by("pk")
    aliased = {f"column_{name}": value for name, value in columns.items()}
    select = chosen.annotate(**aliased).values_list(*aliased)
    sql, params = select.query.sql_with_params()
    table = connection.ops.quote_name(OutgoingEmail._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {sql} ON CONFLICT DO NOTHING",
            params,
        )
        return max(cursor.rowcount, 0)
