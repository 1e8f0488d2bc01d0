from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from notifications import ticking


class Command(BaseCommand):
    """Do all that time causes; for cron where no worker runs."""

    help = (
        "Publish and expire what is scheduled, notice closing dates, find missed "
        "news, and delete what is kept long enough."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not ticking.tick():
            self.stdout.write("Another tick is running; nothing to do here.")
