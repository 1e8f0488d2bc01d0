"""A database that goes away between a server's yes and the mark that says so."""

import signal
import time

import pytest
from django.db import connections

from notifications.models import OutgoingEmail
from tests.faults.traps import FAIL, Trap

CONNECTIONS = 3


@pytest.fixture
def owed(board):
    board.follow(150)
    board.change()


@pytest.fixture
def restart(board):
    """Restart the server, and connect to it again."""
    if not board.database.restarts:
        pytest.skip(
            "no programs to run a PostgreSQL of our own: apt install postgresql"
        )

    def restart():
        board.database.restart()
        connections["default"].close()

    return restart


def finish(board, worker):
    """The worker gets over it by itself."""
    board.until(board.is_finished_by_waiting)
    board.dismiss(worker)
    board.everybody_heard()


@pytest.mark.engines("postgres")
def test_a_server_that_dies_and_comes_back_makes_nobody_hear_twice(
    board, owed, restart, dice, told
):
    board.sink.delay = 0.005
    worker = board.worker(CONNECTIONS)
    board.took(dice.randrange(1, 140))

    restart()

    finish(board, worker)
    told()


@pytest.mark.engines("postgres")
def test_a_connection_cut_between_yes_and_mark_makes_nobody_hear_twice(
    board, sink, owed, dice, told
):
    number = dice.randrange(150)
    sink.on("dot", board.database.cut, to=f"reader{number}@example.org")
    worker = board.worker(CONNECTIONS)

    finish(board, worker)
    told()


@pytest.mark.engines("postgres")
def test_connections_cut_at_any_moment_lose_nothing(board, owed, dice, told):
    board.sink.delay = 0.005
    worker = board.worker(CONNECTIONS)
    for _ in range(3):
        time.sleep(dice.uniform(0, 0.4))
        board.database.cut()
        connections["default"].close()

    finish(board, worker)
    told()


@pytest.mark.engines("sqlite")
def test_a_writer_that_takes_seconds_makes_nobody_hear_twice(board, owed, told):
    worker = board.worker(CONNECTIONS)
    board.took(20)

    with board.database.locked():
        time.sleep(2)

    finish(board, worker)
    told()


@pytest.mark.parametrize("place", ["mark", "claim", "expand", "settle"])
def test_a_statement_that_fails_for_a_while_makes_nobody_hear_twice(
    place, board, owed, told
):
    worker = board.worker(trap=Trap(place=place, do=FAIL, times=4))

    finish(board, worker)
    told()


def test_any_statement_that_fails_makes_nobody_hear_twice(board, owed, dice, told):
    trap = Trap(nth=dice.randrange(20, 700), place="any", do=FAIL, times=3)
    worker = board.worker(CONNECTIONS, trap=trap)

    finish(board, worker)
    told()


def test_a_worker_that_dies_while_the_database_is_away_repeats_one_message(
    board, owed, told
):
    trap = Trap(place="mark", nth=9, do=FAIL, times=10_000)
    worker = board.worker(trap=trap)
    board.took(9)
    time.sleep(0.3)
    worker.kill()
    assert worker.code == -signal.SIGKILL
    assert OutgoingEmail.objects.exclude(lease="").exists()

    board.recover()

    board.everybody_heard()
    assert told(repeats=1).repeats == 1
