"""Making a message from its content: templates, styles and headers.

Auto-Submitted is RFC 3834's, List-Unsubscribe RFC 2369's with RFC 8058's one click,
List-Id RFC 2919's. Templates are in
templates/notifications/email/<kind>/{subject.txt,body.txt,body.html}.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from jobs.models import BoardSettings

#: Longer header lines are folded by Python, and folded ones break DKIM at some relays.
MAX_HEADER_LINE = 998


class Message(EmailMultiAlternatives):
    """An email whose long headers, List-Unsubscribe above all, stay on one line."""

    def message(self, *args: Any, **kwargs: Any) -> Any:
        message = super().message(*args, **kwargs)
        message.policy = message.policy.clone(max_line_length=MAX_HEADER_LINE)
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A mail before it is rendered: which templates, for whom, with which values."""

    template: str
    address: str
    values: dict[str, Any]
    stop_url: str = ""
    list_id: str = ""


def render(content: Content, *, message_id: str) -> Message:
    """Render ``content`` into text and HTML with the headers that mail servers want.

    Auto-Submitted is RFC 3834's, List-Unsubscribe RFC 2369's with RFC 8058's one
    click; Message-ID never changes for one row.
    """
    board = BoardSettings.load()
    values = content.values | {"board": board, "site_url": settings.SITE_URL}
    folder = f"notifications/email/{content.template}"
    subject = render_to_string(f"{folder}/subject.txt", values)
    message = Message(
        subject=" ".join(subject.split()),
        body=render_to_string(f"{folder}/body.txt", values).strip() + "\n",
        from_email=sender(board.name),
        to=[content.address],
        reply_to=[board.contact_address] if board.contact_address else None,
        headers=_headers(content, message_id),
    )
    html = render_to_string(f"{folder}/body.html", values)
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    message.attach_alternative(inliner.inline(html), "text/html")
    return message


def sender(name: str) -> str:
    """The From header: the board's name before ``DEFAULT_FROM_EMAIL``'s address."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((" ".join(name.split()), address))


def _headers(content: Content, message_id: str) -> dict[str, str]:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
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
