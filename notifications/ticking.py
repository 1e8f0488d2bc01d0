"""All that time causes, without anybody's click."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
from collections.abc import Callable

from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.models import (
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from jobs import services as jobs
from jobs.facts import OPEN, availability_of, facts_now
from jobs.models import JobRecord, PublicChange
from notifications import clock, comparing, reconciling
from notifications.enquiring import forget_enquiries
from notifications.models import (
    AnnouncedState,
    Announcement,
    Heartbeat,
    OutgoingEmail,
    Tally,
)
from notifications.reminding import owe_reminders
from notifications.reminding_editors import owe_editors, still_needed
from subscriptions import limits, retention
from subscriptions import services as subscriptions
from subscriptions.models import Subscription

logger = logging.getLogger(__name__)

TICK = "tick"
#: A tick that spends longer than this on one step is taken for dead.
TICK_LEASE = dt.timedelta(minutes=3)
RECONCILE_EVERY = dt.timedelta(minutes=5)
PURGE_CHUNK = 5_000
END_CHUNK = 500


def tick() -> bool:
    """Do what is due by the clock; False when another tick is at it.

    A step that fails is logged, and the others still run. One that was away for so long
    that another tick began leaves the rest to it.
    """
    lease = _lease(TICK)
    if lease is None:
        return False
    try:
        for step in STEPS:
            try:
                if not _renewed(TICK, lease):
                    logger.warning("Tick left %s to another", step.__name__)
                    break
                step()
            except Exception as error:
                logger.exception("Tick step %s failed", step.__name__)
                if isinstance(error, Error):
                    # A connection that was cut would fail the other steps too, and
                    # the giving back of the lease.
                    connection.close_if_unusable_or_obsolete()
    finally:
        Heartbeat.objects.filter(name=TICK, lease=lease).update(
            seen_at=clock.database_now(), lease="", lease_until=None
        )
    return True


def _lease(name: str) -> str | None:
    now = clock.database_now()
    lease = secrets.token_hex(16)
    Heartbeat.objects.get_or_create(name=name, defaults={"seen_at": now})
    free = Q(lease="") | Q(lease_until__lte=now)
    taken = Heartbeat.objects.filter(free, name=name).update(
        lease=lease, lease_until=now + TICK_LEASE
    )
    return lease if taken else None


def _renewed(name: str, lease: str) -> bool:
    until = clock.database_now() + TICK_LEASE
    mine = Heartbeat.objects.filter(name=name, lease=lease)
    return bool(mine.update(lease_until=until))


def publish_scheduled() -> None:
    """Let Wagtail publish and expire what is due."""
    call_command("publish_scheduled", verbosity=0)


def notice_closing_dates() -> None:
    """Have jobs compared whose closing date passed: a deadline has no quiet window.

    News of a date that followers knew is as old as that date, which after an outage
    may be too old to be told.
    """
    now = clock.database_now()
    cancelled_since = Announcement.objects.filter(
        record=OuterRef("record"),
        state=Announcement.State.CANCELLED,
        created_at__gte=OuterRef("record__page__closes_at"),
    )
    states = AnnouncedState.objects.filter(
        Q(due_at__isnull=True) | Q(due_at__gt=now),
        Q(cancelled_digest="") | ~Exists(cancelled_since),
        facts__availability__state=OPEN,
        record__page__live=True,
        record__page__closes_at__lte=now,
    ).select_related("record__page")
    found = [state for state in states[:1000] if not _is_cancelled(state, now)]
    known = [state.pk for state in found if _has_known_date(state)]
    closes_at = JobRecord.objects.filter(pk=OuterRef("record")).values(
        "page__closes_at"
    )
    AnnouncedState.objects.filter(pk__in=[state.pk for state in found]).update(
        due_at=Case(When(pk__in=known, then=Subquery(closes_at)), default=Value(now))
    )


def _has_known_date(state: AnnouncedState) -> bool:
    """Whether nothing else waits, and the job closes when its followers expect it."""
    page, told = state.record.page, (state.facts or {}).get("closes_at")
    if state.due_at is not None or page is None or told is None:
        return False
    return dt.datetime.fromisoformat(told) == page.closes_at


def _is_cancelled(state: AnnouncedState, now: dt.datetime) -> bool:
    """Whether what a comparison would find is news that was cancelled."""
    if not state.cancelled_digest:
        return False
    return comparing.digest(facts_now(state.record, now)) == state.cancelled_digest


def reconcile() -> None:
    """Look every five minutes for news that no signal brought."""
    now = clock.database_now()
    last = Heartbeat.objects.filter(name=reconciling.NAME).first()
    if last is None or last.seen_at <= now - RECONCILE_EVERY:
        # It notes its own trouble where /healthz finds it.
        with contextlib.suppress(reconciling.TooManyDifferencesError):
            reconciling.reconcile()


def end_finished_follows() -> None:
    """End subscriptions to jobs that are over.

    Some days after a job stopped being open (``KEEP_FOLLOWERS_DAYS``); after a deletion
    as soon as its mail is out.
    """
    now = clock.database_now()
    deleted = Q(record__page__isnull=True)
    states = _over(now).filter(
        deleted | Q(over_since__lte=now - retention.keep_followers())
    )
    for state in states.select_related("record__page").order_by("pk")[:END_CHUNK]:
        # That it is open again may be news that an editor cancelled.
        if not availability_of(state.record.page, now).is_open:
            subscriptions.end_for_job(record_id=state.record_id, now=now)


def _over(now: dt.datetime) -> QuerySet[AnnouncedState]:
    """States of followed jobs that ended with nothing left to tell.

    ``over_since`` is when followers were told so; for an end that nobody was told of,
    its own moment.
    """
    followed = Subscription.objects.current().filter(record=OuterRef("record"))
    announced = Announcement.objects.filter(record=OuterRef("record"))
    last = announced.told().order_by("-version")
    silently = Coalesce(
        "record__gone_at", "record__page__closed_at", "record__page__closes_at"
    )
    return (
        AnnouncedState.objects.filter(
            Exists(followed), due_at__isnull=True, facts__isnull=False
        )
        .exclude(Exists(announced.unfinished()))
        .exclude(Exists(announced.stopped(now)))
        # Known as open, unless the news that it is not was cancelled.
        .exclude(facts__availability__state=OPEN, cancelled_digest="")
        .annotate(
            last_kind=Subquery(last.values("kind")[:1]),
            told_at=Subquery(last.values("created_at")[:1]),
            over_since=Case(
                When(last_kind__in=["CLOSED", "TAKEN_DOWN"], then="told_at"),
                default=silently,
            ),
        )
    )


def purge_unconfirmed() -> None:
    """Forget people who never used the link that they were sent."""
    subscriptions.purge_unconfirmed(now=clock.database_now())


def purge_finished() -> None:
    """Forget people who have followed nothing for long enough."""
    subscriptions.purge_finished(now=clock.database_now())


def forget_counts() -> None:
    """Forget which networks and mailboxes used the forms, once it limits nothing."""
    limits.forget_old()


def purge_old_emails() -> None:
    """Forget which mail went to whom, some days after it was settled.

    What makes a reminder the only one is kept for as long as it could be owed again,
    and the mail of an announcement until nobody has to be told it any more.
    """
    now = clock.database_now()
    before = now - retention.keep_emails()
    # The oldest are first by their key, so that no tick reads the whole table.
    of_followers = OutgoingEmail.objects.filter(
        pk=OuterRef("pk"),
        kind=OutgoingEmail.Kind.REMINDER,
        subscriptions__ended_at__isnull=True,
        subscriptions__isnull=False,
    )
    announced = Announcement.objects.filter(created_at__lt=before)
    on_their_way = announced.unfinished() | announced.stopped(now)
    settled = OutgoingEmail.objects.exclude(
        Q(state=OutgoingEmail.State.QUEUED)
        | Exists(of_followers)
        | still_needed(now)
        | Q(announcement__in=list(on_their_way))
    )
    rows = settled.order_by("pk").values_list("pk", "created_at")
    first = rows.first()
    if first is None or first[1] >= before:
        return
    ids = [pk for pk, created_at in rows[:PURGE_CHUNK] if created_at < before]
    with transaction.atomic():
        OutgoingEmail.objects.filter(pk__in=ids).delete()


def purge_tallies() -> None:
    """Forget how many emails went out in each minute, after the same time."""
    before = clock.database_now() - retention.keep_emails()
    Tally.objects.filter(minute__lt=before).delete()


def unlist_closed_jobs() -> int:
    """Take jobs that closed by their date out of what public lists read."""
    return jobs.unlist_closed(now=clock.database_now())


def forget_old_editions() -> int:
    """Keep what tells editions of the public pages apart small."""
    return PublicChange.objects.forget_old()


STEPS: tuple[Callable[[], object], ...] = (
    publish_scheduled,
    notice_closing_dates,
    owe_reminders,
    owe_editors,
    reconcile,
    end_finished_follows,
    purge_unconfirmed,
    purge_finished,
    forget_enquiries,
    forget_counts,
    purge_old_emails,
    purge_tallies,
    unlist_closed_jobs,
    forget_old_editions,
)
