"""Making a message from its content: templates, styles and headers.

Auto-Submitted is RFC 3834's, List-Unsubscribe RFC 2369's with RFC 8058's one click,
List-Id RFC 2919's. Templates are in
templates/notifications/email/<kind>/{subject.txt,body.txt,body.html}.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.header import Header
from email.utils import formataddr, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.encoding import punycode

from jobs.models import BoardSettings
from notifications.texts import Texts

#: Longer header lines are folded by Python, and folded ones break DKIM at some relays.
MAX_HEADER_LINE = 998

#: RFC 2047, 2. Python leaves three characters more.
MAX_ENCODED_WORD = 75

#: Parts of a text that may be empty leave them.
BLANK_LINES = re.compile(r"\n{3,}")


class Message(EmailMultiAlternatives):
    """An email whose long headers, List-Unsubscribe above all, stay on one line.

    ``metadata`` is anymail's: a provider gives it back when it reports what became of
    the email. Nothing else reads it, and it names nobody.
    """

    metadata: dict[str, str]

    def message(self, *args: Any, **kwargs: Any) -> Any:
        message = super().message(*args, **kwargs)
        message.policy = message.policy.clone(max_line_length=MAX_HEADER_LINE)
        subject = str(self.subject)
        if not subject.isascii():
            words = Header(subject, "utf-8", maxlinelen=MAX_ENCODED_WORD)
            message.replace_header("Subject", words.encode())
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A mail before it is rendered: which templates, for whom, with which values.

    ``texts`` is what site owners add to it.
    """

    template: str
    address: str
    values: dict[str, Any]
    texts: Texts = field(default_factory=Texts)
    stop_url: str = ""
    list_id: str = ""


def render(content: Content, *, message_id: str) -> Message:
    """Render ``content`` into text and HTML with the headers that mail servers want.

    Auto-Submitted is RFC 3834's, List-Unsubscribe RFC 2369's with RFC 8058's one
    click; Message-ID never changes for one row.
    """
    board = BoardSettings.load()
    values = content.values | {
        "board": board,
        "site_url": settings.SITE_URL,
        "opening": content.texts.opening,
        "closing": content.texts.closing,
    }
    folder = f"notifications/email/{content.template}"
    subject = content.texts.subject
    subject = subject or render_to_string(f"{folder}/subject.txt", values)
    body = render_to_string(f"{folder}/body.txt", values)
    message = Message(
        subject=" ".join(subject.split()),
        body=BLANK_LINES.sub("\n\n", body).strip() + "\n",
        from_email=sender(board.name),
        to=[content.address],
        reply_to=[board.contact_address] if board.contact_address else None,
        headers=_headers(content, message_id),
    )
    message.metadata = {"message_id": message_id}
    html = render_to_string(f"{folder}/body.html", values)
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    message.attach_alternative(inliner.inline(html), "text/html")
    return message


def sender(name: str) -> str:
    """The From header: the board's name before ``DEFAULT_FROM_EMAIL``'s address."""
    return formataddr((" ".join(name.split()), sender_address()))


def sender_address() -> str:
    """The address of ``DEFAULT_FROM_EMAIL``, its domain as mail servers take it."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{punycode(domain)}"


def _headers(content: Content, message_id: str) -> dict[str, str]:
    domain = sender_address().rpartition("@")[2]
    headers = {
        "Message-ID": f"<{message_id}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if content.stop_url:
        headers["List-Unsubscribe"] = f"<{content.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if content.list_id:
        headers["List-Id"] = f"<{content.list_id}.{domain}>"
    return headers


def absolute(path: str) -> str:
    """The full address of a path on this site."""
    return f"{settings.SITE_URL}{path}"


def content_bytes(message: Message) -> bytes:
    """Serialise ``message`` as it goes over the wire, with CRLF line ends."""
    return message.message().as_bytes(linesep="\r\n")
