"""An honest answer at every path that a job ever had."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from jobs import formatting, listed
from jobs.models import JobPath, JobRecord

GetResponse = Callable[[HttpRequest], HttpResponse]


class FormerJobMiddleware:
    """Turns "not found" into "is no longer here" where a job once was.

    Looks at 404 answers only, so that no page that exists pays for it. A job that
    moved is redirected to; one that was taken down or deleted answers 410 (RFC 9110,
    15.5.11) with what it was and similar jobs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        if "\x00" in request.path_info:
            return response
        path = _path_at(request.path_info)
        if path is None or not path.record.was_public:
            return response
        page = path.record.page
        if page is None or not page.live:
            return _gone(request, path.record)
        url = page.get_url(request)
        moved = url and url != request.path_info
        return HttpResponsePermanentRedirect(url) if moved else response


def _path_at(path: str) -> JobPath | None:
    """What is known of ``path``; a slash missing at its end makes no difference."""
    rows = JobPath.objects.select_related("record__page")
    return rows.filter(path=f"{path.removesuffix('/')}/").first()


def _facts_of(record: JobRecord) -> Iterator[str]:
    yield from filter(None, (record.company_name, record.place))
    first, last = record.first_public_at, record.was_open_until
    if first and last and first < last:
        days = {"first": formatting.day_long(first), "last": formatting.day_long(last)}
        yield _("was open from %(first)s to %(last)s.") % days


def _gone(request: HttpRequest, record: JobRecord) -> HttpResponse:
    offer = listed.similar_to(
        category_id=record.category_id, exclude=record.page_id, request=request
    )
    context = {
        "record": record,
        "was_filled": record.filled_at is not None,
        "ended_on": record.filled_at or record.gone_at,
        "facts": list(_facts_of(record)),
        "offer": offer,
    }
    return render(request, "jobs/gone.html", context, status=410)
