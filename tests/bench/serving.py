"""A board that answers over HTTP, and the processor time that an answer takes."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HOST = "jobs.example"
TICKS = os.sysconf("SC_CLK_TCK")

#: Addresses, and the headers that each is asked with.
Asked = Iterable[tuple[str, dict[str, str]]]


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
        """Seconds of processor that it took so far."""
        return sum(map(cpu_of, self.pids))

    def cost(
        self,
        asked: Asked,
        seconds: float,
        others: Callable[[], float] = lambda: 0.0,
    ) -> float:
        """Seconds of processor for one request, of as many as fit into ``seconds``.

        ``others`` says what processes that work for it took so far, as a database's do.
        """
        began, before = time.perf_counter(), self.cpu() + others()
        count = 0
        for path, headers in asked:
            count += 1  # the loop ends in between
            response, _body = self.get(path, **headers)
            assert response.status in (200, 304), (path, response.status)
            if time.perf_counter() - began > seconds:
                break
        return max(self.cpu() + others() - before, 1 / TICKS) / count


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process took; 0 for one that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]
