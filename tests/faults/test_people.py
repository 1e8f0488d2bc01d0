"""What people do between the row that stands for their email and its sending."""

import signal

import pytest

from jobs.models import JobPage
from notifications.models import Announcement, OutgoingEmail, Suppression
from subscriptions import services as subscriptions
from subscriptions.models import Subscriber
from tests.faults.traps import WAIT, Trap

ADDRESS = "reader7@example.org"


def leave(subscriber):
    subscriptions.stop_all(subscriber=subscriber)


def complain(subscriber):
    Suppression.objects.create(
        address_hash=subscriber.address_hash, reason="COMPLAINED"
    )


def be_erased(subscriber):
    subscriptions.erase(email=subscriber.address)


@pytest.fixture(autouse=True)
def _owed(board):
    board.follow(12)
    board.change()


def between_expansion_and_claim(board, act):
    worker = board.worker(trap=Trap(since="expand", place="commit", after=True))
    assert worker.wait() == -signal.SIGKILL
    act()


def between_claim_and_sending(board, act):
    leased = Trap(since="claim", place="commit", after=True, do=WAIT, seconds=2)
    worker = board.worker(trap=leased)
    board.until(OutgoingEmail.objects.exclude(lease="").exists)
    act()
    board.until(board.is_finished)
    board.dismiss(worker)


MOMENTS = [between_expansion_and_claim, between_claim_and_sending]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("act", [leave, complain, be_erased])
def test_who_leaves_in_between_is_not_written_to(act, moment, board, sink, told):
    moment(board, lambda: act(Subscriber.objects.get(address=ADDRESS)))

    board.recover()

    assert ADDRESS not in {one.recipient for one in sink.taken}
    assert len(sink.taken) == 11
    assert OutgoingEmail.objects.filter(state="SKIPPED").count() == 1
    told(skipped=1)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_job_that_is_deleted_in_between_is_told_of_in_order(moment, board, told):
    moment(board, lambda: JobPage.objects.get().delete())

    board.recover()

    board.everybody_heard(times=2)
    kinds = Announcement.objects.order_by("version").values_list("kind", flat=True)
    assert list(kinds) == ["CHANGED", "TAKEN_DOWN"]
    told()
