"""Workers that die, are stopped or are asked to stop while they send."""

import os
import signal
import subprocess
import sys
import time

import pytest

from jobsite.settings.environment import BASE_DIR
from notifications.models import Announcement, OutgoingEmail
from tests.faults.board import DELIVERY, LEASE
from tests.faults.traps import STOP, Trap

SMALL_CHUNKS = {f"{DELIVERY}.expansion.CHUNK": 7}
CONNECTIONS = 3


@pytest.fixture
def owed(board):
    """Forty people are about to be told; nobody sends yet."""
    board.follow(40)
    board.change()


def killed_at(board, trap, **options):
    """Have a worker die at a place; answers once it is dead."""
    worker = board.worker(trap=trap, **options)
    assert worker.wait() == -signal.SIGKILL, board.state()


def test_a_worker_that_is_left_alone_tells_everybody_once(board, owed, told):
    board.recover()

    board.everybody_heard()
    assert told().owed == 40


class TestKilled:
    def test_after_a_claim_it_loses_and_repeats_nothing(self, board, owed, told):
        killed_at(board, Trap(since="claim", place="commit", after=True))
        assert OutgoingEmail.objects.exclude(lease="").exists()

        board.recover()

        board.everybody_heard()
        told()

    def test_in_the_middle_of_a_message_it_repeats_nothing(self, board, owed, told):
        killed_at(board, Trap(wire=b"\r\nSubject: ", nth=5))

        board.recover()

        board.everybody_heard()
        told()

    def test_between_answer_and_mark_it_repeats_that_message(self, board, owed, told):
        killed_at(board, Trap(place="mark", nth=5))

        board.recover()

        board.everybody_heard()
        assert told(repeats=1).repeats == 1

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("nth", [1, 3, 6])
    def test_between_chunks_of_followers_it_forgets_nobody(
        self, nth, after, board, owed, told
    ):
        trap = Trap(place="expand", nth=nth, after=after)
        killed_at(board, trap, constants=SMALL_CHUNKS)
        assert Announcement.objects.get().state == "EXPANDING"

        board.recover(constants=SMALL_CHUNKS)

        board.everybody_heard()
        told(repeats=1)

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_while_settling_it_leaves_right_counters(self, after, board, owed, told):
        killed_at(board, Trap(place="settle", after=after))

        board.recover()

        board.everybody_heard()
        told()

    def test_at_random_again_and_again_it_loses_nothing(self, board, dice, told):
        board.follow(250)
        board.change()
        kills = 3
        for _ in range(kills):
            trap = Trap(place="any", nth=dice.randrange(20, 500))
            killed_at(board, trap, connections=CONNECTIONS, constants=SMALL_CHUNKS)
            board.wait(**LEASE)

        board.recover()

        board.everybody_heard()
        told(repeats=kills * CONNECTIONS)

    def test_at_any_moment_beside_another_one_it_loses_nothing(self, board, dice, told):
        board.follow(250)
        board.change()
        board.sink.delay = 0.002
        other = board.worker(CONNECTIONS)
        victim = board.worker(CONNECTIONS)
        board.took(dice.randrange(1, 200))
        time.sleep(dice.uniform(0, 0.02))
        victim.kill()
        other.terminate()

        board.recover()

        board.everybody_heard()
        told(repeats=CONNECTIONS)


class TestStopped:
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_beyond_its_lease_it_sends_one_message_twice_at_most(
        self, after, board, owed, told
    ):
        trap = Trap(place="mark", nth=5, after=after, do=STOP)
        sleeper = board.worker(trap=trap)
        board.until(sleeper.is_stopped)
        board.wait(**LEASE)
        other = board.worker()
        board.took(39)

        sleeper.wake()
        board.until(board.is_finished)
        board.dismiss(sleeper, other)

        board.everybody_heard()
        told(repeats=1)

    def test_anywhere_it_sends_one_message_a_connection_twice_at_most(
        self, board, dice, told
    ):
        board.follow(150)
        board.change()
        trap = Trap(place="any", nth=dice.randrange(20, 350), do=STOP)
        sleeper = board.worker(CONNECTIONS, trap=trap)
        board.until(sleeper.is_stopped)
        board.wait(**LEASE)
        other = board.worker(CONNECTIONS)
        # It may be that the sleeper holds the lock of the whole SQLite file.
        time.sleep(dice.uniform(0, 0.5))

        sleeper.wake()
        board.until(board.is_finished)
        board.dismiss(sleeper, other)

        board.everybody_heard()
        told(repeats=CONNECTIONS)


class TestAskedToStop:
    def check(self, board, code, seconds):
        assert code == 0, board.state()
        assert seconds < 5
        left = OutgoingEmail.objects.queued()
        assert 0 < left.count() < 40
        assert not left.exclude(lease="").exists()

    def test_it_finishes_the_message_and_gives_back_the_rest(self, board, owed, told):
        board.sink.delay = 0.05
        worker = board.worker(2)
        board.took(5)

        seconds = worker.terminate()

        self.check(board, worker.code, seconds)
        board.recover(leases=False)
        board.everybody_heard()
        told()

    def test_so_does_the_command_that_a_service_manager_starts(self, board, owed, told):
        board.sink.delay = 0.2
        settings = {"DJANGO_SETTINGS_MODULE": "jobsite.settings.base"}
        with subprocess.Popen(
            [sys.executable, "manage.py", "deliver", "--connections", "2"],
            cwd=BASE_DIR,
            env={**os.environ, **board.environment, **settings},
            stderr=subprocess.DEVNULL,
        ) as worker:
            board.took(5)
            worker.terminate()
            begun = time.monotonic()
            code = worker.wait(10)

        self.check(board, code, time.monotonic() - begun)
        board.sink.delay = 0
        board.recover(leases=False)
        board.everybody_heard()
        told()
