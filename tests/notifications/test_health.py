"""What /healthz and the dashboard say of delivery, and what that costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications import pausing, reconciling, ticking
from notifications.delivery.tallying import Tallies
from notifications.health import health, summary
from notifications.models import (
    Announcement,
    Heartbeat,
    OutgoingEmail,
    Tally,
)
from tests.factories import edit, make_job, make_subscriber, make_subscription
from tests.notifications.conftest import Staff

State = OutgoingEmail.State


@pytest.fixture
def at_work(db, worker):
    """A worker that ticked a moment ago."""
    Heartbeat.objects.create(name=ticking.TICK, seen_at=worker.now())


def owe(worker, count=1, **fields):
    first = OutgoingEmail.objects.count()
    person = make_subscriber("reader@example.org")
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            **{
                "kind": OutgoingEmail.Kind.MANAGE_LINK,
                "key": f"test:{first + number}",
                "subscriber": person,
                "due_at": worker.now(),
            }
            | fields
        )
        for number in range(count)
    )


def stopped(record, *, version, now):
    Announcement.objects.create(
        record=record,
        version=version,
        kind=Announcement.Kind.CHANGED,
        before={},
        after={},
        created_at=now,
        expires_at=now + dt.timedelta(days=1),
        state=Announcement.State.PARKED,
    )


def tally(worker, **counts):
    Tally.objects.create(minute=worker.now().replace(second=0, microsecond=0), **counts)


@pytest.mark.usefixtures("at_work")
class TestReasons:
    def test_there_are_none_when_all_is_well(self, worker):
        assert health().reasons == []

    def test_mail_that_is_late_is_one(self, worker):
        owe(worker, 3, due_at=worker.now() - dt.timedelta(minutes=16))

        found = health()

        assert found.reasons == ["3 emails are due for more than 15 minutes."]
        assert worker.now() - found.oldest_due_at > dt.timedelta(minutes=15)

    def test_mail_that_is_not_due_yet_is_none(self, worker):
        owe(worker, due_at=worker.now() + dt.timedelta(hours=9))

        assert health().reasons == []
        assert (health().waiting, health().oldest_due_at) == (1, None)

    def test_a_pause_is_one_and_explains_what_is_late(self, worker):
        owe(worker, due_at=worker.now() - dt.timedelta(hours=1))
        pausing.pause()

        [reason] = health().reasons
        assert reason.startswith("All email has been paused since ")

    def test_a_silent_worker_is_one(self, worker):
        worker.wait(minutes=6)

        [reason] = health().reasons
        assert reason.startswith("The email worker was last seen ")

    @pytest.mark.parametrize(("failed", "well"), [(20, True), (21, False)])
    def test_more_than_a_fifth_that_fails_is_one(self, failed, well, worker):
        tally(worker, sent=80, failed=failed)

        assert health().is_well == well
        assert health().as_json()["failure_rate"] == round(failed / (80 + failed), 3)

    def test_a_few_that_fail_are_none(self, worker):
        assert health().as_json()["failure_rate"] is None

        tally(worker, sent=1, failed=18)

        assert health().is_well

    def test_what_failed_an_hour_ago_is_forgotten(self, worker):
        tally(worker, failed=100)
        worker.wait(minutes=61)
        Heartbeat.objects.update(seen_at=worker.now())

        assert health().is_well

    def test_the_reconcilers_trouble_is_one(self, worker, monkeypatch):
        monkeypatch.setattr(reconciling, "TOO_MANY", 0)
        job = make_job()
        make_subscription(job=job)
        worker.run()
        type(job).objects.update(pay_max=1)
        with pytest.raises(reconciling.TooManyDifferencesError):
            reconciling.reconcile()

        [reason] = health().reasons
        assert "jobs differ from what their followers know" in reason


class TestTallies:
    def test_every_end_of_an_email_is_counted(self, followed, worker):
        make_subscriber("other@example.org").subscriptions.update(closings_only=True)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        assert (health().sent_last_hour, health().skipped_last_hour) == (1, 0)

        edit(followed, workplace="HYBRID")
        worker.wait(hours=5)
        ticking.tick()
        worker.run()
        assert health().sent_last_hour == 1

    def test_counts_of_one_minute_are_added_up(self, db, worker):
        for _ in range(2):
            tallies = Tallies()
            tallies.count("sent", worker.now())
            tallies.count("failed", worker.now())
            tallies.count("sent", worker.now())
            tallies.flush(at_once=True)

        [row] = Tally.objects.all()
        assert (row.sent, row.failed, row.deferred) == (4, 2, 0)

    def test_they_are_written_once_a_second(
        self, db, worker, django_assert_num_queries
    ):
        tallies = Tallies()
        with django_assert_num_queries(0):
            for _ in range(50):
                tallies.count("sent", worker.now())
                tallies.flush()
        tallies.flush(at_once=True)
        assert Tally.objects.get().sent == 50

    def test_they_are_forgotten_after_a_month(self, db, worker):
        tally(worker, sent=1)
        worker.wait(days=29)
        ticking.tick()
        assert Tally.objects.exists()
        worker.wait(days=2)
        ticking.tick()
        assert not Tally.objects.exists()


class TestSummary:
    def test_nothing_to_do(self, at_work, worker):
        worker.wait(seconds=6)

        assert summary(health()) == (
            "No emails waiting. None sent so far. "
            "The email worker was last seen 6 seconds ago."
        )

    def test_one_second_is_one(self, at_work, worker):
        worker.wait(seconds=1)

        assert "last seen 1 second ago." in summary(health())

    def test_the_last_hour_in_words(self, at_work, worker):
        tally(worker, sent=212, deferred=3, failed=2, skipped=1)

        assert (
            "In the last hour: 212 sent, 3 put off, 2 given up, 1 no longer wanted."
            in summary(health())
        )

    def test_what_was_sent_before_anybody_counted_is_known(self, at_work, worker):
        owe(worker, state=State.SENT, sent_at=worker.now())

        assert health().last_sent_at is not None
        assert "Last sent " in summary(health())

    def test_one_email_is_one_email(self, at_work, worker):
        owe(worker)

        assert summary(health()).startswith(
            "1 email waiting. The oldest has been due since "
        )

    def test_the_dashboard_says_it_to_whoever_sees_announcements(self, at_work, worker):
        tally(worker, sent=7)
        html = Staff("Job publishers").get(reverse("wagtailadmin_home"))

        assert "In the last hour: 7 sent." in html.content.decode()


class TestCost:
    def settled(self, worker, count):
        owe(worker, count // 2, state=State.SENT, sent_at=worker.now())
        owe(worker, count // 2)

    @pytest.mark.parametrize("name", ["healthz", "wagtailadmin_home"])
    def test_is_the_same_with_few_rows_and_many(self, name, at_work, worker, staff):
        url = reverse(name)
        staff.get(url)
        record = make_job().record
        counts = []
        tally(worker, sent=500)
        for count in (6, 494):
            self.settled(worker, count)
            for version in range(count // 6):
                stopped(record, version=count + version, now=worker.now())
            with CaptureQueriesContext(connection) as queries:
                staff.get(url)
            counts.append(len(queries))

        assert counts[0] == counts[1]
        if name == "healthz":
            assert counts[0] <= 10

    def test_no_question_reads_all_emails(self, at_work, worker):
        """By what the database says it does, with as many rows as make it choose."""
        owe(worker, 3000, state=State.SENT, sent_at=worker.now())
        owe(worker, 5)
        tally(worker, sent=3000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with CaptureQueriesContext(connection) as queries:
            health()

        table = OutgoingEmail._meta.db_table
        asked = [q["sql"] for q in queries if f'FROM "{table}"' in q["sql"]]
        assert asked
        for sql in asked:
            plan = explained(sql)
            assert "notifications_queue" in plan, plan


def explained(sql):
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql)
        return "\n".join(str(row) for row in cursor.fetchall())
