"""Telling people from robots, without a picture puzzle and without a third party.

A form carries a field that people cannot see and a sealed note of when it was made.
Whoever fills in the one or has no good note of the other is asked to press the button
once more, with everything kept that was typed; nobody is turned away.

A page that caches keep for everybody takes a note of its day, which is the same for
every visitor of that day; a form that is made for one answer takes a note of its
second. Both hold for weeks, so that a page in a tab of last week works.
"""

from __future__ import annotations

import datetime as dt
import time

from django.core import signing

#: Nobody reads, types and presses faster.
AT_LEAST = dt.timedelta(seconds=2)
AT_MOST = dt.timedelta(days=30)
DAY = 24 * 60 * 60

_SALT = "subscriptions.robots"


def note(purpose: str, *, of_day: bool = False) -> str:
    """Seal when a form was made, for ``check``.

    Args:
        purpose: which form it is; the note of one is not good for another.
        of_day: the same note for the whole day (UTC), for a page that is cached.
    """
    now = int(time.time())
    made_at = now - now % DAY - DAY if of_day else now
    return signing.Signer(salt=_SALT, sep="~").sign(f"{purpose}-{made_at}")


def is_doubtful(purpose: str, *, sealed: str, trap: str) -> bool:
    """Whether a post may come from a robot.

    Args:
        purpose: as ``note`` was given.
        sealed: what ``note`` answered, as it came back.
        trap: what stands in the field that people do not see.
    """
    if trap:
        return True
    try:
        said = signing.Signer(salt=_SALT, sep="~").unsign(sealed)
    except signing.BadSignature:
        return True
    of, _dash, made_at = said.rpartition("-")
    age = time.time() - int(made_at)
    too_fast = age < AT_LEAST.total_seconds()
    return of != purpose or too_fast or age > AT_MOST.total_seconds()
