"""What each email says: the values that its templates are filled with.

One function for each kind of mail, in the module of what it is about; each raises
``NotWanted`` where the mail must not be sent any more. Everything is looked up when the
mail is about to be sent, so a person who left, or a title that changed, is seen in time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from notifications.messages import announcing, asking, closing, companies
from notifications.messages.parts import NotWanted, NotYet
from notifications.models import OutgoingEmail, Suppression
from notifications.rendering import Content, Message, render
from notifications.texts import texts_for
from subscriptions import addresses

__all__ = ["NotWanted", "NotYet", "compose", "content_of"]

Kind = OutgoingEmail.Kind

CONTENT: dict[str, Callable[[OutgoingEmail], Content]] = {
    Kind.CONFIRM: asking.confirmation,
    Kind.ALREADY: asking.already_following,
    Kind.MANAGE_LINK: asking.manage_link,
    Kind.ANNOUNCEMENT: announcing.announced,
    Kind.REMINDER: closing.reminder,
    Kind.NEW_FOLLOWER: companies.new_follower,
    Kind.CLOSING_SOON: closing.closing_soon,
}


def compose(email: OutgoingEmail) -> Message:
    """Make the message that ``email`` stands for, as things are now.

    Raises:
        NotWanted: the person left, was erased or suppressed, or the reason is gone.
        NotYet: the reason is gone for now.
    """
    return render(content_of(email), message_id=email.message_id)


def content_of(email: OutgoingEmail) -> Content:
    """Look up what ``email`` would say.

    Raises:
        NotWanted: as in ``compose``.
    """
    content = CONTENT[email.kind](email)
    if email.announcement is None:
        # An announcement's were filled in when it was decided.
        texts = texts_for(content.template.upper(), content.values)
        content = replace(content, texts=texts)
    # Whoever it is: a company that complained is not written to either.
    person = email.subscriber
    _refuse_suppressed(
        person.address_hash if person else addresses.hashed(content.address)
    )
    return content


def _refuse_suppressed(address_hash: str) -> None:
    if Suppression.objects.filter(address_hash=address_hash).exists():
        raise NotWanted("suppressed")
