"""From leased rows to messages, with as little work for each as can be.

Announcements are most of all mail. For a transport that takes bytes each one is made
once and filled in; who still wants it is looked up for all the rows of a lease
together, so an unsubscription counts until the moment before sending.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections import OrderedDict
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from notifications import messages
from notifications.delivery.skeleton import (
    MARKS,
    MarkLostError,
    Skeleton,
    skeleton_of,
)
from notifications.delivery.transport import Outgoing
from notifications.messages import NotWanted
from notifications.messages.announcing import marked, marks_of
from notifications.models import Announcement, OutgoingEmail, Suppression
from subscriptions.models import Subscription

logger = logging.getLogger(__name__)

#: How many announcements a worker remembers the made message of.
REMEMBERED = 8
#: And for how long: it says of the job what was so then, such as that it is open.
REMEMBERED_FOR = dt.timedelta(minutes=1)
#: What is read of a follower.
READ = (
    "subscriber__address",
    "record_id",
    "token",
    "confirmed_at",
    "consent_given_at",
    "closings_only",
)

Prepared = tuple[OutgoingEmail, "Outgoing | NotWanted | Exception"]


class Preparer:
    """Makes the messages of one worker thread, and remembers what can be used again."""

    def __init__(self, *, takes_bytes: bool) -> None:
        self._takes_bytes = takes_bytes
        self._skeletons: OrderedDict[int, tuple[dt.datetime, Skeleton | None]]
        self._skeletons = OrderedDict()

    def prepare(
        self, emails: list[OutgoingEmail], now: dt.datetime
    ) -> Iterator[Prepared]:
        """Answer each row with its message, or with what speaks against sending it.

        One row's trouble is its own: it is answered with the exception. ``now`` is the
        database's time, after which an announcement may have expired.
        """
        wanted = _wanted(emails) if self._takes_bytes else {}
        for email in emails:
            try:
                yield email, self._outgoing(email, wanted, now)
            except Exception as error:  # noqa: BLE001 - one row's trouble is its own
                yield email, error

    def forget(self) -> None:
        """Make each message anew when it is next needed, as things are then."""
        self._skeletons.clear()

    def _outgoing(
        self, email: OutgoingEmail, wanted: dict[int, Subscription], now: dt.datetime
    ) -> Outgoing:
        announcement = email.announcement
        if announcement is not None and announcement.expires_at < now:
            raise NotWanted("too old to be news")
        if announcement is not None and self._takes_bytes:
            skeleton = self._skeleton(announcement, now)
            if skeleton is not None:
                # Some languages write a day with letters that not every part can hold.
                with contextlib.suppress(UnicodeEncodeError):
                    return _filled(skeleton, email, wanted)
        message = messages.compose(email)
        return Outgoing(recipient=message.to[0], message=message)

    def _skeleton(
        self, announcement: Announcement, now: dt.datetime
    ) -> Skeleton | None:
        made_at, skeleton = self._skeletons.get(announcement.pk, (None, None))
        if made_at is None or now - made_at >= REMEMBERED_FOR:
            skeleton = _make(announcement)
            self._skeletons[announcement.pk] = (now, skeleton)
            if len(self._skeletons) > REMEMBERED:
                self._skeletons.popitem(last=False)
        return skeleton


def _make(announcement: Announcement) -> Skeleton | None:
    try:
        return skeleton_of(marked(announcement, MARKS))
    except MarkLostError as error:
        logger.warning(
            "Announcement %s is made for each recipient: lost %s",
            announcement.pk,
            error,
        )
        return None


def _filled(
    skeleton: Skeleton, email: OutgoingEmail, wanted: dict[int, Subscription]
) -> Outgoing:
    subscription = wanted.get(email.pk)
    if subscription is None:
        # Says why, as an ordinary message would.
        messages.content_of(email)
        raise NotWanted("no longer follows")
    address = subscription.subscriber.address
    values = marks_of(subscription)
    values |= {"address": address, "message_id": email.message_id}
    return Outgoing(recipient=address, content=skeleton.fill(values))


def _wanted(emails: list[OutgoingEmail]) -> dict[int, Subscription]:
    """The subscription behind each announcement row that may still be sent."""
    rows = [e for e in emails if e.announcement is not None]
    suppressed = Suppression.objects.filter(
        address_hash=OuterRef("subscriber__address_hash")
    )
    subscriptions = (
        Subscription.objects.confirmed()
        .filter(
            subscriber__in={e.subscriber_id for e in rows},
            record__in={e.announcement.record_id for e in rows if e.announcement},
        )
        .exclude(Exists(suppressed))
        .select_related("subscriber")
        .only(*READ)
    )
    found = {(s.subscriber_id, s.record_id): s for s in subscriptions}
    wanted = {}
    for email in rows:
        announcement, subscriber_id = email.announcement, email.subscriber_id
        if announcement is None or subscriber_id is None:
            continue
        subscription = found.get((subscriber_id, announcement.record_id))
        if subscription is None:
            continue
        if subscription.closings_only and not announcement.is_for_everyone:
            continue
        wanted[email.pk] = subscription
    return wanted
