"""What a worker costs while 100,000 emails are due: memory, and an editor's patience."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from jobs.models import JobPage
from notifications import pausing
from notifications.models import OutgoingEmail
from tests.bench import crowd, sink
from tests.bench.figures import Figure, seconds

CONNECTIONS = 4
#: When memory is looked at: after this share of the emails.
PARTS = {"start": 0.01, "middle": 0.5, "end": 0.99}
ROUNDS = 3
#: An editor's writes in each round.
WRITES = 60


def memory() -> Iterator[Figure]:
    """What a worker takes while it sends all of it, and whether that grows."""
    crowd.queue()
    sizes = {}
    with _worker() as process:
        for part, share in PARTS.items():
            _wait_for(int(crowd.FOLLOWERS * share))
            sizes[part] = _megabytes(process.pid)
    told = ", ".join(f"{size:.0f} at the {part}" for part, size in sizes.items())
    yield Figure(
        row="a worker's memory while 100,000 emails are due",
        measured=max(sizes.values()),
        bar=150,
        unit=" MB",
        told=told,
    )
    yield Figure(
        row="a worker's memory at the end over the start",
        measured=sizes["end"] / sizes["start"],
        bar=1.1,
    )


def editor() -> Iterator[Figure]:
    """An editor who saves while a worker sends from the same SQLite file."""
    if connection.vendor != "sqlite":
        return
    crowd.queue()
    idle, busy = [], []
    page = JobPage.objects.live().exclude(pk=crowd.record().page_id).first()
    with _worker():
        _wait_for(1)
        for _turn in range(ROUNDS):
            busy += _saves(page)
            pausing.pause()
            time.sleep(1)
            idle += _saves(page)
            pausing.resume()
            _wait_for(_settled() + 1)
    slow = [statistics.quantiles(times, n=20)[-1] * 1000 for times in (busy, idle)]
    yield Figure(
        row="an editor's save while a worker sends, p95 over idle",
        measured=slow[0] - slow[1],
        bar=30,
        unit=" ms",
        told=f"{slow[0]:.0f} over {slow[1]:.0f} ms",
    )


def _saves(page: JobPage) -> list[float]:
    return [seconds(page.save_revision) for _ in range(WRITES)]


@contextmanager
def _worker() -> Iterator[subprocess.Popen]:
    """The worker as it runs in production, its log lines included."""
    command = [sys.executable, "manage.py", "deliver", "--connections"]
    with sink.running() as port:
        process = subprocess.Popen(
            [*command, str(CONNECTIONS)],
            env={**os.environ, "EMAIL_URL": f"smtp://{sink.HOST}:{port}"},
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def _settled() -> int:
    return OutgoingEmail.objects.exclude(state=OutgoingEmail.State.QUEUED).count()


def _wait_for(count: int) -> None:
    until = time.monotonic() + 180
    while _settled() < count:
        assert time.monotonic() < until, f"{count} emails were not sent"
        time.sleep(0.1)


def _megabytes(pid: int) -> float:
    command = ["ps", "-o", "rss=", "-p", str(pid)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(out) / 1024
