"""A real mail server on loopback, and the mails that it took."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Mail:
    """One message as it came over the wire, to one recipient."""

    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def part(self, kind: str) -> str:
        """The "plain" or the "html" part, decoded."""
        part = self.message.get_body(preferencelist=(kind,))
        assert part is not None, f"{self.subject} has no {kind} part"
        return part.get_content().replace("\r\n", "\n")

    @property
    def text(self) -> str:
        return self.part("plain")

    @property
    def links(self) -> list[str]:
        """Every address in either part and in the headers that mail programs use."""
        hrefs = re.findall(r'href="([^"]+)"', self.part("html"))
        header = re.findall(r"<(http[^>]+)>", self.message["List-Unsubscribe"] or "")
        return [*re.findall(r"https?://\S+", self.text), *hrefs, *header]

    def link(self, name: str) -> str:
        """The address behind ``name: `` in the text."""
        [link] = re.findall(rf"^{re.escape(name)}: (\S+)$", self.text, re.MULTILINE)
        return link


class MailServer:
    """Takes every message and keeps it; listens from ``start`` to ``stop``."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.port = _free_port()
        self._controller = Controller(self, hostname=HOST, port=self.port)
        self.start, self.stop = self._controller.start, self._controller.stop

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        [recipient] = envelope.rcpt_tos
        self.mails.append(Mail(to=recipient, message=message))
        return "250 Taken"

    def to(self, address: str) -> list[Mail]:
        """What ``address`` got, oldest first."""
        return [mail for mail in self.mails if mail.to == address]

    def subjects(self, address: str) -> list[str]:
        return [mail.subject for mail in self.to(address)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
