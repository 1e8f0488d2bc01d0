"""What htmx adds to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it.

    ``htmx`` is true when only a part of the page is asked for. A view that answers
    differently then, by GET, says ``Vary: HX-Request``.
    """

    htmx: HtmxDetails
