"""Finding news that no signal brought.

Queryset updates, a page moved below a private one, a crash between Wagtail's commit
and its signal: none of them reaches a receiver. So every announced state is compared with
what is public. This only says "look here"; deciding stays with ``services``.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jobs.facts import facts_now, private_paths
from jobs.models import JobLocation, JobPage, JobRecord, JobRequirement
from notifications import clock, comparing, services
from notifications.models import (
    AnnouncedState,
    Announcement,
    Heartbeat,
    OutgoingEmail,
)
from notifications.reminding import owe_reminders
from notifications.reminding_editors import owe_editors
from notifications.services import TOO_MANY

logger = logging.getLogger(__name__)

NAME = "reconcile"
CHUNK = 50

#: What facts are read from.
READ_OF_STATES = ("pk", "facts", "cancelled_digest", "record", "record__title")
READ_OF_PAGES = (
    "pk", "path", "live", "expired", "closed_reason", "closes_at", "title",
    "company_id", "category_id", "employment_type", "workplace", "pay_min", "pay_max",
    "pay_currency", "pay_period", "apply_url", "apply_email",
)  # fmt: skip
CHILDREN = (
    ("requirements", JobRequirement, ("uuid", "text", "kind")),
    ("locations", JobLocation, ("place", "region", "country")),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A job that has news, of which nothing is due."""

    state_id: int
    record_id: int
    title: str


class TooManyDifferencesError(Exception):
    """More jobs differ than a lost signal explains; nothing was done."""


def reconcile(*, announce_all: bool = False) -> int:
    """Have every job compared that differs from what its followers know.

    Args:
        announce_all: also when there are more than ``TOO_MANY``.

    Returns:
        How many jobs were found.

    Raises:
        TooManyDifferencesError: more than ``TOO_MANY``, and ``announce_all`` is not
            set. /healthz says so until ``accept`` or ``announce_all`` ends it.
    """
    _adopt_missing()
    found: list[int] = []
    for difference in differing():
        found.append(difference.state_id)
        if len(found) > TOO_MANY and not announce_all:
            _note_trouble(
                _("More than %(count)d jobs differ from what their followers know.")
                % {"count": TOO_MANY}
            )
            logger.error("Reconciling stopped: more than %s jobs differ", TOO_MANY)
            raise TooManyDifferencesError
    waiting = AnnouncedState.objects.filter(pk__in=found, due_at__isnull=True)
    waiting.update(due_at=clock.database_now())
    _note_trouble("")
    return len(found)


def accept() -> int:
    """Adopt what is public now, telling nobody; answer how many jobs differed."""
    accepted = 0
    for difference in differing():
        accepted += _adopt(difference.state_id)
    _note_trouble("")
    return accepted


@transaction.atomic
def _adopt(state_id: int) -> int:
    record_id = AnnouncedState.objects.values_list("record_id").get(pk=state_id)[0]
    record = JobRecord.objects.select_for_update().get(pk=record_id)
    state = AnnouncedState.objects.select_for_update().get(pk=state_id)
    after = facts_now(record, clock.database_now())
    before = state.facts
    state.facts = after if before is None else comparing.moved_on(before, after)
    state.cancelled_digest = ""
    state.close_window()
    state.save()
    return 1


def after_restore() -> tuple[int, int]:
    """Make peace with a restored backup: adopt all facts, drop old unsent mail.

    What the backup calls unsent may have gone out after it was made, and what it calls
    news may have been told. Answers how many jobs were adopted, and how many emails
    dropped.
    """
    adopted = sum(_adopt(pk) for (pk,) in AnnouncedState.objects.values_list("pk"))
    # Reminders that are due by now, too: they may have gone out since the backup.
    owe_reminders()
    owe_editors()
    unsent = OutgoingEmail.objects.queued()
    dropped = unsent.update(
        state=OutgoingEmail.State.SKIPPED,
        lease="",
        lease_until=None,
        last_code="dropped after a restore",
    )
    Announcement.objects.filter(state=Announcement.State.EXPANDING).update(
        state=Announcement.State.SENDING
    )
    _note_trouble("")
    return adopted, dropped


def differing() -> Iterator[Difference]:
    """Each job that nothing is due for and that has news all the same."""
    now, private = clock.database_now(), private_paths()
    for (pk, before, cancelled, record_id, title), page in _states():
        # Facts are read from its page alone.
        record: Any = SimpleNamespace(page=page)
        after = facts_now(record, now, private, text=False)
        if comparing.compare(before, after, intent="", note="") is None:
            continue
        if not cancelled or cancelled != _digest_now(record_id, now, private):
            yield Difference(state_id=pk, record_id=record_id, title=title)


def _digest_now(record_id: int, now: dt.datetime, private: tuple[str, ...]) -> str:
    record = JobRecord.objects.select_related("page").get(pk=record_id)
    return comparing.digest(facts_now(record, now, private))


def _states() -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each state that nothing is due for, with its page if there is one.

    As plain rows: to make instances of three models for each of 50,000 jobs takes
    longer than all the rest. However many there are, a chunk of them is in memory.
    Each chunk is a question of its own: SQLite lets nobody write, once others wrote,
    who has not read an answer to its end.
    """
    rest = AnnouncedState.objects.filter(due_at__isnull=True, facts__isnull=False)
    read = [f"record__page__{name}" for name in READ_OF_PAGES]
    rows = rest.order_by("pk").values_list(*READ_OF_STATES, *read)
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        split = [(row[: len(READ_OF_STATES)], _page(row)) for row in chunk]
        _read_children({page.pk: page for _row, page in split if page is not None})
        yield from split
        last = chunk[-1][0]


def _page(row: tuple[Any, ...]) -> SimpleNamespace | None:
    values = row[len(READ_OF_STATES) :]
    if values[0] is None:
        return None
    children = {name: Rows() for name, _model, _read in CHILDREN}
    facts = dict(zip(READ_OF_PAGES, values, strict=True))
    # No record is of an alias.
    return SimpleNamespace(**facts, **children, alias_of=None)


class Rows(list[Any]):
    """What belongs to a page, as its manager would answer it."""

    def all(self) -> Rows:
        return self


def _read_children(pages: dict[int, Any]) -> None:
    for name, model, read in CHILDREN:
        children = model.objects.filter(page__in=list(pages)).order_by()
        for page_id, *values in children.values_list("page_id", *read):
            child = SimpleNamespace(**dict(zip(read, values, strict=True)))
            getattr(pages[page_id], name).append(child)


def _adopt_missing() -> None:
    """Give every public job a record and a state, as publishing it would have."""
    live = JobPage.objects.live().filter(alias_of__isnull=True)
    for page in live.filter(record__isnull=True)[:CHUNK]:
        JobRecord.for_page(page)
    stateless = JobRecord.objects.filter(page__live=True, announced_state__isnull=True)
    for record in stateless[:CHUNK]:
        services.ensure_state(record_id=record.pk)


def _note_trouble(words: str) -> None:
    Heartbeat.objects.update_or_create(
        name=NAME, defaults={"seen_at": clock.database_now(), "trouble": words}
    )
