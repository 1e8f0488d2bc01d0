"""What of a job is no page: its closing date for calendars, its picture for links."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.text import slugify
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jobs.models import BoardSettings, JobPage, JobRecord
from jobs.share_cards import ShareCard


@require_safe
@cache_control(public=True, max_age=600)
def closing_date(request: HttpRequest, record_id: int) -> HttpResponse:
    """Answer the closing date of a job as a calendar, also when the job is gone.

    By the job's record and not below its page, so that a calendar finds it wherever
    the page moves, and when there is none.
    """
    # Only who writes a calendar carries what it takes, and the worker never does.
    from jobs.calendars import closing_date_of

    rows = JobRecord.objects.select_related("page")
    record = get_object_or_404(rows, pk=record_id)
    path = record.path
    calendar = closing_date_of(
        record,
        timezone.now(),
        board=BoardSettings.load(request_or_site=request),
        url=urljoin(settings.SITE_URL, path) if path else "",
        source=urljoin(settings.SITE_URL, request.path),
    )
    if calendar is None:
        raise Http404
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar")
    name = slugify(record.title) or "job"
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@require_safe
def share_card(request: HttpRequest, page_id: int, digest: str) -> HttpResponse:
    """Answer the picture of a public job as it is now.

    Args:
        request: a GET.
        page_id: of the job's page.
        digest: what the card said when the link was made. It makes each picture's
            address its own, so that caches may keep it for good.
    """
    jobs = JobPage.objects.live().public().select_related("company")
    job = get_object_or_404(jobs, pk=page_id)
    card = ShareCard.of(job, BoardSettings.load(request_or_site=request))
    response = HttpResponse(card.png(), content_type="image/png")
    is_same = digest == card.digest
    patch_cache_control(
        response, public=True, max_age=365 * 24 * 60 * 60 if is_same else 300
    )
    return response
