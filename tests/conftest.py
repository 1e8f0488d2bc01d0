"""What every test may rely on."""

import os

import pytest
from django.core.cache import cache

from jobsite.bootstrap.__main__ import chromium


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("e2e")


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Wagtail remembers where sites are; the next test has others."""
    cache.clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the Chromium of the machine, which cannot be in a sandbox under root."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": sandbox,
    }
