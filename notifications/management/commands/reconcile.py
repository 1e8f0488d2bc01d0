from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications import reconciling


class Command(BaseCommand):
    """Look for news that no signal brought."""

    help = (
        "Have every job compared that differs from what its followers were told. More "
        "than 50 at once wait for --accept or --announce."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument(
            "--dry-run", action="store_true", help="Name the jobs and change nothing."
        )
        ways.add_argument(
            "--accept", action="store_true", help="Take what is public for told."
        )
        ways.add_argument(
            "--announce", action="store_true", help="Tell followers, however many."
        )
        ways.add_argument(
            "--after-restore",
            action="store_true",
            help="Take everything for told, and drop mail that was not sent.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for job in reconciling.differing():
                self.stdout.write(f"{job.record_id} {job.title}")
        elif options["accept"]:
            self.stdout.write(f"{reconciling.accept()} jobs taken for told.")
        elif options["after_restore"]:
            adopted, dropped = reconciling.after_restore()
            self.stdout.write(
                f"{adopted} jobs taken for told, {dropped} emails dropped."
            )
        else:
            self._reconcile(announce_all=options["announce"])

    def _reconcile(self, *, announce_all: bool) -> None:
        try:
            found = reconciling.reconcile(announce_all=announce_all)
        except reconciling.TooManyDifferencesError as error:
            raise CommandError(
                f"More than {reconciling.TOO_MANY} jobs differ; nobody is told. Look "
                "with --dry-run, then choose --accept or --announce."
            ) from error
        self.stdout.write(f"{found} jobs have news that no signal brought.")
