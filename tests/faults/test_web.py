"""A web process that dies while an editor publishes, takes down or deletes a job."""

import signal

import pytest

from jobs.models import JobPage
from notifications import reconciling
from notifications.models import AnnouncedState, Announcement
from tests.faults import acts
from tests.faults.traps import Trap

CLICKS = {
    "publish": (acts.publish, {"pay_max": 29000}),
    "unpublish": (acts.unpublish, {}),
    "delete": (acts.delete, {}),
}


@pytest.fixture(autouse=True)
def _followed(board):
    board.follow(5)


@pytest.fixture
def heal(board):
    """What happens by itself within five minutes."""

    def heal():
        board.wait(minutes=6)
        assert board.start(acts.manage, arguments=["tick"]).wait() == 0
        board.recover()
        assert list(reconciling.differing()) == []

    return heal


def click(board, name, trap):
    act, arguments = CLICKS[name]
    return board.start(act, trap=trap, **arguments).wait()


def has_news() -> bool:
    """Whether the job that everybody knew is another one now, or none."""
    page = JobPage.objects.first()
    return page is None or not page.live or page.pay_max != 28000


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["publish", "unpublish"])
def test_a_process_killed_between_commit_and_signal_is_made_up_for(
    name, after, board, heal, told
):
    code = click(board, name, Trap(place="touch", after=after))

    assert code == -signal.SIGKILL
    assert has_news()
    assert not AnnouncedState.objects.waiting().exists()
    heal()
    board.everybody_heard()
    told()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_deletion_that_is_killed_at_its_signal_did_not_happen(
    after, board, heal, told
):
    assert click(board, "delete", Trap(place="touch", after=after)) == -signal.SIGKILL

    assert not has_news()
    heal()
    assert not Announcement.objects.exists()

    board.job.delete()
    board.recover()
    board.everybody_heard()
    told()


@pytest.mark.parametrize("name", CLICKS)
def test_a_process_killed_at_any_statement_is_made_up_for(
    name, board, heal, dice, told
):
    click(board, name, Trap(place="any", nth=dice.randrange(1, 115)))

    heal()

    board.everybody_heard(times=1 if has_news() else 0)
    told()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_process_killed_at_a_commit_of_a_click_is_made_up_for(
    nth, after, board, heal, told
):
    """Those of the page, of its record and of its announced state."""
    trap = Trap(since="publish", place="commit", nth=nth, after=after)

    assert click(board, "publish", trap) == -signal.SIGKILL

    assert has_news() == (nth > 1 or after)
    heal()
    board.everybody_heard(times=1 if has_news() else 0)
    told()
