"""Rows for many people with one statement: INSERT … SELECT, at the database's speed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat

from notifications.models import OutgoingEmail, Suppression

if TYPE_CHECKING:
    from subscriptions.models import SubscriptionQuerySet

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


def key(prefix: str, number: str | F) -> Concat:
    """``prefix`` and a field's number: what makes an email be owed once."""
    return Concat(Value(prefix), Cast(number, CharField()), output_field=CharField())


def mailable(rows: SubscriptionQuerySet) -> SubscriptionQuerySet:
    """Without those whose address must not be mailed."""
    suppressed = Suppression.objects.filter(
        address_hash=OuterRef("subscriber__address_hash")
    )
    return rows.exclude(Exists(suppressed))


def insert_emails(
    rows: QuerySet[Any],
    *,
    now: dt.datetime,
    kind: str,
    priority: int,
    **columns: Any,
) -> int:
    """Owe an email for each row, to its ``subscriber``; answer how many are new.

    An email that exists is passed over.

    Args:
        rows: the subscriptions, or others with ``subscriber_id`` among ``columns``.
        now: by the database's clock; the emails are due at once.
        kind: a value of ``OutgoingEmail.Kind``.
        priority: a value of ``OutgoingEmail.Priority``.
        columns: expressions for further columns; ``key`` among them.
    """
    values = new_email(now=now, kind=kind, priority=priority)
    values["subscriber_id"] = F("subscriber_id")
    return insert(OutgoingEmail, rows.order_by("pk"), values | columns)


def new_email(*, now: dt.datetime, kind: str, priority: int) -> dict[str, Any]:
    """The columns of an email that is due at once, but for its key and recipient."""
    moment = Value(now, DateTimeField())
    return {
        "kind": Value(str(kind)),
        "priority": Value(int(priority), IntegerField()),
        "state": Value(OutgoingEmail.State.QUEUED.value),
        "created_at": moment,
        "due_at": moment,
        "lease": Value(""),
        "claims": Value(0),
        "attempts": Value(0),
        "uncertain": Value(False),
        "last_code": Value(""),
        "message_id": RandomHex(),
    }


def insert(model: type[Model], rows: QuerySet[Any], columns: dict[str, Any]) -> int:
    """INSERT … SELECT … ON CONFLICT DO NOTHING; answer how many rows are new.

    Args:
        model: of the rows that are made.
        rows: what is selected.
        columns: for each column of ``model`` an expression over ``rows``.
    """
    aliased = {f"column_{name}": value for name, value in columns.items()}
    select = rows.annotate(**aliased).values_list(*aliased)
    sql, params = select.query.sql_with_params()
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {sql} ON CONFLICT DO NOTHING",
            params,
        )
        return max(cursor.rowcount, 0)
