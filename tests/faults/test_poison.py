"""Rows, addresses and texts that nobody foresaw: they are set aside, the rest goes."""

import signal

import pytest
from django.db import connection

from notifications.models import Announcement, OutgoingEmail
from tests.factories import edit
from tests.faults.traps import Trap

#: SQL for text that no form takes, by engine.
ANYWHERE = {
    "line break": "'reader3' || chr(13) || chr(10) || '@example.org'",
    "another command": "'reader3@example.org>' || chr(13) || chr(10) || 'RSET'",
    "another header": "'reader3@example.org' || chr(13) || chr(10) || 'Bcc: a@b.example'",
    "not ASCII": "'läser3@example.org'",
    "no domain": "'reader3'",
    "nothing": "''",
    "long": "substr(replace(hex(zeroblob(120)), '0', 'x'), 1, 240) || '@e.org'",
}
SQLITE = {
    "NUL": "'reader3' || char(0) || '@example.org'",
    "surrogate": "cast(x'eda080406578616d706c652e6f7267' as text)",
    "not UTF-8": "cast(x'ff406578616d706c652e6f7267' as text)",
}


@pytest.fixture
def owed(board):
    board.follow(12)


def spoil(sql):
    """Give the fourth follower another address, past every check."""
    if connection.vendor == "sqlite":
        sql = sql.replace("chr(", "char(")
    else:
        sql = sql.replace("replace(hex(zeroblob(120)), '0', 'x')", "repeat('x', 240)")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE subscriptions_subscriber SET address = {sql}"  # noqa: S608
            " WHERE address = 'reader3@example.org'"
        )
        assert cursor.rowcount == 1


class TestAnAddress:
    def check(self, board, sink, told):
        board.change()
        board.recover_again_and_again()

        taken = {one.recipient for one in sink.taken}
        others = {f"reader{n}@example.org" for n in range(12)} - {"reader3@example.org"}
        assert taken >= others
        for one in sink.taken:
            assert one.message["Bcc"] is None
            assert one.message["To"] == one.recipient
        failed = OutgoingEmail.objects.filter(state="FAILED").count()
        assert failed + len(taken) == 12
        told(failed=failed)

    @pytest.mark.parametrize("kind", ANYWHERE)
    def test_that_no_form_takes_stops_nobody_else(self, kind, board, sink, owed, told):
        spoil(ANYWHERE[kind])

        self.check(board, sink, told)

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("kind", SQLITE)
    def test_that_is_no_text_stops_nobody_else(self, kind, board, sink, owed, told):
        spoil(SQLITE[kind])

        self.check(board, sink, told)


class TestAText:
    def test_with_line_breaks_in_the_subject_goes_out(self, board, sink, owed, told):
        edit(board.job, title="Baker\r\nBcc: all@example.org\r\n\r\nBread")

        board.recover()

        told()
        for one in sink.taken:
            assert one.message["Bcc"] is None
            assert "Bread" in one.message["Subject"]

    def test_with_a_line_of_1200_letters_goes_out(self, board, sink, owed, told):
        """Longer than forms take, and than SMTP does (RFC 5321, 4.5.3.1.6)."""
        board.change()
        worker = board.worker(trap=Trap(since="expand", place="commit", after=True))
        assert worker.wait() == -signal.SIGKILL
        Announcement.objects.update(note="Bread & " + 1200 * "b")

        board.recover()

        told()
        for one in sink.taken:
            assert 1200 * "b" in one.message.get_body(["plain"]).get_content()
            assert max(map(len, one.content.split(b"\r\n"))) <= 998

    def test_that_cannot_be_made_stops_no_other_announcement(self, board, owed, told):
        """Its facts are not what the templates expect."""
        board.change(29000)
        worker = board.worker(trap=Trap(since="expand", place="commit", after=True))
        assert worker.wait() == -signal.SIGKILL
        Announcement.objects.update(after={"availability": 7}, lines=7)
        worker = board.worker()
        board.until(lambda: Announcement.objects.get().state == "PARKED")
        assert board.sink.taken == []

        board.job.delete()
        spoilt = Announcement.objects.get()
        board.until(lambda: len(board.sink.taken) == 12)
        board.dismiss(worker)

        others = OutgoingEmail.objects.exclude(announcement=spoilt)
        assert set(others.values_list("state", flat=True)) == {"SENT"}


class TestARow:
    def test_that_kills_workers_is_set_aside_and_the_rest_goes_out(
        self, board, sink, owed, told
    ):
        board.change()
        poison = Trap(wire=b"RCPT TO:<reader3@", times=1000)
        deaths = board.recover_again_and_again(trap=poison)

        assert deaths <= 5
        row = OutgoingEmail.objects.get(state="FAILED")
        assert row.subscriber.address == "reader3@example.org"
        assert "died" in row.last_code
        told(failed=1)
