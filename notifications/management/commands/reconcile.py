from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from notifications import reconciling


class Command(BaseCommand):
    """Look for news that no signal brought."""

    help = "Have every job compared that differs from what its followers were told."

    def handle(self, *args: Any, **options: Any) -> None:
        found = reconciling.reconcile()
        if found > reconciling.TOO_MANY:
            self.stderr.write(
                f"More than {reconciling.TOO_MANY} jobs differ; nobody is told yet."
            )
            raise SystemExit(1)
        self.stdout.write(f"{found} jobs have news that no signal brought.")
