"""What the job editor says beside the form about those who follow the job."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel

from jobs import wording
from jobs.choices import TellFollowers
from jobs.facts import is_open
from notifications import comparing
from notifications.admin_messages import what, when
from notifications.audience import people_told
from notifications.correcting import may_be_corrected
from notifications.foretelling import Forecast, foretell, last_announcement
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    Pause,
)
from notifications.permissions import may_decide, may_see_announcements

if TYPE_CHECKING:
    from wagtail.models import Revision

    from jobs.models import JobPage

#: As far as a countdown counts; what is further away is a time of day.
MOST_MINUTES = 120


class FollowersSidePanel(BaseSidePanel):
    """Who follows the job, and what publishing the draft would tell them.

    Wagtail draws it again with every save of the draft, so it holds nothing that
    somebody types into.
    """

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Toggle followers")
        icon_name = "group"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"count": self.panel.count}

    name = "followers"
    title = _("Followers")
    template_name = "notifications/admin/side_panels/followers.html"
    order = 200

    def __init__(
        self, page: JobPage, request: Any, *, older_version: int | None = None
    ) -> None:
        """Take the key of the revision, where the form holds an older version."""
        super().__init__(page, request)
        self.older_version = older_version
        self.forecast = foretell(page)

    @property
    def count(self) -> int:
        return self.forecast.followers

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = self.request.user
        context: dict[str, Any] = super().get_context_data(parent_context)
        waiting = waiting_of(self.forecast.state)
        context |= outlook_of(self.object, self.forecast)
        if context["forecast"] is not self.forecast:
            self.forecast = context["forecast"]
            waiting = waiting_of(self.forecast.state)
        last = context["last"]
        pause = Pause.objects.select_related("paused_by").first()
        sending = last is not None and last.state in Announcement.ON_ITS_WAY
        return context | {
            # A component is drawn without the request, which would have brought it.
            "csrf_token": get_token(self.request),
            "waiting": waiting,
            "is_draft": self.object.has_unpublished_changes
            or self.older_version is not None,
            "older_version": self.older_version,
            "pause": pause,
            # In a pause too: else it would go on saying so after that.
            "moves": waiting["is_leaving"] if waiting else sending,
            "may_decide": may_decide(user),
            "may_correct": may_decide(user) and last and may_be_corrected(last),
            "may_see": may_see_announcements(user),
            "may_publish": self.object.permissions_for_user(user).can_publish(),
            "is_locked": is_locked(self.object, user),
        }

    class Media:
        js = ["js/followers_panel.js"]


def older_version_of(revision: Revision) -> JobPage:
    """The job as ``revision`` has it, to be published once more.

    Its wish and its line held for the publication that came then, so they are blank.
    """
    page: JobPage = revision.as_object()
    page.tell_followers = TellFollowers.AUTOMATIC
    page.change_note = ""
    return page


def outlook_of(page: JobPage, forecast: Forecast) -> dict[str, Any]:
    """What publishing a draft tells followers, in words, and what they were told last.

    For ``notifications/admin/includes/foretold.html``: ``stage`` is from ``stage_of``;
    ``what`` and ``lines`` are the news; ``held_until`` says when it goes out if the
    least gap holds it, else "". ``goes_live_at`` is the day that the draft waits for.
    ``forecast`` is made anew if what it foretold was announced since.
    """
    last = last_announcement(page)
    if last and forecast.state and last.version > forecast.state.version:
        forecast = foretell(page)
    news = forecast.news
    goes_live_at, held_until = page.go_live_at, forecast.held_until
    if goes_live_at is None or goes_live_at <= timezone.now():
        goes_live_at = None
    elif held_until and held_until <= goes_live_at:
        held_until = None
    return {
        "forecast": forecast,
        "stage": stage_of(page, forecast),
        "what": what(news) if news else "",
        "lines": wording.lines(news.changes) if news else [],
        "goes_live_at": goes_live_at,
        "held_until": when(held_until) if held_until else "",
        "quiet_minutes": AnnouncementSettings.load().quiet_minutes,
        "last": last,
        "known_since": known_since(page, last),
    }


def stage_of(page: JobPage, forecast: Forecast) -> str:
    """Name what publishing the draft means, for the template to put into words."""
    if page.first_published_at is None:
        return "unpublished"
    if not forecast.followers:
        return "nobody"
    if forecast.news is not None:
        return "news" if forecast.told else "endings"
    if forecast.after is not None and not is_open(forecast.after):
        return "ended"
    return _why_nobody_is_told(forecast)


def _why_nobody_is_told(forecast: Forecast) -> str:
    if forecast.intent == TellFollowers.DO_NOT_SEND:
        return "silenced"
    if forecast.cancelled:
        return "cancelled"
    return "minor" if forecast.minor else "same"


def known_since(page: JobPage, last: Announcement | None) -> dt.datetime | None:
    """Since when followers know of the job what they know: when they were last told."""
    if last is None or last.state not in Announcement.UNTOLD:
        return last.created_at if last else page.first_published_at
    told = Announcement.objects.told().filter(record=last.record_id)
    moments = told.order_by("-version").values_list("created_at", flat=True)
    return moments.first() or page.first_published_at


def waiting_of(state: AnnouncedState | None) -> dict[str, Any] | None:
    """What waits to be told, when that is and to how many; None when nothing does.

    ``is_leaving``: its time has come, and a worker takes it at its next look.
    """
    if state is None:
        return None
    # As it is in the database: the forecast adds the draft's own wish and note.
    saved = AnnouncedState.objects.select_related("record__page").get(pk=state.pk)
    news = comparing.news_of(saved)
    if news is None:
        return None
    goes_out_at = comparing.goes_out_at(saved, news)
    # A worker that came by has put the end of the gap into ``due_at``.
    held_until = comparing.held_until(news, saved.record, timezone.now())
    return {
        "state": saved,
        "people": people_told(record_id=saved.record_id, kind=news.kind),
        "what": what(news),
        "when": when(goes_out_at),
        "goes_out_at": goes_out_at,
        "minutes": minutes_until(goes_out_at),
        "is_leaving": goes_out_at is not None and goes_out_at <= timezone.now(),
        "is_held": held_until is not None and goes_out_at == held_until,
        "lines": wording.lines(news.changes),
    }


def is_locked(page: JobPage, user: Any) -> bool:
    """Whether ``user`` can change nothing in the form now, such as during a review."""
    lock = page.get_lock()
    return lock is not None and bool(lock.for_user(user))


def minutes_until(moment: dt.datetime | None) -> int | None:
    """The minutes that are left, while they are few enough to be counted; else None."""
    if moment is None:
        return None
    left = math.ceil((moment - timezone.now()) / dt.timedelta(minutes=1))
    return left if 0 < left <= MOST_MINUTES else None
