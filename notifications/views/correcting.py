"""Telling those who got an email that it was wrong."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from jobs import wording
from notifications import correcting
from notifications.forms import CorrectionForm
from notifications.models import Announcement, Pause
from notifications.permissions import may_decide
from notifications.tasks import wake_soon


def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is true, and on POST tell everybody who got announcement ``pk``.

    Needs the right to decide.
    """
    if not may_decide(request.user):
        raise PermissionDenied
    rows = Announcement.objects.select_related("record")
    announcement = get_object_or_404(rows, pk=pk)
    found = correcting.waiting_change(announcement)
    people = correcting.people_to_correct(announcement, found)
    if not people or not correcting.may_be_corrected(announcement):
        return _nobody_to_correct(request, pk)
    form = CorrectionForm(request.POST or None)
    paused = Pause.objects.exists()
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        try:
            made = correcting.correct(announcement_id=pk, note=note, user=request.user)
        except correcting.NotCorrectable:
            # All that was sent came back since we looked, or was deleted by its age.
            return _nobody_to_correct(request, pk)
        wake_soon()
        if paused:
            text = _("The correction goes out when email is resumed.")
        else:
            text = _("The correction goes out now.")
        messages.success(request, text)
        return redirect("notifications_announcement", made.pk)
    context = {
        "announcement": announcement,
        "form": form,
        "lines": wording.lines(found),
        "people": people,
        "when": _("when email is resumed") if paused else _("at once"),
        "page_title": _("Send a correction"),
        "page_subtitle": announcement.subject,
        "header_icon": "mail",
    }
    return TemplateResponse(request, "notifications/admin/correct.html", context)


def _nobody_to_correct(request: HttpRequest, pk: int) -> HttpResponse:
    messages.warning(request, _("There is nobody to send a correction to."))
    return redirect("notifications_announcement", pk)
