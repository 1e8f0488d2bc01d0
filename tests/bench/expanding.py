"""From one announcement to 100,000 rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection, transaction

from notifications.delivery.expansion import expand_next
from notifications.models import OutgoingEmail
from tests.bench import crowd
from tests.bench.figures import Figure, in_the_middle, ratio, seconds

ROUNDS = 5
RANDOM = {
    "sqlite": "lower(hex(randomblob(16)))",
    "postgresql": "replace(gen_random_uuid()::text, '-', '')",
}


def expansion() -> Iterator[Figure]:
    """Our expansion, in its short transactions, over one statement and nothing else."""
    announcement = crowd.queue()
    statement = _statement(announcement.pk)
    pairs = []
    for _turn in range(ROUNDS):
        crowd.forget_emails()
        bare = seconds(lambda: _insert(statement, announcement.record_id))
        crowd.announcement()
        pairs.append((seconds(_expand), bare))
    ours, bare = zip(*pairs, strict=True)
    yield Figure(
        row="expansion to 100,000 rows over one bare INSERT … SELECT",
        measured=ratio(pairs),
        bar=1.5,
        told=f"{in_the_middle(ours, times=1000)} over "
        f"{in_the_middle(bare, times=1000, unit=' ms')}",
    )


def _expand() -> None:
    while expand_next():
        pass


def _insert(statement: str, record_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [record_id])
        assert cursor.rowcount == crowd.FOLLOWERS


def _statement(announcement_id: int) -> str:
    """Write the same rows in one go: nobody asked, nothing skipped, no cursor kept."""
    made = OutgoingEmail.objects.values().first()
    values = {name: _literal(value) for name, value in made.items() if name != "id"}
    values |= {
        "subscriber_id": "subscriber_id",
        "key": f"'a:{announcement_id}:' || subscriber_id",
        "message_id": RANDOM[connection.vendor],
    }
    return (
        f"INSERT INTO {OutgoingEmail._meta.db_table} ({', '.join(values)}) "
        f"SELECT {', '.join(values.values())} FROM subscriptions_subscription "
        "WHERE record_id = %s AND ended_at IS NULL AND confirmed_at IS NOT NULL"
    )


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(value)
        case dt.datetime():
            return f"'{connection.ops.adapt_datetimefield_value(value)}'"
    return f"'{value}'"
