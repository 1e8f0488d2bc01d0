"""Real processes, quickly: forked off one that has imported everything already.

Each has its own environment, reads its own settings from it, opens its own
connections, and is killed and stopped by the system. Only what takes a second and a
half, importing Wagtail, is done once for all.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.traps import Trap

_context = multiprocessing.get_context("forkserver")


def prepare() -> None:
    """Have new processes forked off one that has loaded ``tests.faults.loaded``."""
    _context.set_forkserver_preload(["pytest", "tests.faults.loaded"])


@dataclass(kw_only=True)
class Plan:
    """What a process does, and what happens to it."""

    environment: dict[str, str]
    clock: Path
    log: Path
    act: Callable[..., object]
    arguments: dict[str, Any] = field(default_factory=dict)
    trap: Trap | None = None
    #: Values of module constants, by dotted name: shorter waits than anybody wants.
    constants: dict[str, Any] = field(default_factory=dict)


class Program:
    """A process that is running, or was."""

    def __init__(self, plan: Plan) -> None:
        self._process = _context.Process(target=_run, args=(plan,), daemon=True)
        self._process.start()

    @property
    def code(self) -> int | None:
        """Its exit code, or minus the signal that killed it; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float = 120) -> int:
        """Wait until it has ended; answers ``code``."""
        self._process.join(seconds)
        assert self.code is not None, f"still running after {seconds} s"
        return self.code

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def is_stopped(self) -> bool:
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def terminate(self) -> float:
        """Ask it to stop as systemd does; answers how long that took."""
        begun = time.monotonic()
        self._process.terminate()
        self._process.join(60)
        return time.monotonic() - begun


def _run(plan: Plan) -> None:
    with plan.log.open("ab", buffering=0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1)
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    os.environ.update(plan.environment)
    from tests.faults import loaded

    loaded.read_environment()
    loaded.tune(plan.constants)
    loaded.share_clock(plan.clock)
    if plan.trap:
        loaded.watch(plan.trap)
    plan.act(**plan.arguments)


def _end_with_the_tests() -> None:
    """Whoever kills a test run does not want a worker that goes on for ever."""
    multiprocessing.parent_process().join()
    os.kill(os.getpid(), signal.SIGKILL)
