"""The address that was typed, carried to the next page and nowhere else.

"Check your inbox" shows what was typed, so that a slip is seen. It travels in an
encrypted cookie that only our server can read, on that page's path, for ten minutes:
in no URL, in no log, in no session table.
"""

from __future__ import annotations

import datetime as dt
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from subscriptions.sealing import seal, unseal

COOKIE = "typed_address"
PURPOSE = "typed address"
KEEP_FOR = dt.timedelta(minutes=10)


def remember(response: HttpResponse, *, path: str, **values: str | int) -> None:
    """Put ``values`` into a cookie of ``response`` that is sent to ``path`` only."""
    response.set_cookie(
        COOKIE,
        seal(PURPOSE, json.dumps(values)),
        max_age=KEEP_FOR,
        path=path,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def recall(request: HttpRequest) -> dict[str, str | int]:
    """Answer the values of ``remember``; {} when there are none or they are old."""
    plain = unseal(PURPOSE, request.COOKIES.get(COOKIE, ""), within=KEEP_FOR)
    return json.loads(plain) if plain else {}
