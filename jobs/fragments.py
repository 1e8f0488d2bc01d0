"""Parts of pages that many pages share, remembered while an edition is current.

The same jobs stand in a list however it is narrowed, and a template takes longer to say
what they are than the database to find them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from django.http import HttpRequest

#: So many parts are remembered by one process, for so long.
MOST = 2_000
SECONDS = 5 * 60

_remembered: dict[Hashable, str] = {}


def remembered(
    request: HttpRequest | None, key: Hashable, render: Callable[[], str]
) -> str:
    """What ``render`` says, or said before in the same edition and on the same day.

    Args:
        request: as `jobsite.public` leaves it; for any other nothing is remembered.
        key: tells this part from all others. Whatever else the part depends on has to
            turn the edition.
        render: makes the part.
    """
    edition = getattr(request, "edition", "")
    if not edition:
        return render()
    # What is counted in days turns at midnight, where one of these times begins.
    full_key = (edition, int(time.time() // SECONDS), key)
    html = _remembered.get(full_key)
    if html is None:
        html = render()
        if len(_remembered) >= MOST:
            _remembered.clear()
        _remembered[full_key] = html
    return html
