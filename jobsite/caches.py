"""The cache in which limits are counted: by all processes, naming nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import pickle

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.utils import timezone


def hidden_key(key: str, key_prefix: str, version: int) -> str:
    """Answer the name under which ``key`` is kept: it tells no address and no network.

    A keyed hash, since every network there is could be tried against a plain one.
    """
    said = f"{key_prefix}:{version}:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


class CountingDatabaseCache(DatabaseCache):
    """Django's database cache, with an ``incr`` of which none is lost.

    Django reads and then writes, so that of two at once one is forgotten, and gives
    the entry a new time to live. Here the row is locked in between, and lives as long
    as it was to: a limit that is counted in it is the same for every process.
    """

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add ``delta`` to a number that is there; answer the sum.

        Raises:
            ValueError: there is none, or its time is over.
        """
        name = self.make_and_validate_key(key, version=version)
        using = router.db_for_write(self.cache_model_class)
        connection = connections[using]
        table = self._table  # type: ignore[attr-defined]  # the stubs leave it out
        table = connection.ops.quote_name(table)
        # SQLite locks the whole file when a transaction of ours begins.
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        now = timezone.now().replace(microsecond=0)
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT value FROM {table}"  # noqa: S608 - a name of our own
                f" WHERE cache_key = %s AND expires > %s{lock}",
                [name, connection.ops.adapt_datetimefield_value(now)],
            )
            row = cursor.fetchone()
            if row is None:
                raise ValueError(f"Key {key!r} not found")
            # Written by ourselves, as Django's own ``get`` reads it.
            total: int = pickle.loads(base64.b64decode(row[0])) + delta  # noqa: S301
            value = base64.b64encode(pickle.dumps(total, self.pickle_protocol))
            cursor.execute(
                f"UPDATE {table} SET value = %s WHERE cache_key = %s",  # noqa: S608
                [value.decode("latin1"), name],
            )
        return total

    def forget_expired(self) -> None:
        """Delete the rows whose time is over: Django does so only in a full table."""
        using = router.db_for_write(self.cache_model_class)
        connection = connections[using]
        table = self._table  # type: ignore[attr-defined]  # the stubs leave it out
        table = connection.ops.quote_name(table)
        now = timezone.now().replace(microsecond=0)
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE expires <= %s",  # noqa: S608
                [connection.ops.adapt_datetimefield_value(now)],
            )
