"""Closing a job, and opening it again, from its editor."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from jobs import services as jobs
from jobs.models import JobPage
from notifications import admin_messages
from notifications.forms import CloseJobForm
from notifications.models import AnnouncementSettings
from subscriptions.services import followers_of


def close_job(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask why a job closes, or whether it opens again, and do it on POST.

    Needs the right to publish the page.
    """
    page = get_object_or_404(JobPage, pk=page_id)
    if not page.permissions_for_user(request.user).can_publish() or not page.live:
        raise PermissionDenied
    is_closed = bool(page.closed_reason)
    form = CloseJobForm(request.POST or None, is_closed=is_closed)
    if request.method == "POST" and form.is_valid():
        _act(request, page, form.cleaned_data)
        return redirect("wagtailadmin_pages:edit", page.pk)
    record = page.record_or_none
    context = {
        "page": page,
        "form": form,
        "is_closed": is_closed,
        "followers": followers_of(record_id=record.pk) if record else 0,
        "quiet_minutes": AnnouncementSettings.load().quiet_minutes,
        "header_title": _("Open job again") if is_closed else _("Close job"),
        "page_title": _("Open job again") if is_closed else _("Close job"),
        "page_subtitle": page.title,
        "header_icon": "doc-full-inverse",
    }
    return TemplateResponse(request, "notifications/admin/close_job.html", context)


def _act(request: HttpRequest, page: JobPage, data: dict[str, Any]) -> None:
    values = {"page_id": page.pk, "note": data["note"], "user": request.user}
    if page.closed_reason:
        page = jobs.reopen_job(**values)
        done = _("“%(title)s” is open again.")
    else:
        page = jobs.close_job(reason=data["reason"], **values)
        done = _("“%(title)s” is closed. Its page stays and says so.")
    messages.success(request, done % {"title": page.title})
    admin_messages.tell_outlook(request, page)
