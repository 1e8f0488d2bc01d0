"""Closing a job, opening it again and extending it, from outside of its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from jobs import formatting
from jobs import services as jobs
from jobs.models import JobPage
from notifications import admin_messages
from notifications.foretelling import (
    foretell_closing,
    foretell_extending,
)
from notifications.forms import CloseJobForm, ExtendJobForm
from notifications.models import AnnouncementSettings, Pause

if TYPE_CHECKING:
    from notifications.foretelling import Forecast


#: Somebody took the job down, or deleted it, after we looked.
GONE = (jobs.NotPublic, JobPage.DoesNotExist)


def close_job(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask why a job closes, or whether it opens again, and do it on POST.

    A reason asks to close, none to open again: pressed twice, or after a colleague,
    neither turns into the other. Needs the right to publish the page.
    """
    page = _page_to_change(request, page_id)
    is_closed = bool(page.closed_reason)
    if request.method == "POST" and ("reason" in request.POST) == is_closed:
        return _as_it_is(request, page)
    form = CloseJobForm(request.POST or None, is_closed=is_closed)
    if request.method == "POST" and form.is_valid():
        try:
            _close_or_reopen(request, page, form.cleaned_data)
        except GONE:
            return _as_it_went(request, page)
        return redirect("wagtailadmin_pages:edit", page.pk)
    title = _("Open job again") if is_closed else _("Close job")
    context = _context(page, foretell_closing(page), title)
    context |= {"form": form, "is_closed": is_closed}
    return TemplateResponse(request, "notifications/admin/close_job.html", context)


def closing_soon(request: HttpRequest, page_id: int) -> HttpResponse:
    """Offer to extend a job or to close it, and extend it on POST.

    Where reminders lead, so a GET only shows. Needs the right to publish the page.
    """
    page = _page_to_change(request, page_id)
    if not page.is_open or page.closes_at is None:
        return _as_it_is(request, page)
    form = ExtendJobForm(request.POST or None, job=page)
    if request.method == "POST" and form.is_valid():
        try:
            _extend(request, page, form)
        except GONE:
            return _as_it_went(request, page)
        return redirect("wagtailadmin_pages:edit", page.pk)
    context = _context(page, foretell_extending(page), _("Extend or close"))
    context |= {
        "form": form,
        "closes": formatting.moment(page.closes_at),
        "if_closed": foretell_closing(page),
    }
    return TemplateResponse(request, "notifications/admin/closing_soon.html", context)


def _as_it_is(request: HttpRequest, page: JobPage) -> HttpResponse:
    is_open = _("This job is open, and nothing was done.")
    is_closed = _("This job is closed already.")
    messages.info(request, is_open if page.is_open else is_closed)
    return redirect("wagtailadmin_pages:edit", page.pk)


def _as_it_went(request: HttpRequest, page: JobPage) -> HttpResponse:
    text = _("“%(title)s” was taken down meanwhile, and nothing was done.")
    messages.warning(request, text % {"title": page.title})
    if JobPage.objects.filter(pk=page.pk).exists():
        return redirect("wagtailadmin_pages:edit", page.pk)
    return redirect("jobs_listing:index")


def _page_to_change(request: HttpRequest, page_id: int) -> JobPage:
    page = get_object_or_404(JobPage, pk=page_id, alias_of__isnull=True)
    may = page.permissions_for_user(request.user)
    if not page.live or not may.can_publish() or may.page_locked():
        raise PermissionDenied
    return page


def _context(page: JobPage, forecast: Forecast, title: str) -> dict[str, Any]:
    return {
        "page": page,
        "forecast": forecast,
        "quiet_minutes": AnnouncementSettings.load().quiet_minutes,
        "pause": Pause.objects.first(),
        "header_title": title,
        "page_title": title,
        "page_subtitle": page.title,
        "header_icon": "doc-full-inverse",
    }


def _close_or_reopen(request: HttpRequest, page: JobPage, data: dict[str, Any]) -> None:
    values = {"page_id": page.pk, "note": data["note"], "user": request.user}
    if page.closed_reason:
        page = jobs.reopen_job(**values)
        done = _("“%(title)s” is open again.")
    else:
        page = jobs.close_job(reason=data["reason"], **values)
        done = _("“%(title)s” is closed. Its page stays and says so.")
    messages.success(request, done % {"title": page.title})
    admin_messages.tell_outlook(request, page)


def _extend(request: HttpRequest, page: JobPage, form: ExtendJobForm) -> None:
    extended = jobs.extend_closing_date(
        page_id=page.pk,
        closes_at=form.cleaned_data["until"],
        note=form.cleaned_data["note"],
        user=request.user,
    )
    page = JobPage.objects.get(pk=page.pk)
    if page.closes_at is None:
        text = _("“%(title)s” has no closing date any more, and was left alone.")
        messages.info(request, text % {"title": page.title})
        return
    values = {"title": page.title, "moment": formatting.moment(page.closes_at)}
    if extended:
        messages.success(request, _("“%(title)s” closes %(moment)s.") % values)
        admin_messages.tell_outlook(request, page)
    else:
        text = _("“%(title)s” was extended meanwhile: it closes %(moment)s.")
        messages.info(request, text % values)
