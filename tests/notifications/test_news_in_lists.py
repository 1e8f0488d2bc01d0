"""A list points out what followers were told of a job lately."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from jobs import listing
from jobs.models import JobListing, JobRecord
from notifications import correcting, services
from notifications.models import AnnouncedState, Announcement
from tests.factories import edit, make_job, make_subscription

pytestmark = pytest.mark.django_db


def announce():
    AnnouncedState.objects.update(due_at=timezone.now() - dt.timedelta(days=1))
    while services.announce_next():
        pass


def flag():
    [job] = listing.first_of(JobListing.objects.order_by("-number"), 2)
    return job.flag


@pytest.fixture
def job():
    job = make_job()
    JobRecord.for_page(job)
    announce()
    return job


class TestFlag:
    def test_of_a_new_job_says_so(self, job):
        assert flag() == "New today"

    def test_of_changed_requirements_wins_over_a_new_job(self, job):
        edit(job, requirements=["Own bicycle"], pay_min=27000)
        announce()

        assert flag() == "Requirements updated today"

    def test_says_how_long_ago_and_ends_after_two_weeks(self, job):
        edit(job, pay_min=27000)
        announce()
        said = {}
        for days in (1, 2, 14, 15):
            with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
                said[days] = flag()

        assert said == {
            1: "Pay updated yesterday",
            2: "Pay updated 2 days ago",
            14: "Pay updated 14 days ago",
            15: "",
        }

    def test_of_wording_only_is_none(self, job):
        edit(job, summary="Bakes all night.")
        announce()

        assert flag() == "New today"

    def test_of_a_change_that_a_correction_tells_says_so(self, job, worker):
        make_subscription(job=job)
        edit(job, summary="Bakes all night.", tell_followers="SEND")
        announce()
        worker.run()
        edit(job, pay_min=27000)

        wrong = Announcement.objects.get()
        correcting.correct(announcement_id=wrong.pk, note="Sorry.", user=None)

        assert flag() == "Pay updated today"

    def test_of_a_cancelled_announcement_is_none(self, job):
        edit(job, pay_min=27000)
        state = AnnouncedState.objects.get()
        AnnouncedState.objects.update(due_at=timezone.now())
        services.cancel(state_id=state.pk, user=None)

        assert flag() == "New today"

    def test_costs_no_query(self, job, django_assert_num_queries):
        edit(job, pay_min=27000)
        announce()

        with django_assert_num_queries(2):
            flag()
