"""Answers that are kept, and for how long they are true."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
)

from jobsite.public import purging

if TYPE_CHECKING:
    from jobs.models import Edition

#: Unless it is named with a weight of 0 (RFC 9110, 12.5.3).
TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
#: Pages share so many places, the later one taking the place from the earlier: however
#: many addresses a crawler makes up, no more is kept.
PLACES = 2048
#: An address with a longer query string is answered, and not kept.
LONGEST_QUERY = 300
LARGEST = 256 * 1024
#: Changes that nobody heard of (a hand in the database) are seen after this time.
LONGEST = dt.timedelta(minutes=5)
#: Seconds for which a proxy may keep a page that has no query string.
FOR_PROXIES = 60
#: What an answer may depend on and still be kept: both are part of it, or of its key.
VARIES = {"accept-encoding", "hx-request"}
#: Headers that the server writes anew.
OF_THE_MOMENT = {"content-length", "date", "connection"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer of 200, packed, as every anonymous visitor gets it."""

    address: str
    edition: str
    made_at: dt.datetime
    until: dt.datetime
    etag: str
    headers: tuple[tuple[str, str], ...]
    packed: bytes
    #: Whether a proxy that is told of changes may answer with it for a while.
    is_for_proxies: bool = False

    def is_true(self, edition: str, now: dt.datetime) -> bool:
        """Whether it says what a new one would say."""
        return self.edition == edition and self.made_at <= now < self.until

    def answer(self, request: HttpRequest, now: dt.datetime) -> HttpResponse:
        """Give it to ``request``, or 304 to whoever has it already."""
        packed = bool(TAKES_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
        response = HttpResponse(self.packed if packed else gzip.decompress(self.packed))
        for name, value in self.headers:
            response.headers[name] = value
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        if self.is_for_proxies:
            seconds = min(FOR_PROXIES, int((self.until - now).total_seconds()))
            response.headers["Cache-Control"] = (
                f"max-age=0, must-revalidate, s-maxage={seconds}"
            )
        response.headers["ETag"] = self.etag
        response.headers["Content-Length"] = str(len(response.content))
        found = get_conditional_response(request, etag=self.etag, response=response)
        return found or response


def address_of(request: HttpRequest) -> str:
    """What tells answers apart; "" for a request whose answer is never kept.

    The order of names in a query string means nothing, nor does one without a value.
    Of several values of one name their order may.
    """
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return ""
    said = {
        name: [value for value in values if value or len(values) > 1]
        for name, values in sorted(request.GET.lists())
    }
    query = urlencode(said, doseq=True)
    part = request.META.get("HTTP_HX_REQUEST", "")
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    return f"{request.scheme}://{host}{request.path}?{query}#{part}"


def find(address: str) -> Kept | None:
    found: Kept | None = cache.get(_place(address))
    return found if found is not None and found.address == address else None


def keep(
    address: str, response: HttpResponse, *, edition: Edition, now: dt.datetime
) -> Kept:
    """Keep an answer that was made in ``edition``, which was looked up before.

    Whatever changed while it was made began another edition, so it is never taken for
    an answer of that one.
    """
    content = response.content
    said_nothing = not response.has_header("Cache-Control")
    if said_nothing:
        # Keep it, and ask: what comes back is 304 as long as it is true.
        patch_cache_control(response, no_cache=True)
    patch_vary_headers(response, ["Accept-Encoding"])
    kept = Kept(
        address=address,
        edition=edition.whole,
        made_at=now,
        until=_until(now, edition.turns_at),
        # Weak (RFC 9110, 8.8.1), since it is the same packed and unpacked.
        etag=f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"',
        headers=tuple(
            (name, value)
            for name, value in response.headers.items()
            if name.lower() not in OF_THE_MOMENT
        ),
        packed=gzip.compress(content, compresslevel=6, mtime=0),
        is_for_proxies=said_nothing and purging.is_on() and "?#" in address,
    )
    seconds = (kept.until - now).total_seconds()
    if len(kept.packed) <= LARGEST and seconds > 0:
        cache.set(_place(address), kept, timeout=seconds)
    return kept


def may_be_kept(response: HttpResponse) -> bool:
    """Whether everybody would get this answer, and may."""
    said, varies = (_words(response, name) for name in ("Cache-Control", "Vary"))
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Content-Encoding")
        and said.isdisjoint({"private", "no-store"})
        and varies <= VARIES
    )


def _words(response: HttpResponse, header: str) -> set[str]:
    words = response.headers.get(header, "").lower().split(",")
    return {word.strip() for word in words} - {""}


def _place(address: str) -> str:
    digest = hashlib.blake2b(address.encode(), digest_size=4).digest()
    return f"kept.{int.from_bytes(digest) % PLACES}"


def _until(now: dt.datetime, next_closing: dt.datetime | None) -> dt.datetime:
    """When pages say something else by themselves.

    "Closes in 6 days" does so at midnight, and "Closes today" when the job closes.
    """
    tomorrow = timezone.localdate(now) + dt.timedelta(days=1)
    midnight = timezone.make_aware(dt.datetime.combine(tomorrow, dt.time.min))
    return min(filter(None, (now + LONGEST, midnight, next_closing)))
