"""The town when `manage.py demo` runs again: renewed, repaired, and else left alone."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.models import Revision, TaskState

from home.models import HomePage, LookSettings, StandardPage
from jobs.formatting import news_line
from jobs.models import BoardSettings, Company, JobIndexPage, JobPage
from jobs.services import close_job
from notifications import comparing, foretelling, services
from notifications.models import (
    AnnouncedState,
    Announcement,
    OutgoingEmail,
)
from subscriptions.models import Subscription
from tests.factories import edit

pytestmark = pytest.mark.slow
STORY = "Collections assistant"


class TestRunningStory:
    def test_is_the_one_that_waits(self, town):
        [state] = AnnouncedState.objects.waiting()

        assert state.record.title == "Night baker"
        assert dt.timedelta(minutes=80) < state.due_at - timezone.now()
        outlook = foretelling.outlook(record=state.record)
        assert outlook.followers == 12
        assert [x.field for x in outlook.news.changes] == ["pay"]

    def test_tells_its_followers_when_nobody_does_anything(self, town):
        town.wait(minutes=91)

        town.deliver()

        assert len(mail.outbox) == 12
        assert {x.subject for x in mail.outbox} == {"Pay changed: Night baker"}

    def test_waits_again_after_it_was_told(self, town):
        town.wait(minutes=91)
        town.deliver()

        town.run()

        [state] = AnnouncedState.objects.waiting()
        assert comparing.news_of(state) is not None

    def test_waits_again_after_a_publisher_cancelled_it(self, town):
        [state] = AnnouncedState.objects.waiting()
        services.cancel(state_id=state.pk, user=None)

        town.run()

        [state] = AnnouncedState.objects.waiting()
        assert comparing.news_of(state) is not None

    def test_waits_again_after_the_job_was_filled(self, town):
        close_job(page_id=town.job("Night baker").pk, reason="FILLED")

        town.run()

        [state] = AnnouncedState.objects.waiting()
        assert town.job("Night baker").is_open
        assert comparing.news_of(state).kind == Announcement.Kind.CHANGED


class TestRunningLater:
    @pytest.fixture
    def later(self, town):
        """Three weeks have passed, and nobody looked after the town."""
        town.wait(days=21)
        return town

    def test_moves_the_dates(self, later):
        later.run()

        assert later.job("Apprentice baker").flag == "New today"
        said = news_line(later.job("Timetable planner").record, timezone.now())
        assert said == "Requirements updated 2 days ago"
        assert "tomorrow" in later.job("Delivery driver, early round").closing_line
        assert later.job("Terminal supervisor, Port Sable").ended_at < timezone.now()
        monday = later.job("Building control surveyor").go_live_at
        assert dt.timedelta(0) < monday - timezone.now() < dt.timedelta(days=8)
        assert timezone.now() - TaskState.objects.get().started_at < dt.timedelta(
            days=2
        )
        told = Announcement.objects.filter(record__title=STORY).latest("version")
        assert timezone.now() - told.created_at < dt.timedelta(days=3)

    def test_keeps_what_it_has_and_tells_nobody(self, later):
        before = later.counts()

        later.run()

        assert later.counts() == before
        assert later.differing() == []
        assert not OutgoingEmail.objects.queued().exists()

    def test_moves_the_words_of_announcements(self, later):
        later.run()

        told = Announcement.objects.get(record__title=STORY, version=2)
        [line] = [x for x in told.lines if x["field"] == "closes_at"]
        [change] = [x for x in told.changes if x["field"] == "closes_at"]
        after = dt.datetime.fromisoformat(change["after"])
        assert timezone.localtime(after).strftime("%-d %B") in line["after"]
        assert after == later.job(STORY).closes_at.replace(second=0)

    def test_puts_nothing_that_happened_into_the_future(self, later):
        later.run()

        now = timezone.now()
        assert not Revision.objects.filter(created_at__gt=now).exists()
        assert not Announcement.objects.filter(created_at__gt=now).exists()
        assert not JobPage.objects.filter(posted_at__gt=now).exists()
        assert not Subscription.objects.filter(confirmed_at__gt=now).exists()
        assert not OutgoingEmail.objects.filter(sent_at__gt=now).exists()

    def test_repairs_what_time_did_in_the_meantime(self, later):
        before = later.counts()
        later.deliver()
        mail.outbox.clear()

        later.run()

        assert later.job("Delivery driver, early round").is_open
        assert not later.job("Building control surveyor").live
        assert later.differing() == []
        assert Subscription.objects.filter(confirmed_at=None).count() == 2
        emails = OutgoingEmail.objects.filter(announcement__record__title=STORY)
        assert emails.count() == 57
        after = later.counts()
        # What was mailed more than 30 days ago is forgotten, here as everywhere.
        forgotten = {"notifications.OutgoingEmail"}
        assert {k for k in after if after[k] < before[k]} <= forgotten


class TestWhatPeopleWrote:
    @pytest.mark.parametrize("days", [0, 1])
    def test_stays(self, town, days):
        edit(town.job("Hospital porter"), summary="Push beds, kindly.")
        BoardSettings.objects.update(name="Our own jobs")
        LookSettings.objects.update(tagline="")
        about = StandardPage.objects.get(slug="about")
        about.title = "About us"
        about.save_revision().publish()
        HomePage.objects.get().add_child(
            instance=StandardPage(title="Our own page", body="[]")
        )
        town.wait(days=days)

        town.run()

        assert town.job("Hospital porter").summary == "Push beds, kindly."
        assert BoardSettings.objects.get().name == "Our own jobs"
        assert LookSettings.objects.get().tagline == ""
        assert StandardPage.objects.get(slug="about").title == "About us"
        assert StandardPage.objects.filter(title="Our own page").exists()

    def test_comes_back_when_a_job_was_deleted(self, town):
        town.job("Hospital porter").delete()

        town.run()

        assert town.job("Hospital porter").is_open
        assert town.job("Hospital porter").record.subscriptions.confirmed().count() == 2

    def test_comes_back_with_who_had_asked_to_follow_it(self, town):
        waiting = Subscription.objects.get(
            confirmed_at=None, record__title="Ticket clerk (weekends)"
        )
        town.job("Ticket clerk (weekends)").delete()

        town.run()

        again = town.job("Ticket clerk (weekends)").record.subscriptions
        asked = again.get(confirmed_at=None)
        assert asked.subscriber_id == waiting.subscriber_id
        assert OutgoingEmail.objects.get(kind="CONFIRM", subscriptions=asked)

    def test_stays_when_a_company_has_another_name(self, town):
        Company.objects.filter(name="Crumb & Co").update(name="Crumb & Sons")
        before = town.counts()

        town.run()

        assert town.counts() == before

    def test_stays_where_the_job_list_was_moved_to(self, town):
        index = JobIndexPage.objects.get()
        index.slug = "work"
        index.save_revision().publish()
        before = town.counts()

        town.run()

        assert {k for k, n in town.counts().items() if n > before[k]} <= {
            "jobs.JobPath",
            "wagtailcore.Revision",
        }

    def test_stays_when_a_job_was_taken_down(self, town):
        town.job("Hospital porter").unpublish()

        town.run()

        assert not town.job("Hospital porter").live
