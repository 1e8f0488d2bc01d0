"""Stopping all email at once, and going on where it stopped."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import ngettext

from notifications import clock
from notifications.models import AnnouncementSettings, Pause

logger = logging.getLogger(__name__)


@transaction.atomic
def pause(*, user: Any = None) -> Pause:
    """Have no worker lease anything more; what is on its way still arrives.

    Safe to repeat: the first moment and person stay.
    """
    found = Pause.objects.select_for_update().first()
    if found is None:
        found = Pause.objects.create(paused_at=clock.database_now(), paused_by=user)
        logger.warning("All email paused")
    return found


@transaction.atomic
def resume() -> bool:
    """Let email go out again; False if it was not paused."""
    deleted, _by_model = Pause.objects.all().delete()
    if deleted:
        logger.warning("Email resumed")
    return bool(deleted)


def is_paused_text() -> str:
    """Say to whoever pauses that email waits, and that news does not wait for ever."""
    days = AnnouncementSettings.load().tell_within_days
    return ngettext(
        "All email is paused. It waits, news of jobs for %(days)d day at most.",
        "All email is paused. It waits, news of jobs for %(days)d days at most.",
        days,
    ) % {"days": days}
