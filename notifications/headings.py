"""What an announcement is called, and the words that say of which job it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from jobs import wording
from notifications.models import Announcement

if TYPE_CHECKING:
    from jobs.facts import Change, Facts
    from jobs.models import JobRecord

Kind = Announcement.Kind


def what_happened(kind: str, changes: Sequence[Change], after: Facts) -> str:
    """Name news in a few words: "Pay changed", "Filled"."""
    words: dict[str, str] = {
        Kind.TAKEN_DOWN: gettext("Taken down"),
        Kind.OPEN_AGAIN: gettext("Open again"),
        Kind.CORRECTION: gettext("Correction"),
    }
    if kind in words:
        return words[kind]
    if kind == Kind.CLOSED:
        reason = after["availability"]["reason"]
        ended = {"filled": gettext("Filled"), "cancelled": gettext("Cancelled")}
        return ended.get(reason, gettext("Closed"))
    return wording.subject_of(changes) if changes else gettext("News about")


def heading(what: str, record: JobRecord, after: Facts) -> str:
    """What happened to which job, on one line."""
    title = after.get("title") or record.title
    return f"{what}: {' '.join(title.split())}"


def job_values(record: JobRecord, facts: Facts) -> dict[str, Any]:
    """What an announcement's email calls its job, by the facts that it tells."""
    closes_at = facts.get("closes_at")
    return {
        "title": facts.get("title") or record.title,
        "company_name": record.company_name,
        "place": record.place,
        "pay": wording.pay(facts.get("pay")),
        "closes_at": dt.datetime.fromisoformat(closes_at) if closes_at else None,
    }
