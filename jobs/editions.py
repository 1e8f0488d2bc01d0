"""Editions of the public pages, in whatever all processes of this board share.

That is the database, whose triggers begin each edition with the change itself; or the
cache where all use the same one (Redis), so that a page which is kept costs no query.
"""

from __future__ import annotations

import datetime as dt
import secrets
from functools import partial

from django.core.cache import cache, caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction

from jobs.models import Edition, JobPage, PublicChange

WHOLE = "edition.whole"
FRAME = "edition.frame"


def current(now: dt.datetime) -> Edition:
    """The edition as of ``now``: one query, none where the cache is shared."""
    if not is_shared():
        return PublicChange.objects.edition(now)
    found = cache.get_many([WHOLE, FRAME])
    for key in {WHOLE, FRAME} - found.keys():
        # Of two processes that find none, both take the one that came first.
        cache.add(key, _mark(), timeout=None)
        found[key] = cache.get(key)
    return Edition(found[WHOLE], found[FRAME])


def with_next_closing(edition: Edition, now: dt.datetime) -> Edition:
    """The same edition, which says when the next job closes by itself."""
    if not is_shared():
        return edition
    closings = JobPage.objects.filter(closes_at__gt=now).order_by("closes_at")
    turns_at = closings.values_list("closes_at", flat=True).first()
    return edition._replace(turns_at=turns_at)


def turn(*, frame: bool) -> None:
    """Begin an edition in the shared cache, once the present transaction commits.

    Does nothing without one: the database knows by itself. A cache cannot be part of
    a transaction: if this process dies in between, pages stay as they are for as long
    as they are kept at most.

    Args:
        frame: whether what stands around every page has changed.
    """
    if is_shared():
        transaction.on_commit(partial(_turn, frame=frame), robust=True)


def _turn(*, frame: bool) -> None:
    keys = [WHOLE, FRAME] if frame else [WHOLE]
    cache.set_many({key: _mark() for key in keys}, timeout=None)


def _mark() -> str:
    return secrets.token_hex(8)


def is_shared() -> bool:
    """Whether every process of this board has the same cache."""
    return not isinstance(caches["default"], LocMemCache | DummyCache)
