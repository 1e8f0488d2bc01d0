"""A message that is made once: what may stand in its gaps, and what makes it unfit."""

import pytest

from jobs.models import JobPage
from notifications import services
from notifications.delivery import preparing, skeleton
from notifications.delivery.expansion import expand_next
from notifications.delivery.preparing import REMEMBERED_FOR, Preparer
from notifications.delivery.skeleton import MARKS, MarkLostError, skeleton_of
from notifications.messages import announcing
from notifications.models import Announcement, OutgoingEmail
from notifications.rendering import Content
from tests.factories import edit

pytestmark = pytest.mark.usefixtures("followed_once")

VALUES = {
    "address": "reader@example.org",
    "message_id": "0" * 32,
    "stop_token": "t" * 22,
    "manage_token": "m" * 40,
    "since": "3 May",
}


@pytest.fixture
def content(followed, worker):
    edit(followed, pay_max=29000)
    worker.wait(minutes=11)
    services.announce_next()
    return announcing.marked(Announcement.objects.get(), MARKS)


def test_every_gap_is_filled_and_no_mark_is_left(content):
    raw = skeleton_of(content).fill(VALUES)

    assert b"Qmark" not in raw
    assert b"marks.invalid" not in raw
    for value in VALUES.values():
        assert value.encode() in raw


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_that_an_encoding_broke_is_noticed(name, content, monkeypatch):
    mark = MARKS[name].encode()
    serialise = skeleton.content_bytes

    def break_one(message):
        broken = mark[:9] + b"=\r\n" + mark[9:]
        return broken.join(serialise(message).rsplit(mark, 1))

    monkeypatch.setattr(skeleton, "content_bytes", break_one)

    with pytest.raises(MarkLostError, match=name):
        skeleton_of(content)


def test_a_message_that_lacks_what_differs_is_noticed(db):
    """A template that forgot the link to stop, for one."""
    with pytest.raises(MarkLostError):
        skeleton_of(Content(template="test", address="", values={}))


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_line_break_gets_into_no_gap(name, end, content):
    with pytest.raises(ValueError, match="a line break"):
        skeleton_of(content).fill(VALUES | {name: f"x{end}Bcc: all@example.org"})


def test_letters_beyond_ascii_get_into_no_gap(content):
    with pytest.raises(UnicodeEncodeError):
        skeleton_of(content).fill(VALUES | {"address": "j\xfcrgen@example.org"})


class TestWhatAWorkerRemembers:
    @pytest.fixture
    def prepare(self, content, worker):
        """Prepare the emails that wait, and answer them as they would be sent."""
        expand_next()
        preparer = Preparer(takes_bytes=True)

        def prepare():
            emails = OutgoingEmail.objects.queued().prefetch_related("announcement")
            prepared = list(preparer.prepare(list(emails), worker.now()))
            assert len(prepared) == 2
            return [outgoing.content for _email, outgoing in prepared]

        prepare.forget = preparer.forget
        return prepare

    @pytest.fixture
    def made(self, monkeypatch):
        made = []
        make = preparing.skeleton_of
        monkeypatch.setattr(
            preparing, "skeleton_of", lambda content: made.append(0) or make(content)
        )
        return made

    def test_is_made_once_for_the_leases_of_a_minute(self, prepare, made, worker):
        prepare()
        worker.wait(seconds=REMEMBERED_FOR.total_seconds() - 5)
        prepare()

        assert len(made) == 1

    def test_is_not_true_for_longer(self, prepare, followed, worker):
        assert all(b"still open" in content for content in prepare())
        JobPage.objects.filter(pk=followed.pk).update(closed_reason="FILLED")

        worker.wait(seconds=REMEMBERED_FOR.total_seconds())

        assert not any(b"still open" in content for content in prepare())

    def test_can_be_forgotten_at_once(self, prepare, made):
        prepare()
        prepare.forget()
        prepare()

        assert len(made) == 2
