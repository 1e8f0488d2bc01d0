"""The last step before a page with public jobs is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.pages.utils import type_to_delete_confirmation
from wagtail.models import ReferenceIndex

from notifications.endings import EndingForm, ending_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from wagtail.models import Page

#: Wagtail's default: from so many pages on, the name of the site must be typed.
MANY = 10


def confirm_delete(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask before public jobs are deleted, saying who will be told.

    Answers None when Wagtail may go on: no public job would go, something protects
    the page, or the answer was yes.
    """
    if request.method == "POST" and type_to_delete_confirmation(request):
        return None
    form = EndingForm(request.POST) if request.method == "POST" else None
    ending = ending_of([page], deletes=True, form=form)
    references = ReferenceIndex.get_references_to(page).group_by_source_object()
    if not ending.jobs or references.is_protected:
        return None
    below = page.get_descendant_count()
    limit = getattr(settings, "WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT", MANY)
    edit_url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    context = {
        "page": page,
        "ending": ending,
        "descendant_count": below,
        "total_pages": below + 1,
        "type_to_confirm_before_delete": below + 1 >= limit,
        "wagtail_site_name": settings.WAGTAIL_SITE_NAME,
        "next": get_valid_next_url_from_request(request),
        "edit_url": edit_url,
        "page_title": _("Delete"),
        "header_icon": "bin",
    }
    return TemplateResponse(request, "notifications/admin/confirm_delete.html", context)
