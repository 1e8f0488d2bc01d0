"""A board that is being delivered from, and what became of its mail."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import Error, connections
from django.db.models import Min

from jobs.models import JobPage, JobRecord
from jobsite.settings.base import database as database_settings
from notifications import clock
from notifications.delivery import smtp
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from subscriptions.addresses import hashed
from subscriptions.models import Subscriber, Subscription
from tests.factories import edit, in_days
from tests.faults import acts
from tests.faults.clock import MovedClock
from tests.faults.processes import Plan, Program

if TYPE_CHECKING:
    from tests.faults.databases import Database
    from tests.faults.sink import Sink
    from tests.faults.traps import Trap

DELIVERY = "notifications.delivery"
#: What takes minutes in earnest, so that nobody disturbs a relay, takes no time here.
#: Leases, retries and windows are not among them: for these the clock is moved.
CONSTANTS = {
    f"{DELIVERY}.worker.LOOK_EVERY": 0.05,
    "notifications.management.commands.deliver.LOOK_EVERY": 0.05,
    "notifications.management.commands.deliver.TICK_EVERY": 1.0,
    f"{DELIVERY}.breaker.FIRST_REST": 0.05,
    f"{DELIVERY}.breaker.LONGEST_REST": 0.2,
}
#: Seconds until a test gives up, on a machine that does other things too.
PATIENT = 120
#: Seconds in place of the minutes that a mail server is given.
PATIENCE = 0.4
IMPATIENT = {
    **{
        f"{DELIVERY}.smtp.{name}_SECONDS": PATIENCE
        for name in ("CONNECT", "COMMAND", "DATA", "ACCEPT")
    },
    f"{DELIVERY}.smtp.ANNOUNCING": tuple(
        (phase, PATIENCE) for phase, _seconds in smtp.ANNOUNCING
    ),
}
#: Longer than any lease of a row.
LEASE = {"seconds": 61}

State = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of what was owed: how many people times how many announcements."""

    owed: int
    lost: int
    repeats: int


class Board:
    """One copy of the furnished board, its mail server, its clock, its processes."""

    def __init__(self, database: Database, sink: Sink, folder: Path) -> None:
        self.database = database
        self.sink = sink
        self._folder = folder
        self.log = folder / "log"
        self._programs: list[Program] = []
        self.clock = MovedClock(folder / "clock")
        self._left = self._still = 0

    # What happens on it

    @property
    def job(self) -> JobPage:
        return JobPage.objects.get()

    def follow(self, count: int, *, first: int = 0) -> list[Subscription]:
        """Have so many people follow the job since yesterday."""
        record = JobRecord.objects.get()
        people = Subscriber.objects.bulk_create(
            Subscriber(address=address, address_hash=hashed(address))
            for address in (
                f"reader{n}@example.org" for n in range(first, first + count)
            )
        )
        yesterday = in_days(-1)
        return Subscription.objects.bulk_create(
            Subscription(
                subscriber=person,
                record=record,
                requested_at=yesterday,
                confirmed_at=yesterday,
            )
            for person in people
        )

    def change(self, pay_max: int = 29000) -> None:
        """Publish an edit that is worth telling."""
        edit(self.job, pay_max=pay_max)

    def wait(self, **time: float) -> None:
        """Let the clock of every process go on at once."""
        self.clock.move(**time)

    # Who works on it

    def start(
        self,
        act: Callable[..., object],
        *,
        trap: Trap | None = None,
        constants: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
        **arguments: Any,
    ) -> Program:
        plan = Plan(
            environment={**self.environment, **(environment or {})},
            clock=self._folder / "clock",
            log=self.log,
            act=act,
            arguments=arguments,
            trap=trap,
            constants={**CONSTANTS, **(constants or {})},
        )
        self._programs.append(Program(plan))
        return self._programs[-1]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
        }

    def worker(self, connections: int = 1, *, at: float = 0, **options: Any) -> Program:
        """``manage.py deliver``, which goes on until somebody ends it."""
        words = ["deliver", "--connections", str(connections)]
        return self.start(acts.manage, arguments=words, at=at, **options)

    def until(self, condition: Callable[[], object], seconds: float = PATIENT) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.state()
            time.sleep(0.01)

    def took(self, count: int) -> None:
        """Wait until the mail server took so many messages."""
        self.until(lambda: len(self.sink.taken) >= count)

    def end(self) -> None:
        """Kill whatever still runs."""
        for program in self._programs:
            program.kill()
        self._programs.clear()

    def recover(self, *, leases: bool = True, **options: Any) -> None:
        """Have an ordinary worker do all that is left, in as little time as it takes.

        Nobody else may be at work: what they hold runs out first.
        """
        if leases:
            self.wait(**LEASE)
        worker = self.worker(2, **options)
        self.until(self.is_finished)
        assert worker.code is None, self.state()
        self.dismiss(worker)

    def recover_again_and_again(self, **options: Any) -> int:
        """The same with workers that may die, started anew each time.

        As a service manager does it; leases run out in between. Answers how many died.
        """
        for deaths in range(20):
            worker = self.worker(1, **options)
            self.until(
                lambda: worker.code is not None or self.is_finished_by_waiting()  # noqa: B023
            )
            if worker.code is None:
                self.dismiss(worker)
                return deaths
            self.wait(**LEASE)
        raise AssertionError(self.state())

    def dismiss(self, *workers: Program) -> None:
        """Ask workers to stop, and check that they were well until then."""
        for worker in workers:
            worker.terminate()
            # One that had hardly begun cannot know what it was asked.
            assert worker.code in (0, -signal.SIGTERM), self.state()

    def is_finished(self) -> bool:
        """Whether nothing is due; lets time pass when all that is left waits for it."""
        queued = OutgoingEmail.objects.queued()
        if AnnouncedState.objects.waiting().exists():
            return False
        if not queued.exists():
            return not Announcement.objects.unfinished().exists()
        now = clock.database_now()
        if queued.filter(lease="", due_at__gt=now).count() != queued.count():
            return False
        next_due = queued.aggregate(due_at=Min("due_at"))["due_at"]
        if next_due:
            self.wait(seconds=(next_due - now).total_seconds() + 0.01)
        return False

    def is_resting(self) -> bool:
        """Whether all that is owed waits for the clock, or nothing is owed."""
        now = clock.database_now()
        queued = OutgoingEmail.objects.queued()
        return not queued.exclude(lease="", due_at__gt=now).exists()

    def is_finished_by_waiting(self) -> bool:
        """``is_finished`` while a database comes and goes; leases run out too."""
        try:
            if self.is_finished():
                return True
            left = OutgoingEmail.objects.queued()
            stuck = left.exclude(lease="")
            if stuck.exists() and left.count() == self._left:
                self._still += 1
            else:
                self._still = 0
            self._left = left.count()
        except Error:
            connections["default"].close()
            return False
        # For a second nobody did anything with it: the lease was forgotten.
        if self._still >= 100:
            self._still = 0
            self.wait(**LEASE)
        return False

    # What became of it

    def outcome(
        self, *, repeats: int = 0, failed: int = 0, skipped: int = 0
    ) -> Outcome:
        """Check that all was told once, or as often as may be, and is settled.

        Args:
            repeats: how many messages may have come twice.
            failed: how many rows were given up.
            skipped: how many were not sent on purpose.
        """
        taken = Counter(one.message_id for one in self.sink.taken)
        rows = dict(OutgoingEmail.objects.values_list("message_id", "state"))
        sent = [key for key, state in rows.items() if state == State.SENT]
        found = Outcome(
            owed=len(rows),
            lost=sum(not taken[key] for key in sent),
            repeats=sum(taken.values()) - len(taken),
        )
        states = Counter(rows.values())
        assert found.lost == 0, self.state()
        assert found.repeats <= repeats, self.state()
        assert set(taken) <= set(rows), "a message that no row knows"
        assert states[State.QUEUED] == 0, self.state()
        assert states[State.FAILED] == failed, self.state()
        assert states[State.SKIPPED] == skipped, self.state()
        assert not OutgoingEmail.objects.exclude(lease="").exists()
        self._check_announcements()
        return found

    def _check_announcements(self) -> None:
        """Each is done, and its counters say what its rows say."""
        assert not AnnouncedState.objects.waiting().exists()
        for announcement in Announcement.objects.all():
            states = Counter(announcement.emails.values_list("state", flat=True))
            assert announcement.state == Announcement.State.DONE, self.state()
            assert announcement.planned == states.total(), self.state()
            assert (announcement.sent, announcement.failed, announcement.skipped) == (
                states[State.SENT],
                states[State.FAILED],
                states[State.SKIPPED],
            ), self.state()

    def everybody_heard(self, times: int = 1) -> None:
        """Check that each follower has a row for each announcement.

        Those too whose subscription ended since, because their address is dead.
        """
        announcements = Announcement.objects.all()
        assert len(announcements) == times, self.state()
        confirmed = Subscription.objects.filter(confirmed_at__isnull=False)
        followers = confirmed.values_list("subscriber_id")
        for announcement in announcements:
            told = announcement.emails.values_list("subscriber_id")
            assert set(told) == set(followers), self.state()

    def state(self) -> str:
        """What somebody wants to know who finds that something is wrong."""
        rows = Counter(OutgoingEmail.objects.values_list("state", "last_code"))
        waiting = OutgoingEmail.objects.queued().values(
            "pk", "lease", "lease_until", "due_at", "claims", "attempts"
        )
        announcements = Announcement.objects.values(
            "pk", "kind", "state", "planned", "sent", "failed", "skipped", "cursor"
        )
        taken = Counter(one.message_id for one in self.sink.taken)
        repeats = {key: times for key, times in taken.items() if times > 1}
        log = self.log.read_text().splitlines() if self.log.exists() else []
        lines = [
            f"rows: {dict(rows)}",
            f"waiting: {list(waiting[:5])}",
            f"announcements: {list(announcements)}",
            f"states: {list(AnnouncedState.objects.values('due_at', 'version'))}",
            f"taken: {len(self.sink.taken)}, repeats: {repeats}",
            f"now: {clock.database_now()}",
            *[line for line in log if "INFO" not in line][-40:],
        ]
        return "\n".join(lines)


@contextmanager
def looking_at(database: Database, moved: MovedClock) -> Iterator[None]:
    """Have this process see the same database, and the same clock, as the others."""
    with mock.patch.dict(os.environ, {"DATABASE_URL": database.url}):
        found = connections.configure_settings({"default": database_settings()})
    _forget()
    with (
        mock.patch.object(clock, "database_now", moved),
        mock.patch.object(connections, "settings", found),
    ):
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    """Nothing that was read from one database holds for another."""
    connections["default"].close()
    del connections["default"]
    ContentType.objects.clear_cache()
    cache.clear()
