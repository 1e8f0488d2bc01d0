"""A message that is made once: what may stand in its gaps, and what makes it unfit."""

import pytest

from notifications import messages, services
from notifications.delivery import skeleton
from notifications.delivery.skeleton import MARKS, MarkLostError, skeleton_of
from notifications.models import Announcement
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
    return messages.marked(Announcement.objects.get(), MARKS)


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
