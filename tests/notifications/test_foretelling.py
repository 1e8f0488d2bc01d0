"""What the job editor says beforehand is what happens afterwards."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import JobPage
from jobs.services import close_job
from notifications import services
from notifications.foretelling import foretell, foretell_publishing, last_announcement
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    OutgoingEmail,
)
from tests.factories import edit, in_days, make_draft, make_job, make_subscription
from tests.notifications.conftest import TITLE


def forecast_of(job):
    return foretell(JobPage.objects.get(pk=job.pk).get_latest_revision_as_object())


def subject_of(job):
    return forecast_of(job).preview().subject


class TestADraft:
    def test_names_its_difference_and_the_people(self, followed):
        edit(followed, pay_max=29000, publish=False)

        forecast = forecast_of(followed)

        assert forecast.followers == 2
        assert [change.field for change in forecast.news.changes] == ["pay"]
        assert forecast.preview().subject == f"Pay changed: {TITLE}"
        assert "£29,000" in forecast.preview().text
        assert "£29,000" in forecast.preview().html

    def test_that_is_like_what_they_know_has_no_news(self, followed):
        forecast = forecast_of(followed)

        assert forecast.news is None
        assert forecast.preview() is None

    def test_with_another_wording_counts_the_places(self, followed):
        edit(
            followed,
            title=f"{TITLE}!",
            reword={"Own bicycle": "own bicycle"},
            publish=False,
        )

        forecast = forecast_of(followed)

        assert forecast.news is None
        assert forecast.minor == 2

    def test_that_nobody_shall_hear_of_has_no_news(self, followed):
        edit(followed, pay_max=29000, tell_followers="DO_NOT_SEND", publish=False)

        forecast = forecast_of(followed)

        assert forecast.news is None
        assert forecast.intent == "DO_NOT_SEND"

    def test_carries_its_line(self, followed):
        edit(followed, pay_max=29000, change_note="A & B agreed.", publish=False)

        assert "A & B agreed." in forecast_of(followed).preview().text

    def test_joins_what_waits_already(self, followed):
        edit(followed, pay_max=29000, change_note="First.")
        edit(followed, closes_at=in_days(40), change_note="Second.", publish=False)

        forecast = forecast_of(followed)

        assert {c.field for c in forecast.news.changes} == {"pay", "closes_at"}
        assert forecast.state.note == "First. Second."

    def test_keeps_the_stronger_wish_that_waits(self, followed):
        edit(followed, title=TITLE.upper(), tell_followers="SEND")
        edit(followed, reword={"Own bicycle": "own bicycle"}, publish=False)

        assert len(forecast_of(followed).news.changes) == 2

    def test_of_a_closed_job_says_that_it_stays_closed(self, followed, worker):
        closed = close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        edit(closed, pay_max=29000, publish=False)

        assert forecast_of(followed).news is None

    def test_of_a_job_that_was_taken_down_says_that_it_opens_again(
        self, followed, worker
    ):
        followed.unpublish()
        worker.run(minutes=11)
        edit(followed, pay_max=29000, publish=False)

        assert subject_of(followed) == f"Open again: {TITLE}"

    def test_waits_for_the_least_gap(self, followed, worker):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        edit(followed, pay_max=30000, publish=False)

        assert forecast_of(followed).held_until is not None

    def test_that_was_never_published_has_nobody_to_tell(self, db):
        forecast = forecast_of(make_draft())

        assert (forecast.followers, forecast.news) == (0, None)


class TestLooking:
    def test_writes_nothing(self, followed, django_assert_num_queries):
        edit(followed, pay_max=29000, publish=False)
        before = AnnouncedState.objects.values().get()

        assert forecast_of(followed).preview()

        assert AnnouncedState.objects.values().get() == before
        assert not Announcement.objects.exists()

    def test_costs_the_same_for_one_follower_and_for_thirty(
        self, db, worker, django_assert_max_num_queries
    ):
        for followers in (1, 30):
            job = make_job()
            for _ in range(followers):
                make_subscription(job=job)
            worker.run()
            edit(job, pay_max=29000, publish=False)
            draft = JobPage.objects.get(pk=job.pk).get_latest_revision_as_object()
            with django_assert_max_num_queries(10):
                foretell(draft)

    def test_the_last_announcement_of_a_new_job_is_none(self, db):
        assert last_announcement(make_draft()) is None
        assert last_announcement(make_job()) is None


class TestSeveralDrafts:
    """The cost of foretelling what publishing them at once would tell."""

    def followed_jobs(self, count):
        jobs = [make_job() for _ in range(count)]
        for job in jobs:
            make_subscription(job=job)
        while services.announce_next():
            pass
        return jobs

    def cost(self, jobs):
        with CaptureQueriesContext(connection) as queries:
            found = foretell_publishing(jobs)
        return len(queries), found.jobs, found.told.followers

    def test_is_that_of_reading_each_beyond_what_they_share(self, db):
        jobs = self.followed_jobs(6)
        for job in jobs:
            edit(job, pay_max=29000, publish=False)
        [draft] = JobPage.objects.filter(pk=jobs[0].pk).select_related(
            "latest_revision"
        )
        with CaptureQueriesContext(connection) as reading:
            draft.get_latest_revision_as_object()

        two, six = self.cost(jobs[:2]), self.cost(jobs)

        assert (two[1:], six[1:]) == ((2, 2), (6, 6))
        assert six[0] - two[0] == 4 * len(reading)
        assert two[0] - 2 * len(reading) <= 8

    def test_is_nothing_for_those_without_edits_or_followers(self, db):
        jobs = self.followed_jobs(6)
        for job in jobs[3:]:
            edit(job, pay_max=29000, publish=False)
            job.record.subscriptions.all().delete()

        assert self.cost(jobs) == self.cost(jobs[:2]) == self.cost(jobs[1:2])


edits = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from([TITLE, f"{TITLE} ", "Night & Day Baker"]),
        "pay_max": st.sampled_from([28000, 29000, None]),
        "closes_at": st.sampled_from([0, 3, None]).map(
            lambda days: None if days is None else in_days(30 + days)
        ),
        "workplace": st.sampled_from(["ON_SITE", "HYBRID"]),
        "requirements": st.lists(
            st.sampled_from(["Own bicycle", "own bicycle", "A & B licence"]),
            unique=True,
        ),
        "apply_email": st.sampled_from(["", "work@crumb.example"]),
        "tell_followers": st.sampled_from(["AUTOMATIC", "SEND", "DO_NOT_SEND"]),
        "change_note": st.sampled_from(["", "We asked & they agreed."]),
    },
)


@pytest.mark.slow
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=edits, people=st.integers(0, 3), only_endings=st.integers(0, 2))
def test_what_is_foretold_is_what_is_sent(changes, people, only_endings, db, worker):
    mail.outbox.clear()
    job = make_job(title=TITLE)
    for _ in range(people):
        make_subscription(job=job)
    for _ in range(only_endings):
        make_subscription(job=job, closings_only=True)
    worker.run()
    edit(job, publish=False, **changes)

    forecast = forecast_of(job)
    foretold = forecast.preview()
    JobPage.objects.get(pk=job.pk).get_latest_revision().publish()
    worker.run(minutes=11)

    told = Announcement.objects.filter(record=job.record).first()
    mails = [m for m in mail.outbox if "Follow this job" not in m.subject]
    if foretold is None:
        assert told is None
        assert not OutgoingEmail.objects.filter(announcement__record=job.record)
    else:
        assert told.planned == forecast.told == people
        assert forecast.followers == people + only_endings
        assert told.changes == [c.as_json() for c in forecast.news.changes]
        assert [m.subject for m in mails] == [foretold.subject] * people


@pytest.fixture(autouse=True)
def _no_least_gap(db):
    AnnouncementSettings.objects.update(least_gap_hours=0)
