"""Who is told: one answer, for what is promised before a click and what is sent after."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from jobs.facts import CLOSED, OPEN, TAKEN_DOWN
from notifications.delivery.inserting import mailable
from notifications.models import Announcement
from subscriptions.models import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable

    from subscriptions.models import SubscriptionQuerySet

#: Of subscriptions: their job is open as far as its followers know. That it ended is
#: news to nobody else.
KNOWN_AS_OPEN = Q(record__announced_state__facts__availability__state=OPEN)


#: That it is open again is news to those who know that it ended.
KNOWN_AS_ENDED = Q(
    record__announced_state__facts__availability__state__in=[CLOSED, TAKEN_DOWN]
)


class Crowd(NamedTuple):
    """How many subscriptions are told, and how many people that is."""

    followers: int
    people: int


def audience(kind: str) -> SubscriptionQuerySet:
    """The followers, of any job, who would hear of news of ``kind`` decided now."""
    everybody = kind in Announcement.FOR_EVERYONE
    return mailable(Subscription.objects.confirmed().wanting(endings=everybody))


def hearing(*, changed: Iterable[int], ended: Iterable[int]) -> SubscriptionQuerySet:
    """The followers who would hear of changes, and of ends, of the jobs of records."""
    rows = audience(Announcement.Kind.CHANGED).filter(record__in=changed)
    return rows | audience(Announcement.Kind.CLOSED).filter(record__in=ended)


def people_told(*, record_id: int, kind: str) -> int:
    """How many would hear of news of ``kind`` about one job, decided now."""
    return audience(kind).filter(record=record_id).count()


def crowd_of(rows: SubscriptionQuerySet) -> Crowd:
    """Count subscriptions, and each person behind them once; one query."""
    counts = rows.aggregate(
        followers=Count("pk"), people=Count("subscriber", distinct=True)
    )
    return Crowd(**counts)


def counted(rows: SubscriptionQuerySet) -> Coalesce:
    """How many of ``rows`` follow the job of an announced state, as its annotation."""
    of_job = rows.filter(record=OuterRef("record")).order_by().values("record")
    return Coalesce(Subquery(of_job.annotate(n=Count("pk")).values("n")), 0)
