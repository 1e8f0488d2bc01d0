"""One mail to oneself, the way that all mail goes, with every answer said aloud."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from notifications.delivery.allowing import NOT_ALLOWED, is_allowed
from notifications.delivery.replies import Answer, Outcome
from notifications.delivery.transport import (
    SMTP_BACKEND,
    BackendTransport,
    Outgoing,
    SmtpTransport,
    Transport,
)
from notifications.models.emails import make_message_id
from notifications.rendering import Content, render


def send_test(address: str, tell: Callable[[str], None]) -> Answer:
    """Send a test mail to ``address`` and answer what became of it.

    Args:
        address: a valid one.
        tell: called with one line for each step that a mail server answered.
    """
    return send(Content(template="test", address=address, values={}), tell)


def send(content: Content, tell: Callable[[str], None]) -> Answer:
    """Send ``content`` now, to nobody but its address, and answer what became of it.

    Past the outbox: it is sent once, or not at all, and kept nowhere. ``tell`` is as
    ``send_test`` takes it.
    """
    address = content.address
    if not is_allowed(address):
        return Answer(Outcome.REJECTED, NOT_ALLOWED)
    message = render(content, message_id=make_message_id())
    smtp = settings.EMAIL_BACKEND == SMTP_BACKEND
    transport: Transport = SmtpTransport(tell=tell) if smtp else BackendTransport()
    with transport:
        return transport.send(Outgoing(recipient=address, message=message))
