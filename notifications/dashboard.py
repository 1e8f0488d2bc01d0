"""What the admin's front page says about email."""

from __future__ import annotations

from typing import Any

from wagtail.admin.ui.components import Component

from notifications.health import health, summary
from notifications.permissions import may_pause, may_see_announcements


class EmailPanel(Component):
    """Whether email works, in one line; what is wrong, and the way to pause it."""

    name = "email"
    template_name = "notifications/admin/email_panel.html"
    order = 150

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        found = health()
        return {
            "request": request,
            "health": found,
            "summary": summary(found),
            "may_pause": may_pause(request.user),
            "may_see": may_see_announcements(request.user),
        }
