"""Every email of the demo in one list, read from the files that Django writes.

Development only: ``urls_dev`` knows it, the public addresses do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

# A worker that keeps its connection open appends everything to one file, and a load
# test writes thousands of emails. The newest ones are what somebody looks for.
SHOWN = 500
READ_PER_FILE = 8 * 1024 * 1024

# Django ends each message of a file with a line of 79 dashes. Only what begins with a
# header, or the end of the file, may follow: else the dashes are part of the text.
_END_OF_MESSAGE = re.compile(rb"\r?\n-{79}\r?\n(?=[!-9;-~]+:|\Z)")

_HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class StoredMail:
    """One email as it lies in a file, found again by its file and position."""

    id: str
    written_at: float
    email: EmailMessage

    @property
    def recipients(self) -> list[str]:
        headers = [str(value) for value in self.email.get_all("To", [])]
        return [address for _, address in getaddresses(headers) if address]

    @property
    def moment(self) -> datetime:
        date = self.email["Date"]
        moment = getattr(date, "datetime", None)
        if moment is None:
            return timezone.make_aware(datetime.fromtimestamp(self.written_at))  # noqa: DTZ006
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

    def body(self, kind: str) -> str:
        """The text of the "plain" or "html" part, decoded; empty if there is none."""
        part = self.email.get_body(preferencelist=(kind,))
        if part is None:
            return ""
        try:
            return str(part.get_content())
        except LookupError:  # An encoding that Python has never heard of.
            payload = part.get_payload(decode=True)
            return (
                payload.decode(errors="replace") if isinstance(payload, bytes) else ""
            )

    def as_context(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "to": ", ".join(self.recipients),
            "from": str(self.email["From"] or ""),
            "subject": str(self.email["Subject"] or ""),
            "date": self.moment,
        }


def stored_mails() -> list[StoredMail]:
    """The newest emails, newest first."""
    mails: list[StoredMail] = []
    for path in _files():
        mails += _mails_of(path)
        if len(mails) >= SHOWN:
            break
    return sorted(mails, key=lambda mail: mail.moment, reverse=True)[:SHOWN]


def _files() -> list[Path]:
    folder = Path(settings.EMAIL_FILE_PATH)
    files = folder.glob("*.log") if folder.is_dir() else []
    return sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)


def _mails_of(path: Path) -> list[StoredMail]:
    """The complete emails at the end of one file, the last one first."""
    with path.open("rb") as file:
        skipped = max(0, path.stat().st_size - READ_PER_FILE)
        file.seek(skipped)
        content = file.read()
    pieces = list(_pieces(content))
    if skipped:
        pieces = pieces[1:]  # The first one has lost its beginning.
    written_at = path.stat().st_mtime
    return [
        StoredMail(
            id=f"{path.stem}.{skipped + start}",
            written_at=written_at,
            email=message_from_bytes(raw, policy=policy.default),
        )
        for start, raw in reversed(pieces)
    ]


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each complete message with its position; one still being written is left out."""
    start = 0
    for end in _END_OF_MESSAGE.finditer(content):
        yield start, content[start : end.start()]
        start = end.end()


def _mail_or_404(message_id: str) -> StoredMail:
    for mail in stored_mails():
        if mail.id == message_id:
            return mail
    raise Http404("No such email in the demo inbox.")


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the emails, all or those to the address in ``?recipient=``."""
    mails = stored_mails()
    recipient = request.GET.get("recipient", "")
    return render(
        request,
        "demo/inbox.html",
        {
            "messages": [
                mail.as_context()
                for mail in mails
                if not recipient or recipient in mail.recipients
            ],
            "recipients": sorted({to for mail in mails for to in mail.recipients}),
            "recipient": recipient,
        },
    )


@require_safe
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """Show one email: its text, and the address of its HTML for a frame."""
    mail = _mail_or_404(message_id)
    html_url = reverse("demo_message_html", args=[mail.id]) if mail.body("html") else ""
    context = mail.as_context() | {"text": mail.body("plain"), "html_url": html_url}
    return render(request, "demo/message.html", {"message": context})


@require_safe
def message_html(request: HttpRequest, message_id: str) -> HttpResponse:
    """Answer the HTML part as it was sent, under a policy that only lets it look.

    Its links open in the whole window, if the frame around it allows that.
    """
    html = _mail_or_404(message_id).body("html")
    if not html:
        raise Http404("This email has no HTML part.")
    html, found = re.subn(
        r"(?i)<head\b[^>]*>", r'\g<0><base target="_top">', html, count=1
    )
    response = HttpResponse(html if found else f'<base target="_top">{html}')
    response["Content-Security-Policy"] = _HTML_POLICY
    return response
