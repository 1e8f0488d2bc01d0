"""Handing messages over: to an SMTP relay by our own session, else to Django's backend.

``EMAIL_URL`` decides. Files, the console and provider APIs get an ordinary message
each; only SMTP takes bytes that were made once for many.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from anymail.exceptions import AnymailRecipientsRefused, AnymailUnsupportedFeature
from django.conf import settings
from django.core.mail import get_connection

from notifications.delivery.replies import Answer, Outcome
from notifications.delivery.smtp import Envelope, Relay, Session
from notifications.rendering import Message, content_bytes, sender_address

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
#: With what providers' interfaces answer that they did not understand one message. The
#: others say that they are away, or want no more from us.
OF_ONE_MESSAGE = (400, 406, 422)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to go to one recipient: as an object, or serialised already."""

    recipient: str
    message: Message | None = None
    content: bytes | None = None


class Transport(Protocol):
    """One kept-open way out. Use as a context manager, in one thread."""

    #: Whether messages may come serialised.
    takes_bytes: bool

    def send(
        self,
        outgoing: Outgoing,
        following: Outgoing | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Answer:
        """Send one message and say what became of it; never raises for a network.

        ``following`` is most likely sent next, for a transport that can save a turn
        when it knows. ``meanwhile`` is what there is to do until the server answers,
        for one that has to wait; called more than once if that takes long.
        """

    def close(self) -> None:
        """Close the connection; the next ``send`` opens a new one."""

    def __enter__(self) -> Transport: ...

    def __exit__(self, *exc_info: object) -> None: ...


def open_transport() -> Transport:
    """The way out that the settings name."""
    if settings.EMAIL_BACKEND == SMTP_BACKEND:
        return SmtpTransport()
    return BackendTransport()


class SmtpTransport:
    """Our own session with the relay of ``EMAIL_URL``."""

    takes_bytes = True

    def __init__(self, *, tell: Callable[[str], None] | None = None) -> None:
        relay = Relay(
            host=settings.EMAIL_HOST,
            port=int(settings.EMAIL_PORT),
            username=settings.EMAIL_HOST_USER,
            password=settings.EMAIL_HOST_PASSWORD,
            use_tls=settings.EMAIL_USE_TLS,
            use_ssl=settings.EMAIL_USE_SSL,
        )
        self._session = Session(relay, tell=tell)
        self._sender = sender_address()

    def send(
        self,
        outgoing: Outgoing,
        following: Outgoing | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Answer:
        content = outgoing.content
        if content is None:
            content = content_bytes(_message_of(outgoing))
        envelope = self._envelope(outgoing.recipient, content)
        announced = None
        if following is not None and following.content is not None:
            # An address that no command can hold is the next email's trouble.
            with contextlib.suppress(ValueError):
                announced = self._envelope(following.recipient, following.content)
        return self._session.send(
            envelope, content, following=announced, meanwhile=meanwhile
        )

    def _envelope(self, recipient: str, content: bytes) -> Envelope:
        return Envelope(self._sender, recipient, eight_bit=not content.isascii())

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> SmtpTransport:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class BackendTransport:
    """Django's email backend, for everything that is not SMTP."""

    takes_bytes = False

    def __init__(self) -> None:
        self._connection = get_connection(fail_silently=False)

    def send(
        self,
        outgoing: Outgoing,
        following: Outgoing | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Answer:
        message = _message_of(outgoing)
        try:
            accepted = self._hand_over(message)
        except AnymailRecipientsRefused:
            return Answer(Outcome.REJECTED, "refused by the provider")
        except OSError as error:
            self.close()
            status = getattr(error, "status_code", None)
            of_message = status in OF_ONE_MESSAGE
            outcome = Outcome.DEFERRED if of_message else Outcome.RELAY_DOWN
            return Answer(outcome, f"{type(error).__name__} {status or ''}".strip())
        # A backend that takes fewer answers with the number it took, or with None.
        return Answer(Outcome.ACCEPTED if accepted else Outcome.REJECTED)

    def _hand_over(self, message: Message) -> int | None:
        try:
            return self._connection.send_messages([message])
        except AnymailUnsupportedFeature:
            # A few providers give nothing back: what became of it stays unknown.
            del message.metadata
            return self._connection.send_messages([message])

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> BackendTransport:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _message_of(outgoing: Outgoing) -> Message:
    if outgoing.message is None:
        raise ValueError("this transport takes no serialised message")
    return outgoing.message
