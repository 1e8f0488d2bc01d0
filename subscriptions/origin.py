"""Protection of public forms against other sites, without a cookie.

A CSRF token would set a cookie on every page that holds a form, and no cache could
keep such a page. Browsers say where a POST comes from: Sec-Fetch-Site (W3C Fetch
Metadata) and Origin (RFC 6454).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def is_from_here(request: HttpRequest) -> bool:
    """Whether a POST was sent by one of our own pages, or by no browser at all.

    Every browser sends one of the two headers with a POST from another site; a
    request with neither carries nobody's cookies into this.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("//")[2] == request.get_host()


def same_origin_required(view: View) -> View:
    """Answer 403 to a POST that another site's page sends; needs no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_from_here(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapper
