"""Finding news that no signal brought.

Queryset updates, a page made private, a crash between Wagtail's commit and its
signal: none of them reaches a receiver. So every announced state is compared with
what is public. This only says "look here"; deciding stays with ``services``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from jobs.facts import facts_now
from jobs.models import JobPage, JobRecord
from notifications import clock, services
from notifications.models import AnnouncedState

logger = logging.getLogger(__name__)

CHUNK = 500
#: More news than this at once is no slip of a signal, and nobody is told of it
#: before somebody looked.
TOO_MANY = 50


def reconcile() -> int:
    """Have every job compared that differs from what its followers know.

    Answers how many were found. More than ``TOO_MANY`` are left alone and logged.
    """
    _adopt_missing()
    found = []
    for state in _states():
        if differs(state):
            found.append(state.pk)
            if len(found) > TOO_MANY:
                logger.error(
                    "Reconciling stopped: more than %s jobs differ from what their "
                    "followers know",
                    TOO_MANY,
                )
                return len(found)
    now = clock.database_now()
    waiting = AnnouncedState.objects.filter(pk__in=found, due_at__isnull=True)
    waiting.update(due_at=now)
    return len(found)


def differs(state: AnnouncedState) -> bool:
    """Whether a job that nothing is due for has news all the same."""
    now = clock.database_now()
    after = facts_now(state.record, now)
    if state.facts is None:
        return False
    if services.compare(state.facts, after, intent="", note="") is None:
        return False
    return services.digest(after) != state.cancelled_digest


def _states() -> Iterator[AnnouncedState]:
    rows = AnnouncedState.objects.filter(due_at__isnull=True, facts__isnull=False)
    rows = rows.select_related("record__page").prefetch_related(
        "record__page__requirements", "record__page__locations"
    )
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def _adopt_missing() -> None:
    """Give every public job a record and a state, as publishing it would have."""
    live = JobPage.objects.live().filter(alias_of__isnull=True)
    for page in live.filter(record__isnull=True)[:CHUNK]:
        JobRecord.for_page(page)
    stateless = JobRecord.objects.filter(page__live=True, announced_state__isnull=True)
    for record in stateless[:CHUNK]:
        services.ensure_state(record_id=record.pk)
