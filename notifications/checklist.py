"""What the job editor lists beside the form before a job is published."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel

from jobs import formatting
from jobs.models import BoardSettings, JobPage
from jobs.warnings import Finding, checklist_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


def findings_of(draft: JobPage, *, board: BoardSettings) -> list[Finding]:
    """What keeps ``draft`` from being published, and what is worth mending."""
    duplicate = JobPage.objects.likely_duplicate(
        title=draft.title,
        company_id=draft.company_id,
        apply_url=draft.apply_url,
        exclude=draft.pk,
    )
    return checklist_of(draft, timezone.now(), board=board, duplicate=duplicate)


def refused(jobs: QuerySet[JobPage], *, board: BoardSettings) -> dict[int, list[str]]:
    """What publishing the newest drafts of ``jobs`` needs, by the job's key.

    A job without a draft that is newer than its page is refused nothing. A draft that
    is set to a later date waits for that, whatever else it needs. Costs what Wagtail
    asks to read a draft, and one query, for each that has one.
    """
    now = timezone.now()
    edited = jobs.filter(Q(live=False) | Q(has_unpublished_changes=True))
    found = {}
    for job in edited.filter(alias_of__isnull=True).select_related("latest_revision"):
        draft = job.get_latest_revision_as_object()
        needed = [x.text for x in findings_of(draft, board=board) if x.blocks]
        if draft.go_live_at and draft.go_live_at > now:
            moment = formatting.moment(draft.go_live_at)
            needed = [_("Set to go live %(moment)s.") % {"moment": moment}]
        if needed:
            found[job.pk] = needed
    return found


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
        board = BoardSettings.load(request_or_site=self.request)
        return findings_of(self.object, board=board)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {
            "needed": [finding for finding in self.findings if finding.blocks],
            "advised": [finding for finding in self.findings if not finding.blocks],
        }
