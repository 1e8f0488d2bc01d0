"""What followers must be told: the way from what they know to what is public now.

Decides, and writes nothing. ``notifications.services`` acts upon it, and
``notifications.foretelling`` says beforehand what it will decide.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.choices import TellFollowers
from jobs.facts import CLOSED, OPEN, Change, Facts, changes, facts_now, is_open
from notifications import clock
from notifications.models import AnnouncedState, Announcement, AnnouncementSettings

if TYPE_CHECKING:
    from jobs.models import JobRecord

Kind = Announcement.Kind


@dataclass(frozen=True, slots=True)
class News:
    """What a comparison found: the kind of announcement, and the differences.

    ``changes`` are those that would be told; wording only is told when asked for.
    """

    kind: str
    changes: list[Change]


def compare(before: Facts, after: Facts, *, intent: str, note: str) -> News | None:
    """Decide what followers must be told of the way from ``before`` to ``after``.

    Args:
        before: what they were last told.
        after: what is public now; only its availability while the job is not open.
        intent: a value of ``TellFollowers``, or "" for automatic.
        note: the editor's line, which "send" needs when nothing differs.

    Returns:
        None when there is nothing that they must be told.
    """
    was, now = before["availability"]["state"], after["availability"]["state"]
    found = changes(before, after) if now == OPEN else []
    told = found if intent == TellFollowers.SEND else [c for c in found if not c.minor]
    if was == now == OPEN:
        worth_it = told or (intent == TellFollowers.SEND and note)
        return News(Kind.CHANGED, told) if worth_it else None
    if now == OPEN:
        return News(Kind.OPEN_AGAIN, told)
    if was == OPEN:
        return News(Kind.CLOSED if now == CLOSED else Kind.TAKEN_DOWN, [])
    return None


def moved_on(before: Facts, after: Facts) -> Facts:
    """The facts that followers know once they were told of ``after``.

    A job that is not open keeps what it was last known for, so that "open again" can
    say what is different since.
    """
    return after if after["availability"]["state"] == OPEN else {**before, **after}


def news_of(state: AnnouncedState) -> News | None:
    """What comparing ``state`` now would decide to tell; None for nothing."""
    if state.due_at is None:
        return None
    return news_between(state, facts_now(state.record, clock.database_now()))


def news_between(
    state: AnnouncedState, after: Facts, now: dt.datetime | None = None
) -> News | None:
    """What followers who know ``state`` would be told if ``after`` became public.

    The intent and the note of ``state`` count. None for nothing. Who asks of many
    states gives ``now``; else the database is asked for it.
    """
    if state.facts is None or is_cancelled(state, after):
        return None
    if is_declined(state, state.facts, after, now or clock.database_now()):
        return None
    return compare(state.facts, after, intent=state.intent, note=state.note)


def is_declined(
    state: AnnouncedState, before: Facts, after: Facts, now: dt.datetime
) -> bool:
    """Whether "do not send" covers the way from ``before`` to ``after``.

    It speaks of a publication. That the job was taken down, or that the closing date
    passed that followers know, is news of its own.
    """
    if state.intent != TellFollowers.DO_NOT_SEND:
        return False
    if not is_open(before) or is_open(after):
        return True
    closes_at = before.get("closes_at")
    passed = closes_at is not None and dt.datetime.fromisoformat(closes_at) <= now
    availability = after["availability"]
    by_date = availability["reason"] == "closing_date" and passed
    return not by_date and availability["state"] == CLOSED


def is_cancelled(state: AnnouncedState, after: Facts) -> bool:
    """Whether exactly this news was cancelled, and nobody asks for it now."""
    if not state.cancelled_digest or state.intent == TellFollowers.SEND:
        return False
    return state.cancelled_digest == digest(after)


def digest(facts: Facts) -> str:
    """A short name for exactly these facts."""
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def held_until(news: News, record: JobRecord, now: dt.datetime) -> dt.datetime | None:
    """Until when a change waits for the least gap since the last one; None if not."""
    gap = AnnouncementSettings.load().least_gap
    if news.kind != Kind.CHANGED or not gap:
        return None
    told = Announcement.objects.heard().filter(record=record, kind=Kind.CHANGED)
    last = told.order_by("-version").values_list("created_at", flat=True).first()
    return last + gap if last is not None and last + gap > now else None


def goes_out_at(state: AnnouncedState, news: News | None) -> dt.datetime | None:
    """When what ``state`` waits for is told: after its window, and the least gap."""
    if state.due_at is None or news is None or state.at_once:
        return state.due_at
    return held_until(news, state.record, state.due_at) or state.due_at
