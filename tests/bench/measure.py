"""What runs against one database: ``prepare crowd`` or ``town``…, ``rows ROW…``.

Prints one figure a line, as JSON.
"""

from __future__ import annotations

import sys
from unittest import mock

import django
from django.core.management import call_command
from django.db import connection

JOBS = {"crowd": 5_000, "hamlet": 1_000, "village": 10_000, "town": 50_000}


def prepare(kind: str) -> None:
    """Fill an empty database: a crowd who follow one job, or so many jobs."""
    from jobsite.demo.crowd import add_followers, add_jobs
    from tests.bench.crowd import FOLLOWERS
    from tests.factories import compose_frame

    call_command("migrate", verbosity=0)
    # Nothing is searched for here, and indexing is most of the work.
    with mock.patch("jobsite.demo.crowd.get_search_backend"):
        add_jobs(JOBS[kind])
    if kind == "crowd":
        add_followers(FOLLOWERS)
    else:
        compose_frame()
    if connection.vendor == "postgresql":
        # As its autovacuum does after a while.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def rows(names: list[str]) -> None:
    """Measure the rows of these names."""
    from tests.bench import clicks, expanding, sending, working

    known = {
        "clicks": clicks.clicks,
        "expansion": expanding.expansion,
        "sending": sending.sending,
        "connections": sending.connections,
        "memory": working.memory,
        "editor": working.editor,
    }
    for name in names:
        for figure in known[name]():
            print(figure.as_json(), flush=True)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2])
    else:
        rows(sys.argv[2:])
