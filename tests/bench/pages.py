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
#: Seconds of each round.
WINDOW = 0.7
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


def addresses() -> dict[str, Iterator[tuple[str, dict[str, str]]]]:
    """What is asked for: each address once where nothing is to be kept of it.

    The filter and the search leave other jobs each time, so that they are counted anew.
    """
    from jobs.models import JobCategory, JobIndexPage, JobPage

    board = JobIndexPage.objects.get().url
    category = JobCategory.objects.order_by("pk").first().slug
    slugs = JobPage.objects.order_by("-pk").values_list("slug", flat=True)[:2000]
    numbers = itertools.count(20_000)
    queries = {
        "list": "?n={}",
        "filter": f"?category={category}&workplace=REMOTE&pay_min={{}}",
        "search": "?q=baker&pay_min={}",
        "deep page": "?page=50&n={}",
    }
    asked = {
        name: ((f"{board}{query}", {}) for query in map(form.format, numbers))
        for name, form in queries.items()
    }
    return asked | {"job": iter([(f"{board}{slug}/", {}) for slug in slugs] * 50)}


def measure() -> dict[str, object]:
    """The cost of each page over hello, by name."""
    from jobs.models import JobIndexPage, JobPage

    call_command("collectstatic", interactive=False, verbosity=0)
    cold = addresses()
    board = JobIndexPage.objects.get().url
    job = JobPage.objects.order_by("-pk").first().get_url()
    with ExitStack() as stack:
        ours = stack.enter_context(Server("jobsite.wsgi").running())
        hello = stack.enter_context(Server("tests.bench.hello").running())
        kept = {"list, kept": (board, {}), "job, kept": (job, {})}
        for name, (path, _headers) in list(kept.items()):
            etag = ours.get(path)[0].headers["ETag"]
            no_news = {"If_None_Match": etag}
            kept[name.replace("kept", "304")] = (path, no_news)
        asked = cold | {name: itertools.repeat(one) for name, one in kept.items()}
        found = {name: _over_hello(ours, hello, of) for name, of in asked.items()}
        return {
            "cost": found,
            "queries": _queries(board, job),
            "list_bytes": len(ours.get(board)[1]),
            "visit": _visit(ours, board),
        }


def _over_hello(ours: Server, hello: Server, asked: Iterator) -> dict[str, float]:
    same = itertools.repeat(("/", {}))
    _cost(ours, itertools.islice(asked, 5))
    pairs = [(_cost(ours, asked), _cost(hello, same)) for _ in range(ROUNDS)]
    return {
        "ratio": statistics.median(one / other for one, other in pairs),
        "ms": statistics.median(one for one, _other in pairs) * 1000,
        "hello_ms": statistics.median(other for _one, other in pairs) * 1000,
    }


def _cost(server: Server, asked: Iterator) -> float:
    """Processor time for one request; the database's too."""
    began, before, database = time.perf_counter(), server.cpu(), _database_cpu()
    count = 0
    for path, headers in asked:
        count += 1  # the loop ends in between
        response, _body = server.get(path, **headers)
        assert response.status in (200, 304), (path, response.status)
        if time.perf_counter() - began > WINDOW:
            break
    took = server.cpu() - before + _database_cpu() - database
    return max(took, 1 / TICKS) / count


def _queries(board: str, job: str) -> dict[str, int]:
    """SQL queries of a process that has kept nothing yet."""
    from django.core.cache import cache

    from jobsite.public import frame

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
        for what in (name, f"{name}, kept"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path, secure=True)
            counts[what] = len(queries)
        cache.clear()
        frame._held.clear()
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
