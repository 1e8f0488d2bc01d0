"""Places in a program at which it dies, stops or fails. Runs in the processes of a test.

A place is named by what a process asks of the database or writes to the mail server,
not by a function of ours: it stays where it is when the code around it changes.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

TABLE = r'"notifications_{}" '
EMAIL, NEWS = TABLE.format("outgoingemail"), TABLE.format("announcement")
#: What a statement with its values, or "COMMIT", must match.
PLACES = {
    "any": r"",
    "commit": r"^COMMIT$",
    "claim": rf"^UPDATE {EMAIL}.*\"claims\" \+",
    "mark": rf"^(UPDATE {EMAIL}.*\bSENT\b|EXECUTE notifications_sent\b)",
    "expand": rf'^INSERT INTO {EMAIL}\([^)]*"announcement_id"',
    "settle": rf"^UPDATE {NEWS}.*\bDONE\b",
    "touch": rf'^UPDATE {TABLE.format("announcedstate")}.*"due_at"',
    "publish": r'^UPDATE "jobs_jobpage" ',
}
NOWHERE = r"(?!)"
DIE, STOP, FAIL, WAIT = "die", "stop", "fail", "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """What happens to a process, and where.

    Args:
        place: a key of ``PLACES``; or ``wire``, bytes that it writes to the mail
            server, of which it gets rid of half.
        since: a key of ``PLACES``; times are counted in each thread from there on.
        nth: the how manyeth time it gets there.
        after: whether the statement is run first.
        do: die, stop until it is woken, fail as if the database were gone, or wait.
        times: how often in a row, for failing.
    """

    place: str = ""
    since: str = "any"
    wire: bytes = b""
    nth: int = 1
    after: bool = False
    do: str = DIE
    times: int = 1
    seconds: float = 0

    def spring(self) -> None:
        if self.do == DIE:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.do == STOP:
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self.do == FAIL:
            raise OperationalError("the test says that the database is gone")
        time.sleep(self.seconds)


class Watch:
    """Counts how often the process got to the trap's place."""

    def __init__(self, trap: Trap) -> None:
        self._trap = trap
        self._pattern = re.compile(
            PLACES[trap.place] if trap.place else NOWHERE, re.DOTALL
        )
        self._since = re.compile(PLACES[trap.since], re.DOTALL)
        self._thread = threading.local()
        self._lock = threading.Lock()
        self._count = 0

    def is_there(self, words: str) -> bool:
        begun = getattr(self._thread, "begun", False)
        self._thread.begun = begun or bool(self._since.search(words))
        # The place itself may be where counting begins.
        begun = self._thread.begun if self._trap.since == "any" else begun
        return begun and bool(self._pattern.search(words)) and self._counts()

    def _counts(self) -> bool:
        with self._lock:
            self._count += 1
            return self._trap.nth <= self._count < self._trap.nth + self._trap.times

    def around(self, act: Any, words: str) -> Any:
        there = self.is_there(words)
        if there and not self._trap.after:
            self._trap.spring()
        answer = act()
        if there and self._trap.after:
            self._trap.spring()
        return answer

    def set(self) -> None:
        """From now on the process is watched."""
        connection_created.connect(self._on_connection, weak=False)
        commit = BaseDatabaseWrapper._commit
        BaseDatabaseWrapper._commit = lambda wrapper: self.around(
            lambda: commit(wrapper), "COMMIT"
        )
        if self._trap.wire:
            sendall = socket.socket.sendall
            socket.socket.sendall = lambda sock, data, *flags: self._write(
                lambda part: sendall(sock, part, *flags), data
            )

    def _on_connection(self, connection: Any, **kwargs: Any) -> None:
        if self._execute not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._execute)

    def _execute(self, execute, sql, params, many, context):
        return self.around(
            lambda: execute(sql, params, many, context), f"{sql} {params}"
        )

    def _write(self, write: Any, data: bytes) -> None:
        if self._trap.wire in bytes(data) and self._counts():
            write(data[: len(data) // 2])
            self._trap.spring()
            write(data[len(data) // 2 :])
        else:
            write(data)
