"""From one announcement to a row for each follower, at the database's own speed."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Exists, F, IntegerField, OuterRef, Value

from notifications import clock
from notifications.correcting import recipients_of
from notifications.delivery.inserting import CHUNK, insert_emails, key, mailable
from notifications.models import Announcement, OutgoingEmail

Priority = OutgoingEmail.Priority


def expand_next() -> bool:
    """Write the next chunk of rows of one announcement; False when none is left.

    Safe to run twice and in any number of processes: a row that exists is passed
    over, and an announcement that another process holds is too.
    """
    skip = connection.features.has_select_for_update_skip_locked
    every = Announcement.objects.filter(state=Announcement.State.EXPANDING)
    earlier = every.filter(record=OuterRef("record"), version__lt=OuterRef("version"))
    expanding = every.exclude(Exists(earlier))
    with transaction.atomic():
        rows = expanding.order_by("pk").select_for_update(skip_locked=skip)
        announcement = rows.first()
        if announcement is None:
            return False
        _expand(announcement)
    return True


def _expand(announcement: Announcement) -> None:
    if announcement.is_for_everyone and _bring_forward(announcement):
        return
    everyone = recipients_of(announcement).filter(pk__gt=announcement.cursor)
    ids = everyone.order_by("pk").values_list("pk", flat=True)
    last = next(iter(ids[CHUNK - 1 : CHUNK]), None)
    chunk = everyone if last is None else everyone.filter(pk__lte=last)
    ending = announcement.is_for_everyone
    announcement.planned = F("planned") + insert_emails(
        mailable(chunk),
        now=clock.database_now(),
        kind=OutgoingEmail.Kind.ANNOUNCEMENT,
        priority=Priority.ENDING if ending else Priority.CHANGE,
        key=key(f"a:{announcement.pk}:", "subscriber_id"),
        announcement_id=Value(announcement.pk, IntegerField()),
    )
    if last is None:
        announcement.state = Announcement.State.SENDING
    else:
        announcement.cursor = last
    announcement.save(update_fields=["planned", "cursor", "state"])


def _bring_forward(announcement: Announcement) -> int:
    """Send a chunk of a job's earlier mail before an ending, which would overtake it.

    A reader must not learn that the job closed, and then that its pay changed.
    """
    earlier = OutgoingEmail.objects.queued().filter(
        announcement__record=announcement.record_id,
        announcement__version__lt=announcement.version,
        priority__gt=Priority.ENDING,
    )
    ids = list(earlier.values_list("pk", flat=True)[:CHUNK])
    return OutgoingEmail.objects.filter(pk__in=ids).update(priority=Priority.ENDING)
