"""What the job editor's panel of followers opens."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from jobs.models import JobPage
from notifications.foretelling import foretell


def preview_email(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the email that publishing a job's latest draft would send.

    Needs the right to edit the page. Shows it to a reader whom nobody is.
    """
    page = get_object_or_404(JobPage, pk=page_id)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    forecast = foretell(page.get_latest_revision_as_object())
    context = {
        "page": page,
        "forecast": forecast,
        "preview": forecast.preview(),
        "page_title": _("The email to followers"),
        "header_title": _("The email to followers"),
        "page_subtitle": page.title,
        "header_icon": "mail",
    }
    return TemplateResponse(request, "notifications/admin/preview_email.html", context)
