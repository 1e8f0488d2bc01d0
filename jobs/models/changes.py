"""Which edition of the public pages is current, so that an older one is not shown."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jobs.models.pages import JobPage
from jobs.prepared import kept_by_server


class Edition(NamedTuple):
    """What the public pages say, as two marks that are never the same again.

    ``whole`` turns with every change of anything that the public sees; ``frame`` only
    with what stands around every page: settings, navigation, addresses, privacy.
    Both are "" before the first change. ``turns_at`` is when the next open job closes
    by itself; None if none does, or if nobody looked.
    """

    whole: str
    frame: str
    turns_at: dt.datetime | None = None


class PublicChangeManager(models.Manager["PublicChange"]):
    #: So many rows are kept, once there are more than so many.
    KEEP = 20
    LIMIT = 200

    def edition(self, now: dt.datetime) -> Edition:
        """The edition that this connection sees, in one query of constant cost."""
        with kept_by_server(connection), connection.cursor() as cursor:
            moment = connection.ops.adapt_datetimefield_value(now)
            cursor.execute(_edition_sql(), [moment])
            return as_edition(*cursor.fetchone())

    def forget_old(self) -> int:
        """Keep the number of rows small; answers how many went.

        Costs every page one rendering, since the sum is another one then.
        """
        if self.count() <= self.LIMIT:
            return 0
        newest = self.order_by("-pk").values_list("pk", flat=True)
        old = self.filter(pk__lt=list(newest[: self.KEEP])[-1])
        # Without any the frame would have no edition, and no process could hold it.
        last = newest.filter(frame=True)[:1]
        deleted, _rows = old.exclude(pk__in=last).delete()
        return deleted


class PublicChange(models.Model):
    """That a transaction has changed something which the public sees.

    Written by triggers in the database (``jobsite.public.watching``), so whichever way
    something is changed, the change and its row become visible together or not at
    all. On PostgreSQL each transaction has rows of its own, and no writer waits for
    another one. The edition is the sum of the rows' random numbers: it is another one
    after each commit, in whatever order transactions that overlap come to theirs. A
    highest number would miss the one that began first and ended last.
    """

    made_in = models.BigIntegerField()
    frame = models.BooleanField()
    token = models.BigIntegerField()

    objects = PublicChangeManager()

    class Meta:
        verbose_name = "public change"
        constraints = [
            models.UniqueConstraint(
                fields=["made_in", "frame"], name="jobs_one_change_a_transaction"
            )
        ]

    def __str__(self) -> str:
        return f"Public change {self.pk}"


@cache
def _edition_sql() -> str:
    """Written by hand: composing it takes the ORM longer than the database needs."""
    return f"SELECT {', '.join(f'({part})' for part in edition_parts())}"


def edition_parts() -> list[str]:
    """What `as_edition` takes, as subqueries; the last one's parameter is now."""
    changes, jobs = PublicChange._meta.db_table, JobPage._meta.db_table
    return [
        f"SELECT SUM(token) FROM {changes}",  # noqa: S608
        f"SELECT SUM(token) FROM {changes} WHERE frame",  # noqa: S608
        f"SELECT MIN(closes_at) FROM {jobs} WHERE closes_at > %s",  # noqa: S608
    ]


def as_edition(whole: Any, frame: Any, turns_at: Any) -> Edition:
    # SQLite answers what it stores: text, in UTC.
    moment = parse_datetime(turns_at) if isinstance(turns_at, str) else turns_at
    if moment is not None and timezone.is_naive(moment):
        moment = moment.replace(tzinfo=dt.UTC)
    return Edition(str(whole or ""), str(frame or ""), moment)
