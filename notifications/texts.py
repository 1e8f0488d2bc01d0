"""What site owners say in emails: its placeholders, what is wrong with it, filling in.

A text is plain, with placeholders such as ``{title}``. They stand only for what is the
same for everybody who gets the email, so that a message can be made once for many. A
text that has a problem is left out, as if it were empty: an email goes out all the same.

Texts are filled in by replacing, never by ``str.format``, which would let a text reach
into the values.
"""

from __future__ import annotations

import difflib
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator, normalize_newlines
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from jobs import formatting
from jobs.models import BoardSettings
from notifications.models import EmailText

logger = logging.getLogger(__name__)

Kind = EmailText.Kind
Values = Mapping[str, Any]

#: As long as ``Announcement.subject`` may be.
MAX_SUBJECT = 400

#: ``{anything}`` on one line, or a brace by itself.
_BRACES = re.compile(r"\{[^{}\n]*\}|[{}]")
#: Control characters, but for the line breaks between lines, and Unicode's own line
#: and paragraph separators. Joiners (Cf) stay: some scripts and emoji need them.
_UNSEEN = {"Cc", "Zl", "Zp", "Cs"}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What a site owner may write for something of the job or the board.

    ``meaning`` explains it. ``say`` answers with words from the values of an email,
    and never with nothing: a sentence must not have a hole.
    """

    meaning: Any
    say: Callable[[Values], str]


def _closes(values: Values) -> str:
    closes_at = values["closes_at"]
    return formatting.moment(closes_at) if closes_at else gettext("no closing date")


def _followers(values: Values) -> str:
    return ngettext(
        "%(count)d new follower", "%(count)d new followers", values["new"]
    ) % {"count": values["new"]}


def _jobs(values: Values) -> str:
    jobs = values["jobs"]
    if len(jobs) == 1:
        return str(jobs[0]["title"])
    return ngettext("%(count)d job", "%(count)d jobs", len(jobs)) % {"count": len(jobs)}


PLACEHOLDERS = {
    "title": Placeholder(_("the title of the job"), lambda v: v["title"]),
    "company": Placeholder(
        _("the name of the company"),
        lambda v: v["company_name"] or gettext("the company"),
    ),
    "place": Placeholder(
        _("where the work is done"), lambda v: v["place"] or gettext("place not stated")
    ),
    "pay": Placeholder(
        _("what it pays"), lambda v: v["pay"] or gettext("pay not stated")
    ),
    "closes": Placeholder(_("day and time at which it closes"), _closes),
    "weekday": Placeholder(
        _("day of the week on which it closes"), lambda v: v["weekday"]
    ),
    "what": Placeholder(_("what happened, in a few words"), lambda v: v["what"]),
    "followers": Placeholder(_("how many people are new"), _followers),
    "jobs": Placeholder(_("the title of the job, or how many jobs"), _jobs),
    "site": Placeholder(
        _("the name of this site"), lambda v: BoardSettings.load().name
    ),
}

#: What the emails of each kind know.
KNOWN: dict[str, tuple[str, ...]] = {
    Kind.CONFIRM: ("title", "company", "place", "site"),
    Kind.ALREADY_FOLLOWING: ("title", "company", "place", "site"),
    Kind.MANAGE_LINK: ("site",),
    Kind.CHANGED: ("title", "company", "place", "pay", "closes", "what", "site"),
    Kind.CLOSED: ("title", "company", "place", "what", "site"),
    Kind.TAKEN_DOWN: ("title", "company", "place", "site"),
    Kind.OPEN_AGAIN: ("title", "company", "place", "pay", "closes", "site"),
    Kind.CORRECTION: ("title", "company", "place", "pay", "closes", "site"),
    Kind.REMINDER: ("title", "company", "place", "closes", "weekday", "site"),
    Kind.NEW_FOLLOWER: ("company", "followers", "jobs", "site"),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """What site owners say in one email, filled in; empty where they say nothing."""

    subject: str = ""
    opening: str = ""
    closing: str = ""


def problems(kind: str, field: str, text: str) -> list[str]:
    """Say what is wrong with a text, each with its line; nothing if it can be used.

    Args:
        kind: a value of ``EmailText.Kind``.
        field: one of ``EmailText.FIELDS``.
        text: as it is kept, by ``kept``.
    """
    lines = text.split("\n")
    found = []
    if field == "subject" and len(lines) > 1:
        found.append(gettext("A subject is one line."))
    for number, line in enumerate(lines, 1):
        for problem in _problems_of(line, KNOWN[kind]):
            values = {"number": number, "problem": problem}
            found.append(gettext("Line %(number)d: %(problem)s") % values)
    return found


def _problems_of(line: str, known: tuple[str, ...]) -> Iterator[str]:
    for match in _BRACES.finditer(line):
        if match[0] == "{":
            yield gettext("a { without its }.")
        elif match[0] == "}":
            yield gettext("a } without its {.")
        elif match[0][1:-1] not in known:
            yield _unknown(match[0][1:-1], known)
    if any(unicodedata.category(character) in _UNSEEN for character in line):
        yield gettext("a character that cannot be seen.")
    if len(line.strip()) > 1 and not line.strip().strip("-"):
        yield gettext("nothing but hyphens. The footer begins with such a line.")


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name.strip().lower(), known, n=1)
    if near:
        return gettext("{%(name)s} is not known here. Did you mean {%(near)s}?") % {
            "name": name,
            "near": near[0],
        }
    return gettext("{%(name)s} is not known here.") % {"name": name}


def broken_fields(row: EmailText) -> list[str]:
    """Which of its texts cannot be used, although they were saved."""
    return [
        field
        for field in EmailText.FIELDS
        if problems(row.kind, field, getattr(row, field))
    ]


def count_broken() -> int:
    """In how many kinds of email something that was saved cannot be used. One query."""
    return sum(bool(broken_fields(row)) for row in EmailText.objects.all())


def texts_for(kind: str, values: Values) -> Texts:
    """What site owners say in one email; a broken text is logged and left out.

    Args:
        kind: a value of ``EmailText.Kind``.
        values: of the email's templates, with all that ``KNOWN`` names for its kind.
    """
    row = EmailText.objects.filter(kind=kind).first()
    if row is None:
        return Texts()
    for field in broken_fields(row):
        logger.error("The %s of emails of kind %s is broken and left out", field, kind)
    return filled(row, values)


def filled(row: EmailText, values: Values) -> Texts:
    """Fill in what ``row`` says, saved or not, but for what is broken."""
    broken = broken_fields(row)
    texts = {
        field: _fill(getattr(row, field), values)
        for field in EmailText.FIELDS
        if getattr(row, field) and field not in broken
    }
    if "subject" in texts:
        texts["subject"] = Truncator(texts["subject"]).chars(MAX_SUBJECT)
    return Texts(**texts)


def _fill(text: str, values: Values) -> str:
    def say(match: re.Match[str]) -> str:
        words = PLACEHOLDERS[match[0][1:-1]].say(values)
        # A value with a line break could start a line of its own, or a header.
        return " ".join(words.split())

    # In one go: what a title says in braces is not a placeholder.
    return _BRACES.sub(say, text)


def kept(text: str) -> str:
    """A text as it is kept: line feeds between lines, none around it."""
    return normalize_newlines(text).strip()
