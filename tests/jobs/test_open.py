"""Which jobs are open: one question, asked of one page or of all."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, PageViewRestriction

from jobs.facts import availability_of, private_paths
from jobs.models import JobPage
from tests.factories import in_days, make_board, make_job

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def both_answers(job, now):
    """Whether the job is open, asked of all jobs and of this one."""
    return (
        JobPage.objects.open(now).filter(pk=job.pk).exists(),
        availability_of(JobPage.objects.get(pk=job.pk), now).is_open,
    )


def set_row(job, *, live=True, **values):
    JobPage.objects.filter(pk=job.pk).update(**values)
    Page.objects.filter(pk=job.pk).update(live=live)


class TestOpen:
    @pytest.mark.parametrize(
        ("row", "is_open"),
        [
            ({}, True),
            ({"closes_at": None}, True),
            ({"closes_at": NOW + dt.timedelta(microseconds=1)}, True),
            ({"closes_at": NOW}, False),
            ({"closes_at": NOW - dt.timedelta(days=400)}, False),
            ({"closed_reason": "FILLED"}, False),
            ({"closed_reason": "CANCELLED", "closes_at": None}, False),
            ({"live": False}, False),
        ],
    )
    def test_is_said_the_same_of_one_and_of_all(self, row, is_open):
        job = make_job()

        set_row(job, **row)

        assert both_answers(job, NOW) == (is_open, is_open)

    @pytest.mark.parametrize("restriction", ["login", "password", "groups"])
    @pytest.mark.parametrize("of_the_list", [False, True])
    def test_means_that_everybody_may_read_it(self, restriction, of_the_list):
        job = make_job()
        PageViewRestriction.objects.create(
            page=make_board() if of_the_list else job,
            restriction_type=restriction,
            password="x",
        )

        assert both_answers(job, NOW) == (False, False)

    def test_an_alias_is_as_private_as_its_source(self):
        job = make_job()
        alias = job.create_alias(update_slug="mirror").specific
        PageViewRestriction.objects.create(page=job, restriction_type="login")

        assert availability_of(alias, NOW).reason == "private"
        assert not JobPage.objects.open(NOW).exists()

    def test_a_private_job_beside_it_changes_nothing(self):
        job, other = make_job(), make_job()
        PageViewRestriction.objects.create(page=other, restriction_type="login")

        assert both_answers(job, NOW) == (True, True)

    @settings(
        deadline=None,
        max_examples=60,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_is_one_definition_whatever_the_row_says(self, a_job, data):
        moments = st.none() | st.integers(-2, 2).map(
            lambda seconds: NOW + dt.timedelta(seconds=seconds)
        )
        set_row(
            a_job,
            live=data.draw(st.booleans()),
            expired=data.draw(st.booleans()),
            closes_at=data.draw(moments),
            closed_reason=data.draw(st.sampled_from(["", "FILLED", "CANCELLED"])),
        )
        PageViewRestriction.objects.all().delete()
        if data.draw(st.booleans()):
            page = data.draw(st.sampled_from([a_job.get_parent(), a_job]))
            PageViewRestriction.objects.create(page=page, restriction_type="login")

        of_all, of_one = both_answers(a_job, NOW)

        assert of_all == of_one

    def test_can_be_asked_of_many_pages_at_the_price_of_one(
        self, django_assert_num_queries
    ):
        private, public = make_job(), make_job()
        PageViewRestriction.objects.create(page=private, restriction_type="login")

        with django_assert_num_queries(1):
            paths = private_paths()
            found = [availability_of(x, NOW, paths).reason for x in (private, public)]

        assert found == ["private", ""]

    def test_costs_two_queries(self, django_assert_num_queries):
        make_job()

        with django_assert_num_queries(2):
            list(JobPage.objects.open())


@pytest.fixture
def a_job():
    return make_job()


class TestEndedAt:
    def test_is_the_closing_date_or_the_moment_of_the_click(self):
        passed, clicked = in_days(-3), in_days(-1)
        job = make_job()
        assert job.ended_at is None

        set_row(job, closes_at=passed)
        assert JobPage.objects.get(pk=job.pk).ended_at == passed

        set_row(job, closed_reason="FILLED", closed_at=clicked)
        assert JobPage.objects.get(pk=job.pk).ended_at == clicked


class TestReason:
    @pytest.mark.parametrize(
        ("row", "state", "reason"),
        [
            ({"closed_reason": "FILLED", "closes_at": NOW}, "closed", "filled"),
            ({"closed_reason": "CANCELLED"}, "closed", "cancelled"),
            ({"closes_at": NOW}, "closed", "closing_date"),
            ({"live": False, "closed_reason": "FILLED"}, "taken_down", "unpublished"),
            ({"live": False, "expired": True}, "taken_down", "expired"),
        ],
    )
    def test_is_the_strongest_that_holds(self, row, state, reason):
        job = make_job()
        set_row(job, **row)

        found = availability_of(JobPage.objects.get(pk=job.pk), NOW)

        assert (found.state, found.reason) == (state, reason)

    def test_of_no_page_is_that_it_was_deleted(self):
        found = availability_of(None, NOW)

        assert (found.state, found.reason) == ("taken_down", "deleted")
