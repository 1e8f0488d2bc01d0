"""All that time causes: schedules, closing dates, ends of follows, and forgetting."""

import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from jobs.facts import facts_now
from jobs.models import JobListing, JobPage, JobRecord
from jobs.services import close_job, reopen_job
from notifications import services, ticking
from notifications.delivery.settling import settle_finished
from notifications.models import (
    AnnouncedState,
    Announcement,
    Heartbeat,
    OutgoingEmail,
    Suppression,
)
from subscriptions.models import EndedReason, Subscriber, Subscription
from tests.factories import edit, in_days, make_job, make_subscriber, make_subscription
from tests.notifications.conftest import TITLE


def following():
    return Subscription.objects.confirmed().count()


class TestTick:
    def test_every_step_is_documented_in_its_order(self):
        document = Path(settings.BASE_DIR) / "docs" / "architecture.md"
        told = document.read_text().split("## What time causes")[1].split("\n## ")[0]

        steps = [step.__name__ for step in ticking.STEPS]
        assert re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE) == steps

    def test_steps_are_done_in_their_order(self, db, worker, monkeypatch):
        done = []
        steps = tuple(lambda number=number: done.append(number) for number in range(3))
        monkeypatch.setattr(ticking, "STEPS", steps)

        assert ticking.tick()
        assert done == [0, 1, 2]

    def test_a_step_that_fails_does_not_stop_the_others(
        self, db, worker, monkeypatch, errors
    ):
        done = []

        def fails():
            raise RuntimeError("broken on purpose")

        monkeypatch.setattr(ticking, "STEPS", (fails, lambda: done.append(1)))

        assert ticking.tick()
        assert done == [1]
        assert errors() == [("notifications.ticking", "Tick step fails failed")]

    def test_a_second_one_says_so_and_does_nothing(
        self, db, worker, monkeypatch, capsys
    ):
        answers = []
        monkeypatch.setattr(ticking, "STEPS", (lambda: answers.append(ticking.tick()),))
        ticking.tick()
        assert answers == [False]

        monkeypatch.setattr(ticking, "STEPS", (lambda: call_command("tick"),))
        call_command("tick")
        assert capsys.readouterr().out == (
            "Another tick is running; nothing to do here.\n"
        )

    def test_one_that_died_does_not_stop_the_next_for_ever(self, db, worker):
        assert ticking._lease(ticking.TICK)
        assert not ticking.tick()

        worker.wait(minutes=4)
        assert ticking.tick()

    def test_one_that_takes_long_is_not_taken_for_dead(self, db, worker, monkeypatch):
        others = []

        def take_two_minutes():
            worker.wait(minutes=2)
            others.append(ticking.tick())

        monkeypatch.setattr(ticking, "STEPS", (take_two_minutes,) * 3)

        assert ticking.tick()
        assert others == [False] * 3

    def test_one_that_was_away_too_long_leaves_the_rest_to_another(
        self, db, worker, monkeypatch, caplog
    ):
        done = []

        def sleep_and_be_overtaken():
            worker.wait(minutes=4)
            ticking._lease(ticking.TICK)

        def never():
            done.append(1)

        monkeypatch.setattr(ticking, "STEPS", (sleep_and_be_overtaken, never))
        ticking.tick()

        assert done == []
        assert "Tick left never to another" in caplog.text
        assert not ticking.tick()

    def test_it_is_noted_when_it_was_last_seen(self, db, worker):
        ticking.tick()
        worker.wait(minutes=1)
        ticking.tick()

        beat = Heartbeat.objects.get(name=ticking.TICK)
        assert abs(beat.seen_at - worker.now()) < dt.timedelta(seconds=30)
        assert beat.lease == ""

    def test_it_publishes_and_expires_what_is_scheduled(self, followed, worker):
        soon = timezone.now() + dt.timedelta(minutes=1)
        other = edit(make_job(title="Porter"), pay_max=1000000, go_live_at=soon)
        JobPage.objects.filter(pk=followed.pk).update(expire_at=soon)

        with time_machine.travel(soon + dt.timedelta(seconds=1)):
            ticking.tick()

        assert not JobPage.objects.get(pk=followed.pk).live
        assert JobPage.objects.get(pk=other.pk).pay_max == 1000000

    def test_it_finds_what_no_signal_brought_every_five_minutes(self, followed, worker):
        ticking.tick()
        JobPage.objects.update(pay_max=29000)
        worker.wait(minutes=4)
        ticking.tick()
        worker.run()
        assert mail.outbox == []

        worker.wait(minutes=2)
        ticking.tick()
        worker.run()
        assert [m.subject for m in mail.outbox] == [f"Pay changed: {TITLE}"] * 2

    def test_a_quiet_tick_changes_nothing(self, followed, worker):
        ticking.tick()
        state = AnnouncedState.objects.values().get()

        ticking.tick()

        assert AnnouncedState.objects.values().get() == state
        assert not OutgoingEmail.objects.exists()


class TestClosingDates:
    @pytest.fixture
    def cancelled(self, followed, worker):
        """A change of pay whose announcement was cancelled, with a day to go."""
        JobPage.objects.update(closes_at=in_days(1))
        services.ensure_state(record_id=followed.record.pk)
        AnnouncedState.objects.update(
            facts=facts_now(JobRecord.objects.get(), worker.now())
        )
        edit(JobPage.objects.get(), pay_max=29000, closes_at=in_days(1))
        assert services.cancel(state_id=AnnouncedState.objects.get().pk, user=None)

    def test_one_that_passes_is_noticed_after_a_cancelled_announcement_too(
        self, cancelled, worker
    ):
        worker.wait(days=1, minutes=1)
        ticking.notice_closing_dates()
        worker.run()

        assert [m.subject for m in mail.outbox] == [f"Closed: {TITLE}"] * 2
        assert "29,000" not in mail.outbox[0].body

    def test_the_cancelled_news_stays_cancelled(self, cancelled, worker):
        ticking.notice_closing_dates()
        worker.run(minutes=11)

        assert mail.outbox == []

    def test_one_whose_own_announcement_was_cancelled_is_left_alone(
        self, cancelled, worker
    ):
        worker.wait(days=1, minutes=1)
        ticking.notice_closing_dates()
        assert services.cancel(state_id=AnnouncedState.objects.get().pk, user=None)

        for _ in range(3):
            worker.wait(minutes=1)
            ticking.notice_closing_dates()
            assert AnnouncedState.objects.get().due_at is None
            worker.run()
        assert mail.outbox == []

    def test_a_job_whose_filling_was_cancelled_is_not_looked_at_for_ever(
        self, cancelled, worker
    ):
        close_job(page_id=JobPage.objects.get().pk, reason="FILLED")
        assert services.cancel(state_id=AnnouncedState.objects.get().pk, user=None)

        worker.wait(days=1, minutes=1)
        ticking.notice_closing_dates()

        assert AnnouncedState.objects.get().due_at is None


class TestEndOfFollows:
    def run(self, worker, **time):
        """Let time pass, then work and tick."""
        worker.run(**time)
        ticking.tick()

    def test_followers_are_kept_thirty_days_after_a_job_closed(self, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        self.run(worker, minutes=11)
        self.run(worker, days=29)
        assert following() == 2

        self.run(worker, days=2)

        assert following() == 0
        reasons = Subscription.objects.values_list("ended_reason", flat=True)
        assert set(reasons) == {EndedReason.JOB_ENDED}

    def test_taking_it_down_later_does_not_start_again(self, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        self.run(worker, minutes=11)
        self.run(worker, days=20)
        JobPage.objects.get().unpublish()
        self.run(worker, minutes=11)

        self.run(worker, days=11)

        assert following() == 0

    def test_opening_it_again_starts_again(self, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        self.run(worker, minutes=11)
        self.run(worker, days=20)
        reopen_job(page_id=followed.pk)
        self.run(worker, minutes=11)
        close_job(page_id=followed.pk, reason="FILLED")
        self.run(worker, minutes=11)
        self.run(worker, days=20)

        assert following() == 2

    def test_an_open_job_keeps_its_followers(self, followed, worker):
        JobPage.objects.update(closes_at=None)
        edit(JobPage.objects.get(), pay_max=29000, closes_at=None)
        self.run(worker, minutes=11)
        self.run(worker, days=400)

        assert following() == 2

    def test_a_deletion_ends_them_once_its_mail_is_out(self, followed, worker):
        followed.delete()
        ticking.tick()
        assert following() == 2

        worker.run(minutes=11)
        assert len(mail.outbox) == 2
        ticking.tick()

        assert following() == 0

    def test_a_deletion_waits_for_mail_that_is_tried_again(self, followed, worker):
        followed.delete()
        worker.wait(minutes=11)
        services.announce_next()
        worker.run()
        waiting = OutgoingEmail.objects.first()
        OutgoingEmail.objects.filter(pk=waiting.pk).update(state="QUEUED")
        Announcement.objects.update(state=Announcement.State.SENDING)

        ticking.tick()
        assert following() == 2

    def test_a_deletion_whose_mail_was_cancelled_ends_them_as_well(
        self, followed, worker
    ):
        followed.delete()
        assert services.cancel(state_id=AnnouncedState.objects.get().pk, user=None)

        self.run(worker, minutes=11)

        assert mail.outbox == []
        assert following() == 0

    @pytest.mark.parametrize("told_before", [False, True])
    def test_an_end_that_nobody_was_told_of_counts_from_its_own_day(
        self, told_before, followed, worker
    ):
        if told_before:
            edit(followed, pay_max=29000)
            worker.run(minutes=11)
            Announcement.objects.update(created_at=in_days(-60))
        edit(
            JobPage.objects.get(),
            closed_reason="FILLED",
            tell_followers="DO_NOT_SEND",
        )
        self.run(worker, minutes=11)
        self.run(worker, days=29)
        assert following() == 2

        self.run(worker, days=2)
        assert following() == 0

    def test_a_job_that_is_open_keeps_them_although_that_was_not_told(
        self, followed, worker
    ):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        JobPage.objects.update(closes_at=None)
        reopen_job(page_id=followed.pk)
        assert services.cancel(state_id=AnnouncedState.objects.get().pk, user=None)

        self.run(worker, days=40)

        assert following() == 2

    def test_jobs_that_must_wait_do_not_keep_others_waiting(
        self, followed, worker, monkeypatch
    ):
        monkeypatch.setattr(ticking, "END_CHUNK", 1)
        other = make_job()
        make_subscription(job=other)
        worker.run()
        close_job(page_id=other.pk, reason="FILLED")
        worker.run(minutes=11)
        worker.wait(days=31)
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)

        ticking.tick()

        assert following() == 2
        assert other.record.subscriptions.get().ended_at is not None


class TestForgetting:
    def test_who_never_confirmed_is_forgotten_after_seven_days(self, db, worker):
        pending = make_subscription(
            email="never@example.org", confirmed=False, requested_at=in_days(-6.9)
        )
        make_subscription(email="follows@example.org")
        ticking.tick()
        assert Subscription.objects.filter(pk=pending.pk).exists()

        worker.wait(hours=3)
        ticking.tick()

        assert [x.address for x in Subscriber.objects.all()] == ["follows@example.org"]

    def test_who_follows_something_else_stays(self, db, worker):
        make_subscription(email="reader@example.org")
        make_subscription(
            email="reader@example.org", confirmed=False, requested_at=in_days(-8)
        )

        ticking.tick()

        assert Subscriber.objects.count() == Subscription.objects.count() == 1

    def test_who_follows_nothing_is_forgotten_after_four_weeks(self, db, worker):
        make_subscription(email="gone@example.org", ended_at=in_days(-29))
        make_subscription(email="stays@example.org", ended_at=in_days(-27))

        ticking.tick()

        assert [x.address for x in Subscriber.objects.all()] == ["stays@example.org"]

    def test_mail_that_is_settled_is_forgotten_after_a_month(self, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        OutgoingEmail.objects.create(
            kind="MANAGE_LINK",
            key="waiting",
            subscriber=make_subscriber(),
            due_at=worker.now() + dt.timedelta(days=99),
        )

        worker.wait(days=29)
        ticking.tick()
        assert OutgoingEmail.objects.count() == 3
        worker.wait(days=2)
        ticking.tick()

        assert [email.key for email in OutgoingEmail.objects.all()] == ["waiting"]
        announcement = Announcement.objects.get()
        assert (announcement.planned, announcement.sent) == (2, 2)

    @pytest.mark.parametrize("state", ["SENDING", "PARKED"])
    def test_mail_of_an_announcement_that_goes_on_is_kept(
        self, state, followed, worker, settings
    ):
        settings.KEEP_EMAILS_DAYS = 2
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        announcement = Announcement.objects.get()
        OutgoingEmail.objects.create(
            kind="ANNOUNCEMENT",
            key="waiting",
            announcement=announcement,
            subscriber=make_subscriber(),
            due_at=worker.now() + dt.timedelta(days=4),
        )
        Announcement.objects.update(state=state)

        worker.wait(days=3)
        ticking.purge_old_emails()
        settle_finished()

        assert OutgoingEmail.objects.count() == 3
        assert Announcement.objects.get().sent == 2

    def test_mail_of_one_that_stopped_for_good_is_forgotten(self, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        Announcement.objects.update(state="PARKED")

        worker.wait(days=31)
        ticking.purge_old_emails()

        assert not OutgoingEmail.objects.exists()

    def test_a_job_that_closed_leaves_the_table_of_lists(self, db, worker):
        make_job(closes_at=in_days(1))
        ticking.tick()
        assert JobListing.objects.exists()

        worker.wait(days=3)
        ticking.tick()

        assert not JobListing.objects.exists()

    def test_what_was_told_and_who_must_not_be_mailed_is_kept(self, followed, worker):
        Suppression.objects.create(address_hash="f" * 64, reason="BLOCKED")
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        worker.wait(days=400)
        ticking.tick()

        assert Announcement.objects.count() == Suppression.objects.count() == 1
