"""Makes the town's people follow what they follow, without asking them by email."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jobsite.demo.acts import TAKEN, Town
from jobsite.demo.people import FOLLOWS, PEOPLE, address
from notifications.delivery.owing import notice_due_at
from notifications.models import OutgoingEmail
from notifications.reminding import REMIND_BEFORE
from subscriptions import addresses
from subscriptions.models import Subscriber, Subscription

if TYPE_CHECKING:
    from jobs.models import Company, JobRecord
    from jobsite.demo.shapes import Follow

#: How long a person takes to find our first email and press its button.
TO_CONFIRM = dt.timedelta(minutes=3)
#: Notices to companies are shown in the log for this long.
NOTICED = dt.timedelta(days=7)

Kind = OutgoingEmail.Kind
Priority = OutgoingEmail.Priority
Group = tuple[dt.datetime, list[Subscription]]


def hashes() -> list[str]:
    """How the town's people are known to the database."""
    return [addresses.hashed(address(person)) for person in PEOPLE]


def follow(town: Town, record: JobRecord, slug: str) -> list[Subscription]:
    """Have everybody follow a job who is said to; answer those that are new."""
    return [
        made
        for wish in FOLLOWS.get(slug, ())
        if (made := _follow(town, record, slug, wish)) is not None
    ]


def _follow(
    town: Town, record: JobRecord, slug: str, wish: Follow
) -> Subscription | None:
    subscriber = _person(town, wish.who)
    if Subscription.objects.filter(subscriber=subscriber, record=record).exists():
        return None
    confirmed_at = town.days.ago(wish.since, wish.at)
    requested_at = confirmed_at - TO_CONFIRM
    subscription = Subscription.objects.create(
        subscriber=subscriber,
        record=record,
        requested_at=requested_at,
        confirmed_at=confirmed_at if wish.confirmed else None,
        closings_only=wish.closings_only,
        remind_before_closing=wish.remind,
        share_address=wish.share,
        consent_path=town.path(slug),
    )
    _write_to(subscription)
    return subscription


def _person(town: Town, who: str) -> Subscriber:
    subscriber, _made = Subscriber.objects.get_or_create(
        address_hash=addresses.hashed(address(who)),
        defaults={
            "address": address(who),
            "created_at": town.days.ago(*_first_follow()[who]),
        },
    )
    return subscriber


@functools.cache
def _first_follow() -> dict[str, tuple[int, str]]:
    firsts: dict[str, tuple[int, str]] = {}
    for wish in (wish for wishes in FOLLOWS.values() for wish in wishes):
        if wish.since > firsts.get(wish.who, (0, ""))[0]:
            firsts[wish.who] = (wish.since, wish.at)
    return firsts


def _write_to(subscription: Subscription) -> None:
    """Log the mail that a follower had by now, beside that of announcements."""
    asked_at, page = subscription.requested_at, subscription.record.page
    if subscription.confirmed_at is None:
        key = f"confirm:{subscription.subscriber_id}:0:{asked_at:%Y%m%d%H}"
        _log(subscription, Kind.CONFIRM, key, Priority.CONFIRMATION, asked_at)
    elif subscription.remind_before_closing and page and page.closes_at:
        due_at = page.closes_at - REMIND_BEFORE
        if due_at <= timezone.now():
            key = f"remind:{subscription.pk}"
            _log(subscription, Kind.REMINDER, key, Priority.CHANGE, due_at)


def _log(
    subscription: Subscription, kind: str, key: str, priority: int, at: dt.datetime
) -> None:
    # It is there already if somebody deleted the job that it was about, which is back.
    email, _made = OutgoingEmail.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "subscriber": subscription.subscriber,
            "priority": priority,
            **sent(at),
        },
    )
    email.subscriptions.add(subscription)


def notify_companies(town: Town, made: list[Subscription]) -> None:
    """Log the notices that companies had of last week's new followers."""
    news: dict[Company, list[Subscription]] = {}
    since = town.days.now - NOTICED
    for subscription in made:
        page = subscription.record.page
        if page is None or page.company is None or subscription.confirmed_at is None:
            continue
        if subscription.confirmed_at > since:
            news.setdefault(page.company, []).append(subscription)
    for company, subscriptions in news.items():
        for due_at, group in _merged(company, subscriptions):
            email = OutgoingEmail.objects.create(
                kind=Kind.NEW_FOLLOWER,
                key=f"company:{company.pk}:{group[0].pk}",
                company=company,
                priority=Priority.COMPANY,
                **sent(due_at),
            )
            email.subscriptions.set(group)


def _merged(company: Company, subscriptions: list[Subscription]) -> list[Group]:
    """Put together what one notice tells, as it is done every day."""
    groups: list[Group] = []
    moments = [(s.confirmed_at, s.pk, s) for s in subscriptions if s.confirmed_at]
    for at, _pk, subscription in sorted(moments):
        last = groups[-1][0] if groups else None
        due_at = notice_due_at(company.notices, at, last=last)
        if groups and groups[-1][0] >= at and groups[-1][1]:
            groups[-1][1].append(subscription)
        else:
            groups.append((due_at, [subscription]))
    return groups


def sent(at: dt.datetime) -> dict[str, Any]:
    """What a row has of an email that was taken at the first attempt."""
    return {
        "state": OutgoingEmail.State.SENT,
        "created_at": at,
        "due_at": at,
        "attempts": 1,
        "last_code": TAKEN,
        "sent_at": at + dt.timedelta(seconds=2),
    }
