"""Answers what everybody sees quickly, or from what is kept. ADR 12 says how."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.sitemaps import views as sitemaps
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.views import serve

from home.views import look_css
from jobs import editions
from jobsite.public import frame as frames
from jobsite.public import kept, routing
from jobsite.robots import robots_txt

if TYPE_CHECKING:
    from jobs.models import Edition

#: Views whose answers turn with the edition and with nothing else.
VIEWS = {serve, look_css, robots_txt, sitemaps.index, sitemaps.sitemap}


class PublicPagesMiddleware:
    """Serves anonymous visitors.

    Anybody who sends a cookie is served as if this middleware were not there, and so
    are previews.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = kept.address_of(request) if _is_anonymous(request) else ""
        if not address:
            return self.get_response(request)
        now = timezone.now()
        visit = Visit()
        request.visit = visit  # type: ignore[attr-defined]
        found = kept.find(address)
        if found is not None:
            visit.edition = editions.current(now)
            if found.is_true(visit.edition.whole, now):
                return found.answer(request, now)
        response = self.get_response(request)
        edition = visit.edition
        if edition is None or not edition.whole or not kept.may_be_kept(response):
            return response
        made = kept.keep(address, response, edition=edition, now=now)
        return made.answer(request, now)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> None:
        """Find out what stands around a page before Wagtail looks for it."""
        visit: Visit | None = getattr(request, "visit", None)
        if visit is None or view not in VIEWS:
            return
        now = timezone.now()
        edition, frame = frames.read(visit.edition, now)
        visit.edition = editions.with_next_closing(edition, now)
        # A job that closes by itself turns no edition, and what is said of it does.
        mark = f"{edition.whole}.{visit.edition.turns_at}" if edition.whole else ""
        request.edition = mark  # type: ignore[attr-defined]
        if frame is None:
            return
        index = frame.put_on(request)
        if view is serve and index is not None:
            routing.prepare(request, frame, index, *args)


class Visit:
    """What is known of a request: the edition that it is answered from."""

    edition: Edition | None = None


def _is_anonymous(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and not request.META.get("HTTP_COOKIE")
        and not request.META.get("HTTP_AUTHORIZATION")
        and not getattr(request, "is_dummy", False)
    )
