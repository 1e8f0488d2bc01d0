"""What editors do with a job that is more than saving it.

Each of these changes what is public as it stands. Edits that wait in a draft keep
waiting, and those that wait for a date go public then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.models import Revision

from jobs.choices import TellFollowers
from jobs.models import Company, JobListing, JobPage

#: A job is listed for as long after its closing date, should clocks differ.
CLOSED_FOR = dt.timedelta(days=1)
LISTED_CHUNK = 500


class NotPublic(Exception):
    """The job has no public page, so there is nothing to close or to change."""


@transaction.atomic
def close_job(
    *, page_id: int, reason: str, note: str = "", user: Any = None
) -> JobPage:
    """Close a public job as filled or cancelled; its page stays and says so.

    It stays closed when an edit goes public that waited in a draft or for a date.

    Args:
        page_id: of a live ``JobPage``.
        reason: a value of ``ClosedReason``.
        note: a line for followers, "" for none.
        user: who acts, for Wagtail's history.

    Raises:
        NotPublic: the page is not live.
    """
    values = {"closed_reason": reason}
    return _republish(_lock(page_id), values, note=note, user=user)


@transaction.atomic
def reopen_job(*, page_id: int, note: str = "", user: Any = None) -> JobPage:
    """Open a job again that was closed as filled or cancelled.

    Raises:
        NotPublic: the page is not live.
    """
    return _republish(_lock(page_id), {"closed_reason": ""}, note=note, user=user)


@transaction.atomic
def extend_closing_date(
    *, page_id: int, closes_at: dt.datetime, note: str = "", user: Any = None
) -> bool:
    """Let a public job close later.

    A closing date that somebody changed in a draft keeps waiting there.

    Args:
        page_id: of a live ``JobPage``.
        closes_at: when it closes now.
        note: a line for followers, "" for none.
        user: who acts, for Wagtail's history.

    Returns:
        False when the job keeps its own: it closes later than that, or never.

    Raises:
        NotPublic: the page is not live.
    """
    job = _lock(page_id)
    if job.closes_at is None or job.closes_at >= closes_at:
        return False
    _republish(job, {"closes_at": closes_at}, note=note, user=user)
    return True


@transaction.atomic
def change_company(
    *, page_id: int, company: Company, note: str = "", user: Any = None
) -> bool:
    """Let a public job name another company.

    A company that somebody changed in a draft keeps waiting there.

    Args:
        page_id: of a live ``JobPage``.
        company: who hires now.
        note: a line for followers, "" for none.
        user: who acts, for Wagtail's history.

    Returns:
        False when the job names that company already.

    Raises:
        NotPublic: the page is not live.
    """
    job = _lock(page_id)
    if job.company_id == company.pk:
        return False
    _republish(job, {"company_id": company.pk}, note=note, user=user)
    return True


def unlist_closed(*, now: dt.datetime) -> int:
    """Take jobs that closed by their date out of the table that lists read.

    Nobody sees them in it; after some years it would hold little else. A job whose
    closing date is moved is listed anew by its trigger. Some at once: answers how many.

    Args:
        now: by the clock of the database.
    """
    closed = JobListing.objects.filter(closes_at__lte=now - CLOSED_FOR)
    some = list(
        closed.order_by("closes_at").values_list("pk", flat=True)[:LISTED_CHUNK]
    )
    # One of them may be open again by now: "closed" says it once more.
    rows = closed.filter(pk__in=some)
    return int(rows._raw_delete(rows.db)) if some else 0


def _lock(page_id: int) -> JobPage:
    """The public job, held until the transaction ends."""
    job = JobPage.objects.select_for_update().get(pk=page_id)
    if not job.live:
        raise NotPublic
    return job


def _republish(
    live: JobPage, values: dict[str, Any], *, note: str, user: Any
) -> JobPage:
    before = {name: getattr(live, name) for name in values}
    # Publishing takes the date from every revision.
    waiting = [(x.as_object(), x.approved_go_live_at) for x in _waiting(live)]
    for name, value in values.items():
        setattr(live, name, value)
    live.change_note = note
    live.tell_followers = TellFollowers.AUTOMATIC
    live.save_revision(user=user, clean=False, log_action=True).publish(user=user)
    for draft, goes_live_at in waiting:
        draft.refresh_from_db(fields=["live_revision", "latest_revision"])
        for name, value in values.items():
            if _follows(draft, name, before[name]):
                setattr(draft, name, value)
        draft.save_revision(user=user, clean=False, approved_go_live_at=goes_live_at)
    return JobPage.objects.get(pk=live.pk)


def _waiting(live: JobPage) -> QuerySet[Revision]:
    """What is not public yet: the edit that waits for a date, then the newest draft."""
    if not live.has_unpublished_changes:
        return Revision.objects.none()
    kept = Q(approved_go_live_at__isnull=False) | Q(pk=live.latest_revision_id)
    return live.revisions.filter(kept).order_by("created_at", "pk")


def _follows(draft: JobPage, name: str, public: Any) -> bool:
    """Whether a draft takes over what is public of a field: it was not edited there."""
    is_edited_in_forms = JobPage._meta.get_field(name).editable
    return not is_edited_in_forms or getattr(draft, name) == public
