"""What comes between two steps of a worker, and must not cost anybody an email."""

import signal
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from notifications import services, ticking
from notifications.delivery import expansion, outbox, sender, smtp
from notifications.delivery import worker as worker_module
from notifications.delivery.replies import Outcome
from notifications.delivery.smtp import Envelope
from notifications.delivery.transport import Outgoing, open_transport
from notifications.delivery.worker import work
from notifications.management.commands.deliver import Command
from notifications.models import Heartbeat, OutgoingEmail
from subscriptions import services as subscriptions
from subscriptions.models import Subscriber
from tests.factories import edit, make_job, make_subscriber, make_subscription
from tests.faults.sink import Sink as SlowSink
from tests.notifications.sink import Sink, serve

State = OutgoingEmail.State


@pytest.fixture
def sink(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    sink = Sink()
    server = serve(sink)
    settings.EMAIL_PORT = server.port
    yield sink
    server.stop()


@pytest.fixture
def owed(committed, worker):
    """Three people are about to be told that a job changed."""
    job = make_job()
    for number in range(3):
        make_subscription(job=job, email=f"reader{number}@example.org")
    worker.run()
    edit(job, pay_max=29000)
    worker.wait(minutes=11)
    services.announce_next()
    expansion.expand_next()
    return OutgoingEmail.objects.order_by("pk")


class TestADatabaseThatIsAwayAfterTheServersYes:
    @pytest.fixture
    def failures(self, monkeypatch):
        """Have the mark of a sent message fail so many times; answers how often."""
        monkeypatch.setattr(sender, "WAIT_FOR_DATABASE", 0.01)
        sent, seen = outbox.sent, []

        def failures(count):
            def fail(*args):
                seen.append(1)
                if len(seen) <= count:
                    raise OperationalError("gone")
                return sent(*args)

            monkeypatch.setattr(outbox, "sent", fail)
            return seen

        return failures

    def test_makes_nobody_hear_twice(self, sink, owed, worker, failures):
        failures(3)
        worker.run()

        assert sink.recipients == [f"reader{number}@example.org" for number in range(3)]
        assert {row.state for row in owed} == {State.SENT}

    def test_is_waited_for_until_the_lease_has_run_out(
        self, sink, owed, worker, failures, monkeypatch
    ):
        seen = failures(1_000_000)
        monkeypatch.setattr(
            outbox.Lease, "has_run_out", property(lambda _: len(seen) > 4)
        )
        with pytest.raises(OperationalError):
            worker.run()

        assert len(seen) == 5
        assert {row.state for row in owed} == {State.QUEUED}

    def test_does_not_keep_a_worker_that_is_asked_to_stop(
        self, sink, owed, failures, monkeypatch
    ):
        stopping = threading.Event()
        monkeypatch.setattr(outbox, "release", lambda lease: None)
        seen = failures(1_000_000)
        warned = sender.logger.warning

        def stop(*args):
            stopping.set()
            warned(*args)

        monkeypatch.setattr(sender.logger, "warning", stop)
        with open_transport() as transport, pytest.raises(OperationalError):
            work(transport, stopping)

        assert len(sink.raw) == 1
        assert len(seen) == 2


def test_who_is_erased_between_lease_and_making_is_not_written_to(
    sink, owed, worker, monkeypatch
):
    claim = outbox.claim

    def claim_and_erase(*args, **limits):
        lease = claim(*args, **limits)
        Subscriber.objects.filter(address="reader1@example.org").delete()
        return lease

    monkeypatch.setattr(outbox, "claim", claim_and_erase)
    worker.run()

    assert [(row.state, row.last_code) for row in owed][1] == (State.SKIPPED, "erased")
    assert sink.recipients == ["reader0@example.org", "reader2@example.org"]


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nDATA", "a@example.org>\nRSET", "l\xe4ser@example.org"]
)
class TestAnAddressThatNoCommandCanHold:
    def test_has_no_envelope(self, address):
        with pytest.raises(ValueError, match="no command"):
            Envelope("jobs@board.example", address)

    def test_is_no_trouble_of_the_message_before_it(self, address, sink):
        first, second = (
            Outgoing(recipient=to, content=b"Subject: Bread\r\n\r\n& butter\r\n")
            for to in ("reader@example.org", address)
        )
        with open_transport() as transport:
            assert transport.send(first, second).outcome is Outcome.ACCEPTED

    def test_stops_nobody_else(self, address, sink, owed, worker):
        Subscriber.objects.filter(address="reader1@example.org").update(address=address)
        worker.run()

        assert [row.state for row in owed][1] == State.FAILED
        assert sink.recipients == ["reader0@example.org", "reader2@example.org"]


def test_a_password_that_cannot_be_sent_is_not_the_recipients_fault(
    sink, owed, worker, settings, monkeypatch
):
    def login(*args):
        "p\xe4ssword".encode("ascii")

    monkeypatch.setattr(smtp.smtplib.SMTP, "login", login)
    settings.EMAIL_HOST_USER = "board"
    worker.run()

    assert {(row.state, row.attempts) for row in owed} == {(State.QUEUED, 0)}


def test_an_answer_without_a_code_is_none(sink, owed, worker):
    """What was meant nobody knows, so the message may have been taken."""
    sink.answers.append("fine, thanks")
    worker.run()

    uncertain = [row for row in owed if row.uncertain]
    assert len(uncertain) == 1
    assert uncertain[0].last_code.startswith("SMTPServerDisconnected")


def test_a_server_that_went_away_is_not_said_goodbye_to(
    sink, owed, worker, monkeypatch
):
    """Its answer would be waited for, which nobody who stops a worker has time for."""
    goodbye, said = smtp.smtplib.SMTP.quit, []

    def quit_(session):
        said.append("QUIT")
        return goodbye(session)

    monkeypatch.setattr(smtp.smtplib.SMTP, "quit", quit_)
    sink.hang_ups = 1
    worker.run()

    assert {row.state for row in owed} == {State.SENT}
    assert len(said) == 1


def test_a_row_that_killed_four_workers_is_set_aside_by_the_next(sink, owed, worker):
    OutgoingEmail.objects.filter(pk=owed[1].pk).update(claims=outbox.ASIDE_AFTER)

    worker.run()

    assert [row.state for row in owed] == [State.SENT, State.FAILED, State.SENT]


def test_a_worker_that_is_asked_to_stop_finishes_its_message_and_gives_back_the_rest(
    sink, owed, monkeypatch
):
    stopping, sent = threading.Event(), outbox.sent

    def sent_and_asked(*args):
        stopping.set()
        return sent(*args)

    monkeypatch.setattr(outbox, "sent", sent_and_asked)
    with open_transport() as transport:
        work(transport, stopping)

    assert sink.recipients == ["reader0@example.org"]
    assert [row.state for row in owed] == [State.SENT, State.QUEUED, State.QUEUED]
    assert not OutgoingEmail.objects.exclude(lease="").exists()


def test_a_sender_that_stumbles_goes_on(sink, owed, monkeypatch):
    """A thread that is dead while its process lives sends nothing, and says nothing."""
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.01)
    step, stumbled = sender.Sender.step, threading.Event()

    def stumble_once(self):
        if not stumbled.is_set():
            stumbled.set()
            raise RuntimeError("unforeseen")
        return step(self)

    monkeypatch.setattr(sender.Sender, "step", stumble_once)
    with at_work(1):
        until(lambda: len(sink.recipients) == 3)

    assert {row.state for row in owed} == {State.SENT}


def test_one_of_four_connections_is_kept_for_who_waits_for_a_link(
    sink, committed, settings, monkeypatch
):
    """However many emails there are over which the mail server takes long."""
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(sender, "FIRST", 1)
    record = make_job().record
    busy, enough = threading.Semaphore(0), threading.Event()

    def take_long():
        busy.release()
        enough.wait(timeout=30)

    with SlowSink() as slow:
        settings.EMAIL_PORT = slow.port
        for number in range(4):
            address = f"reader{number}@example.org"
            slow.on("dot", take_long, to=address)
            OutgoingEmail.objects.create(
                kind="MANAGE_LINK",
                key=f"test:{number}",
                subscriber=make_subscriber(address),
                due_at="2026-01-01T00:00Z",
            )
        with at_work(4):
            assert all(busy.acquire(timeout=30) for _ in range(3))
            subscriptions.subscribe(email="new@example.org", record=record)
            links = OutgoingEmail.objects.filter(kind="CONFIRM", state=State.SENT)
            try:
                until(links.exists, seconds=10)
            finally:
                enough.set()


@contextmanager
def at_work(connections):
    """Senders in threads, as many as ``deliver`` has."""
    stopping = threading.Event()
    senders = worker_module.Senders(connections, stopping)
    senders.start()
    try:
        yield
    finally:
        stopping.set()
        senders.join()


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class TestBeingAskedToStop:
    @pytest.fixture(autouse=True)
    def _handlers(self):
        """Those of the test run come back; what hangs is cut short."""

        def cut_short(number, frame):
            raise TimeoutError

        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
        before = {number: signal.getsignal(number) for number in numbers}
        signal.signal(signal.SIGALRM, cut_short)
        signal.alarm(10)
        yield
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_works_at_the_moment_when_a_wait_begins(self, number):
        """In the thread that waits, whose wait holds the lock of the event then."""
        stopping = threading.Event()
        Command()._stop_on_signals(stopping)

        with stopping._cond:
            signal.raise_signal(number)

        assert stopping.wait(5)


@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="needs PostgreSQL: a SQLite file is never cut off",
)
def test_a_tick_that_is_cut_off_goes_on_and_ends(committed, worker, monkeypatch):
    done = []

    def be_cut_off():
        connection.connection.close()
        Heartbeat.objects.exists()

    def look():
        done.append(Heartbeat.objects.exists())

    monkeypatch.setattr(ticking, "STEPS", (be_cut_off, look))

    assert ticking.tick()
    assert done == [True]
    assert Heartbeat.objects.get(name=ticking.TICK).lease == ""
