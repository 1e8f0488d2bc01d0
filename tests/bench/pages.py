"""What public pages cost, as visitors ask for them: over HTTP, from gunicorn.

``python -m tests.bench.pages`` measures the database of its environment and prints one
JSON object. Processor time of the server, and of PostgreSQL's processes, is read from
/proc and divided by that of a hello view which the same server answers in turns.
"""

from __future__ import annotations

import gzip
import http.client
import itertools
import json
import math
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HOST = "jobs.example"
ROUNDS = 3
#: Seconds of each round, and of the hello beside it.
WINDOW, HELLO = 0.5, 0.25
#: Jobs that are asked for one after the other, or changed.
JOBS = 400
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A gunicorn with one worker, and one connection to it."""

    application: str
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[Server]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", self.application]
        options = f"-b 127.0.0.1:{port} -w 1 --threads 2 --log-level error"
        process = subprocess.Popen(
            [*command, *options.split(), "--no-control-socket", "--keep-alive", "60"],
            env={**os.environ, **self.environment},
        )
        try:
            self._connect(port)
            self.pids = [process.pid, *_children(process.pid)]
            yield self
        finally:
            process.terminate()
            process.wait()

    def _connect(self, port: int) -> None:
        until = time.monotonic() + 60
        self.client = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            try:
                self.get("/robots.txt")
            except ConnectionError:
                self.client.close()
                assert time.monotonic() < until, f"{self.application} does not answer"
                time.sleep(0.2)
            else:
                return

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client.request("GET", path, headers=sent | more)
        response = self.client.getresponse()
        return response, response.read()

    def cpu(self) -> float:
        return sum(map(_cpu_of, self.pids))


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


def _cpu_of(pid: int) -> float:
    """Seconds of processor that a process took; 0 for one that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _database_cpu() -> float:
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        return sum(_cpu_of(pid) for (pid,) in cursor.fetchall())


Asked = Iterator[tuple[str, dict[str, str]]]


def addresses() -> dict[str, Asked]:
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


def measure() -> dict[str, object]:
    """The cost of each page over hello, by name."""
    from jobs.models import JobIndexPage, JobPage

    call_command("collectstatic", interactive=False, verbosity=0)
    fresh = addresses()
    board = JobIndexPage.objects.get().url
    job = JobPage.objects.order_by("-pk").first().get_url()
    with ExitStack() as stack:
        ours = stack.enter_context(Server("jobsite.wsgi").running())
        hello = stack.enter_context(Server("tests.bench.hello").running())
        found = {name: _over_hello(ours, hello, of) for name, of in fresh.items()}
        for name, path in {"list": board, "job": job}.items():
            etag = {"If_None_Match": ours.get(path)[0].headers["ETag"]}
            for kind, headers in {"kept": {}, "304": etag}.items():
                same = itertools.repeat((path, headers))
                found[f"{name}, {kind}"] = _over_hello(ours, hello, same)
        return {
            "cost": found,
            "queries": _queries(board, job),
            "list_bytes": len(ours.get(board)[1]),
            "visit": _visit(ours, board),
        }


def _over_hello(ours: Server, hello: Server, asked: Asked) -> dict[str, float]:
    from jobs.models import PublicChange

    # As ``tick`` does after so many changes.
    PublicChange.objects.forget_old()
    same = itertools.repeat(("/", {}))
    _cost(ours, itertools.islice(asked, 5), WINDOW)
    pairs = [
        (_cost(ours, asked, WINDOW), _cost(hello, same, HELLO)) for _ in range(ROUNDS)
    ]
    # Hello takes so little that one round of it says less than all of them.
    least = statistics.median(other for _one, other in pairs)
    return {
        "ratio": statistics.median(one for one, _other in pairs) / least,
        "ms": statistics.median(one for one, _other in pairs) * 1000,
        "hello_ms": least * 1000,
    }


def _cost(server: Server, asked: Asked, seconds: float) -> float:
    """Processor time for one request; the database's too."""
    began, before, database = time.perf_counter(), server.cpu(), _database_cpu()
    count = 0
    for path, headers in asked:
        count += 1  # the loop ends in between
        response, _body = server.get(path, **headers)
        assert response.status in (200, 304), (path, response.status)
        if time.perf_counter() - began > seconds:
            break
    took = server.cpu() - before + _database_cpu() - database
    return max(took, 1 / TICKS) / count


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


def exponent(few: float, many: float, growth: float) -> float:
    """How a cost grows: 0 not at all, 1 as fast as the number of jobs."""
    return math.log(many / few) / math.log(growth)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure()))
