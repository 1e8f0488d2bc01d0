"""What time it is, by the one clock that every process shares: the database's."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime


def database_now() -> dt.datetime:
    """Answer the database's time, aware; costs one query.

    Leases, due moments and announcements are compared across machines, whose own
    clocks disagree. Tests that move time replace this function.
    """
    if connection.vendor == "sqlite":
        sql = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"
    else:
        sql = "SELECT clock_timestamp()"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (value,) = cursor.fetchone()
    if isinstance(value, str):
        value = parse_datetime(value)
    return value if timezone.is_aware(value) else value.replace(tzinfo=dt.UTC)
