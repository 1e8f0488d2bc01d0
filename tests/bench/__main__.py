"""The figures of delivery and of public pages: ``make bench``, or some rows of it.

Each is compared with something that is measured beside it, in turns, so that the
machine and its mood matter little. A miss is printed, and is no error.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain

from tests.bench.databases import SERVER, Vendor, postgres, postgres_server, run, sqlite
from tests.bench.figures import Figure
from tests.bench.visits import pages

RECONCILER = "reconciler"
PAGES = "pages"
#: In this order: the first one counts jobs that nobody has touched.
ROWS = (
    RECONCILER,
    PAGES,
    "clicks",
    "expansion",
    "sending",
    "connections",
    "memory",
    "editor",
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    rows = parser.parse_args(arguments).rows or list(ROWS)
    if unknown := set(rows) - set(ROWS):
        parser.error(f"{', '.join(unknown)}: no such row; there are {', '.join(ROWS)}")
    # So that databases are dropped whoever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began, missed = time.monotonic(), 0
    with ExitStack() as stack:
        vendors = [stack.enter_context(sqlite())]
        if server := postgres_server():
            vendors.append(stack.enter_context(postgres(server)))
        else:
            print(f"PostgreSQL is left out: no server answers at {SERVER}.")
        print("Filling databases", flush=True)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda vendor: prepare(vendor, rows), vendors))
        for vendor in vendors:
            print(f"\n{vendor.name}", flush=True)
            for figure in measured(vendor, rows):
                missed += not figure.holds
                print(figure.as_line(), flush=True)
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    verdict = f"{missed} figures miss their bar" if missed else "Every bar holds"
    print(f"\n{verdict}. {minutes} min {seconds} s")
    return 0


def prepare(vendor: Vendor, rows: list[str]) -> None:
    """Fill what the rows need."""
    kinds = set() if rows == [PAGES] else {"crowd"}
    if RECONCILER in rows:
        kinds |= {"town"}
    if PAGES in rows:
        kinds |= {"hamlet", "village", "town"}
    for kind in sorted(kinds):
        list(run("measure", "prepare", kind, url=getattr(vendor, kind)))


def measured(vendor: Vendor, rows: list[str]) -> Iterator[Figure]:
    if RECONCILER in rows:
        yield from reconciler(vendor)
    if PAGES in rows:
        yield from pages(vendor)
    others = [row for row in ROWS if row in rows and row not in (RECONCILER, PAGES)]
    if others:
        for line in run("measure", "rows", *others, url=vendor.crowd):
            yield Figure(**json.loads(line))


def reconciler(vendor: Vendor) -> Iterator[Figure]:
    """The time for many jobs, and its memory with many over its memory with few."""
    few, many = (
        json.loads("".join(chain(run("reconciling", url=url))))
        for url in (vendor.crowd, vendor.town)
    )
    yield Figure(
        row=f"reconciler over {many['jobs']:,} unchanged jobs",
        measured=many["seconds"],
        bar=10,
        unit=" s",
        told=f"{many['cpu']:.1f} s of processor, {many['found']} found",
    )
    yield Figure(
        row=f"its memory with {many['jobs']:,} jobs over {few['jobs']:,}",
        measured=many["megabytes"] / few["megabytes"],
        bar=1.1,
        told=f"{many['megabytes']:.0f} over {few['megabytes']:.0f} MB",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
