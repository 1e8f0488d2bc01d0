"""What the job editor says beside the form about those who follow the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel

from jobs import wording
from jobs.choices import TellFollowers
from notifications import services
from notifications.admin_messages import what, when
from notifications.correcting import may_be_corrected
from notifications.foretelling import Forecast, foretell, last_announcement
from notifications.models import AnnouncedState, AnnouncementSettings, Pause
from notifications.permissions import may_decide, may_see_announcements

if TYPE_CHECKING:
    from jobs.models import JobPage


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
            return context | {"count": self.panel.forecast.followers}

    name = "followers"
    title = _("Followers")
    template_name = "notifications/admin/side_panels/followers.html"
    order = 200

    def __init__(self, page: JobPage, request: Any) -> None:
        super().__init__(page, request)
        self.forecast = foretell(page)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user, forecast = self.request.user, self.forecast
        told = last_announcement(self.object)
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {
            "forecast": forecast,
            "stage": stage_of(self.object, forecast),
            "what": what(forecast.news) if forecast.news else "",
            "held_until": when(forecast.held_until) if forecast.held_until else "",
            "lines": wording.lines(forecast.news.changes) if forecast.news else [],
            "quiet_minutes": AnnouncementSettings.load().quiet_minutes,
            "waiting": waiting_of(forecast.state),
            "told": told,
            "pause": Pause.objects.select_related("paused_by").first(),
            "may_decide": may_decide(user),
            "may_correct": may_decide(user) and told and may_be_corrected(told),
            "may_see": may_see_announcements(user),
            "may_publish": self.object.permissions_for_user(user).can_publish(),
        }


def stage_of(page: JobPage, forecast: Forecast) -> str:
    """Name what publishing the draft means, for the template to put into words."""
    if page.first_published_at is None:
        return "unpublished"
    if not forecast.followers:
        return "nobody"
    if forecast.news is not None:
        return "news"
    if forecast.intent == TellFollowers.DO_NOT_SEND:
        return "silenced"
    return "minor" if forecast.minor else "same"


def waiting_of(state: AnnouncedState | None) -> dict[str, Any] | None:
    """What waits for the end of the quiet window; None when nothing does."""
    if state is None:
        return None
    # As it is in the database: the forecast adds the draft's own wish and note.
    saved = AnnouncedState.objects.select_related("record__page").get(pk=state.pk)
    news = services.news_of(saved)
    if news is None:
        return None
    lines = wording.lines(news.changes)
    return {
        "state": saved,
        "what": what(news),
        "when": when(saved.due_at),
        "lines": lines,
    }
