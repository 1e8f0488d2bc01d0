"""Links that stand for a person: what they carry, and how long they work.

Unsubscribing uses ``Subscription.token`` itself, works for years and gives nothing
away. The links below open more, so they are signed, dated, and good for one purpose.
"""

from __future__ import annotations

import datetime as dt

from django.core import signing

from subscriptions.models import CONFIRM_WITHIN, Subscriber, Subscription

MANAGE_WITHIN = dt.timedelta(days=30)


class TokenExpired(Exception):
    """The link was right, and is too old.

    ``value`` is what it stood for. ``record_id`` is of the job that a confirmation
    link was for, since by then the request itself is deleted.
    """

    def __init__(self, value: str) -> None:
        super().__init__("too old")
        self.value = value

    @property
    def record_id(self) -> int:
        return int(self.value.partition("-")[2] or 0)


class TokenUnknown(Exception):
    """The link is not one of ours, or it was cut or altered."""


def confirm_token(subscription: Subscription) -> str:
    """Make the token that confirms ``subscription``; it works for seven days."""
    return _make("confirm", f"{subscription.token}-{subscription.record_id}")


def read_confirm_token(token: str) -> str:
    """Answer the ``Subscription.token`` inside.

    Raises:
        TokenExpired: older than seven days.
        TokenUnknown: forged, altered, cut, or made for another purpose.
    """
    return _read("confirm", token, CONFIRM_WITHIN).partition("-")[0]


def manage_token(subscriber: Subscriber) -> str:
    """Make the token that opens everything ``subscriber`` follows, for 30 days."""
    # A fixed width lets a message be prepared once and filled in for each person.
    return _make("manage", f"{subscriber.pk:012d}")


def read_manage_token(token: str) -> int:
    """Answer the primary key of the ``Subscriber``.

    Raises:
        TokenExpired: older than 30 days.
        TokenUnknown: forged, altered, cut, or made for another purpose.
    """
    return int(_read("manage", token, MANAGE_WITHIN))


def _signer(purpose: str) -> signing.TimestampSigner:
    # "~" needs no escaping in an address (RFC 3986, 2.3) and is no part of a value.
    return signing.TimestampSigner(salt=f"subscriptions.{purpose}", sep="~")


def _make(purpose: str, value: str) -> str:
    return _signer(purpose).sign(value)


def _read(purpose: str, token: str, within: dt.timedelta) -> str:
    signer = _signer(purpose)
    try:
        return signer.unsign(token, max_age=within)
    except signing.SignatureExpired as error:
        raise TokenExpired(signer.unsign(token)) from error
    except signing.BadSignature as error:
        raise TokenUnknown from error
