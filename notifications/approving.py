"""Approving the edit of a job: Wagtail's dialog says first who will be told."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from wagtail.admin.views.pages.workflow import (
    CollectWorkflowActionDataView,
    WorkflowActionView,
)

from notifications import admin_messages
from notifications.foretelling import foretell
from notifications.models import Pause
from notifications.side_panels import outlook_of


class ForetellsApproval:
    """Adds to the dialog of an approval that publishes what it tells followers."""

    template_name = "notifications/admin/approve.html"

    def get_context_data(self: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        if self.action_name != "approve":
            return context
        if not self.task_state.workflow_state.is_at_final_task:
            return context | {"action_verbose": _("Approve")}
        # What is published is the newest revision, whichever was submitted.
        draft = self.object.get_latest_revision_as_object()
        context |= outlook_of(draft, foretell(draft))
        pause = Pause.objects.select_related("paused_by").first()
        return context | {"action_verbose": _("Approve and publish"), "pause": pause}


class CollectApprovalView(ForetellsApproval, CollectWorkflowActionDataView):
    """The dialog of the editor, which then sends its form."""


class ApproveView(ForetellsApproval, WorkflowActionView):
    """The dialog of the admin's front page, which acts by itself."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        if self.action_name == "approve":
            admin_messages.tell_approval(request, self.object)
        return response
