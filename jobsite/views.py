"""Pages of the project itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from jobsite.handbook import sections


def handbook(request: HttpRequest) -> HttpResponse:
    """Show the handbook for editors to whoever may open the admin."""
    context = {
        "sections": sections(),
        "page_title": _("Handbook"),
        "header_title": _("Handbook"),
        "header_icon": "help",
    }
    return TemplateResponse(request, "jobsite/admin/handbook.html", context)
