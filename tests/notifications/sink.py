"""A mail server on loopback that keeps every message and answers as it is told."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

HANG_UP = "hang up"


class Sink:
    """What the server got, and what it will say.

    ``answers`` are for whole messages, ``to_senders`` for senders, first come first
    served; ``refused`` are answers to recipients, ``always`` is the answer to every
    message that has none. Without any of them everything is taken.
    """

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.answers: list[str] = []
        self.always = "250 2.0.0 OK"
        self.to_senders: list[str] = []
        self.refused: dict[str, str] = {}
        #: How many more times it hangs up as soon as a sender is named.
        self.hang_ups = 0
        self.senders = 0

    @property
    def messages(self):
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        self.senders += 1
        if self.hang_ups:
            self.hang_ups -= 1
            server.transport.abort()
        answer = self.to_senders.pop(0) if self.to_senders else "250 2.1.0 OK"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.raw.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        answer = self.answers.pop(0) if self.answers else self.always
        if answer == HANG_UP:
            server.transport.abort()
        return answer


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def serve(sink: Sink) -> Controller:
    """Start a server for ``sink``; the caller stops it."""
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    return controller
