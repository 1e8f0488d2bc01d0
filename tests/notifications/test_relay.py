"""When the mail server has had enough of us: who waits, who pays, who is told."""

import logging
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum
from django.urls import reverse

from notifications.delivery import breaker as breaker_module
from notifications.delivery import sender as sender_module
from notifications.delivery import trouble
from notifications.delivery.breaker import Breaker
from notifications.delivery.replies import Answer, Outcome, Phase, Reply, classify
from notifications.delivery.sender import Sender, Shared
from notifications.delivery.trouble import RELAY, RelayTrouble
from notifications.health import health
from notifications.models import Heartbeat, OutgoingEmail, Suppression, Tally
from subscriptions import services as subscriptions
from tests.factories import edit, make_job, make_subscription
from tests.notifications.sink import HANG_UP, Sink, free_port, serve

State = OutgoingEmail.State


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = free_port()
    return settings


@pytest.fixture
def sink(smtp):
    sink = Sink()
    server = serve(sink)
    smtp.EMAIL_PORT = server.port
    yield sink
    server.stop()


@pytest.fixture
def announced(db, worker):
    """Change a job that so many people follow, and have the worker look."""

    def announced(followers=1):
        job = make_job()
        for number in range(followers):
            make_subscription(job=job, email=f"reader{number}@example.org")
        worker.run()
        edit(job, pay_max=29000)
        worker.run(minutes=11)
        return OutgoingEmail.objects.order_by("pk")

    return announced


@pytest.fixture
def timepiece(monkeypatch):
    """A steady clock that a test moves."""
    timepiece = SimpleNamespace(seconds=1000.0)
    steady = SimpleNamespace(monotonic=lambda: timepiece.seconds)
    monkeypatch.setattr(breaker_module, "time", steady)
    monkeypatch.setattr(trouble, "time", steady)
    return timepiece


def outcome(phase, said):
    code, _space, text = said.partition(" ")
    return classify(phase, Reply(int(code), text))


class TestWhatAnAnswerMeans:
    @pytest.mark.parametrize(
        ("phase", "said", "meant"),
        [
            (Phase.CONTENT, "250 2.0.0 queued", Outcome.ACCEPTED),
            (Phase.RCPT, "450 4.2.1 mailbox busy", Outcome.DEFERRED),
            (Phase.CONTENT, "452 4.3.1 disk full", Outcome.DEFERRED),
            (Phase.MAIL, "451 4.3.0 not now", Outcome.RELAY_DOWN),
            (Phase.RCPT, "550 5.1.1 no such user", Outcome.REJECTED),
            (Phase.RCPT, "550 no such user", Outcome.REJECTED),
            (Phase.RCPT, "552 mailbox full", Outcome.REJECTED),
            (Phase.CONTENT, "552 5.2.2 mailbox full", Outcome.REJECTED),
            (Phase.CONTENT, "552 too much mail data", Outcome.MESSAGE_REJECTED),
            (Phase.CONTENT, "552 5.3.4 too big", Outcome.MESSAGE_REJECTED),
            (Phase.CONTENT, "554 5.6.0 malformed", Outcome.MESSAGE_REJECTED),
            (Phase.RCPT, "550 5.7.1 relaying denied", Outcome.REFUSED),
            (Phase.CONTENT, "550 5.7.515 no DMARC", Outcome.REFUSED),
            (Phase.CONTENT, "550 5.4.5 daily quota exceeded", Outcome.REFUSED),
            (Phase.MAIL, "553 5.1.8 bad sender", Outcome.REFUSED),
            (Phase.RCPT, "503 5.5.1 MAIL first", Outcome.RELAY_DOWN),
            (Phase.MAIL, "530 5.7.0 sign in first", Outcome.REFUSED),
            (Phase.RCPT, "421 4.7.0 closing", Outcome.RECONNECT),
            (Phase.MAIL, "452 Too many messages in this connection", Outcome.RECONNECT),
            (Phase.CONTENT, "421 Max messages per session", Outcome.RECONNECT),
        ],
    )
    def test_is_one_of_a_few_things(self, phase, said, meant):
        assert outcome(phase, said) is meant


class TestFullConnections:
    @pytest.mark.parametrize(
        "said",
        ["421 4.7.0 closing", "452 4.3.2 too many messages on this connection"],
    )
    def test_go_on_as_new_ones_and_nobody_pays(self, said, sink, announced):
        sink.to_senders += ["250 OK", "250 OK", said]

        rows = announced(followers=5)

        assert {(row.state, row.attempts) for row in rows} == {(State.SENT, 1)}
        assert len(sink.raw) == 5
        assert len({message["To"] for message in sink.messages}) == 5
        assert health().reasons == ["The email worker has not run yet."]

    def test_that_were_never_good_are_trouble_of_the_relay(self, sink, announced):
        sink.to_senders += ["421 4.3.2 closing"] * 20

        [row] = announced()

        assert (row.state, row.attempts) == (State.QUEUED, 0)
        assert len(sink.to_senders) > 15

    def test_leave_half_of_the_senders_at_work(self, timepiece):
        breaker = Breaker(senders=16, least=2)

        breaker.crowded()

        assert [n for n in range(16) if breaker.lets_through(n)] == list(range(8))

    def test_that_close_together_count_once(self, timepiece):
        breaker = Breaker(senders=16)
        breaker.crowded()
        breaker.crowded()
        assert breaker.lets_through(7)

        timepiece.seconds += 11
        breaker.crowded()

        assert breaker.lets_through(3)
        assert not breaker.lets_through(4)

    def test_never_stop_the_last_senders(self, timepiece):
        breaker = Breaker(senders=4, least=2)
        for _ in range(5):
            timepiece.seconds += 11
            breaker.crowded()

        assert [breaker.lets_through(n) for n in range(4)] == [True, True, False, False]

    def test_are_tried_again_one_by_one_while_it_goes_well(self, timepiece):
        breaker = Breaker(senders=8)
        breaker.crowded()
        for _ in range(199):
            breaker.worked()
        assert not breaker.lets_through(4)

        breaker.worked()

        assert breaker.lets_through(4)
        assert not breaker.lets_through(5)
        for _ in range(2000):
            breaker.worked()
        assert breaker.lets_through(7)


class TestResting:
    def test_each_failure_doubles_the_rest_up_to_five_minutes(self, timepiece):
        breaker = Breaker()
        rests = []
        for _ in range(8):
            rests.append(breaker.failed())
            timepiece.seconds += rests[-1]

        assert rests == [5, 10, 20, 40, 80, 160, 300, 300]

    def test_senders_that_fail_together_fail_once(self, timepiece):
        breaker = Breaker(senders=16)

        assert [breaker.failed() for _ in range(16)] == [5] * 16

    def test_afterwards_one_sender_tries(self, timepiece):
        breaker = Breaker(senders=3)
        breaker.failed()
        assert not any(breaker.lets_through(n) for n in range(3))

        timepiece.seconds += 6

        assert [breaker.lets_through(n) for n in (1, 0, 2, 1)] == [
            True,
            False,
            False,
            True,
        ]
        breaker.worked()
        assert all(breaker.lets_through(n) for n in range(3))

    def test_a_sender_that_has_nothing_to_try_with_lets_another_one(self, timepiece):
        breaker = Breaker(senders=2)
        breaker.failed()
        timepiece.seconds += 6
        assert breaker.lets_through(0)

        breaker.found_nothing(0)

        assert breaker.lets_through(1)


class TestTrouble:
    def trouble(self):
        return list(
            Heartbeat.objects.filter(name=RELAY).values_list("trouble", flat=True)
        )

    def test_a_refusal_of_us_costs_no_attempt_and_is_said_in_words(
        self, sink, announced, client
    ):
        sink.always = "550 5.7.1 we do not like you"

        [row] = announced()

        assert (row.state, row.attempts) == (State.QUEUED, 0)
        assert (
            "The mail server refuses us: 550 5.7.1 (handing over the message)."
            in (client.get(reverse("healthz")).json()["reasons"])
        )

    def test_a_relay_that_is_away_is_said_in_words(self, smtp, announced):
        announced()

        assert (
            "The mail server is away or in trouble: ConnectionRefusedError (connecting)."
            in health().reasons
        )

    def test_answers_that_get_lost_one_after_the_other_spare_the_rest(
        self, sink, announced
    ):
        """Whoever is sent a message now may get it again."""
        sink.always = HANG_UP

        rows = announced(followers=9)

        assert len(sink.raw) == 2
        assert [row.attempts for row in rows] == [1] * 2 + [0] * 7
        assert (
            "The mail server is away or in trouble: SMTPServerDisconnected (handing "
            "over the message)." in health().reasons
        )

    def test_one_answer_that_gets_lost_spares_nobody(self, sink, announced):
        sink.answers += ["250 OK", HANG_UP]

        rows = announced(followers=9)

        assert [row.uncertain for row in rows] == [False, True, *[False] * 7]
        assert [row.attempts for row in rows] == [1] * 9

    def test_it_is_over_with_the_first_message_that_is_taken(
        self, sink, announced, worker
    ):
        sink.answers.append("550 5.7.1 not you")
        announced()
        assert self.trouble() != [""]

        worker.run(minutes=10)

        assert self.trouble() == [""]
        assert len(health().reasons) == 1

    def test_words_of_a_worker_that_died_are_forgotten(self, db, worker):
        RelayTrouble().note(Answer(Outcome.RELAY_DOWN, "TimeoutError", "connecting"))
        worker.wait(minutes=14)
        assert len(health().reasons) == 2

        worker.wait(minutes=2)

        assert len(health().reasons) == 1

    def test_it_is_written_when_it_changes_and_hardly_ever_else(
        self, db, worker, timepiece, django_assert_num_queries
    ):
        relay = RelayTrouble()
        relay.clear()
        with django_assert_num_queries(0):
            relay.clear()
        relay.note(Answer(Outcome.RELAY_DOWN, "TimeoutError"))
        with django_assert_num_queries(0):
            relay.note(Answer(Outcome.RELAY_DOWN, "TimeoutError"))

        first = Heartbeat.objects.get(name=RELAY).seen_at
        worker.wait(minutes=1)
        timepiece.seconds += 61
        relay.note(Answer(Outcome.RELAY_DOWN, "TimeoutError"))
        assert Heartbeat.objects.get(name=RELAY).seen_at > first

    def test_a_message_that_alone_is_refused_twice_is_given_up(
        self, sink, announced, worker
    ):
        sink.refused["reader0@example.org"] = "550 5.7.1 not for this mailbox"
        first, *_others = announced(followers=3)
        assert (first.state, first.attempts) == (State.QUEUED, 0)

        worker.run(minutes=1)
        worker.run(minutes=10)

        states = OutgoingEmail.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == [State.FAILED, State.SENT, State.SENT]

    def test_who_waits_in_front_of_a_screen_is_the_one_to_try_with(
        self, sink, announced, worker
    ):
        sink.answers.append("550 5.7.1 not you")
        rows = announced(followers=3)
        subscriptions.subscribe(
            email="new@example.org", record=rows[0].announcement.record
        )
        before = len(sink.recipients)

        worker.run(minutes=10)

        assert sink.recipients[before] == "new@example.org"


def test_a_database_that_fails_while_mail_is_made_is_not_the_mails_fault(
    db, monkeypatch, announced, smtp
):
    [row] = announced()
    OutgoingEmail.objects.update(due_at=row.created_at)

    class Transport:
        takes_bytes = False

    sender = Sender(Transport(), shared=Shared())
    monkeypatch.setattr(
        sender._preparer,
        "prepare",
        lambda emails, now: [(emails[0], OperationalError("gone"))],
    )
    with pytest.raises(OperationalError):
        sender.step()

    row.refresh_from_db()
    assert row.state == State.QUEUED


class TestADatabaseThatIsAwayOnce:
    """One statement fails after the server's answer, and the next ones succeed."""

    @pytest.fixture
    def fail_once(self, monkeypatch):
        def fail_once(owner, name):
            real, failed = getattr(owner, name), []

            def fail(*args, **values):
                if failed:
                    return real(*args, **values)
                failed.append(1)
                raise OperationalError("gone")

            monkeypatch.setattr(sender_module, "WAIT_FOR_DATABASE", 0.01)
            monkeypatch.setattr(owner, name, fail)

        return fail_once

    def test_does_not_leave_the_trouble_of_the_relay_standing(self, db, fail_once):
        relay = RelayTrouble()
        relay.note(Answer(Outcome.RELAY_DOWN, "TimeoutError", "connecting"))
        fail_once(Heartbeat.objects, "filter")
        with pytest.raises(OperationalError):
            relay.clear()

        relay.clear()

        assert Heartbeat.objects.get(name=RELAY).trouble == ""

    def test_counts_a_message_that_was_taken_once(
        self, committed, sink, announced, fail_once, monkeypatch
    ):
        # Old enough to be closed, which would take the cursor of the lease along.
        monkeypatch.setattr(connection, "close_at", 0)
        fail_once(RelayTrouble, "clear")

        announced(followers=3)

        assert Tally.objects.aggregate(sum=Sum("sent"))["sum"] == 3

    def test_counts_a_message_that_was_refused_once(
        self, committed, sink, announced, fail_once
    ):
        sink.refused["reader0@example.org"] = "550 5.1.1 no such user"
        fail_once(sender_module, "suppress")

        announced()

        assert Tally.objects.aggregate(sum=Sum("failed"))["sum"] == 1
        assert Suppression.objects.exists()


def test_no_line_of_the_log_tells_what_a_server_says_of_an_address(
    sink, announced, caplog
):
    caplog.set_level(logging.DEBUG, logger="notifications")
    sink.always = "550 5.7.1 <reader0@example.org> is not for you"
    announced()

    lines = [x.getMessage() for x in caplog.records if x.name.startswith("notif")]
    assert [line for line in lines if "550 5.7.1" in line]
    assert not [line for line in lines if "example.org" in line]
    assert not [reason for reason in health().reasons if "example.org" in reason]
