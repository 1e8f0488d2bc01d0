"""What public pages cost, as visitors ask for them: over HTTP, from gunicorn.

``python -m tests.bench.pages`` serves the database of its environment. It prints what
it knows of its pages as one JSON object, and then, for each name of a page that comes
in on a line, the seconds of processor that one request of that kind takes.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.serving import HOST, Asked, Server, cpu_of

#: Seconds in which a page is asked for again and again.
WINDOW = 0.4
#: Requests before them that do not count: what they leave behind is found by the rest.
FIRST = 3
#: Jobs that are asked for one after the other, or changed.
JOBS = 400


def addresses() -> dict[str, Iterator[tuple[str, dict[str, str]]]]:
    """What is asked for, by name.

    No address comes twice, so that no page that is kept answers. A plain row finds what
    other pages left behind, such as counts and cards. "anew" leaves other jobs each
    time, "after a change" finds another job changed, in what lists are narrowed by.
    """
    from jobs.models import JobCategory, JobIndexPage, JobPage

    board = JobIndexPage.objects.get().url
    category = JobCategory.objects.order_by("pk").first().slug
    jobs = JobPage.objects.live().order_by("-pk").values_list("pk", "slug")[:JOBS]
    by_turns = itertools.cycle(list(jobs))
    narrowed = f"category={category}&workplace=REMOTE&"
    pages = {
        "list": "?n={n}",
        "page 50": "?page=50&n={n}",
        "filter": f"?{narrowed}n={{n}}",
        "search": "?q=baker&n={n}",
        "job": "{slug}/?n={n}",
    }
    others = {
        "filter, counted anew": f"?{narrowed}pay_min={{n}}",
        "search, counted anew": "?q=baker&pay_min={n}",
        "feed": "feed/?n={n}",
    }
    numbers = itertools.count(20_000)

    def ask(form: str, *, changed: bool = False) -> Asked:
        for pk, slug in by_turns:
            n = next(numbers)
            if changed:
                pay = {"pay_min": n, "pay_max": n, "pay_per_year": n}
                JobPage.objects.filter(pk=pk).update(**pay)
            yield board + form.format(n=n, slug=slug), {}

    return (
        {name: ask(form) for name, form in (pages | others).items()}
        | {f"{x}, after a change": ask(y, changed=True) for x, y in pages.items()}
        | {
            f"sitemap{part or ' index'}": (
                (f"/sitemap{part}.xml?n={n}", {}) for n in numbers
            )
            for part in ("", "-jobs")
        }
    )


def kept(server: Server, paths: dict[str, str]) -> dict[str, Callable[[], Asked]]:
    """The same page again and again, by name: as it is, or only if it is another."""

    def ask(path: str, *, only_if_changed: bool) -> Asked:
        etag = server.get(path)[0].headers["ETag"]
        headers = {"If_None_Match": etag} if only_if_changed else {}
        return itertools.repeat((path, headers))

    return {
        f"{name}, {kind}": partial(ask, path, only_if_changed=kind == "304")
        for name, path in paths.items()
        for kind in ("kept", "304")
    }


def cost(server: Server, asked: Asked) -> float:
    """Seconds of processor for one request, the database's too."""
    from jobs.models import PublicChange

    # As ``tick`` does after so many changes.
    PublicChange.objects.forget_old()
    asked = iter(asked)
    for path, headers in itertools.islice(asked, FIRST):
        server.get(path, **headers)
    return server.cost(asked, WINDOW, _database_cpu)


def _database_cpu() -> float:
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        return sum(cpu_of(pid) for (pid,) in cursor.fetchall())


def _queries(board: str, job: str) -> dict[str, int]:
    """SQL queries of the first page of a process, and of the same one, kept."""
    from tests.processes import begin_a_process

    client = Client(HTTP_HOST=HOST)
    # Django tries once in each process whether SQLite knows JSON.
    assert connection.features.supports_json_field
    counts = {}
    for name, path in {
        "list": board,
        "filter": f"{board}?workplace=REMOTE",
        "search": f"{board}?q=baker",
        "last page": f"{board}?page=999999",
        "job": job,
    }.items():
        begin_a_process()
        for what in (name, f"{name}, kept"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path, secure=True)
            counts[what] = len(queries)
    return counts


def _visit(server: Server, board: str) -> dict[str, object]:
    """What a browser fetches for the list that has nothing of it yet."""
    _response, body = server.get(board)
    html = gzip.decompress(body).decode()
    found = re.findall(r'<link[^>]+(?:stylesheet|icon)"[^>]*href="([^"]+)"', html)
    found += re.findall(r'<(?:script|img)[^>]+src="([^"]+)"', html)
    parts = dict.fromkeys(found)
    elsewhere = [part for part in parts if not part.startswith("/")]
    sizes = [len(server.get(part)[1]) for part in parts if part.startswith("/")]
    return {
        "bytes": len(body) + sum(sizes),
        "requests": 1 + len(sizes),
        "elsewhere": len(elsewhere),
    }


def main() -> None:
    from jobs.models import JobIndexPage, JobPage

    call_command("collectstatic", interactive=False, verbosity=0)
    board = JobIndexPage.objects.get().url
    job = JobPage.objects.order_by("-pk").first().get_url()
    with Server("jobsite.wsgi").running() as server:
        pages = {name: partial(iter, of) for name, of in addresses().items()}
        pages |= kept(server, {"list": board, "job": job})
        known = {
            "pages": [*pages],
            "list_bytes": len(server.get(board)[1]),
            "visit": _visit(server, board),
            # After these: what a database is asked only once is known then.
            "queries": _queries(board, job),
        }
        print(json.dumps(known), flush=True)
        for line in sys.stdin:
            print(cost(server, pages[line.rstrip()]()), flush=True)


if __name__ == "__main__":
    # So that the server ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    django.setup()
    main()
