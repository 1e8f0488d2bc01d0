"""What a session writes ahead, and that nobody gets more than was given away."""

import itertools
import threading
import time

import pytest

from notifications.delivery import patience, smtp
from notifications.delivery.replies import Outcome
from notifications.delivery.smtp import Envelope, Relay, Session
from tests.faults.sink import CRAWL, Sink

SENDER = "jobs@board.example"
FIRST, SECOND, THIRD = (
    Envelope(SENDER, f"reader{number}@example.org") for number in (1, 2, 3)
)
CONTENT = b"Subject: News\r\n\r\n.A line that begins with a dot\r\n"


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def session(sink):
    session = Session(Relay(host="127.0.0.1", port=sink.port))
    yield session
    session.close()


def recipients(sink):
    return [taken.recipient for taken in sink.taken]


@pytest.mark.parametrize("pipelining", [True, False])
def test_what_is_announced_goes_out_over_the_same_connection(sink, session, pipelining):
    sink.pipelining = pipelining

    session.send(FIRST, CONTENT, following=SECOND)
    session.send(SECOND, CONTENT, following=THIRD)
    answer = session.send(THIRD, CONTENT)

    assert answer.outcome is Outcome.ACCEPTED
    assert recipients(sink) == [e.recipient for e in (FIRST, SECOND, THIRD)]
    assert {taken.content for taken in sink.taken} == {
        CONTENT.replace(b"\r\n.", b"\r\n..")
    }
    assert sink.connections == 1


def test_the_next_is_announced_in_the_turn_of_the_first(sink, session):
    announced = threading.Event()
    sink.on("mail", announced.set, after=1)

    session.send(FIRST, CONTENT, following=SECOND)

    assert announced.wait(timeout=10)
    assert recipients(sink) == [FIRST.recipient]


@pytest.mark.parametrize("pipelining", [True, False])
def test_there_is_time_while_the_server_makes_up_its_mind(sink, session, pipelining):
    sink.pipelining = pipelining
    decide = threading.Event()
    sink.on("dot", decide.wait)

    # Called after the answer, it would wait for itself.
    answer = session.send(FIRST, CONTENT, meanwhile=decide.set)

    assert answer.outcome is Outcome.ACCEPTED
    assert recipients(sink) == [FIRST.recipient]


@pytest.mark.parametrize("phase", ["connect", "ehlo", "mail", "rcpt", "data", "dot"])
def test_there_is_time_again_and_again_while_it_is_silent(
    sink, session, phase, monkeypatch
):
    monkeypatch.setattr(patience, "SILENT_SECONDS", 0.01)
    spoken = threading.Event()
    sink.on(phase, spoken.wait)
    calls = itertools.count(1)

    answer = session.send(
        FIRST, CONTENT, meanwhile=lambda: next(calls) > 5 and spoken.set()
    )

    assert answer.outcome is Outcome.ACCEPTED


def test_there_is_time_between_two_letters_of_a_slow_server(sink, session):
    calls = itertools.count()
    sink.on("dot", CRAWL)

    answer = session.send(FIRST, CONTENT, meanwhile=lambda: next(calls))

    assert answer.words == "250 2.0.0"
    assert next(calls) > 10


@pytest.mark.parametrize("pipelining", [True, False])
def test_the_last_answer_is_waited_for_longer_than_any_other(
    sink, session, pipelining, monkeypatch
):
    """Who gives up earlier makes duplicates: RFC 5321, 4.5.3.2.6; RFC 1047."""
    assert smtp.ACCEPT_SECONDS >= 600
    for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "DATA_SECONDS"):
        monkeypatch.setattr(smtp, name, 0.3)
    impatient = tuple((phase, 0.3) for phase, _seconds in smtp.ANNOUNCING)
    monkeypatch.setattr(smtp, "ANNOUNCING", impatient)
    sink.pipelining = pipelining
    sink.delay = 0.6

    assert session.send(FIRST, CONTENT).outcome is Outcome.ACCEPTED
    sink.on("rcpt", lambda: time.sleep(0.6))
    assert session.send(SECOND, CONTENT).outcome is Outcome.NOT_SENT


def test_another_than_was_announced_goes_over_a_new_connection(sink, session):
    session.send(FIRST, CONTENT, following=SECOND)

    answer = session.send(THIRD, CONTENT)

    assert answer.outcome is Outcome.ACCEPTED
    assert recipients(sink) == [FIRST.recipient, THIRD.recipient]
    assert sink.connections == 2


def test_who_was_announced_and_then_left_gets_nothing(sink, session):
    session.send(FIRST, CONTENT, following=SECOND)

    session.close()
    session.send(THIRD, CONTENT)

    assert recipients(sink) == [FIRST.recipient, THIRD.recipient]


@pytest.mark.parametrize(
    ("phase", "reply", "outcome"),
    [
        ("mail", "421 4.7.0 too many messages on this connection", Outcome.RECONNECT),
        ("rcpt", "550 5.1.1 no such mailbox", Outcome.REJECTED),
        ("rcpt", "450 4.2.1 busy", Outcome.DEFERRED),
        ("data", "451 4.3.0 later", Outcome.DEFERRED),
    ],
)
def test_a_refusal_of_what_was_announced_concerns_only_that(
    sink, session, phase, reply, outcome
):
    sink.on(phase, reply, after=1)

    first = session.send(FIRST, CONTENT, following=SECOND)
    second = session.send(SECOND, CONTENT, following=THIRD)
    third = session.send(THIRD, CONTENT)

    outcomes = [answer.outcome for answer in (first, second, third)]
    assert outcomes == [Outcome.ACCEPTED, outcome, Outcome.ACCEPTED]
    assert recipients(sink) == [FIRST.recipient, THIRD.recipient]


def test_a_refusal_of_the_first_leaves_what_was_announced_to_be_sent(sink, session):
    sink.on("dot", "554 5.6.0 cannot be read")

    first = session.send(FIRST, CONTENT, following=SECOND)
    second = session.send(SECOND, CONTENT)

    assert first.outcome is Outcome.MESSAGE_REJECTED
    assert second.outcome is Outcome.ACCEPTED
    assert recipients(sink) == [SECOND.recipient]


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("phase", "reply"),
    [
        ("mail", "550 5.1.8 not from you"),
        ("rcpt", "550 5.1.1 no such mailbox"),
        ("data", "451 4.3.0 later"),
    ],
)
def test_after_a_refusal_the_same_connection_begins_anew(
    sink, session, pipelining, phase, reply
):
    """A server takes no sender while it has one: RFC 5321, 4.1.4."""
    sink.pipelining = pipelining
    sink.on(phase, reply)

    session.send(FIRST, CONTENT)
    answer = session.send(SECOND, CONTENT)

    assert answer.outcome is Outcome.ACCEPTED
    assert recipients(sink) == [SECOND.recipient]
    assert sink.connections == (2 if phase == "mail" else 1)


def test_a_message_that_nobody_may_get_ends_with_a_lone_dot(sink, session):
    """The server may want one although it knows no recipient: RFC 2920, 3.1."""
    sink.takes_data_for_nobody = True
    sink.on("rcpt", "550 5.1.1 no such mailbox")

    first = session.send(FIRST, CONTENT)
    second = session.send(SECOND, CONTENT)

    assert (first.outcome, second.outcome) == (Outcome.REJECTED, Outcome.ACCEPTED)
    assert recipients(sink) == [SECOND.recipient]
    assert sink.connections == 1


@pytest.mark.parametrize("phase", ["connect", "ehlo", "mail", "rcpt", "data", "dot"])
def test_words_are_codes_and_hold_no_address(sink, session, phase):
    sink.on(phase, f"550 5.7.1 <{FIRST.recipient}> is not for you", times=-1)

    answer = session.send(FIRST, CONTENT)

    assert answer.words == "550 5.7.1"
