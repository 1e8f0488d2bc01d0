"""The closing date of a job as an entry of somebody's calendar (RFC 5545).

One entry for each job for ever: its UID stays, and each SEQUENCE is higher than the one
before, so a calendar that reads it again moves its entry, or strikes it out when there
is nothing left to wait for.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event
from wagtail.models import PageLogEntry

from jobs import formatting
from jobs.facts import availability_of

if TYPE_CHECKING:
    from jobs.models import BoardSettings, JobRecord

#: How often a calendar that subscribes is asked to look again.
LOOK_AGAIN = dt.timedelta(hours=6)
REMIND_BEFORE = dt.timedelta(days=1)
#: What the log of pages calls that a page, and what is below it, is hidden or shown.
_HIDES_OR_SHOWS = (
    "wagtail.view_restriction.create",
    "wagtail.view_restriction.delete",
    "wagtail.move",
)


def closing_date_of(
    record: JobRecord,
    now: dt.datetime,
    *,
    board: BoardSettings,
    url: str,
    source: str,
) -> Calendar | None:
    """Build the calendar of a job's closing date; None if it never had one.

    Says only what was public: the page of a job that was taken down is a draft.

    Args:
        record: of the job; its page is read.
        now: the moment to judge the closing date by.
        board: who runs the board.
        url: the job's address, in full; "" where another job has it now.
        source: where this calendar is read again, in full.
    """
    page = record.page
    availability = availability_of(page, now)
    closes_at = record.last_closes_at
    is_cancelled = availability.reason != "closing_date"
    if page is not None and availability.is_open:
        closes_at = page.closes_at or closes_at
        is_cancelled = page.closes_at is None
    if closes_at is None or record.first_public_at is None:
        return None
    title = formatting.one_line(record.title)
    changed_at = _changed_at(record)
    age = int((changed_at - record.first_public_at).total_seconds())
    event = Event()
    event.add("uid", f"job-{record.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", changed_at.astimezone(dt.UTC))
    event.add("last-modified", changed_at.astimezone(dt.UTC))
    # The end of what was announced in the same second comes after it.
    event.add("sequence", 2 * age + is_cancelled)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("dtstart", closes_at.astimezone(dt.UTC))
    names = {"title": title, "company": formatting.one_line(record.company_name)}
    event.add("summary", _("Closes: %(title)s, %(company)s") % names)
    if url:
        event.add("url", url)
    event.add("transp", "TRANSPARENT")
    if not is_cancelled:
        event.add_component(_reminder(title))
    calendar = Calendar()
    calendar.add("prodid", f"-//{formatting.one_line(board.name)}//jobs board//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("refresh-interval", LOOK_AGAIN, {"VALUE": "DURATION"})
    calendar.add("source", source, {"VALUE": "URI"})
    calendar.add_component(event)
    return calendar


def _changed_at(record: JobRecord) -> dt.datetime:
    """When the entry last became another one; a query where there is a page."""
    moments = [record.last_public_at, record.gone_at]
    page = record.page
    if page is not None:
        ends = range(page.steplen, len(page.path) + 1, page.steplen)
        log = PageLogEntry.objects.filter(
            action__in=_HIDES_OR_SHOWS,
            page__path__in=[page.path[:end] for end in ends],
        )
        moments.append(log.aggregate(at=Max("timestamp"))["at"])
    return max(filter(None, moments))


def _reminder(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _("%(title)s closes tomorrow") % {"title": title})
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm
