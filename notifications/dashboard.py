"""What the admin's front page says about email, and about jobs that close soon."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.models import Page
from wagtail.permissions import policy_registry

from jobs.models import JobPage
from notifications import texts
from notifications.forms import FindPersonForm
from notifications.health import health, summary
from notifications.job_listing import with_followers
from notifications.models import AnnouncementSettings
from notifications.overview import OverviewPanel
from notifications.permissions import (
    may_change_texts,
    may_pause,
    may_see_announcements,
    may_see_people,
)
from notifications.reminding_editors import closing_soon
from notifications.side_panels import is_locked

#: More would push the rest of the page away; the list of jobs has them all.
MOST_CLOSING = 5


class ReviewPanel(WorkflowObjectsToModeratePanel):
    """Wagtail's list of what awaits review, with one way to approve a job.

    That is the dialog, which says who will be told: Wagtail also offers to approve at
    once.
    """

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        for state in context["states"]:
            if isinstance(state["obj"], JobPage):
                state["actions"] = _asking_first(state["actions"])
        return context


def add_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Put our panels among Wagtail's on the front page, as far as one may see them."""
    panels[:] = [
        ReviewPanel() if isinstance(panel, WorkflowObjectsToModeratePanel) else panel
        for panel in panels
    ]
    panels += [FindPersonPanel(), OverviewPanel(), ClosingSoonPanel()]
    if may_see_announcements(request.user):
        panels.append(EmailPanel())


def _asking_first(actions: list[tuple[str, str, bool]]) -> list[tuple[str, str, bool]]:
    approvals = [(name, label, True) for name, label, _ in actions if name == "approve"]
    return [action for action in actions if action[0] != "approve"] + approvals[:1]


class EmailPanel(Component):
    """Whether email works, in one line; what is wrong, and the way to pause it.

    For those who may see announcements. Whoever may mend broken texts is told of them.
    """

    name = "email"
    template_name = "notifications/admin/email_panel.html"
    order = 150

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        found = health()
        return {
            "request": request,
            # A component is drawn without the request, which would have brought it.
            "csrf_token": get_token(request),
            "health": found,
            "summary": summary(found),
            "broken_texts": may_change_texts(request.user) and texts.count_broken(),
            "may_pause": may_pause(request.user),
        }


class FindPersonPanel(Component):
    """Where support starts; nothing for those who may not see people."""

    name = "find-person"
    template_name = "notifications/admin/find_person_panel.html"
    order = 130

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        may_see = may_see_people(request.user)
        return {
            "csrf_token": get_token(request),
            "find_form": FindPersonForm() if may_see else None,
        }


class ClosingSoonPanel(Component):
    """Jobs that close soon, for those who may extend or close them; else nothing.

    What reminders say by email, for as long before. A job that is locked to the reader
    is named, and not offered. Six queries at the most.
    """

    name = "closing-soon"
    template_name = "notifications/admin/closing_soon_panel.html"
    order = 145

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        before, now = AnnouncementSettings.load().remind_editors_before, timezone.now()
        user = parent_context["request"].user
        policy = policy_registry.get_by_type(Page)
        pages = policy.instances_user_has_permission_for(user, "publish")
        jobs = closing_soon(now, before=before).filter(pk__in=pages.values("pk"))
        rows: Any = with_followers(jobs).select_related("company")
        rows = rows.with_locks().defer_streamfields().order_by("closes_at", "pk")
        found = list(rows[: MOST_CLOSING + 1])
        return {
            "rows": [
                {"job": job, "is_locked": is_locked(job, user)}
                for job in found[:MOST_CLOSING]
            ],
            "more": len(found) > MOST_CLOSING,
            "days": before.days,
            "until": now + before,
        }
