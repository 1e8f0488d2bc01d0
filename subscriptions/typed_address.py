"""The address that was typed, carried to the next page and nowhere else.

"Check your inbox" shows what was typed, so that a slip is seen. It travels in an
encrypted cookie that only our server can read, on that page's path, for ten minutes:
in no URL, in no log, in no session table.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "typed_address"
KEEP_FOR = dt.timedelta(minutes=10)


def _fernet() -> Fernet:
    digest = hashlib.sha256(b"typed address" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def remember(response: HttpResponse, *, path: str, **values: str | int) -> None:
    """Put ``values`` into a cookie of ``response`` that is sent to ``path`` only."""
    response.set_cookie(
        COOKIE,
        _fernet().encrypt(json.dumps(values).encode()).decode(),
        max_age=KEEP_FOR,
        path=path,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def recall(request: HttpRequest) -> dict[str, str | int]:
    """Answer the values of ``remember``; {} when there are none or they are old."""
    cookie = request.COOKIES.get(COOKIE, "")
    try:
        plain = _fernet().decrypt(cookie.encode(), ttl=int(KEEP_FOR.total_seconds()))
    except InvalidToken:
        return {}
    return json.loads(plain)
