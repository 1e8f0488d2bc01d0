"""The databases that a board is tried on, made for one run and gone after it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg.sql import SQL, Identifier

from tests.notifications.sink import free_port

DEFAULT_SERVER = "postgres://postgres@127.0.0.1:5432"
TEMPLATE, NAME = f"faults_{os.getpid()}_template", f"faults_{os.getpid()}"


class Database(Protocol):
    """An engine with a furnished board to make copies of."""

    #: Where the board that is copied lies, and the copy.
    template: str
    url: str
    #: Whether the whole server may be stopped.
    restarts: bool

    def renew(self) -> None:
        """Make the copy anew; nobody may be connected."""

    def close(self) -> None:
        """Leave nothing behind."""


class Sqlite:
    restarts = False

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite3"
        self._folder = folder
        self._number = 0
        self.template = f"sqlite:///{self._template}"

    @property
    def path(self) -> Path:
        return self._folder / f"board{self._number}.sqlite3"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def renew(self) -> None:
        self._forget()
        self._number += 1
        source, target = sqlite3.connect(self._template), sqlite3.connect(self.path)
        with target:
            source.backup(target)
        source.close()
        target.close()

    def close(self) -> None:
        self._forget()

    def _forget(self) -> None:
        for path in self._folder.glob(f"{self.path.name}*"):
            path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be another writer that takes its time."""
        writer = sqlite3.connect(self.path, isolation_level=None, timeout=20)
        writer.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            writer.execute("ROLLBACK")
            writer.close()


class Postgres:
    """A server of our own where there are programs for one, else one that answers."""

    def __init__(self) -> None:
        initdb = _initdb()
        self._cluster = Cluster(initdb.parent) if initdb else None
        self.restarts = self._cluster is not None
        self._server = self._cluster.url if self._cluster else given_server()
        self.template = f"{self._server}/{TEMPLATE}"
        self.url = f"{self._server}/{NAME}"
        self._do(SQL("CREATE DATABASE {}").format(Identifier(TEMPLATE)))

    def renew(self) -> None:
        self._drop(NAME)
        self._do(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(
                Identifier(NAME), Identifier(TEMPLATE)
            )
        )

    def close(self) -> None:
        if self._cluster:
            self._cluster.stop()
        else:
            self._drop(NAME)
            self._drop(TEMPLATE)

    def cut(self) -> None:
        """Cut every connection to the board but this one."""
        self._do(
            SQL(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = {}"
            ).format(NAME)
        )

    def restart(self) -> None:
        """Have the server die and come back, as after a power cut."""
        assert self._cluster is not None
        self._cluster.control("restart", "--mode", "immediate")

    def _drop(self, name: str) -> None:
        words = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._do(words.format(Identifier(name)))

    def _do(self, statement) -> None:
        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as server:
            server.execute(statement)


class Cluster:
    """A PostgreSQL server in a folder of its own, on a port that is free."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="faults-"))
        # It refuses to run as root.
        self._as = [] if os.geteuid() else ["runuser", "-u", "postgres", "--"]
        if self._as:
            shutil.chown(self._folder, "postgres")
        self._port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self._port}"
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8")
        options = (
            f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
            " -c fsync=off -c max_connections=200"
        )
        self.control("start", "--options", options)

    def control(self, *words: str) -> None:
        self._run("pg_ctl", "--log", str(self._folder / "log"), "--wait", *words)

    def stop(self) -> None:
        self.control("stop", "--mode", "immediate")
        shutil.rmtree(self._folder)

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as, str(self._programs / program)]
        data = ["--pgdata", str(self._folder / "data")]
        subprocess.run(
            [*command, *data, *words],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


def _initdb() -> Path | None:
    """The newest ``initdb`` of this machine."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[4]), default=None)
    found = shutil.which("initdb")
    return newest or (Path(found).resolve() if found else None)


def given_server() -> str:
    return os.environ.get("FAULTS_POSTGRES_URL", DEFAULT_SERVER).rstrip("/")


def has_postgres() -> bool:
    """Whether there is a server to try things on, or programs to start one."""
    if _initdb():
        return True
    try:
        psycopg.connect(f"{given_server()}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
