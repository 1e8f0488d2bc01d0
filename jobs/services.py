"""What editors do with a job that is more than saving it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from jobs.choices import TellFollowers
from jobs.models import JobPage


class NotClosable(Exception):
    """The job is not public, so there is nothing to close or to open again."""


def close_job(
    *, page_id: int, reason: str, note: str = "", user: Any = None
) -> JobPage:
    """Close a public job as filled or cancelled; its page stays and says so.

    What is public is closed as it stands; edits that wait in a draft keep waiting.

    Args:
        page_id: of a live ``JobPage``.
        reason: a value of ``ClosedReason``.
        note: a line for followers, "" for none.
        user: who acts, for Wagtail's history.

    Raises:
        NotClosable: the page is not live.
    """
    return _republish(page_id=page_id, reason=reason, note=note, user=user)


def reopen_job(*, page_id: int, note: str = "", user: Any = None) -> JobPage:
    """Open a job again that was closed as filled or cancelled.

    Raises:
        NotClosable: the page is not live.
    """
    return _republish(page_id=page_id, reason="", note=note, user=user)


@transaction.atomic
def _republish(*, page_id: int, reason: str, note: str, user: Any) -> JobPage:
    live = JobPage.objects.select_for_update().get(pk=page_id)
    if not live.live:
        raise NotClosable
    draft = (
        live.get_latest_revision_as_object() if live.has_unpublished_changes else None
    )
    live.closed_reason = reason
    live.change_note = note
    live.tell_followers = TellFollowers.AUTOMATIC
    live.save_revision(user=user, clean=False, log_action=True).publish(user=user)
    if draft is not None:
        draft.refresh_from_db(fields=["live_revision", "latest_revision"])
        draft.closed_reason = reason
        draft.save_revision(user=user, clean=False)
    return JobPage.objects.get(pk=page_id)
