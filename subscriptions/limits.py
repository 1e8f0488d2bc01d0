"""How often the public forms may cause an email.

Four counts stop four abuses: one network that types in strangers' addresses, one
mailbox that is to be flooded, one job that is used for it, and many machines together.
The numbers are ``settings.FORM_LIMITS``.

What is promised: within one window of the clock no more than the number are let
through, over all processes, since the cache adds up without losing any. Where two
windows meet it may be twice the number in the length of one.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.translation import ngettext
from rest_framework.throttling import SimpleRateThrottle

from subscriptions import addresses
from subscriptions.networks import network_of

if TYPE_CHECKING:
    from jobs.models import JobRecord

SECONDS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
RATE = re.compile(r"(?P<number>\d+)/(?P<times>\d*)(?P<unit>[smhd])[a-z]*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A post that came too often: what was counted, and when to try again."""

    scope: str
    seconds: int

    @property
    def message(self) -> str:
        minutes = max(1, math.ceil(self.seconds / 60))
        if self.scope == "network":
            words = ngettext(
                "Too many tries from your network. Your address is kept in the form: "
                "try again in %(minutes)d minute.",
                "Too many tries from your network. Your address is kept in the form: "
                "try again in %(minutes)d minutes.",
                minutes,
            )
        elif self.scope == "mailbox":
            words = ngettext(
                "Too many tries for this address. It is kept in the form: try again in "
                "%(minutes)d minute.",
                "Too many tries for this address. It is kept in the form: try again in "
                "%(minutes)d minutes.",
                minutes,
            )
        else:
            words = ngettext(
                "Too many people ask at the moment. Your address is kept in the form: "
                "try again in %(minutes)d minute.",
                "Too many people ask at the moment. Your address is kept in the form: "
                "try again in %(minutes)d minutes.",
                minutes,
            )
        return words % {"minutes": minutes}


class Limit(SimpleRateThrottle):
    """One count of REST framework's kind, in windows of the clock instead of a list.

    A list of moments that two processes read and write at once forgets some of them,
    and grows with the number; a number in the cache does neither.
    """

    def __init__(self, scope: str, subject: str) -> None:
        self.scope = scope
        self.subject = subject
        super().__init__()

    @property
    def cache(self) -> Any:
        return caches["limits"]

    def get_rate(self) -> str:
        rate: str = settings.FORM_LIMITS[self.scope]
        return rate

    def parse_rate(self, rate: str) -> tuple[int, int]:
        """Read a rate such as "40/10min" or REST framework's own "100/day"."""
        found = RATE.fullmatch(rate)
        if found is None:
            raise ValueError(f"not a rate: {rate!r}")
        return int(found["number"]), int(found["times"] or 1) * SECONDS[found["unit"]]

    def get_cache_key(self, request: Any, view: Any) -> str:
        # The cache hides its keys: see ``jobsite.caches.hidden_key``.
        key: str = self.cache_format % {"scope": self.scope, "ident": self.subject}
        return f"{key}_{int(self.now // self.duration)}"

    def allow_request(self, request: Any, view: Any = None) -> bool:
        self.now = self.timer()
        key = self.get_cache_key(request, view)
        try:
            count = self.cache.incr(key)
        except ValueError:
            self.cache.add(key, 0, timeout=self.duration)
            count = self.cache.incr(key)
        return bool(count <= self.num_requests)

    def wait(self) -> int:
        """Seconds until the next window."""
        return math.ceil(self.duration - self.now % self.duration)


def refusal(
    request: HttpRequest, *, address: str, record: JobRecord | None = None
) -> Refusal | None:
    """Count a post that may cause an email; None if that may go on.

    Whoever is refused by one count is not added to those after it, so that one network
    cannot use up what is for everybody.

    Args:
        request: the post.
        address: the one that was typed, valid.
        record: of the job that is to be followed, if it is about one.
    """
    limits = [Limit("network", network_of(request)), Limit("mailbox", mailbox(address))]
    if record is not None:
        limits.append(Limit("job", str(record.pk)))
    limits.append(Limit("board", ""))
    for limit in limits:
        if not limit.allow_request(request):
            return Refusal(limit.scope, limit.wait())
    return None


def kept_for() -> dt.timedelta:
    """How long a count is kept at most; those of signing in (axes) are among them."""
    windows = [Limit(scope, "").duration for scope in settings.FORM_LIMITS]
    longest = dt.timedelta(seconds=max(windows, default=0))
    return max(longest, settings.AXES_COOLOFF_TIME)


def forget_old() -> None:
    """Delete counts whose time is over, where the cache does not do so by itself."""
    cache = caches["limits"]
    if hasattr(cache, "forget_expired"):
        cache.forget_expired()


def mailbox(address: str) -> str:
    """Where mail to ``address`` most likely lands: without ``+tag``, in small letters."""
    local, _at, domain = addresses.normalised(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
