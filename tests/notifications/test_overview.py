"""The admin's front page: four numbers, each as true as the list that it leads to."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from jobs.choices import TellFollowers
from jobs.models import BoardSettings, JobPage, JobRecord
from jobs.services import close_job
from notifications import overview, services
from notifications.models import AnnouncedState
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_draft,
    make_job,
    make_jobs,
    make_page,
    make_private,
    make_subscription,
    make_user,
)
from tests.notifications.conftest import Staff
from tests.notifications.reading import squeezed

pytestmark = pytest.mark.django_db
MOST_QUERIES = 6


def figures(user):
    request = RequestFactory().get("/")
    request.user = user
    return overview.figures_for(request)


def numbers(user):
    return [int(figure.number) for figure in figures(user)]


def home(client):
    return squeezed(client.get(reverse("wagtailadmin_home")).content.decode())


class TestTheNumbers:
    def test_count_what_is_open_and_what_closes_soon(self):
        make_job(closes_at=in_days(30))
        make_job(closes_at=in_days(3))
        close_job(page_id=make_job(closes_at=in_days(3)).pk, reason="FILLED")
        make_job(closes_at=in_days(3)).unpublish()
        make_draft()

        assert numbers(make_user("Job editors"))[:2] == [2, 1]

    def test_count_who_began_to_follow_in_seven_days(self):
        job = make_job()
        make_subscription(job=job)
        make_subscription(job=job, confirmed_at=in_days(-5), ended_at=in_days(-1))
        make_subscription(job=job, confirmed_at=in_days(-8))
        make_subscription(job=job, confirmed=False)

        assert numbers(make_user("Job editors"))[2] == 2

    @pytest.mark.usefixtures("worker")
    def test_count_only_quiet_windows_that_hold_news(self, followed):
        user = make_user("Job editors")
        edit(followed)
        assert numbers(user)[3] == 0

        edit(followed, pay_max=29000)
        assert numbers(user)[3] == 1

        edit(followed, pay_max=28000)
        assert numbers(user)[3] == 0

    def test_count_no_news_that_nobody_is_to_be_told(self, followed):
        edit(followed, pay_max=29000, tell_followers=TellFollowers.DO_NOT_SEND)

        assert AnnouncedState.objects.waiting().exists()
        assert overview.count_waiting() == 0

    def test_count_a_job_that_was_deleted(self, followed):
        followed.delete()

        assert overview.count_waiting() == 1

    def test_count_a_job_that_was_made_private_once_it_is_looked_at(self, followed):
        PageViewRestriction.objects.create(
            page_id=make_board().pk, restriction_type=PageViewRestriction.LOGIN
        )
        AnnouncedState.objects.update(due_at=in_days(1))

        assert overview.count_waiting() == 1

    def test_are_those_of_the_lists_that_they_lead_to(self, followed):
        make_job(closes_at=in_days(3)).create_alias(update_slug="mirror")
        make_private(make_job(closes_at=in_days(3)))
        edit(followed, pay_max=29000)
        client = Staff("Job publishers")

        found = {}
        for figure in figures(client.user):
            context = client.get(figure.url).context
            found[figure.words] = (int(figure.number), context)

        assert [number for number, _context in found.values()] == [3, 2, 2, 1]
        for words in ("open jobs", "close within a week"):
            number, context = found[words]
            assert number == len(context["object_list"])
        number, context = found["new followers in 7 days"]
        assert number == sum(record.started for record in context["object_list"])
        number, context = found["announcement waiting"]
        assert number == len(context["waiting"])

    def test_leave_out_jobs_that_the_reader_may_not_open(self):
        other = make_page(title="Elsewhere")
        job = make_job()
        JobPage.objects.get(pk=job.pk).move(other, pos="last-child")

        assert numbers(make_user())[0] == 1
        assert numbers(make_user("Job editors"))[0] == 0


class TestWhoMaySee:
    @pytest.mark.parametrize(
        ("groups", "jobs", "people"),
        [
            (["Job editors"], True, True),
            (["Job publishers"], True, True),
            (["Site owners"], True, True),
            ([], True, True),
            (["Subscriber support"], False, True),
            (["Editors"], True, False),
        ],
    )
    def test_what(self, groups, jobs, people):
        html = home(Staff(*groups))

        assert ("open jobs" in html) is jobs
        assert ("new followers in 7 days" in html) is people

    def test_nothing_where_one_may_see_nothing(self):
        client = Staff("Nobody")
        may_enter = Permission.objects.get(codename="access_admin")
        client.user.user_permissions.add(may_enter)

        assert "The board" not in home(client)


def waiting_jobs(count):
    """Live jobs with a follower each, and a change of pay that waits."""
    jobs = list(make_jobs(count, closes_at=in_days(3)))
    JobRecord.objects.bulk_create(JobRecord(page=job, title=job.title) for job in jobs)
    for job in jobs:
        record = job.record
        services.ensure_state(record_id=record.pk)
        make_subscription(record=record)
    JobPage.objects.filter(pk__in=[job.pk for job in jobs]).update(pay_max=31000)
    AnnouncedState.objects.update(due_at=timezone.now() + dt.timedelta(minutes=5))


class TestCost:
    def counted(self, groups):
        user = make_user(*groups)
        # Rights are asked for once a request, by the menu if not by us.
        user.get_all_permissions()
        overview.user_has_any_page_permission(user)
        with CaptureQueriesContext(connection) as captured:
            shown = numbers(user)
        return len(captured), shown

    @pytest.mark.parametrize("groups", [["Job editors"], []])
    def test_is_the_same_for_five_jobs_and_for_fifty(self, groups):
        waiting_jobs(5)
        few, shown = self.counted(groups)
        waiting_jobs(45)
        many, _shown = self.counted(groups)

        assert shown == [5, 5, 5, 5]
        assert few == many <= MOST_QUERIES

    def test_ends_at_a_number_that_nobody_counts_by_hand(self, monkeypatch):
        monkeypatch.setattr(overview, "MOST_WAITING", 3)
        waiting_jobs(5)

        [*_others, waiting] = figures(make_user())

        assert waiting.number == "3+"


@pytest.mark.parametrize("groups", [[], ["Site owners"], ["Subscriber support"]])
def test_the_front_page_bears_the_name_of_the_board(groups):
    BoardSettings.objects.update(name="Sable & Coast")

    html = Staff(*groups).get(reverse("wagtailadmin_home")).text

    [heading] = BeautifulSoup(html, "html.parser").select("h1")
    assert heading.text.strip() == "Sable & Coast"
