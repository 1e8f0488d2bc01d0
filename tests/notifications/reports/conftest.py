import pytest
import time_machine

from tests.notifications.conftest import Staff
from tests.notifications.reports.reporting import NOW


@pytest.fixture
def editor(db):
    return Staff("Job editors")


@pytest.fixture
def support(db):
    return Staff("Subscriber support")


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield
