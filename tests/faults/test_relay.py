"""A mail server that refuses, hangs up, falls silent or goes away, at every phase."""

import datetime as dt
import time

import pytest

from notifications.models import Announcement, OutgoingEmail, Suppression
from tests.faults.board import DELIVERY, IMPATIENT
from tests.faults.sink import (
    CRAWL,
    HALF_CLOSE,
    HANG_UP,
    LOSE_THE_ANSWER,
    PHASES,
    SILENCE,
    Sink,
)
from tests.notifications.sink import free_port

FOR_NOW = {
    "connect": "421 4.3.2 too busy",
    "ehlo": "451 4.3.0 try later",
    "auth": "454 4.7.0 try later",
    "mail": "451 4.3.0 try later",
    "rcpt": "450 4.2.1 mailbox busy",
    "data": "451 4.3.0 try later",
    "dot": "451 4.3.0 try later",
}
FOR_GOOD = {
    "connect": "554 5.3.2 no service",
    "ehlo": "550 5.7.1 not you",
    "auth": "535 5.7.8 wrong password",
    "mail": "550 5.7.1 not from you",
    "rcpt": "550 5.1.1 no such mailbox",
    "data": "554 5.3.0 no",
    "dot": "554 5.6.0 cannot be read",
}
#: Where it is the recipient, or the message, that is refused for good.
GIVEN_UP = ("rcpt", "data", "dot")
#: Where a rule may name one recipient.
ONE = "reader7@example.org"


@pytest.fixture(params=[True, False], ids=["pipelined", "in turns"])
def _pipelining(request, sink):
    sink.pipelining = request.param


@pytest.fixture
def deliver(board, sink):
    """Have everybody told by a worker that signs in, whatever the server does."""
    board.follow(12)
    board.change()
    sink.asks_for_password = True
    address = f"smtp://user:password@127.0.0.1:{sink.port}"

    def deliver(**options):
        board.recover(environment={"EMAIL_URL": address}, **options)
        board.everybody_heard()
        unused = [rule for rule in sink.rules if rule.times > 0]
        assert not unused

    return deliver


def at_every_phase(sink, replies, **limits):
    """Fail in each phase, over people of their own where it knows whom it is for."""
    for number, phase in enumerate(replies):
        one = {"to": f"reader{number}@example.org"}
        known = phase in ("rcpt", "data", "content", "dot")
        sink.on(phase, replies[phase], **limits, **(one if known else {}))


@pytest.mark.usefixtures("_pipelining")
class TestRefuses:
    def test_for_now_everybody_is_told_all_the_same(self, deliver, sink, told):
        at_every_phase(sink, FOR_NOW, times=2)

        deliver()

        told()

    def test_for_good_only_a_refused_recipient_is_given_up(self, deliver, sink, told):
        at_every_phase(sink, FOR_GOOD)

        deliver()

        told(failed=len(GIVEN_UP))
        assert Suppression.objects.count() == 1

    def test_to_go_on_after_some_messages_nobody_pays_for_it(self, deliver, sink, told):
        sink.on("mail", "421 4.7.0 too many messages", times=-1, after=3)

        deliver()

        told()
        assert set(OutgoingEmail.objects.values_list("attempts", flat=True)) == {1}

    def test_one_recipient_the_message_does_not_go_to_the_next(
        self, deliver, sink, told
    ):
        """354 although nobody may get it: RFC 2920, 3.1."""
        sink.takes_data_for_nobody = True
        sink.on("rcpt", FOR_GOOD["rcpt"], to=ONE)

        deliver()

        told(failed=1)
        for taken in sink.taken:
            assert taken.message["To"] == taken.recipient


@pytest.mark.usefixtures("_pipelining")
class TestBreaksOff:
    @pytest.mark.parametrize("times", [1, 3])
    def test_at_every_phase_everybody_is_told_once(self, times, deliver, sink, told):
        at_every_phase(sink, dict.fromkeys(PHASES, HANG_UP), times=times)

        deliver()

        told()

    def test_after_taking_a_message_that_one_is_told_twice(self, deliver, sink, told):
        sink.on("dot", LOSE_THE_ANSWER, to=ONE)

        deliver()

        assert told(repeats=1).repeats == 1
        assert OutgoingEmail.objects.get(attempts=2).subscriber.address == ONE

    @pytest.mark.parametrize("how", [SILENCE, HALF_CLOSE])
    def test_without_a_word_everybody_is_told_once(self, how, deliver, sink, told):
        at_every_phase(sink, dict.fromkeys(PHASES, how))

        deliver(constants=IMPATIENT)

        told()

    def test_never_but_is_slow_everybody_is_told_once(self, deliver, sink, told):
        at_every_phase(sink, dict.fromkeys(FOR_NOW, CRAWL))

        deliver()

        told()

    def test_into_nonsense_everybody_is_told_once(self, deliver, sink, told):
        phases = [phase for phase in PHASES if phase != "content"]
        at_every_phase(sink, dict.fromkeys(phases, "what?"))

        deliver()

        told()


@pytest.mark.parametrize("phase", ["rcpt", "dot"])
def test_a_server_that_takes_longer_than_a_lease_tells_everybody_once(
    phase, board, sink, told
):
    """Over several connections, each of which would take up what another one holds."""
    board.follow(4)
    board.change()
    sink.on(phase, lambda: time.sleep(1.8), times=-1)
    worker = board.worker(
        2,
        constants={
            f"{DELIVERY}.outbox.LEASE": dt.timedelta(seconds=1),
            f"{DELIVERY}.patience.SILENT_SECONDS": 0.1,
        },
    )
    board.until(board.is_finished)
    board.dismiss(worker)

    board.everybody_heard()
    told()


def test_at_random_everybody_is_told_or_refused_for_good(board, sink, dice, told):
    """Answers and disconnects at random, between messages of one pipelined group."""
    count = 120
    board.follow(count)
    board.change()
    sink.pipelining = dice.random() < 0.7
    sink.takes_data_for_nobody = dice.random() < 0.5
    refused = lost = 0
    for number in dice.sample(range(count), 30):
        phase = dice.choice(["rcpt", "data", "content", "dot"])
        do = dice.choice([FOR_NOW, FOR_GOOD, HANG_UP, LOSE_THE_ANSWER])
        if do is LOSE_THE_ANSWER:
            phase = "dot"
            lost += 1
        elif phase == "content":
            do = HANG_UP
        elif do is FOR_GOOD:
            refused += 1
            do = "550 5.1.1 no such mailbox"
        elif do is FOR_NOW:
            do = FOR_NOW[phase]
        sink.on(phase, do, to=f"reader{number}@example.org")
    for phase in ("connect", "ehlo", "mail"):
        sink.on(phase, dice.choice([FOR_NOW[phase], HANG_UP]), times=2)
    worker = board.worker(3)
    board.until(board.is_finished)
    board.dismiss(worker)

    board.everybody_heard()
    # A refusal that was on its way when the server hung up may be lost: nobody knows
    # of it, and the next attempt is taken.
    given_up = OutgoingEmail.objects.filter(state=OutgoingEmail.State.FAILED).count()
    assert given_up <= refused
    told(repeats=lost, failed=given_up)


def test_a_server_that_is_away_costs_nobody_an_attempt(board, told):
    board.follow(30)
    board.change()
    port = free_port()
    address = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    worker = board.worker(3, environment=address)
    board.until(lambda: OutgoingEmail.objects.exclude(last_code="").exists())
    time.sleep(1)
    assert worker.code is None, board.state()

    with Sink(port) as board.sink:
        board.until(board.is_finished)
        board.dismiss(worker)

    board.everybody_heard()
    told()
    assert set(OutgoingEmail.objects.values_list("attempts", flat=True)) == {1}


def test_a_password_that_cannot_be_sent_gives_up_nobody(board, sink, told):
    board.follow(5)
    board.change()
    sink.asks_for_password = True
    address = f"smtp://user:p%C3%A4ssword@127.0.0.1:{sink.port}"
    worker = board.worker(environment={"EMAIL_URL": address})
    board.until(lambda: OutgoingEmail.objects.exclude(last_code="").exists())
    time.sleep(0.5)
    board.dismiss(worker)
    assert Announcement.objects.get().failed == 0

    board.recover()

    board.everybody_heard()
    told()
