"""One announcement's message, made once and filled in for each recipient.

Rendering and serialising cost a thousand times more than joining bytes. So a message
is rendered with marks where recipients differ, serialised, and cut at the marks. A
mark that got lost on the way (an encoding that hides it, a line that was folded)
raises, and the caller makes each message the ordinary way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from email import message_from_bytes

from notifications.rendering import Content, Message, content_bytes, render

#: What differs from one recipient to the next, and the mark that stands for it.
#: Letters and digits only, so that no encoding, escaping or folding touches a mark.
MARKS = {
    "address": "QmarkAddressQ7f3a9c41d2",
    "message_id": "QmarkMessageQ7f3a9c41d2",
    "stop_token": "QmarkStopTokenQ7f3a9c4",
    "manage_token": "QmarkManageTokenQ7f3a9",
    "since": "QmarkSinceQ7f3a9c41d2",
}
DOMAIN = "marks.invalid"


class MarkLostError(Exception):
    """A mark did not survive serialising, or stands where it must not."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A serialised message with gaps: ``texts[0] gaps[0] texts[1] gaps[1] …``.

    ``any_text`` names the gaps that take letters beyond ASCII: those that stand only
    in parts which say that they hold UTF-8 as it is.
    """

    texts: tuple[bytes, ...]
    gaps: tuple[str, ...]
    any_text: frozenset[str] = frozenset()

    def fill(self, values: dict[str, str]) -> bytes:
        """Answer the whole message for one recipient, with CRLF line ends.

        Args:
            values: one text for each name in ``MARKS``.

        Raises:
            UnicodeEncodeError: a value is not ASCII, and its gap takes nothing else.
            ValueError: a value holds a line break, which would start a new header.
        """
        encoded = {
            name: _safe(value, "utf-8" if name in self.any_text else "ascii")
            for name, value in values.items()
        }
        pieces: list[bytes] = []
        for text, gap in zip(self.texts, (*self.gaps, ""), strict=True):
            pieces.append(text)
            if gap:
                pieces.append(encoded[gap])
        return b"".join(pieces)


def skeleton_of(content: Content) -> Skeleton:
    """Render ``content``, whose values hold the marks, and cut it at them.

    Raises:
        MarkLostError: the message must be made for each recipient instead.
    """
    marked = replace(content, address=f"{MARKS['address']}@{DOMAIN}")
    message = render(marked, message_id=MARKS["message_id"])
    serialised = content_bytes(message).replace(
        f"{MARKS['address']}@{DOMAIN}".encode(), MARKS["address"].encode()
    )
    _refuse_lost(message, serialised)
    return _cut(serialised)


def _refuse_lost(message: Message, serialised: bytes) -> None:
    html = "".join(str(text) for text, _kind in message.alternatives)
    written = "\n".join(
        [
            str(message.body),
            html,
            *map(str, message.extra_headers.values()),
            *message.to,
        ]
    )
    for name, mark in MARKS.items():
        wanted = written.count(mark)
        if serialised.count(mark.encode()) != wanted:
            raise MarkLostError(name)
        if not wanted:
            raise MarkLostError(name)


def _cut(serialised: bytes) -> Skeleton:
    texts: list[bytes] = []
    gaps: list[str] = []
    rest = serialised
    while True:
        found = [
            (rest.find(mark.encode()), name)
            for name, mark in MARKS.items()
            if mark.encode() in rest
        ]
        if not found:
            return Skeleton((*texts, rest), tuple(gaps), _any_text(serialised))
        at, name = min(found)
        texts.append(rest[:at])
        gaps.append(name)
        rest = rest[at + len(MARKS[name]) :]


def _any_text(serialised: bytes) -> frozenset[str]:
    parts = [
        part.get_payload(decode=True)
        for part in message_from_bytes(serialised).walk()
        if part.get("Content-Transfer-Encoding") == "8bit"
        and part.get_content_charset() == "utf-8"
    ]
    plain = b"\n".join(part for part in parts if isinstance(part, bytes))
    return frozenset(
        name
        for name, mark in MARKS.items()
        if plain.count(mark.encode()) == serialised.count(mark.encode())
    )


def _safe(value: str, charset: str) -> bytes:
    if "\r" in value or "\n" in value:
        raise ValueError("a line break in a value")
    return value.encode(charset)
