"""What the processes of a test have imported before they start; never in the test's."""

from __future__ import annotations

# Models can be imported once settings are there.
# ruff: noqa: E402
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

SETTINGS = "jobsite.settings.base"

os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
# A process whose plan names no database gets none, and not the developer's.
os.environ["DATABASE_URL"] = "sqlite://:memory:"
django.setup()

from django.urls import get_resolver

from notifications import clock
from notifications.management.commands import deliver
from tests import factories
from tests.faults import acts
from tests.faults.clock import MovedClock
from tests.faults.traps import Trap, Watch

__all__ = ["acts", "deliver", "factories"]

get_resolver().url_patterns  # noqa: B018 - imports every view


def read_environment() -> None:
    """Settings as this process's environment says, not as its parent's did."""
    del sys.modules[SETTINGS]
    fresh = importlib.import_module(SETTINGS)
    for name in filter(str.isupper, vars(fresh)):
        setattr(settings, name, getattr(fresh, name))
    connections.settings = connections.configure_settings(settings.DATABASES)
    # Made while apps were loaded, for the database of nobody.
    del connections["default"]


def tune(constants: dict[str, Any]) -> None:
    for path, value in constants.items():
        module, _, name = path.rpartition(".")
        found = importlib.import_module(module)
        assert hasattr(found, name), path
        setattr(found, name, value)


def share_clock(path: Path) -> None:
    clock.database_now = MovedClock(path)


def watch(trap: Trap) -> None:
    Watch(trap).set()
