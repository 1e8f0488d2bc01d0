"""What of a job is no page: its closing date for calendars."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jobs.calendars import closing_date_of
from jobs.models import BoardSettings, JobRecord


@require_safe
@cache_control(public=True, max_age=600)
def closing_date(request: HttpRequest, record_id: int) -> HttpResponse:
    """Answer the closing date of a job as a calendar, also when the job is gone.

    By the job's record and not below its page, so that a calendar finds it wherever
    the page moves, and when there is none.
    """
    rows = JobRecord.objects.select_related("page")
    record = get_object_or_404(rows, pk=record_id)
    calendar = closing_date_of(
        record,
        timezone.now(),
        board=BoardSettings.load(request_or_site=request),
        url=urljoin(settings.SITE_URL, record.path),
        source=urljoin(settings.SITE_URL, request.path),
    )
    if calendar is None:
        raise Http404
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar")
    name = slugify(record.title) or "job"
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response
