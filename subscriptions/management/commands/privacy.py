"""What a site's operator answers to somebody who writes a letter."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from subscriptions import services

#: No address is longer, and no file that holds one.
MOST = 1_000


class Command(BaseCommand):
    help = (
        "Exports or erases what is held about one person. The address is read from "
        "standard input, or from a file: as an argument it would stay in the shell's "
        "history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "action",
            choices=["export", "erase"],
            help="export: print everything as JSON; erase: delete it at once",
        )
        parser.add_argument(
            "--file", type=Path, help="a file with the address and nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        address = self._address(options["file"])
        try:
            if options["action"] == "export":
                data = services.personal_data(email=address)
                text = json.dumps(data, indent=2, ensure_ascii=False)
                self.stdout.write(text)
            elif services.erase(email=address):
                self.stdout.write(_("Erased."))
            else:
                self.stdout.write(_("Nothing was held about this address."))
        except ValidationError as error:
            raise CommandError(_("This is no email address.")) from error

    def _address(self, file: Path | None) -> str:
        if file is None and sys.stdin.isatty():
            self.stderr.write(_("Type the address and press Enter:"))
        try:
            if file is None:
                text = sys.stdin.readline(MOST)
            else:
                with file.open(encoding="utf-8") as opened:
                    text = opened.read(MOST)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("The address cannot be read.")) from error
        if not text.strip():
            raise CommandError(_("There is no address: give it on standard input."))
        return text.strip()
