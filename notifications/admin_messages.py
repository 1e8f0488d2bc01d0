"""After the click: saying in the admin what followers will be told, and when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from jobs import formatting, wording
from jobs.models import JobPage, JobRecord
from notifications import services
from notifications.models import AnnouncedState, Announcement
from notifications.permissions import may_see_announcements

if TYPE_CHECKING:
    from notifications.services import News, Outlook

Kind = Announcement.Kind


def tell_outlook(request: HttpRequest, page: JobPage) -> None:
    """Add a message on what will be told about a job after it was published."""
    record = JobRecord.objects.filter(page_id=page.pk).first()
    _note_actor(record, request.user)
    outlook = services.outlook(record=record)
    text = outlook_text(outlook)
    if text:
        _add(request, text, outlook)


def tell_ended(request: HttpRequest, record_ids: list[int]) -> None:
    """Add a message on what will be told about jobs that were just taken away."""
    for record in JobRecord.objects.filter(pk__in=record_ids[:5]):
        _note_actor(record, request.user)
        outlook = services.outlook(record=record)
        if outlook.news is not None and outlook.followers:
            _add(request, outlook_text(outlook), outlook)


def _note_actor(record: JobRecord | None, user: Any) -> None:
    AnnouncedState.objects.waiting().filter(record=record).update(actor=user)


def _add(request: HttpRequest, text: str, outlook: Outlook) -> None:
    told = outlook.news is not None and outlook.followers
    if told and may_see_announcements(request.user):
        url = reverse("notifications_announcements")
        text = format_html('{} <a href="{}">{}</a>', text, url, _("See or cancel"))
    messages.info(request, text)


def outlook_text(outlook: Outlook) -> str:
    """Say what will happen, such as "14 followers will be told at 14:32 that …".

    "" for a job that nobody could have followed yet.
    """
    if outlook.state is None or outlook.state.facts is None:
        return ""
    if outlook.followers == 0:
        return _("Nobody follows this job at the moment. No email goes out.")
    if outlook.news is None:
        if outlook.state.intent == "DO_NOT_SEND":
            return _("Followers are not told, as you chose.")
        return _("Followers are not told: nothing they follow changed.")
    count = outlook.followers
    who = ngettext(
        "%(count)d follower will be told", "%(count)d followers will be told", count
    ) % {"count": count}
    return _("%(who)s %(when)s that %(what)s.") % {
        "who": who,
        "when": when(outlook.due_at),
        "what": what(outlook.news),
    }


def when(due_at: dt.datetime | None) -> str:
    """Say when news goes out: "at 14:32", "on Fri 12 June, 08:00", "at once"."""
    if due_at is None or due_at <= timezone.now():
        return _("at once")
    if timezone.localdate(due_at) == timezone.localdate():
        return _("at %(clock)s") % {"clock": formatting.clock(due_at)}
    return _("on %(moment)s") % {"moment": formatting.moment(due_at)}


def what(news: News) -> str:
    """Say the news as the end of a sentence: "pay and 1 requirement changed"."""
    if news.kind == Kind.CLOSED:
        return _("it closed")
    if news.kind == Kind.TAKEN_DOWN:
        return _("it was taken down")
    if news.kind == Kind.OPEN_AGAIN:
        return _("it is open again")
    if not news.changes:
        return _("there is a note from you")
    return wording.summary_of(news.changes)
