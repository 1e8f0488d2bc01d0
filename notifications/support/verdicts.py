"""Why one email was sent, or was not: in a word, and in a sentence.

Reads and never writes. What was decided is looked up where it was written down; what
nobody wrote down is said to be unknown rather than guessed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs import formatting
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.support.answers import in_words
from subscriptions import retention

if TYPE_CHECKING:
    from subscriptions.models import Subscription

State = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one email: in a word, why in a sentence, and whether it got out.

    ``is_sent`` is None while that is not decided.
    """

    word: str
    why: str = ""
    is_sent: bool | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when an address gets no email, and why, in words that follow a colon."""

    since: dt.datetime
    reason: str


def silence_of(address_hash: str) -> Silence | None:
    """Why an address gets no email; None if it does."""
    found = Suppression.objects.filter(address_hash=address_hash).first()
    return _silence(found.created_at, found.reason) if found else None


def with_silence(people: QuerySet[Any], address_hash: str) -> QuerySet[Any]:
    """Add to each row what ``silence_in`` reads: no query for it.

    ``address_hash`` is the field of ``people`` that holds the hash.
    """
    rows = Suppression.objects.filter(address_hash=OuterRef(address_hash))
    return people.annotate(
        silent_since=Subquery(rows.values("created_at")),
        silent_because=Subquery(rows.values("reason")),
    )


def silence_in(row: Any) -> Silence | None:
    """What ``with_silence`` found for ``row``."""
    if row.silent_since is None:
        return None
    return _silence(row.silent_since, row.silent_because)


def _silence(since: dt.datetime, reason: str) -> Silence:
    return Silence(since, str(Suppression.Reason(reason).label).lower())


def verdict_of(email: OutgoingEmail) -> Verdict:
    """Say what became of an email that was owed."""
    why = in_words(email.last_code)
    if email.state == State.SENT:
        return Verdict(_("Sent"), why or _("It was handed over."), is_sent=True)
    if email.state == State.FAILED:
        return Verdict(_("Given up"), why, is_sent=False)
    if email.state == State.SKIPPED:
        return Verdict(_("Not sent"), why, is_sent=False)
    if email.attempts:
        again = _("Tried again on %(moment)s.") % {
            "moment": formatting.moment(email.due_at)
        }
        return Verdict(_("Put off"), f"{why} {again}")
    return Verdict(_("Waiting"), why or _("It goes out when it is its turn."))


def why_none(
    announcement: Announcement,
    subscription: Subscription,
    silence: Silence | None,
    now: dt.datetime,
) -> Verdict:
    """Say why an announcement led to no email to a person who follows, or followed."""
    kinds = Announcement.State
    if announcement.state == kinds.CANCELLED:
        return _not(_("Nobody was told: it was cancelled."))
    if announcement.state == kinds.SKIPPED:
        return _not(
            _("Nobody was told: it was too old to be news when it was noticed.")
        )
    if announcement.state == kinds.EXPANDING:
        return Verdict(_("Waiting"), _("Its recipients are being collected."))
    made_at, since = announcement.created_at, subscription.confirmed_at
    if since is None:
        return _not(_("They had not confirmed that they follow the job."))
    if since > made_at:
        return _not(
            _("They followed only from %(moment)s on, when the page said it already.")
            % {"moment": formatting.moment(since)}
        )
    return _not_any_more(announcement, subscription, silence, now)


def _not_any_more(
    announcement: Announcement,
    subscription: Subscription,
    silence: Silence | None,
    now: dt.datetime,
) -> Verdict:
    made_at, ended_at = announcement.created_at, subscription.ended_at
    if ended_at is not None and ended_at <= made_at:
        return _not(
            _("They no longer followed the job since %(moment)s: %(reason)s.")
            % {
                "reason": subscription.get_ended_reason_display().lower(),
                "moment": formatting.moment(ended_at),
            }
        )
    if subscription.closings_only and not announcement.is_for_everyone:
        return _not(_("They asked to hear only when it closes or is taken down."))
    if silence is not None and silence.since <= made_at:
        return _not(
            _("The address gets no email since %(moment)s: %(reason)s.")
            % {
                "reason": silence.reason,
                "moment": formatting.moment(silence.since),
            }
        )
    if announcement.kind == Announcement.Kind.CORRECTION:
        return _not(_("They did not get the email that it corrects."))
    if made_at < now - retention.keep_emails():
        days = retention.keep_emails().days
        words = ngettext(
            "Which email went to whom is kept for %(days)d day.",
            "Which email went to whom is kept for %(days)d days.",
            days,
        )
        return Verdict(_("Not known"), words % {"days": days})
    return _not(_("They were not among its recipients when these were collected."))


def _not(why: str) -> Verdict:
    return Verdict(_("Not sent"), why, is_sent=False)


def may_resend(
    announcement: Announcement,
    subscription: Subscription,
    email: OutgoingEmail | None,
    silence: Silence | None,
    now: dt.datetime,
) -> bool:
    """Whether an announcement's email can be sent to somebody who did not get it.

    They follow the job now, their address takes email, and it is still news.
    """
    told = announcement.state in (Announcement.State.SENDING, Announcement.State.DONE)
    missed = email is None or email.state in (State.FAILED, State.SKIPPED)
    return (
        told
        and missed
        and silence is None
        and subscription.is_confirmed
        and announcement.expires_at > now
        and (announcement.is_for_everyone or not subscription.closings_only)
    )
