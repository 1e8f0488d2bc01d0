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
from notifications.endings import note_ending
from notifications.views.deleting import confirm_delete

TAKES_DOWN = ("unpublish", "delete")


def after_publish(request: HttpRequest, page: Page) -> None:
    """Say what followers will be told of what was just published, or is set to be."""
    if isinstance(page, JobPage) and page.live:
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


def after_unpublish(request: HttpRequest, page: Page) -> None:
    """Say whom the end of a job, or of the jobs below a page, will be told."""
    _tell_gone(request, [page])


def before_unpublish(request: HttpRequest, page: Page) -> None:
    """Note why a page, or all that is below it too, is unpublished."""
    below = bool(request.POST.get("include_descendants"))
    note_ending([page], request.POST, below=below, deletes=False, user=request.user)


def before_delete(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask first; then note why, and which jobs go: afterwards nothing leads to them."""
    question = confirm_delete(request, page)
    if question is None and request.method == "POST":
        request._ending_records = _records_below([page])  # type: ignore[attr-defined]
        note_ending([page], request.POST, below=True, deletes=True, user=request.user)
    return question


def after_delete(request: HttpRequest, page: Page) -> None:
    """Say whom the deletion will be told."""
    admin_messages.tell_many(request, getattr(request, "_ending_records", []))


def before_bulk(
    request: HttpRequest, action_type: str, pages: list[Any], action: Any
) -> None:
    """Note why a bulk action is about to end jobs, and which."""
    if action_type in TAKES_DOWN and pages and isinstance(pages[0], Page):
        request._ending_records = _records_below(pages)  # type: ignore[attr-defined]
        deletes = action_type == "delete"
        below = deletes or "include_descendants" in request.POST
        note_ending(
            pages, request.POST, below=below, deletes=deletes, user=request.user
        )


def after_bulk(
    request: HttpRequest, action_type: str, pages: list[Any], action: Any
) -> None:
    """Say what followers will be told of a bulk action."""
    if action_type in TAKES_DOWN:
        admin_messages.tell_many(request, getattr(request, "_ending_records", []))
    elif action_type == "publish" and pages and isinstance(pages[0], Page):
        admin_messages.tell_many(request, _records_below(pages))
    elif isinstance(action, JobBulkAction):
        records = JobRecord.objects.filter(page__in=[page.pk for page in pages])
        admin_messages.tell_many(request, list(records.values_list("pk", flat=True)))


def _records_below(pages: list[Page]) -> list[int]:
    found: list[int] = []
    for page in pages:
        jobs = JobPage.objects.descendant_of(page, inclusive=True)
        records = JobRecord.objects.filter(page__in=jobs)
        found += records.values_list("pk", flat=True)
    return found


def _tell_gone(request: HttpRequest, pages: list[Page]) -> None:
    admin_messages.tell_many(request, _records_below(pages))


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
