"""Databases that a run makes for itself, and drops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

SERVER = "BENCH_POSTGRES_URL"
DEFAULT_SERVER = "postgres://postgres@127.0.0.1:5432"

#: What production asks for; nothing of it leaves this machine.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "jobsite.settings.production",
    "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ADDRESS_KEY": "only-for-benchmarks-zyxwvutsrqponmlkjihgfedcba-9876543210",
    "ALLOWED_HOSTS": "jobs.example",
    "SITE_URL": "https://jobs.example",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DEFAULT_FROM_EMAIL": "jobs@jobs.example",
    "CACHE_URL": "locmemcache://",
    "QUIET_MINUTES": "0",
}


NAMES = ("crowd", "town", "hamlet", "village")


@dataclass(frozen=True, slots=True)
class Vendor:
    """A kind of database.

    In one a crowd follows one job; in the others are few jobs, more, and many.
    """

    name: str
    crowd: str
    town: str
    hamlet: str
    village: str


@contextmanager
def sqlite() -> Iterator[Vendor]:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    urls = [f"sqlite:///{folder}/{name}.sqlite3" for name in NAMES]
    try:
        yield Vendor("SQLite", *urls)
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres(server: str) -> Iterator[Vendor]:
    names = [f"bench_{name}_{os.getpid()}" for name in NAMES]
    try:
        _on_server(server, "CREATE DATABASE {}", names)
        yield Vendor("PostgreSQL", *(f"{server}/{name}" for name in names))
    finally:
        _on_server(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", names)


def _on_server(server: str, statement: str, names: list[str]) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def postgres_server() -> str:
    """The URL of a server that answers, without a database; "" if none does."""
    server = os.environ.get(SERVER, DEFAULT_SERVER).rstrip("/")
    try:
        psycopg.connect(f"{server}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return ""
    return server


@contextmanager
def started(module: str, *arguments: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """One of our modules at work on the database at ``url``, to be told and read.

    Its input is closed at the end, and it is waited for.

    Raises:
        CalledProcessError: it failed; what it said of that was printed.
    """
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    env = {**os.environ, **SETTINGS, "DATABASE_URL": url}
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield process
        except BaseException:
            process.terminate()
            raise
        finally:
            process.stdin.close()
            if process.wait() > 0:
                log.seek(0)
                print("".join(log.readlines()[-40:]), file=sys.stderr)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)


def run(module: str, *arguments: str, url: str) -> Iterator[str]:
    """Run one of our modules against the database at ``url``; answers its lines.

    Raises:
        CalledProcessError: it failed; what it said of that was printed.
    """
    with started(module, *arguments, url=url) as process:
        yield from process.stdout
