"""A process that has just begun, and a job that it shows."""

import pytest
from django.db import connection

from tests.factories import (
    make_category,
    make_company,
    make_job,
)
from tests.processes import begin_a_process


@pytest.fixture(autouse=True)
def _a_new_process(db):
    begin_a_process()
    # Django tries once in each process whether SQLite knows JSON.
    assert connection.features.supports_json_field


@pytest.fixture
def shared_cache(settings, tmp_path):
    """A cache that all processes share, as Redis is."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path),
        },
    }


@pytest.fixture
def job():
    return make_job(company=make_company(), category=make_category())
