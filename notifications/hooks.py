"""What runs around an editor's click; registered in ``wagtail_hooks``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.models import Page

from jobs.models import JobPage, JobRecord
from notifications import admin_messages
from notifications.bulk_actions import JobBulkAction
from notifications.endings import jobs_that_end, note_ending
from notifications.foretelling import jobs_that_go_public
from notifications.views.deleting import confirm_delete

TAKES_DOWN = ("unpublish", "delete")


def after_publish(request: HttpRequest, page: Page) -> None:
    """Say what followers will be told of what was just published, or is set to be."""
    if isinstance(page, JobPage) and (page.live or page.scheduled_revision):
        admin_messages.tell_publication(request, page)


def after_approval(request: HttpRequest, page: Page) -> None:
    """Say the same after an edit was approved: Wagtail publishes it without a word.

    Its hooks of publishing do not run then, and it saves the form in the same request.
    """
    approves = request.POST.get("workflow-action-name") == "approve"
    if approves and isinstance(page.specific, JobPage):
        admin_messages.tell_approval(request, page.specific)


def ask_before_approving(
    menu_items: list[Any], request: HttpRequest, context: dict[str, Any]
) -> None:
    """Leave one way to approve a job, by the dialog that says who will be told."""
    if not isinstance(context.get("page"), JobPage):
        return
    approvals = [item for item in menu_items if item.name == "approve"]
    for item in approvals:
        item.launch_modal = True
    for item in approvals[1:]:
        menu_items.remove(item)


def before_unpublish(request: HttpRequest, page: Page) -> None:
    """Note why a page, or all that is below it too, is unpublished, and which jobs."""
    _note_ending(request, [page], below=_includes_below(request), deletes=False)


def after_unpublish(request: HttpRequest, page: Page) -> None:
    """Say whom the end of a job, or of the jobs below a page, will be told."""
    _tell_ended(request)


def before_delete(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask first; then note why, and which jobs go: afterwards nothing leads to them."""
    question = confirm_delete(request, page)
    if question is None and request.method == "POST":
        _note_ending(request, [page], below=True, deletes=True)
    return question


def after_delete(request: HttpRequest, page: Page) -> None:
    """Say whom the deletion will be told."""
    _tell_ended(request)


def before_bulk(
    request: HttpRequest, action_type: str, pages: list[Any], action: Any
) -> None:
    """Note which jobs a bulk action is about to end, and why, or to publish."""
    if not pages or not isinstance(pages[0], Page):
        return
    below = _includes_below(request)
    if action_type in TAKES_DOWN:
        deletes = action_type == "delete"
        _note_ending(request, pages, below=below or deletes, deletes=deletes)
    elif action_type == "publish":
        jobs = jobs_that_go_public(pages, below=below)
        request._published = list(jobs.values_list("pk", flat=True))  # type: ignore[attr-defined]


def after_bulk(
    request: HttpRequest, action_type: str, pages: list[Any], action: Any
) -> None:
    """Say what followers will be told of a bulk action."""
    if action_type in TAKES_DOWN:
        _tell_ended(request)
    elif action_type == "publish":
        _tell_of_jobs(request, getattr(request, "_published", []))
    elif isinstance(action, JobBulkAction):
        _tell_of_jobs(request, [page.pk for page in pages])


def _includes_below(request: HttpRequest) -> bool:
    return bool(request.POST.get("include_descendants"))


def _note_ending(
    request: HttpRequest, pages: list[Page], *, below: bool, deletes: bool
) -> None:
    ending = jobs_that_end(pages, deletes=deletes, below=below)
    records = JobRecord.objects.filter(page__in=ending)
    request._ended = list(records.values_list("pk", flat=True))  # type: ignore[attr-defined]
    note_ending(pages, request.POST, below=below, deletes=deletes, user=request.user)


def _tell_ended(request: HttpRequest) -> None:
    admin_messages.tell_many(request, getattr(request, "_ended", []))


def _tell_of_jobs(request: HttpRequest, jobs: list[int]) -> None:
    records = JobRecord.objects.filter(page__in=jobs)
    admin_messages.tell_many(request, list(records.values_list("pk", flat=True)))


class CloseJobMenuItem(ActionMenuItem):
    """Close a job, beside "Publish"; open it again once it is closed."""

    name = "action-close-job"
    icon_name = "no-view"

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        if context["view"] != "edit" or not isinstance(page, JobPage) or not page.live:
            return False
        tester = self.get_user_page_permissions_tester(context)
        return not context["locked_for_user"] and tester.can_publish()

    @property
    def label(self) -> str:
        return str(_("Close or reopen job"))

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        closed = bool(parent_context["page"].closed_reason)
        return context | {"label": _("Open job again") if closed else _("Close job")}

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("notifications_close_job", args=[parent_context["page"].pk])
