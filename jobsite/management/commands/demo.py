from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobsite.demo.town import make_or_renew


class Command(BaseCommand):
    help = (
        "Make the demo's town, or bring it up to today: dates move, what is missing "
        "comes back, what people wrote stays. For development only."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is for development: these settings forbid it.")
        # One line is enough: what the town's own past logs is no news.
        logging.disable(logging.INFO)
        try:
            count = make_or_renew()
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(f"Marlhaven has {count} jobs and is up to today.")
