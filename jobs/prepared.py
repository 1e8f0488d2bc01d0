"""Querysets that are composed once in each process, and run with other values.

Composing a statement takes the ORM longer than the database takes to answer it, and
planning it takes PostgreSQL longer too. What every page asks is written as any queryset
is, with a ``Given`` in the place of each value that differs from one time to the next.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.models import Expression, Func

if TYPE_CHECKING:
    from django.db.models.sql.compiler import SQLCompiler


_composing: ContextVar[bool] = ContextVar("composing", default=False)


class Given(Expression):
    """Stands for a value that is known when the queryset runs, by its name.

    With a ``value`` it is that one in a queryset that is not prepared.
    """

    def __init__(self, name: str, field: models.Field, value: Any = None) -> None:
        super().__init__(output_field=field)
        self.name = name
        self.value = value

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self.parameter(connection)]

    def parameter(self, connection: Any) -> Any:
        """What stands for it in a statement: itself, or its value."""
        return self if _composing.get() else self.adapted(self.value, connection)

    def adapted(self, value: Any, connection: Any) -> Any:
        return self.output_field.get_db_prep_value(value, connection)


class NumbersField(models.Field):
    """Any number of whole numbers, as one parameter of a statement."""

    def get_db_prep_value(
        self, value: Iterable[int], connection: Any, prepared: bool = False
    ) -> Any:
        numbers = list(value)
        return json.dumps(numbers) if connection.vendor == "sqlite" else numbers


class Among(Func):
    """Whether a column is one of the numbers that are given by a name.

    A condition for ``filter``. Its statement is the same for any number of them.
    """

    output_field = models.BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(column, Given(name, NumbersField()))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        among = {
            "arg_joiner": " IN (SELECT value FROM json_each(",
            "template": "%(expressions)s))",
        }
        return self.as_sql(compiler, connection, **context | among)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        among = {"arg_joiner": " = ANY(", "template": "%(expressions)s)"}
        return self.as_sql(compiler, connection, **context | among)


@contextmanager
def kept_by_server(connection: Any) -> Iterator[None]:
    """Have PostgreSQL keep the statements that run in here, for this connection.

    It gets values apart from the statement, and plans that anew as often as it deems
    worth while. psycopg forgets the one that was used least when there are a hundred.
    Does nothing on SQLite, which plans in no time.
    """
    if connection.vendor != "postgresql":
        yield
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    session, features = connection.connection, connection.features
    usual = session.cursor_factory, session.prepare_threshold
    was_bound_by_server = features.uses_server_side_binding
    session.cursor_factory, session.prepare_threshold = ServerBindingCursor, 0
    # So that logged statements show their values.
    features.uses_server_side_binding = True
    try:
        yield
    finally:
        session.cursor_factory, session.prepare_threshold = usual
        features.uses_server_side_binding = was_bound_by_server


class Prepared:
    """A queryset that is composed when it first runs.

    Args:
        make: answers the queryset. It depends on nothing that may change while the
            process lives.
        is_kept: whether PostgreSQL keeps it. Not where one value finds a row and
            another one half of the table: no plan is right for both.
    """

    def __init__(
        self, make: Callable[[], models.QuerySet[Any, Any]], *, is_kept: bool = True
    ) -> None:
        self._make = make
        self._is_kept = is_kept

    def rows(self, **given: Any) -> list[Any]:
        """Run it with these values: what the queryset itself would answer."""
        queryset, compiler, _sql, _params = self._composed
        ready = copy.copy(compiler)
        ready.connection = connections[queryset.db]
        statement = self.statement(**given)
        # Whatever reads the rows asks a compiler for the statement: it gets this one.
        ready.as_sql = lambda *_args, **_kwargs: statement
        rows: Any = queryset.all()
        rows.query.get_compiler = lambda *_args, **_kwargs: ready
        with kept_by_server(ready.connection) if self._is_kept else nullcontext():
            return list(rows)

    def statement(self, **given: Any) -> tuple[str, list[Any]]:
        """The statement, and its parameters with these values in their places.

        Raises:
            EmptyResultSet: it could find nothing, whatever is given.
        """
        queryset, _compiler, sql, params = self._composed
        connection = connections[queryset.db]
        return sql, [
            x.adapted(given[x.name], connection) if isinstance(x, Given) else x
            for x in params
        ]

    @cached_property
    def _composed(self) -> tuple[models.QuerySet[Any, Any], Any, str, tuple[Any, ...]]:
        token = _composing.set(True)
        try:
            queryset = self._make()
            compiler = queryset.query.get_compiler(using=queryset.db)
            sql, params = compiler.as_sql()
        finally:
            _composing.reset(token)
        return queryset, compiler, sql, tuple(params)
