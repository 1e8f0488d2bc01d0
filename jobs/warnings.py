"""What an editor may want to mend in a job before visitors meet it.

Two voices: ``warnings_of`` is short, for a row of a list, and looks nothing up;
``checklist_of`` is for the one job that somebody is writing. What keeps a job from
being published is refused by ``jobs.forms``: the checklist foretells it.

What Google asks of a job is said by ``jobs.structured_data``, which also builds what it
reads: a job with nothing missing here has its markup as soon as it is public.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs import structured_data
from jobs.choices import EmploymentType, Strictness, Workplace

if TYPE_CHECKING:
    from jobs.models import BoardSettings, JobPage

#: An open job without a closing date that nobody touched for so long may be over.
STALE_AFTER = dt.timedelta(days=60)
#: What a job lacks that Google and our own form both ask for, by the name that Google
#: has for it.
MISSING = {
    "hiringOrganization": gettext_lazy("No company."),
    "jobLocation": gettext_lazy("No place. Google asks for one too."),
    "applicantLocationRequirements": gettext_lazy(
        "No country to live in, which a remote job and Google ask for."
    ),
    "addressCountry": gettext_lazy("A place has no country."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. ``blocks``: publishing from the editor is refused for it.

    ``duplicate`` is the job that this one looks like, where that is what was found.
    """

    text: str
    blocks: bool = False
    duplicate: JobPage | None = None


def warnings_of(
    job: JobPage, now: dt.datetime, *, missing_pay: str = Strictness.WARNS
) -> list[str]:
    """Say what may be wrong with ``job`` as it stands, each in a few words.

    Args:
        job: a page with its own fields; nothing else is looked up.
        now: the moment to judge dates by.
        missing_pay: a value of ``Strictness``, as the board's settings have it.
    """
    found = []
    if _is_taken_down_first(job):
        found.append(_("Its page is taken down before it closes"))
    if _is_unencrypted(job):
        found.append(_("The way to apply is not encrypted (http)"))
    if lacks_pay(job) and missing_pay != Strictness.SILENT:
        found.append(_("No pay"))
    if _is_stale(job, now):
        found.append(_("Open without a closing date, and untouched for 60 days"))
    return found


def checklist_of(
    job: JobPage,
    now: dt.datetime,
    *,
    board: BoardSettings,
    duplicate: JobPage | None = None,
) -> list[Finding]:
    """Say what to mend in a draft, first what publishing is refused for.

    Args:
        job: a draft as it stands; its company and its places are read.
        now: the moment to judge dates by.
        board: how strict the board is.
        duplicate: the open job that it looks like, if any.
    """
    found = [
        *_what_publishing_needs(job, now),
        *_what_the_board_asks(job, board, duplicate),
        *_what_google_reads(job),
    ]
    if _is_taken_down_first(job):
        found.append(
            Finding(_("Its page expires before it closes: followers lose it early."))
        )
    if _is_unencrypted(job):
        found.append(
            Finding(_("The web address to apply at is not encrypted: http, not https."))
        )
    return sorted(found, key=lambda finding: not finding.blocks)


def lacks_pay(job: JobPage) -> bool:
    """Whether a job says no pay, although it is not voluntary."""
    unpaid = job.employment_type == EmploymentType.VOLUNTEER
    return job.pay_min is None and job.pay_max is None and not unpaid


def _what_publishing_needs(job: JobPage, now: dt.datetime) -> Iterator[Finding]:
    for name in structured_data.missing(job):
        if name in MISSING:
            yield Finding(str(MISSING[name]), blocks=True)
    if not job.body:
        yield Finding(_("No text about the job. Google asks for it too."), blocks=True)
    if not job.summary:
        yield Finding(_("No summary."), blocks=True)
    if not (job.apply_url or job.apply_email):
        yield Finding(_("No way to apply."), blocks=True)
    yield from _what_pay_cannot_be(job)
    if job.closes_at is not None and job.closes_at <= now:
        # A job that has closed may still be corrected.
        yield Finding(_("The closing date has passed."), blocks=not job.live)


def _what_pay_cannot_be(job: JobPage) -> Iterator[Finding]:
    amounts = [x for x in (job.pay_min, job.pay_max) if x is not None]
    if any(amount <= 0 for amount in amounts):
        yield Finding(_("Pay of 0 or less."), blocks=True)
    elif amounts != sorted(amounts):
        yield Finding(_("The higher amount of pay stands first."), blocks=True)


def _what_the_board_asks(
    job: JobPage, board: BoardSettings, duplicate: JobPage | None
) -> Iterator[Finding]:
    if lacks_pay(job) and board.missing_pay != Strictness.SILENT:
        yield Finding(_("No pay."), blocks=board.missing_pay == Strictness.BLOCKS)
    if duplicate is not None and board.likely_duplicate != Strictness.SILENT:
        yield Finding(
            _("It looks like a job that is open already:"),
            # A job that is public already may still be corrected.
            blocks=board.likely_duplicate == Strictness.BLOCKS and not job.live,
            duplicate=duplicate,
        )


def _what_google_reads(job: JobPage) -> Iterator[Finding]:
    missing = structured_data.missing(job)
    if "title" in missing:
        yield Finding(_("No word in the title. Google leaves the job out."))
    elif structured_data.DECORATION & set(job.title):
        yield Finding(_("The title has a “!” or a “*”. Google reads it without."))
    if "description" in missing and job.body:
        yield Finding(_("The text has no words of its own. Google leaves the job out."))
    if job.company is not None and job.company.is_confidential:
        yield Finding(_("The company is confidential: Google reads no name."))
    if job.pay_max is not None and not structured_data.states_pay(job):
        yield Finding(_("Google reads no “up to”: it needs an amount or a range."))
    if job.workplace != Workplace.REMOTE:
        yield from _places_in_half(job)


def _places_in_half(job: JobPage) -> Iterator[Finding]:
    for place in job.locations.all():
        if place.country and bool(place.place) != bool(place.region):
            yield Finding(
                _("%(place)s: Google asks for town and region.")
                % {"place": place.place or place.region}
            )


def _is_taken_down_first(job: JobPage) -> bool:
    return bool(job.closes_at and job.expire_at and job.expire_at < job.closes_at)


def _is_unencrypted(job: JobPage) -> bool:
    return job.apply_url.lower().startswith("http://")


def _is_stale(job: JobPage, now: dt.datetime) -> bool:
    if not job.live or job.closes_at is not None or job.closed_reason:
        return False
    touched = job.last_published_at
    return touched is not None and touched < now - STALE_AFTER
