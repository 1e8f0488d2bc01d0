"""News that waits for a reason of its own: the least gap, an outage, a pause."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from jobs.models import JobPage
from jobs.services import close_job
from notifications import services, ticking
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    OutgoingEmail,
    Pause,
)
from tests.factories import edit, in_days, make_job, make_subscription
from tests.notifications.conftest import TITLE, Staff

CHANGED = f"Pay changed: {TITLE}"


def subjects():
    return list(dict.fromkeys(message.subject for message in mail.outbox))


class TestLeastGap:
    @pytest.fixture
    def changed(self, followed, worker):
        """A job whose followers were just told of a change, with a gap of 4 hours."""
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        assert subjects() == [CHANGED]
        mail.outbox.clear()
        return JobPage.objects.get()

    def test_a_later_change_waits_and_merges(self, changed, worker):
        edit(changed, pay_max=30000)
        worker.run(hours=1)
        edit(JobPage.objects.get(), workplace="HYBRID")
        worker.run(hours=2)
        assert mail.outbox == []

        worker.run(hours=2)

        assert subjects() == [f"Pay and workplace changed: {TITLE}"]
        assert len(mail.outbox) == 2

    def test_a_change_undone_while_it_waits_was_never_made(self, changed, worker):
        edit(changed, pay_max=30000)
        worker.run(hours=1)
        edit(JobPage.objects.get(), pay_max=29000)
        worker.run(hours=5)

        assert mail.outbox == []

    def test_what_nobody_was_told_starts_no_gap(self, followed, worker):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        followed.record.subscriptions.update(closings_only=True)
        job = edit(followed, pay_max=29000)
        worker.run(minutes=11)
        followed.record.subscriptions.update(closings_only=False)
        assert Announcement.objects.get().state == "DONE"

        edit(job, pay_max=30000)
        worker.run(minutes=11)

        assert subjects() == [CHANGED]

    def test_an_ending_never_waits(self, changed, worker):
        edit(changed, pay_max=30000)
        worker.run(hours=1)
        close_job(page_id=changed.pk, reason="FILLED")
        worker.run(minutes=11)

        assert subjects() == [f"Filled: {TITLE}"]

    def test_sending_now_ends_the_wait(self, changed, worker):
        edit(changed, pay_max=30000)
        worker.run(minutes=11)
        services.send_now(state_id=AnnouncedState.objects.get().pk, user=None)
        worker.run()

        assert subjects() == [CHANGED]

    def test_what_was_cancelled_starts_no_gap(self, followed, worker):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        services.cancel(state_id=AnnouncedState.objects.get().pk, user=None)
        edit(JobPage.objects.get(), pay_max=30000)
        worker.run(minutes=11)

        assert subjects() == [CHANGED]


class TestOutage:
    def test_news_that_is_a_week_old_is_kept_and_not_sent(self, followed, worker):
        edit(followed, pay_max=29000)

        worker.run(days=8)

        assert mail.outbox == []
        assert Announcement.objects.get().state == Announcement.State.SKIPPED
        edit(JobPage.objects.get(), pay_max=30000)
        worker.run(minutes=11)
        [line] = Announcement.objects.latest("version").lines
        assert line["before"] == "£26,000 to £29,000 a year"

    def test_news_of_yesterday_is_sent(self, followed, worker):
        edit(followed, pay_max=29000)

        worker.run(days=1)

        assert subjects() == [CHANGED]

    @pytest.mark.parametrize(
        ("days", "state", "told"),
        [(9, "DONE", [f"Closed: {TITLE}"]), (11, "SKIPPED", [])],
    )
    def test_a_date_that_followers_knew_is_as_old_as_it_is(
        self, days, state, told, db, worker
    ):
        job = make_job(title=TITLE, closes_at=in_days(3))
        make_subscription(job=job)
        worker.run()

        worker.wait(days=days)
        ticking.tick()
        worker.run()

        assert subjects() == told
        assert Announcement.objects.get().state == state

    def test_a_date_that_is_set_far_into_the_past_is_news(self, followed, worker):
        edit(followed, closes_at=in_days(-30))
        worker.run(minutes=11)

        assert subjects() == [f"Closed: {TITLE}"]

    def test_so_is_one_that_no_signal_told_of(self, followed, worker):
        JobPage.objects.update(closes_at=in_days(-30))
        ticking.tick()
        worker.run()

        assert subjects() == [f"Closed: {TITLE}"]

    def test_what_is_too_old_is_shown_as_such(self, followed, worker, staff):
        edit(followed, pay_max=29000)
        worker.run(days=8)

        url = reverse("notifications_announcements")
        assert "Not told: too old" in staff.get(url).text

    def test_how_old_is_a_setting(self, followed, worker):
        AnnouncementSettings.objects.update(tell_within_days=2)
        edit(followed, pay_max=29000)

        worker.run(days=3)

        assert mail.outbox == []

    @pytest.mark.parametrize("days", [0, 15])
    def test_it_is_a_day_at_least_and_not_longer_than_emails_are_kept(
        self, days, db, settings
    ):
        settings.KEEP_EMAILS_DAYS = 14
        row = AnnouncementSettings.load()
        row.tell_within_days = 14
        row.full_clean()
        row.tell_within_days = days

        with pytest.raises(ValidationError, match="tell_within_days"):
            row.full_clean()

    def test_a_mail_that_waited_for_a_week_is_not_sent(self, followed, worker):
        edit(followed, pay_max=29000)
        call_command("deliver", "--pause")
        worker.run(minutes=11)
        worker.wait(days=8)
        call_command("deliver", "--resume")
        worker.run()

        assert mail.outbox == []
        rows = OutgoingEmail.objects.values_list("state", "last_code")
        assert set(rows) == {("SKIPPED", "too old to be news")}


class TestPause:
    @pytest.mark.parametrize(
        ("groups", "may"),
        [
            ([], True),
            (["Subscriber support"], True),
            (["Job editors"], False),
            (["Job publishers"], False),
            (["Site owners"], False),
        ],
    )
    def test_it_is_for_support_and_admins(self, groups, may, db):
        client = Staff(*groups)
        url = reverse("notifications_pause")
        assert client.get(url).status_code == 405

        client.post(url)

        assert Pause.objects.exists() == may
        home = client.get(reverse("wagtailadmin_home")).text
        assert ("Resume all email" in home) == may

    def test_it_ends_where_it_began(self, followed, worker, staff):
        staff.post(reverse("notifications_pause"))
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        assert mail.outbox == []
        assert Pause.objects.get().paused_by == staff.user

        staff.post(reverse("notifications_pause"), {"resume": ""})
        worker.run()

        assert subjects() == [CHANGED]

    def test_what_waited_is_read_in_order_and_says_what_is_true(
        self, followed, worker, staff
    ):
        staff.post(reverse("notifications_pause"))
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)

        staff.post(reverse("notifications_pause"), {"resume": ""})
        worker.run()

        assert subjects() == [CHANGED, f"Filled: {TITLE}"]
        for part in (mail.outbox[0].body, mail.outbox[0].alternatives[0].content):
            assert "still open" not in part

    def test_the_first_one_who_paused_is_remembered(self, db, staff):
        staff.post(reverse("notifications_pause"))
        Staff().post(reverse("notifications_pause"))

        assert Pause.objects.get().paused_by == staff.user


class TestComingBackBySchedule:
    def test_a_note_waits_for_the_day_on_which_the_job_is_back(self, followed, worker):
        followed.unpublish()
        worker.run(minutes=11)
        mail.outbox.clear()
        soon = timezone.now() + dt.timedelta(minutes=1)
        edit(JobPage.objects.get(), change_note="Back & better.", go_live_at=soon)
        worker.run(minutes=11)
        assert mail.outbox == []

        with time_machine.travel(soon + dt.timedelta(minutes=1)):
            ticking.publish_scheduled()
        worker.run(minutes=15)

        assert subjects() == [f"Open again: {TITLE}"]
        assert Announcement.objects.latest("version").note == "Back & better."
