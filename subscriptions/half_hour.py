"""The half hour in which a browser may act for an address that it proved to be its own.

It begins when a link from an email is used: to confirm, or to see everything that is
followed. It is kept in a signed cookie, which holds a number and no address, is sent to
the pages of following only, and is refused after thirty minutes whatever the browser
thinks.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from subscriptions.addresses import hashed
from subscriptions.models import Subscriber

COOKIE = "follower"
SALT = "subscriptions.half-hour"
OPEN_FOR = dt.timedelta(minutes=30)


def begin(response: HttpResponse, subscriber_id: int) -> None:
    """Let the browser that gets ``response`` act for a person."""
    response.set_signed_cookie(
        COOKIE,
        str(subscriber_id),
        salt=SALT,
        max_age=OPEN_FOR,
        path=_path(),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def end(response: HttpResponse) -> None:
    """Close what is open in the browser that gets ``response``."""
    response.delete_cookie(COOKIE, path=_path(), samesite="Lax")


def subscriber_id(request: HttpRequest) -> int | None:
    """The key of the person for whom the browser may act; None for nobody."""
    try:
        value = request.get_signed_cookie(COOKIE, salt=SALT, max_age=OPEN_FOR)
    except (KeyError, signing.BadSignature):
        return None
    return int(value) if value else None


def subscriber(request: HttpRequest) -> Subscriber | None:
    """The person for whom the browser may act; None for nobody, or when erased."""
    pk = subscriber_id(request)
    return Subscriber.objects.filter(pk=pk).first() if pk is not None else None


def is_of(request: HttpRequest, address: str) -> bool:
    """Whether the browser may act for the person at ``address``."""
    found = subscriber(request)
    return found is not None and found.address_hash == hashed(address)


def _path() -> str:
    """What the pages of following have in common, and no other page."""
    return reverse("subscriptions:manage").removesuffix("manage/")
