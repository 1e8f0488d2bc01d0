"""What is set for later happens, whatever else happened meanwhile."""

import pytest
import time_machine
from django.core.management import call_command

from jobs.facts import availability_of
from jobs.models import JobPage
from tests.factories import edit, in_days, make_company, make_draft, make_job

pytestmark = pytest.mark.django_db


def schedule(job, **fields):
    """Have ``job`` go live tomorrow."""
    return edit(job, go_live_at=in_days(1), **fields)


def the_day_after_tomorrow():
    """Let two days pass, and what was set for them happen."""
    with time_machine.travel(in_days(2)):
        call_command("publish_scheduled")


def fresh(job):
    return JobPage.objects.get(pk=job.pk)


class TestScheduledJob:
    def test_goes_live_at_its_time_and_not_before(self):
        job = schedule(make_draft())

        call_command("publish_scheduled")
        assert not fresh(job).live

        the_day_after_tomorrow()
        assert fresh(job).live
        assert fresh(job).posted_at is not None

    def test_goes_live_though_its_company_was_deleted_meanwhile(self):
        job = schedule(make_draft())
        job.company.delete()

        the_day_after_tomorrow()

        assert fresh(job).live
        assert fresh(job).company is None

    def test_goes_live_though_its_revision_alone_names_the_deleted_company(self):
        job = make_job(title="Public")
        gone = make_company()
        schedule(job, title="Next Monday", company=gone)
        gone.delete()

        the_day_after_tomorrow()

        assert fresh(job).title == "Next Monday"
        assert fresh(job).company is None

    def test_goes_live_though_its_closing_date_passed_meanwhile(self):
        job = schedule(make_draft(closes_at=in_days(0.5)))

        the_day_after_tomorrow()

        assert fresh(job).live
        assert availability_of(fresh(job), in_days(2)).reason == "closing_date"

    def test_does_not_keep_those_behind_it_from_going_live(self):
        first = schedule(make_draft(closes_at=in_days(0.5)))
        second, third = schedule(make_draft()), schedule(make_draft())
        first.company.delete()
        second.company.delete()

        the_day_after_tomorrow()

        assert [fresh(x).live for x in (first, second, third)] == [True] * 3

    def test_comes_down_when_it_expires(self):
        job = make_job()
        edit(job, expire_at=in_days(1))

        the_day_after_tomorrow()

        assert not fresh(job).live
        assert fresh(job).expired
        assert fresh(job).record_or_none.gone_at is not None
