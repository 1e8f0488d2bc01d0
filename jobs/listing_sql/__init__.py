"""The triggers that keep ``JobListing``, its places and its words in step with jobs.

A trigger sees every write: an editor's click, ``QuerySet.update``, a bulk load, a page
that is moved under a private one. ``install`` runs after each ``migrate``: on SQLite a
migration that alters a table makes it anew, and its triggers are lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from django.db import connections, transaction

from jobs.listing_sql.postgresql import PostgreSQL
from jobs.listing_sql.sqlite import SQLite


class Dialect(Protocol):
    """How one kind of database says it."""

    def tables(self) -> list[str]:
        """Make what the triggers write to or call, and no model describes."""

    def rebuild(self) -> list[str]:
        """Write anew what is listed of every job."""

    def triggers(self) -> Iterator[tuple[str, list[str]]]:
        """The name of each trigger, and what replaces it."""

    def marked(self, digest: str) -> str:
        """Count the triggers that carry ``digest``."""


DIALECTS: dict[str, Callable[..., Dialect]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
}


def install(using: str = "default") -> None:
    """Have the database keep the list, unless it does so already.

    Everything is written anew when a trigger is missing, or says something else than
    this version of the code, or the language of the site is another. Before the tables
    are there nothing happens.
    """
    connection = connections[using]
    if "jobs_joblisting" not in connection.introspection.table_names():
        return
    make = DIALECTS[connection.vendor]
    digest = _digest(make())
    dialect = make(digest)
    triggers = list(dialect.triggers())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(dialect.marked(digest))
        if cursor.fetchone() == (len(triggers),):
            return
        replace = [statement for _name, each in triggers for statement in each]
        _run(cursor, [*dialect.tables(), *replace, *dialect.rebuild()])


def rebuild(using: str = "default") -> None:
    """Write anew what is listed of every job."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _run(cursor, DIALECTS[connection.vendor]().rebuild())


def _run(cursor: Any, statements: list[str]) -> None:
    for statement in statements:
        # Without parameters a "%" is a "%".
        cursor.execute(statement)


def _digest(dialect: Dialect) -> str:
    triggers = [statement for _name, each in dialect.triggers() for statement in each]
    text = "".join([*dialect.tables(), *triggers])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
