"""What the job editor lists beside the form before a job is published."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel

from jobs.models import BoardSettings
from jobs.warnings import Finding, checklist_of

if TYPE_CHECKING:
    from jobs.models import JobPage


class ChecklistSidePanel(BaseSidePanel):
    """What keeps the draft from being published, and what is worth mending.

    Wagtail draws it again with every save of the draft, as it does not do with its own
    panel of checks: that one holds what a script found in the preview.
    """

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Toggle what to mend")
        icon_name = "clipboard-list"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"count": self.panel.count}

    name = "checklist"
    title = _("Before publishing")
    template_name = "notifications/admin/side_panels/checklist.html"
    order = 300

    @property
    def count(self) -> int:
        return len(self.findings)

    @cached_property
    def findings(self) -> list[Finding]:
        job: JobPage = self.object
        duplicate = type(job).objects.likely_duplicate(
            title=job.title,
            company_id=job.company_id,
            apply_url=job.apply_url,
            exclude=job.pk,
        )
        board = BoardSettings.load(request_or_site=self.request)
        return checklist_of(job, timezone.now(), board=board, duplicate=duplicate)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {
            "needed": [finding for finding in self.findings if finding.blocks],
            "advised": [finding for finding in self.findings if not finding.blocks],
        }
