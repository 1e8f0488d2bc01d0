"""What visitors cost with few jobs and with many, in turns."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from tests.bench.databases import Vendor, started
from tests.bench.figures import Figure, ratio
from tests.bench.serving import Server

ROUNDS = 7
#: Seconds of hello in each round.
HELLO = 0.25
HELLOS = itertools.repeat(("/", {}))
#: What no reader waits for: it must not grow, and is told without a bar.
FOR_MACHINES = ("feed", "sitemap")


@dataclass(frozen=True, slots=True)
class Board:
    """One that runs with so many jobs, and what it says of its pages."""

    known: dict[str, Any]
    asks: IO[str]
    answers: IO[str]

    def cost(self, name: str) -> float:
        """Seconds of processor for one request of that kind, measured now."""
        print(name, file=self.asks, flush=True)
        return float(self.answers.readline())


@contextmanager
def board(url: str) -> Iterator[Board]:
    with started("pages", url=url) as process:
        known = json.loads(process.stdout.readline())
        yield Board(known, asks=process.stdin, answers=process.stdout)


def pages(vendor: Vendor) -> Iterator[Figure]:
    """The figures of 1,000, 10,000 and 50,000 jobs beside each other."""
    with ExitStack() as stack:
        hello = stack.enter_context(Server("tests.bench.hello").running())
        urls = (vendor.hamlet, vendor.village, vendor.town)
        boards = [stack.enter_context(board(url)) for url in urls]
        few, _some, many = boards
        for name in many.known["pages"]:
            yield from costs(name, boards, hello)
    yield from facts(few.known, many.known)


def costs(name: str, boards: list[Board], hello: Server) -> Iterator[Figure]:
    """What one page costs over hello, and how that grows.

    Growth compares what was measured one after the other, since a machine that others
    use is fast and slow by turns.
    """
    rounds = [
        (*(board.cost(name) for board in boards), hello.cost(HELLOS, HELLO))
        for _ in range(ROUNDS)
    ]
    # Hello takes so little that one round of it says less than all of them.
    few, some, many, least = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    told = f"{many * 1000:.2f} over {least * 1000:.2f} ms"
    told += f"; 1,000 jobs: {few / least:.1f}; 10,000: {some / least:.1f}"
    if not name.startswith(FOR_MACHINES):
        is_kept = name.endswith((", kept", ", 304"))
        yield Figure(
            row=f"{name}: processor time over hello",
            measured=many / least,
            bar=4 if is_kept else 30 if name.startswith("job") else 40,
            told=told,
        )
    growth = math.log(ratio((many, few) for few, _some, many, _least in rounds), 50)
    yield Figure(row=f"{name}: growth exponent", measured=growth, bar=0.1, told=told)


def facts(few: Any, many: Any) -> Iterator[Figure]:
    """What needs no clock: queries and sizes."""
    for name, count in many["queries"].items():
        yield Figure(
            row=f"{name}: SQL queries",
            measured=count,
            bar=1 if name.endswith(", kept") else 5,
            told=f"{few['queries'][name]} with 1,000 jobs",
        )
    visit = many["visit"]
    yield Figure(
        row="list: HTML, packed", measured=many["list_bytes"] / 1000, bar=6, unit=" kB"
    )
    yield Figure(
        row="first visit to the list",
        measured=visit["bytes"] / 1000,
        bar=60,
        unit=" kB",
        told=f"{visit['requests']} requests, {visit['elsewhere']} elsewhere",
    )
    yield Figure(
        row="first visit to the list: requests", measured=visit["requests"], bar=8
    )
    yield Figure(
        row="first visit to the list: requests elsewhere",
        measured=visit["elsewhere"],
        bar=0,
    )
