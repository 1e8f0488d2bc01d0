"""Deleting people by statements: a few for each table, whatever their number."""

from __future__ import annotations

from typing import Any

from django.db.models import CASCADE, SET_NULL, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete


def delete_rows(rows: QuerySet[Any]) -> int:
    """Delete ``rows`` and what hangs on them; answer how many of ``rows`` there were.

    Follows ``on_delete`` into the tables of every app, as ``QuerySet.delete`` does, but
    reads no row and sends no signal: Django would fetch each person, since Wagtail
    listens to every deletion.

    Args:
        rows: chosen by something that stays true while what hangs on them is deleted,
            such as their keys.
    """
    # Django's types take these for fields.
    relations: Any = get_candidate_relations_to_delete(rows.model._meta)
    for relation in relations:
        field = relation.field
        related = field.model._base_manager.filter(**{f"{field.name}__in": rows})
        if relation.on_delete is CASCADE:
            delete_rows(related)
        elif relation.on_delete is SET_NULL:
            related.update(**{field.name: None})
    # None when no row can match, such as for no keys.
    return rows._raw_delete(rows.db) or 0
