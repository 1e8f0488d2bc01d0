"""What the processes of a test do: what workers, editors and visitors do."""

from __future__ import annotations

import contextlib
import time

from django.core.management import call_command, execute_from_command_line

from jobs.models import JobPage
from notifications import services
from notifications.models import AnnouncementSettings
from subscriptions import services as subscriptions
from subscriptions import tokens
from tests.factories import edit, make_job


def manage(*, arguments: list[str], at: float = 0) -> None:
    """``manage.py`` with ``arguments``, at one moment of the machine's steady clock."""
    be_there(at)
    execute_from_command_line(["manage.py", *arguments])


def furnish() -> None:
    """A board with a job whose facts everybody knows, and without a quiet window."""
    call_command("migrate", verbosity=0)
    AnnouncementSettings.objects.update_or_create(
        pk=AnnouncementSettings.load().pk,
        defaults={"quiet_minutes": 0, "least_gap_hours": 0},
    )
    make_job(title="Bread & Butter Baker")
    services.announce_next()


def publish(*, pay_max: int) -> None:
    edit(JobPage.objects.get(), pay_max=pay_max)


def unpublish() -> None:
    JobPage.objects.get().unpublish()


def delete() -> None:
    JobPage.objects.get().delete()


def confirm(*, token: str, at: float = 0) -> None:
    be_there(at)
    # Who comes second finds the link answered.
    with contextlib.suppress(tokens.TokenUsed):
        subscriptions.confirm(token=token)


def be_there(at: float) -> None:
    """Wait for one moment, so that several processes begin together."""
    time.sleep(max(0.0, at - time.monotonic()))
