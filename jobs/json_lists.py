"""Rows of another table as one JSON text, so that they come along with a row."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, TextField


class JSONArray(Func):
    """``[one, two, …]`` of one row's values."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="json_array", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="json_build_array", **context)


class JSONList(Func):
    """All rows of a subquery in one text, in no order; "[]" where there are none.

    It is what a subquery selects, and nothing beside it: ``values(x=JSONList(…))``.
    """

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="json_group_array", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "COALESCE(json_agg(%(expressions)s)::text, '[]')"
        return self.as_sql(compiler, connection, template=template, **context)
