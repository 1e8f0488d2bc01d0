"""Links that stand for a person: what they carry, and how long they work.

Unsubscribing uses ``Subscription.token`` itself, works for years and gives nothing
away. The links below open more, so they are signed, dated, and good for one purpose.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing

from subscriptions import retention

if TYPE_CHECKING:
    from subscriptions.models import Subscriber, Subscription

MANAGE_WITHIN = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLink:
    """What a confirmation link stands for.

    It works for everything that waits for its address, until the address has answered
    a link; ``answers`` is how many it had answered before. ``record_id`` is of the job
    that the email was written for.
    """

    subscriber_id: int
    answers: int
    record_id: int


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
        return int(self.value.rpartition("-")[2] or 0)


class TokenUsed(Exception):
    """The link was right, and nothing waits for its answer any more."""

    def __init__(self, link: ConfirmLink) -> None:
        super().__init__("used")
        self.link = link


class TokenUnknown(Exception):
    """The link is not one of ours, or it was cut or altered."""


def confirm_token(subscription: Subscription) -> str:
    """Make the token that confirms what waits for the address of ``subscription``."""
    subscriber = subscription.subscriber
    value = f"{subscriber.pk}-{subscriber.answers}-{subscription.record_id}"
    return _make("confirm", value)


def read_confirm_token(token: str) -> ConfirmLink:
    """Answer what the link stands for, used or not.

    Raises:
        TokenExpired: older than seven days.
        TokenUnknown: forged, altered, cut, or made for another purpose.
    """
    parts = _read("confirm", token, retention.keep_requests()).split("-")
    subscriber_id, answers, record_id = map(int, parts)
    return ConfirmLink(
        subscriber_id=subscriber_id, answers=answers, record_id=record_id
    )


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
    return _signer_with(settings.SECRET_KEY, purpose)


@cache
def _signer_with(key: str, purpose: str) -> signing.TimestampSigner:
    # Kept, for 100,000 links in a row. "~" needs no escaping in an address (RFC 3986,
    # 2.3) and is no part of a value.
    return signing.TimestampSigner(key=key, salt=f"subscriptions.{purpose}", sep="~")


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
