"""The panel of followers by itself, and the emails that it shows before they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from jobs.models import JobPage
from notifications.foretelling import foretell, waiting_email
from notifications.models import AnnouncedState
from notifications.permissions import may_see_announcements
from notifications.side_panels import FollowersSidePanel, older_version_of

if TYPE_CHECKING:
    from typing import Any

    from notifications.previews import Preview

TEMPLATE = "notifications/admin/preview_email.html"


def followers_panel(request: HttpRequest, page_id: int) -> HttpResponse:
    """Draw the panel anew, for an editor who watches how an email goes out.

    Needs the right to edit the page.
    """
    page = get_object_or_404(JobPage, pk=page_id, alias_of__isnull=True)
    if not _may_edit(request.user, page):
        raise PermissionDenied
    panel = FollowersSidePanel(page.get_latest_revision_as_object(), request)
    return HttpResponse(panel.render_html({}))


def preview_email(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the email that publishing a job's latest draft, or ?version=, would send.

    Needs the right to edit the page. Shows it to a reader whom nobody is.
    """
    page = get_object_or_404(JobPage, pk=page_id)
    if not _may_edit(request.user, page):
        raise PermissionDenied
    version = request.GET.get("version", "")
    draft = _older_version(page, version) if version else None
    forecast = foretell(draft or page.get_latest_revision_as_object())
    context = _context(page, page.title, forecast.preview(), told=forecast.told)
    return TemplateResponse(request, TEMPLATE, context | {"older_version": version})


def _older_version(page: JobPage, version: str) -> JobPage:
    if not version.isdecimal():
        raise Http404
    return older_version_of(get_object_or_404(page.revisions, pk=int(version)))


def preview_waiting(request: HttpRequest, state_id: int) -> HttpResponse:
    """Show the email that the quiet window of a job holds, to a reader as above.

    Needs the right to see announcements, or to edit the page.
    """
    states = AnnouncedState.objects.select_related("record__page", "actor")
    state = get_object_or_404(states, pk=state_id)
    page = state.record.page
    may_edit = _may_edit(request.user, page)
    if not may_see_announcements(request.user) and not may_edit:
        raise PermissionDenied
    waiting = waiting_email(state)
    preview, told = (waiting.preview, waiting.told) if waiting else (None, 0)
    # Back to the announcements for whoever the editor would refuse.
    shown = page if may_edit else None
    context = _context(shown, state.record.title, preview, told=told)
    return TemplateResponse(request, TEMPLATE, context | {"is_waiting": True})


def _may_edit(user: Any, page: JobPage | None) -> bool:
    return page is not None and page.permissions_for_user(user).can_edit()


def _context(
    page: JobPage | None, title: str, preview: Preview | None, *, told: int
) -> dict[str, Any]:
    return {
        "page": page,
        "preview": preview,
        "told": told,
        "page_title": _("The email to followers"),
        "header_title": _("The email to followers"),
        "page_subtitle": title,
        "header_icon": "mail",
    }
