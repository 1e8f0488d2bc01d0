"""Pausing and resuming all email from the admin."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from notifications import pausing
from notifications.permissions import may_pause
from notifications.tasks import wake_soon


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Pause all email, or with ``resume`` let it go out again."""
    if not may_pause(request.user):
        raise PermissionDenied
    if "resume" in request.POST:
        pausing.resume()
        wake_soon()
        messages.success(request, _("Email goes out again."))
    else:
        pausing.pause(user=request.user)
        messages.warning(request, pausing.is_paused_text())
    return redirect("wagtailadmin_home")
