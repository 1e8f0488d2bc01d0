"""Rows from queued to settled: who may take them, and how often."""

import datetime as dt
import time
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from notifications import services
from notifications.delivery import outbox
from notifications.models import Announcement, Attempt, OutgoingEmail
from tests.factories import (
    edit,
    make_company,
    make_subscriber,
    make_user,
)

State = OutgoingEmail.State
Priority = OutgoingEmail.Priority


@pytest.fixture
def owed(db, worker):
    """Make rows that are due now."""

    def owed(count=1, **fields):
        first = OutgoingEmail.objects.count()
        return [
            OutgoingEmail.objects.create(
                **{
                    "kind": OutgoingEmail.Kind.MANAGE_LINK,
                    "key": f"test:{first + number}",
                    "due_at": worker.now(),
                    "subscriber": make_subscriber(),
                }
                | fields
            )
            for number in range(count)
        ]

    return owed


def claimed(limit=20):
    lease = outbox.claim(limit)
    return [email.pk for email in lease.emails] if lease else []


def claim_one():
    lease = outbox.claim(1)
    return lease, *lease.emails


class TestFailedAttempts:
    """What went wrong is kept, attempt by attempt; what went right costs no more."""

    def test_each_one_is_kept_with_its_answer(self, owed):
        [row] = owed()
        lease, email = claim_one()
        outbox.deferred(lease, email, "450 4.2.0", uncertain=True)
        OutgoingEmail.objects.update(due_at=row.due_at)
        lease, email = claim_one()
        outbox.failed(lease, email, "550 5.1.1")

        kept = row.failures.order_by("pk").values_list("answer", "uncertain")
        assert list(kept) == [("450 4.2.0", True), ("550 5.1.1", False)]

    def test_none_is_kept_of_one_that_succeeds(self, owed):
        [row] = owed()
        outbox.sent(*claim_one(), "250 2.0.0")

        assert not row.failures.exists()

    def test_none_is_kept_by_who_lost_the_lease(self, owed):
        [row] = owed()
        lease, email = claim_one()
        OutgoingEmail.objects.update(lease="another")

        assert not outbox.failed(lease, email, "550 5.1.1")
        assert not row.failures.exists()

    def test_they_go_with_their_email(self, owed):
        owed()
        outbox.failed(*claim_one(), "550 5.1.1")

        OutgoingEmail.objects.all().delete()

        assert not Attempt.objects.exists()


class TestClaiming:
    def test_two_workers_never_take_the_same_row(self, owed):
        rows = {row.pk for row in owed(5)}

        first, second, third = (set(claimed(2)) for _ in range(3))

        assert first | second | third == rows
        assert len(first) + len(second) + len(third) == 5
        assert claimed() == []

    def test_a_row_comes_back_when_its_lease_has_run_out(self, owed, worker):
        owed(1)
        [pk] = claimed()

        worker.wait(seconds=59)
        assert claimed() == []
        worker.wait(seconds=2)
        assert claimed() == [pk]

    def test_what_is_not_due_stays(self, owed, worker):
        owed(1, due_at=worker.now() + dt.timedelta(minutes=1))

        assert claimed() == []
        worker.wait(minutes=1)
        assert len(claimed()) == 1

    @pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.SKIPPED])
    def test_what_is_settled_stays(self, state, owed):
        owed(1, state=state)

        assert claimed() == []

    def test_who_waits_in_front_of_a_screen_goes_first(self, owed):
        wanted = [
            owed(1, priority=priority)[0].pk
            for priority in (
                Priority.COMPANY,
                Priority.CHANGE,
                Priority.ENDING,
                Priority.CONFIRMATION,
            )
        ]

        assert [claimed(1) for _ in range(4)] == [[pk] for pk in reversed(wanted)]


class TestSettling:
    def test_a_lost_lease_settles_nothing(self, owed, worker):
        owed(1)
        lost, email = claim_one()
        worker.wait(seconds=61)
        held, _email = claim_one()

        assert not outbox.failed(lost, email, "550")
        assert not outbox.deferred(lost, email, "450")
        assert not outbox.sent(lost, email, "250")

        row = OutgoingEmail.objects.get()
        assert (row.state, row.lease, row.attempts) == (State.QUEUED, held.token, 0)

    @pytest.fixture
    def steady(self, worker, monkeypatch):
        """The machine's own clock goes as fast as the database's."""
        start = time.monotonic()

        def monotonic():
            return start + worker.ahead.total_seconds()

        monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=monotonic))

    def test_a_worker_that_was_stopped_finds_out_before_it_sends(
        self, owed, worker, steady
    ):
        owed(1)
        lost, email = claim_one()
        worker.wait(seconds=61)
        held, _email = claim_one()

        assert not lost.is_ours(email)
        assert held.is_ours(email)

    def test_it_finds_out_before_each_of_its_rows(self, owed, worker, steady):
        owed(3)
        lost = outbox.claim(3)
        worker.wait(seconds=61)
        claimed()

        assert [lost.is_ours(email) for email in lost.emails] == [False] * 3

    def test_one_row_in_other_hands_makes_it_ask_for_the_others(self, owed, worker):
        """The clock of this machine did not go on: it slept, or the other jumped."""
        owed(2)
        lost = outbox.claim(2)
        first, second = lost.emails
        worker.wait(seconds=61)
        claimed()
        assert lost.is_ours(first)

        outbox.sent(lost, first, "250")

        assert not lost.is_ours(second)

    def test_a_worker_that_is_slow_keeps_its_rows(self, owed, worker, steady):
        owed(1)
        lease, email = claim_one()

        for _ in range(3):
            worker.wait(seconds=40)
            assert lease.is_ours(email)
            assert claimed() == []

    def test_a_worker_that_waits_for_a_slow_server_keeps_its_rows(
        self, owed, worker, steady
    ):
        owed(2)
        lease = outbox.claim(2)
        first, second = lease.emails

        for _ in range(15):
            worker.wait(seconds=40)
            lease.hold()
            assert claimed() == []

        assert outbox.sent(lease, first, "250")
        assert lease.is_ours(second)

    def test_holding_what_was_lost_does_not_hide_it(self, owed, worker, steady):
        owed(2)
        lost = outbox.claim(2)
        worker.wait(seconds=61)
        claimed()

        lost.hold()

        assert [lost.is_ours(email) for email in lost.emails] == [False] * 2

    def test_sending_takes_note_of_when_and_what_was_answered(self, owed, worker):
        owed(1)
        lease, email = claim_one()

        assert outbox.sent(lease, email, "250 " + "x" * 300)

        row = OutgoingEmail.objects.get()
        assert (row.state, row.lease, row.attempts) == (State.SENT, "", 1)
        assert row.lease_until is None
        assert len(row.last_code) == 200
        assert abs(row.sent_at - worker.now()) < dt.timedelta(minutes=1)

    def test_skipping_counts_as_no_attempt(self, owed):
        owed(1)
        outbox.skipped(*claim_one(), "no longer follows")

        row = OutgoingEmail.objects.get()
        assert (row.state, row.attempts) == (State.SKIPPED, 0)
        assert row.last_code == "no longer follows"

    def test_rows_that_were_not_tried_are_given_back(self, owed):
        rows = [row.pk for row in owed(2)]

        outbox.release(outbox.claim(2))

        assert claimed() == rows

    @pytest.fixture
    def put_off(self, owed, worker, monkeypatch):
        """Put a row off until it is given up; answers the minutes waited each time."""
        monkeypatch.setattr(outbox, "JITTER", 0)

        def put_off(**fields):
            owed(1, created_at=worker.now(), **fields)
            waits = []
            while True:
                outbox.deferred(*claim_one(), "450")
                row = OutgoingEmail.objects.get()
                if row.state == State.FAILED:
                    assert (row.attempts, row.last_code) == (len(waits) + 1, "450")
                    return [round(wait / dt.timedelta(minutes=1)) for wait in waits]
                waits.append(row.due_at - worker.now())
                worker.wait(seconds=waits[-1].total_seconds() + 1)

        return put_off

    def test_each_failure_waits_longer_until_the_row_is_given_up(self, put_off):
        waits = put_off(kind=OutgoingEmail.Kind.REMINDER)

        hours = [1 * 60, 3 * 60, 6 * 60, 12 * 60]
        assert waits[:9] == [1, 5, 15, *hours, 12 * 60, 12 * 60]
        assert sum(waits) == pytest.approx(3 * 24 * 60, abs=2)

    def test_an_announcement_is_tried_until_it_is_no_news_any_more(
        self, put_off, followed, worker
    ):
        edit(followed, pay_max=29000)
        worker.wait(minutes=11)
        services.announce_next()
        announcement = Announcement.objects.get()
        announcement.expires_at = worker.now() + dt.timedelta(hours=2)
        announcement.save()

        waits = put_off(kind=OutgoingEmail.Kind.ANNOUNCEMENT, announcement=announcement)

        assert waits == [1, 5, 15, 60, 39]

    def test_a_link_that_somebody_waits_for_is_tried_for_an_hour(self, put_off):
        assert put_off(kind=OutgoingEmail.Kind.MANAGE_LINK) == [1, 5, 15, 39]

    def test_it_is_tried_as_often_when_the_relay_was_away_that_long(
        self, owed, put_off, worker
    ):
        asked_at = worker.now()
        worker.wait(hours=5)

        owed(1)
        OutgoingEmail.objects.update(created_at=asked_at)
        for minutes in (1, 5, 15, 60):
            outbox.deferred(*claim_one(), "450")
            worker.wait(minutes=minutes, seconds=1)
        outbox.deferred(*claim_one(), "450")

        assert OutgoingEmail.objects.get().state == State.FAILED

    def test_a_message_that_may_have_arrived_waits_longer(self, owed, worker):
        owed(1)
        outbox.deferred(*claim_one(), "no answer", uncertain=True)

        row = OutgoingEmail.objects.get()
        assert row.uncertain
        assert row.due_at - worker.now() > dt.timedelta(minutes=10)

    def test_nobody_gets_the_same_more_than_five_times(self, owed, worker, monkeypatch):
        """From a server that takes it each time, and whose answer gets lost."""
        monkeypatch.setattr(outbox, "JITTER", 0)
        owed(1, kind=OutgoingEmail.Kind.REMINDER, created_at=worker.now())
        waits = []
        while (row := OutgoingEmail.objects.get()).state == State.QUEUED:
            worker.wait(seconds=(row.due_at - worker.now()).total_seconds() + 1)
            outbox.deferred(*claim_one(), "no answer", uncertain=True)
            waits.append(OutgoingEmail.objects.get().due_at - worker.now())

        assert (row.state, row.uncertain, row.attempts) == (State.FAILED, True, 5)
        minutes = [round(wait / dt.timedelta(minutes=1)) for wait in waits[:-1]]
        assert minutes == [15, 60, 180, 360]

    def test_what_may_have_arrived_once_is_not_forgotten(self, owed, worker):
        owed(1)
        outbox.deferred(*claim_one(), "no answer", uncertain=True)
        worker.wait(minutes=30)
        outbox.deferred(*claim_one(), "450")

        row = OutgoingEmail.objects.get()
        assert row.uncertain
        attempts = row.failures.order_by("pk").values_list("uncertain", flat=True)
        assert list(attempts) == [True, False]

    def test_what_was_put_off_together_does_not_come_back_together(self, owed, worker):
        owed(9)
        lease = outbox.claim(9)
        for email in lease.emails:
            outbox.deferred(lease, email, "450")

        waits = [row.due_at - worker.now() for row in OutgoingEmail.objects.all()]
        assert max(waits) - min(waits) > dt.timedelta(seconds=1)
        assert min(waits) > dt.timedelta(seconds=45)
        assert max(waits) < dt.timedelta(seconds=75)

    def test_trouble_of_the_relay_costs_no_attempt(self, owed, worker):
        owed(1)
        outbox.postponed(*claim_one(), "no answer", dt.timedelta(seconds=30))

        row = OutgoingEmail.objects.get()
        assert (row.state, row.attempts, row.lease) == (State.QUEUED, 0, "")
        assert dt.timedelta(seconds=29) < row.due_at - worker.now()


class TestPoison:
    def die(self, worker):
        """Be a worker that takes what is due and never settles it."""
        taken = claimed()
        worker.wait(seconds=61)
        return taken

    def test_a_row_that_workers_die_over_is_taken_alone(self, owed, worker):
        poison, *innocent = [row.pk for row in owed(3)]
        OutgoingEmail.objects.filter(pk=poison).update(claims=2)

        assert claimed() == [poison]
        assert claimed() == innocent

    def test_it_is_set_aside_in_the_end_and_the_others_are_sent(self, owed, worker):
        [poison] = owed(1)
        for _ in range(4):
            assert self.die(worker) == [poison.pk]
        owed(1)

        assert outbox.set_poison_aside() == 1

        poison.refresh_from_db()
        assert poison.state == State.FAILED
        assert len(claimed()) == 1

    def test_nobody_takes_it_in_the_moment_before_it_is_set_aside(self, owed, worker):
        """A worker that starts sends at once, and would die before it could."""
        owed(1)
        for _ in range(4):
            assert self.die(worker)

        assert claimed() == []

    def test_a_row_that_is_settled_is_no_suspect(self, owed, worker):
        owed(1)
        self.die(worker)
        outbox.deferred(*claim_one(), "450")

        assert OutgoingEmail.objects.get().claims == 0


class TestRows:
    def test_the_database_refuses_a_duplicate(self, owed):
        owed(1, key="a:1:2")

        with pytest.raises(IntegrityError), transaction.atomic():
            owed(1, key="a:1:2")

    def test_a_row_has_one_recipient_at_most(self, owed):
        with pytest.raises(IntegrityError), transaction.atomic():
            owed(1, company=make_company())
        with pytest.raises(IntegrityError), transaction.atomic():
            owed(1, user=make_user())

    def test_a_row_holds_no_address(self, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        for row in OutgoingEmail.objects.values():
            assert "@" not in str(row)
