"""A board that is delivered from by real processes, on both databases.

``ROUNDS`` says how many random points are tried (5), ``SEED`` where the dice start:
it is printed above the tests and stands in the name of each that used it.
"""

import os
import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.faults import acts, processes
from tests.faults.board import Board, looking_at
from tests.faults.clock import MovedClock
from tests.faults.databases import Postgres, Sqlite, has_postgres
from tests.faults.sink import Sink

ENGINES = ("sqlite", "postgres")
ROUNDS = int(os.environ.get("ROUNDS", "5"))
# In the environment, where the processes find it that pytest-xdist starts.
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10_000))
os.environ["SEED"] = str(SEED)
HERE = Path(__file__).parent
#: Under which name a report carries what its test saw.
OUTCOME = "outcome"


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("faults")


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("engines")
        engines = only.args if only else ENGINES
        metafunc.parametrize("database", engines, indirect=True, scope="session")
    if "dice" in metafunc.fixturenames:
        seeds = range(SEED, SEED + ROUNDS)
        ids = [f"seed{seed}" for seed in seeds]
        metafunc.parametrize("dice", seeds, ids=ids, indirect=True)


def pytest_report_header():
    return f"faults: {ROUNDS} rounds, SEED={SEED}"


@pytest.fixture(scope="session")
def _engines(tmp_path_factory):
    """Every engine that was asked for, furnished once."""
    processes.prepare()
    engines = {}
    yield engines
    for engine in engines.values():
        engine.close()


@pytest.fixture(scope="session")
def database(request, _engines, _sink, tmp_path_factory):
    name = request.param
    if name == "postgres" and not has_postgres():
        pytest.skip("PostgreSQL is missing: apt install postgresql")
    if name not in _engines:
        folder = tmp_path_factory.mktemp(name)
        engine = Sqlite(folder) if name == "sqlite" else Postgres()
        _engines[name] = engine
        MovedClock(folder / "clock")
        plan = processes.Plan(
            environment={"DATABASE_URL": engine.template},
            clock=folder / "clock",
            log=folder / "log",
            act=acts.furnish,
        )
        assert processes.Program(plan).wait(120) == 0, (folder / "log").read_text()
    return _engines[name]


@pytest.fixture(scope="session")
def _sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def dice(request):
    """Random, and the same again with the seed that the test's name ends with."""
    return random.Random(request.param)


@pytest.fixture
def board(request, database, _sink, tmp_path, django_db_blocker):
    """A copy of the furnished board; nobody works on it yet."""
    database.renew()
    _sink.forget()
    board = Board(database, _sink, tmp_path)
    with django_db_blocker.unblock(), looking_at(database, board.clock):
        yield board
        board.end()


@pytest.fixture
def sink(board):
    return board.sink


@pytest.fixture
def told(request, board):
    """Check what everybody was told, and note it for the table at the end."""

    def told(**limits):
        outcome = board.outcome(**limits)
        sentence = request.node.originalname.removeprefix("test_").replace("_", " ")
        engine = type(board.database).__name__.lower()
        found = (sentence, engine, outcome.owed, outcome.lost, outcome.repeats)
        request.node.user_properties.append((OUTCOME, found))
        return outcome

    return told


def pytest_terminal_summary(terminalreporter):
    seen = defaultdict(lambda: defaultdict(list))
    getreports = terminalreporter.getreports
    for report in getreports("passed") + getreports("failed"):
        for name, found in report.user_properties:
            if name == OUTCOME:
                sentence, engine, *counts = found
                seen[sentence][engine].append(counts)
    if not seen:
        return
    terminalreporter.section(f"faults, {ROUNDS} rounds, SEED={SEED}")
    for sentence, engines in sorted(seen.items()):
        terminalreporter.write_line(sentence)
        for engine, outcomes in sorted(engines.items()):
            owed, lost, repeats = map(sum, zip(*outcomes, strict=True))
            line = f"{engine:>10}: {owed} owed, {lost} lost, {repeats} repeated"
            terminalreporter.write_line(f"{line} in {len(outcomes)} runs")
