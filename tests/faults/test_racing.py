"""Several processes at the same work, from the same start."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from jobs.models import JobPage
from notifications.models import Announcement, OutgoingEmail
from subscriptions import tokens
from subscriptions.models import Subscription
from tests.factories import make_subscription
from tests.faults import acts
from tests.faults.traps import Trap


def soon() -> float:
    """A moment at which several processes can all be there."""
    return time.monotonic() + 0.3


@pytest.mark.parametrize("number", [2, 8])
def test_workers_that_start_together_tell_everybody_once(number, board, told):
    board.follow(200)
    board.change()
    at = soon()
    workers = [board.worker(2, at=at) for _ in range(number)]
    board.until(board.is_finished)
    board.dismiss(*workers)

    board.everybody_heard()
    told()


def test_ticks_that_start_together_do_the_work_once(board, told):
    board.follow(5)
    gone_since = timezone.now() - dt.timedelta(minutes=1)
    JobPage.objects.update(expire_at=gone_since)
    at = soon()
    ticks = [board.start(acts.manage, arguments=["tick"], at=at) for _ in range(3)]
    for tick in ticks:
        assert tick.wait() == 0

    board.recover()

    board.everybody_heard()
    assert Announcement.objects.get().kind == "TAKEN_DOWN"
    told()


def test_a_tick_that_is_killed_is_made_up_for_in_four_minutes(board, dice, told):
    board.follow(5)
    JobPage.objects.update(expire_at=timezone.now() - dt.timedelta(minutes=1))
    trap = Trap(place="any", nth=dice.randrange(4, 90))
    board.start(acts.manage, arguments=["tick"], trap=trap).wait()

    board.wait(minutes=4)
    assert board.start(acts.manage, arguments=["tick"]).wait() == 0
    board.recover()

    board.everybody_heard()
    told()


def test_a_link_that_is_used_in_several_processes_counts_once(board, told):
    pending = make_subscription(
        job=board.job, email="late@example.org", confirmed=False
    )
    token = tokens.confirm_token(pending)
    at = soon()
    visitors = [board.start(acts.confirm, token=token, at=at) for _ in range(4)]
    for visitor in visitors:
        assert visitor.wait() == 0, board.state()

    board.recover()

    assert Subscription.objects.confirmed().count() == 1
    assert OutgoingEmail.objects.get().kind == "NEW_FOLLOWER"
    told()
