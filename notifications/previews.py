"""Emails as staff may read them: to nobody in particular, with links that lead nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from jobs import formatting
from notifications.messages import NotWanted, content_of
from notifications.messages.announcing import to_follower
from notifications.messages.asking import asking_to_confirm
from notifications.messages.parts import manage_url, stop_url
from notifications.models import OutgoingEmail
from notifications.rendering import Content, absolute, render
from subscriptions import addresses

if TYPE_CHECKING:
    from notifications.models import Announcement

#: What stands where a token was, for those who may read a mail and not act on it.
HIDDEN = "hidden"

#: To whom a mail goes that is only looked at.
NOBODY = "follower@example.org"


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as staff may read it: its links lead nowhere."""

    subject: str
    text: str
    html: str


def preview(email: OutgoingEmail) -> Preview | None:
    """Show what ``email`` says without a working token; None when it is past telling."""
    try:
        content = content_of(email)
    except NotWanted:
        past = _as_it_was(email)
        if past is None:
            return None
        content = past
    return preview_of(content)


def _as_it_was(email: OutgoingEmail) -> Content | None:
    """What an email said whose time has passed, as far as it can be told."""
    if email.announcement is not None:
        return sample(email.announcement)
    if email.kind == OutgoingEmail.Kind.CONFIRM and email.subscriber is not None:
        rows = email.subscriptions.exclude(confirmed_at=None).order_by("pk")
        about = list(rows.select_related("subscriber", "record__page"))
        return asking_to_confirm(email.subscriber, about) if about else None
    return None


def preview_announcement(announcement: Announcement) -> Preview:
    """Show what an announcement says to a follower whom nobody is."""
    return preview_of(sample(announcement))


def sample(announcement: Announcement) -> Content:
    """An announcement's mail to nobody in particular; its links know nobody."""
    since = formatting.day_and_month(announcement.created_at)
    marks = {"since": since, "stop_token": HIDDEN, "manage_token": HIDDEN}
    return to_follower(announcement, NOBODY, marks)


def hidden_links() -> dict[str, str]:
    """The links of a mail that must not work: their pages say that nobody is known."""
    return {
        "stop_url": stop_url(HIDDEN),
        "manage_url": manage_url(HIDDEN),
        "confirm_url": absolute(reverse("subscriptions:confirm", args=[HIDDEN])),
        "notices_url": absolute(reverse("notifications:notices", args=[HIDDEN])),
    }


def preview_of(content: Content) -> Preview:
    """Show a mail as staff may read it: without a working token or an address."""
    hidden: dict[str, Any] = {
        k: url for k, url in hidden_links().items() if k in content.values
    }
    if content.template == "new_follower":
        # Passed on to the company, and to nobody else.
        hidden["jobs"] = [
            job | {"addresses": [addresses.masked(a) for a in job["addresses"]]}
            for job in content.values["jobs"]
        ]
    message = render(replace(content, values=content.values | hidden), message_id="")
    html, _mimetype = message.alternatives[0]
    return Preview(subject=str(message.subject), text=str(message.body), html=str(html))
