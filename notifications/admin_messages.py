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
from jobs.facts import facts_now, private_paths
from jobs.models import JobPage, JobRecord
from notifications import clock, comparing, foretelling
from notifications.audience import crowd_of, hearing
from notifications.foretelling import foretell
from notifications.models import AnnouncedState, Announcement, Pause
from notifications.permissions import may_see_announcements

if TYPE_CHECKING:
    from notifications.comparing import News
    from notifications.foretelling import Outlook
    from subscriptions.models import SubscriptionQuerySet

Kind = Announcement.Kind


def tell_outlook(request: HttpRequest, page: JobPage) -> None:
    """Add a message on what will be told about a job after its public state changed."""
    record = JobRecord.objects.filter(page_id=page.pk).first()
    _note_actor(record, request.user)
    outlook = foretelling.outlook(record=record)
    text = outlook_text(outlook)
    if text:
        _add(request, text, told=bool(outlook.told))


def tell_publication(request: HttpRequest, page: JobPage) -> None:
    """Add a message on what publishing a draft tells, now or on the day it is set to."""
    scheduled = page.scheduled_revision
    if scheduled is None:
        tell_outlook(request, page)
    else:
        _tell_scheduled(request, scheduled.as_object())


def _tell_scheduled(request: HttpRequest, draft: JobPage) -> None:
    """Say nothing of a first publication, as ``outlook_text`` does."""
    forecast = foretell(draft)
    if forecast.state is None or forecast.state.facts is None:
        return
    if forecast.news is None or not forecast.told:
        messages.info(request, _("It emails no one when it is published."))
        return
    text = _("%(who)s that %(what)s, after it is published %(moment)s.") % {
        "who": _who_is_told(forecast.told),
        "what": what(forecast.news),
        "moment": formatting.moment(draft.go_live_at),
    }
    messages.info(request, text)


def tell_approval(request: HttpRequest, page: JobPage) -> None:
    """Add the same message after an approval, if that was the one that publishes."""
    page = JobPage.objects.get(pk=page.pk)
    is_published = page.live or page.scheduled_revision is not None
    if is_published and not page.workflow_in_progress:
        tell_publication(request, page)


def tell_many(request: HttpRequest, record_ids: list[int]) -> None:
    """Add one message on all that will be told about jobs of one action.

    Says nothing when nobody will be told anything.
    """
    waiting = AnnouncedState.objects.waiting().filter(record__in=record_ids)
    waiting.update(actor=request.user)
    now, private = clock.database_now(), private_paths()
    changed: list[int] = []
    ended: list[int] = []
    for state in waiting.select_related("record__page").prefetch_related(
        "record__page__requirements", "record__page__locations"
    ):
        after = facts_now(state.record, now, private)
        news = comparing.news_between(state, after, now)
        if news is not None:
            rows = changed if news.kind == Kind.CHANGED else ended
            rows.append(state.record_id)
    followers = hearing(changed=changed, ended=ended)
    records = JobRecord.objects.filter(pk__in=followers.values("record"))
    if len(records) == 1:
        text = outlook_text(foretelling.outlook(record=records[0]))
        if len(record_ids) > 1:
            text = _("“%(title)s”: %(text)s") % {
                "title": records[0].title,
                "text": text,
            }
        _add(request, text, told=True)
    elif records:
        _add(request, crowd_text(len(records), followers), told=True)


def crowd_text(jobs: int, followers: SubscriptionQuerySet) -> str:
    """Say that several jobs have news, and for how many: "6 jobs, 83 followers …"."""
    follows, people = crowd_of(followers)
    who = ngettext("%(count)d follower", "%(count)d followers", follows)
    whole = ngettext("%(count)d person", "%(count)d people", people)
    text = ngettext(
        "%(jobs)d job, %(followers)s (%(people)s): they will be told. Each person gets "
        "one email per job.",
        "%(jobs)d jobs, %(followers)s (%(people)s): they will be told. Each person "
        "gets one email per job.",
        jobs,
    )
    return text % {
        "jobs": jobs,
        "followers": who % {"count": follows},
        "people": whole % {"count": people},
    }


def _note_actor(record: JobRecord | None, user: Any) -> None:
    AnnouncedState.objects.waiting().filter(record=record).update(actor=user)


def _add(request: HttpRequest, text: str, *, told: bool) -> None:
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
        return _why_nobody_is_told(outlook)
    count = outlook.told
    if count == 0:
        return _("No email goes out: its followers only want to hear when it ends.")
    who = _who_is_told(count)
    paused = Pause.objects.exists()
    return _("%(who)s %(when)s that %(what)s.") % {
        "who": who,
        "when": _("when email is resumed") if paused else when(outlook.due_at),
        "what": what(outlook.news),
    }


def _who_is_told(count: int) -> str:
    return ngettext(
        "%(count)d follower will be told", "%(count)d followers will be told", count
    ) % {"count": count}


def _why_nobody_is_told(outlook: Outlook) -> str:
    if outlook.state is not None and outlook.state.intent == "DO_NOT_SEND":
        return _("Followers are not told, as you chose.")
    if outlook.cancelled:
        return _("Followers are not told: this news was cancelled.")
    return _("Followers are not told: nothing they follow changed.")


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
