"""How long what is kept of a person, by the settings.

The privacy page, emails and pages take their numbers from here too, so that they cannot
promise anything else.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings


def keep_requests() -> dt.timedelta:
    """How long a request waits for its link to be used."""
    return dt.timedelta(days=settings.KEEP_REQUESTS_DAYS)


def keep_followers() -> dt.timedelta:
    """How long followers are kept after a job stopped being open."""
    return dt.timedelta(days=settings.KEEP_FOLLOWERS_DAYS)


def keep_addresses() -> dt.timedelta:
    """How long an address is kept after the last subscription of a person ended."""
    return dt.timedelta(days=settings.KEEP_ADDRESSES_DAYS)


def keep_emails() -> dt.timedelta:
    """How long it is known which email went to whom."""
    return dt.timedelta(days=settings.KEEP_EMAILS_DAYS)
