from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobsite.demo.crowd import add_followers, add_jobs


class Command(BaseCommand):
    help = (
        "Add many live jobs, and many confirmed subscribers who all follow the newest "
        "job, for load tests. For development only."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--jobs", type=_count, default=0, help="how many to add")
        parser.add_argument(
            "--subscribers", type=_count, default=0, help="how many to add"
        )

    def handle(self, *args: Any, jobs: int, subscribers: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Seeding is for development: these settings forbid it.")
        add_jobs(jobs)
        followers = add_followers(subscribers)
        self.stdout.write(
            f"Added {jobs} jobs, and {followers} followers of the newest."
        )


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return count
