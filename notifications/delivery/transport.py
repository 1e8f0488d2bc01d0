"""Handing messages to a mail server, and what its answer means for a row."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from enum import Enum

from django.core.mail import EmailMultiAlternatives, get_connection

SERVICE_CLOSING = 421


class Outcome(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    #: The server may take it later.
    DEFERRED = "deferred"
    #: The server will never take it.
    REJECTED = "rejected"
    #: The relay itself is in trouble; the recipient has no part in it.
    RELAY_DOWN = "relay down"
    #: The connection broke after the message was given away.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome and the server's words, which hold no address."""

    outcome: Outcome
    words: str = ""


class Transport:
    """One kept-open connection to the mail server that ``EMAIL_URL`` names.

    Use as a context manager. ``send`` never raises for what a server or a network
    does; it answers.
    """

    def __init__(self) -> None:
        self._connection = get_connection(fail_silently=False)

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next ``send`` opens a new one."""
        try:
            self._connection.close()
        except (smtplib.SMTPException, OSError):
            self._connection = get_connection(fail_silently=False)

    def send(self, message: EmailMultiAlternatives) -> Answer:
        """Send one message and say what became of it."""
        try:
            self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Answer(Outcome.RELAY_DOWN, _words(error))
        try:
            self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, _text = next(iter(error.recipients.values()))
            return Answer(_by_code(code), str(code))
        except smtplib.SMTPResponseException as error:
            self.close()
            return Answer(_by_code(error.smtp_code), str(error.smtp_code))
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Answer(Outcome.UNKNOWN, _words(error))
        return Answer(Outcome.ACCEPTED, "250")


def _by_code(code: int) -> Outcome:
    # RFC 5321, 4.2.1: 4yz is worth another try, 5yz is not. 421 closes the channel.
    if code == SERVICE_CLOSING:
        return Outcome.RELAY_DOWN
    return Outcome.REJECTED if 500 <= code < 600 else Outcome.DEFERRED


def _words(error: Exception) -> str:
    return type(error).__name__
