"""The story of one person with one job: from each edit to the mail server's answer.

Reads and never writes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from wagtail.models import PageLogEntry

from jobs import formatting
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from notifications.support.answers import in_words
from notifications.support.verdicts import (
    Silence,
    Verdict,
    may_resend,
    silence_in,
    verdict_of,
    why_none,
    with_silence,
)
from subscriptions.models import Subscription

if TYPE_CHECKING:
    from subscriptions.models import Subscriber

#: What of a job's history can lead to an email, or keep one from going out.
EDITS = (
    "wagtail.publish",
    "wagtail.unpublish",
    "notifications.not_told",
    "notifications.cancelled",
)
#: More than this nobody reads at once, and more would make the page slow.
MOST = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on the way of one email."""

    at: dt.datetime
    text: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """One thing in the history of a person with a job, and what came of it."""

    at: dt.datetime
    title: str
    by: str = ""
    text: str = ""
    verdict: Verdict | None = None
    lines: list[dict[str, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    announcement: Announcement | None = None
    may_resend: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything between one person and one job, the newest first."""

    entries: list[Entry]
    waiting_until: dt.datetime | None


def emails_of(subscriber: Subscriber) -> list[OutgoingEmail]:
    """The person's emails that are still known, the newest first.

    Each with ``title``, of the job that it is about.
    """
    links = OutgoingEmail.subscriptions.through.objects
    first = links.filter(outgoingemail=OuterRef("pk")).order_by("pk")
    titles = first.values("subscription__record__title")[:1]
    return list(
        OutgoingEmail.objects.filter(subscriber=subscriber)
        .select_related("announcement")
        .annotate(title=Coalesce("announcement__record__title", Subquery(titles)))
        .order_by("-created_at", "-pk")[:MOST]
    )


def subscription_for_trace(pk: int) -> Subscription | None:
    """Look up what ``trace`` needs to know of a subscription; None if there is none."""
    states = AnnouncedState.objects.filter(record=OuterRef("record"))
    rows = Subscription.objects.select_related("subscriber", "record")
    rows = rows.annotate(waiting_until=Subquery(states.values("due_at")))
    return with_silence(rows, "subscriber__address_hash").filter(pk=pk).first()


def trace(subscription: Any, now: dt.datetime) -> Trace:
    """Tell the story of one person with one job; three queries, whatever there was.

    ``subscription`` is from ``subscription_for_trace``.
    """
    silence = silence_in(subscription)
    announcements = list(
        Announcement.objects.filter(
            record=subscription.record_id, created_at__gte=subscription.requested_at
        )
        .select_related("actor")
        .order_by("-created_at", "-pk")[:MOST]
    )
    ways = _ways_of_emails(subscription)
    told = {way.email.announcement_id: way for way in ways}
    entries = [
        *_of_person(subscription, silence, has_own_email=None in told),
        *_of_edits(subscription, announcements, now),
        *(_of_own_email(way) for way in ways if way.email.announcement_id is None),
        *(
            _of_announcement(a, told.get(a.pk), subscription, silence, now)
            for a in reversed(announcements)
        ),
    ]
    # Of two at the same moment the later one in this list is the newer.
    entries.sort(key=lambda entry: entry.at)
    return Trace(
        entries=entries[: -MOST - 1 : -1], waiting_until=subscription.waiting_until
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """One email and every step of it that is known."""

    email: OutgoingEmail
    steps: list[Step]


def _ways_of_emails(subscription: Subscription) -> list[_Way]:
    links = OutgoingEmail.subscriptions.through.objects
    about = links.filter(outgoingemail=OuterRef("pk"), subscription=subscription.pk)
    ours = Q(announcement__record=subscription.record_id) | Q(Exists(about))
    # An email comes once for each attempt that failed, or once.
    rows = OutgoingEmail.objects.filter(ours, subscriber=subscription.subscriber_id)
    rows = rows.annotate(
        failed_at=F("failures__made_at"),
        failed_with=F("failures__answer"),
        failed_in_doubt=F("failures__uncertain"),
    ).order_by("pk", "failures__made_at", "failures__pk")
    found: dict[int, _Way] = {}
    for row in rows[: 5 * MOST]:
        owed = Step(row.created_at, _("Owed to this person."))
        way = found.setdefault(row.pk, _Way(row, [owed]))
        if row.failed_at is not None:
            text = in_words(row.failed_with)
            if row.failed_in_doubt:
                text += " " + _("It may have arrived all the same.")
            way.steps.append(Step(row.failed_at, text))
    for way in found.values():
        if way.email.sent_at is not None:
            text = in_words(way.email.last_code) or _("It was handed over.")
            way.steps.append(Step(way.email.sent_at, text))
    return list(found.values())


def _of_person(
    subscription: Subscription, silence: Silence | None, *, has_own_email: bool
) -> list[Entry]:
    text = ""
    if subscription.consent_path and subscription.consent_given_at is None:
        text = _("On the page %(path)s.") % {"path": subscription.consent_path}
    waits = subscription.confirmed_at is None and subscription.ended_at is None
    if waits and silence is None and not has_own_email:
        text += " " + _(
            "No link was sent for it: one of the hour before waits for its answer, and "
            "its page names this job too."
        )
    found = [Entry(at=subscription.requested_at, title=_("Asked to follow"), text=text)]
    if subscription.confirmed_at is not None:
        text = ""
        if subscription.consent_given_at is not None:
            text = _("Added by staff. Consent of %(day)s: %(source)s") % {
                "day": formatting.day_long(subscription.consent_given_at),
                "source": subscription.consent_path,
            }
        at = subscription.confirmed_at
        found.append(Entry(at=at, title=_("Follows from here on"), text=text))
    if subscription.ended_at is not None:
        reason = subscription.get_ended_reason_display()
        found.append(
            Entry(at=subscription.ended_at, title=_("Ended"), text=str(reason))
        )
    if silence is not None:
        title = _("The address gets no email from here on")
        text = _("Why: %(reason)s.") % {"reason": silence.reason}
        found.append(Entry(at=silence.since, title=title, text=text))
    return found


def _of_announcement(
    announcement: Announcement,
    way: _Way | None,
    subscription: Subscription,
    silence: Silence | None,
    now: dt.datetime,
) -> Entry:
    email = way.email if way else None
    return Entry(
        at=announcement.created_at,
        title=announcement.subject,
        by=str(announcement.actor or ""),
        lines=announcement.lines,
        announcement=announcement,
        verdict=verdict_of(email)
        if email
        else why_none(announcement, subscription, silence, now),
        steps=way.steps if way else [],
        may_resend=may_resend(announcement, subscription, email, silence, now),
    )


def _of_own_email(way: _Way) -> Entry:
    """A link or a reminder, which no announcement stands behind."""
    return Entry(
        at=way.email.created_at,
        title=str(way.email.get_kind_display()),
        verdict=verdict_of(way.email),
        steps=way.steps,
    )


def _of_edits(
    subscription: Any, announcements: list[Announcement], now: dt.datetime
) -> list[Entry]:
    """What editors did to the job since the person asked, and what came of it."""
    page_id = subscription.record.page_id
    if page_id is None:
        # Wagtail's history of a page that is gone cannot be asked for by its job.
        return []
    rows = PageLogEntry.objects.filter(
        page_id=page_id, action__in=EDITS, timestamp__gte=subscription.requested_at
    )
    found: list[Entry] = []
    until = now
    for row in rows.select_related("user").order_by("-timestamp", "-pk")[:MOST]:
        entry = Entry(at=row.timestamp, title=row.message, by=str(row.user or ""))
        found.append(entry)
        if row.action.startswith("wagtail."):
            if not any(row.timestamp <= a.created_at < until for a in announcements):
                waits = subscription.waiting_until if until == now else None
                entry.text = _why_nothing(waits, is_last=until == now)
            until = row.timestamp
    return found[::-1]


def _why_nothing(waiting_until: dt.datetime | None, *, is_last: bool) -> str:
    """Say why no announcement stands between one publication and the next."""
    if waiting_until is not None:
        moment = formatting.moment(waiting_until)
        return _("Compared on %(moment)s; nothing is sent before.") % {"moment": moment}
    if is_last:
        return _(
            "Nothing was announced: what followers hear of had not changed, or only "
            "its wording had."
        )
    return _(
        "Nothing was announced before the next edit: what followers hear of had not "
        "changed, or both edits were compared together."
    )
