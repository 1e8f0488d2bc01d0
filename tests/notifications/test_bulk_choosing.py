"""Which of the selected pages a bulk action changes, why not all, what it costs."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from jobs.models import JobIndexPage, JobPage
from notifications import bulk_choosing
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_company,
    make_draft,
    make_home,
    make_job,
    make_page,
    make_subscription,
)
from tests.notifications.bulk import (
    ACTIONS,
    MOST_QUERIES,
    bulk_url,
    fresh,
    state_of,
    text_of,
    wanted,
)
from tests.notifications.conftest import READERS, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


def not_a_job():
    return make_page()


def draft():
    return make_draft()


def unpublished():
    job = make_job()
    job.unpublish()
    return job


def filled():
    return make_job(closed_reason="FILLED")


def over():
    return make_job(closes_at=in_days(-1))


def mirrored():
    return make_job().create_alias(parent=make_board(), update_slug="mirrored")


def scheduled():
    job = make_job()
    edit(job, title="Next Monday", go_live_at=in_days(1))
    return job


def locked():
    job = make_job()
    JobPage.objects.filter(pk=job.pk).update(locked=True)
    return job


def in_review():
    job = make_job()
    edit(job, title="Is this right?", publish=False)
    person = Staff("Job editors").user
    job.get_workflow().start(fresh(job), person)
    return job


LEFT_ALONE = [
    ("close_as_filled", not_a_job, "is not a job"),
    ("close_as_filled", draft, "is not public"),
    ("change_company", unpublished, "is not public"),
    ("close_as_filled", mirrored, "mirrors another page"),
    ("close_as_filled", scheduled, "a draft waits for its date"),
    ("change_company", in_review, "a draft waits for review"),
    ("extend_closing_date", locked, "is locked"),
    *[
        (action, make, "is closed already")
        for action in ACTIONS[:3]
        for make in (filled, over)
    ],
    ("extend_closing_date", lambda: make_job(closes_at=None), "has no closing date"),
]


class TestLeavingAlone:
    @pytest.mark.parametrize(("action", "make", "why"), LEFT_ALONE)
    def test_says_why_and_changes_only_the_others(self, staff, action, make, why):
        page, job = make(), make_job(title="R&D chef")
        before = Page.objects.get(pk=page.pk).latest_revision_id
        url = bulk_url(action, page, job)

        text = text_of(staff.get(url))
        response = staff.post(url, wanted(action))

        left = Page.objects.get(pk=page.pk)
        assert f"{left.get_admin_display_title()}: {why}" in text
        assert "1 job," in text
        assert response.status_code == 302
        assert left.latest_revision_id == before
        assert fresh(job).latest_revision_id != job.latest_revision_id

    @pytest.mark.parametrize("action", ACTIONS)
    def test_what_somebody_may_not_publish(self, action):
        job = make_job()
        before = state_of(job)
        url = bulk_url(action, job)
        editor = Staff("Job editors")

        text = text_of(editor.get(url))
        response = editor.post(url, wanted(action))

        assert f"{job.title}: you may not publish it" in text
        assert "None of the selected pages can be changed this way." in text
        assert "<form" not in editor.get(url).content.decode().split("<main", 1)[1]
        assert response.status_code == 200
        assert state_of(job) == before

    def test_the_right_counts_for_each_page(self):
        here = make_job()
        other = JobIndexPage(title="Elsewhere", slug="elsewhere")
        make_home().add_child(instance=other)
        group = Group.objects.create(name="Elsewhere only")
        for name in ("add_page", "change_page", "publish_page"):
            right = Permission.objects.get(codename=name)
            GroupPagePermission.objects.create(
                group=group, page=other, permission=right
            )
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        there = make_job(board=other)
        person = Staff("Elsewhere only")

        person.post(bulk_url("close_as_filled", here, there))

        assert fresh(here).closed_reason == ""
        assert fresh(there).closed_reason == "FILLED"

    def test_a_workflow_goes_on(self, staff):
        job = in_review()

        staff.post(bulk_url("close_as_filled", job, make_job()))

        assert fresh(job).workflow_in_progress


class TestTheWholeList:
    def test_is_what_its_filters_leave(self, publisher):
        company = make_company()
        jobs = [make_job(company=company) for _ in range(2)]
        other = make_job()

        url = bulk_url("close_as_filled", id="all", company=company.pk)
        publisher.post(url)

        assert {fresh(job).closed_reason for job in jobs} == {"FILLED"}
        assert fresh(other).closed_reason == ""

    @pytest.mark.parametrize("action", ["delete", "move", "publish", "unpublish"])
    def test_is_that_to_the_actions_of_wagtail_too(self, action, db):
        company = make_company()
        job, other = make_job(title="Baker", company=company), make_job(title="Diver")

        url = bulk_url(action, id="all", company=company.pk)
        response = Staff().get(url)

        context = response.context
        found = [*context["items"], *context["items_with_no_access"]]
        assert [page["item"].pk for page in found] == [job.pk]
        assert other.title not in text_of(response)

    def test_of_a_search_of_pages_is_what_it_found(self, db):
        board = make_board(title="Baking")
        make_job(title="Baker")
        call_command("update_index", verbosity=0)
        search = reverse("wagtailadmin_pages:search")

        response = Staff().get(bulk_url("publish", id="all", q="baking", next=search))

        assert [page["item"].pk for page in response.context["items"]] == [board.pk]

    def test_is_what_a_search_leaves(self, publisher):
        make_job(title="Deckhand")
        baker = make_job(title="Baker")
        call_command("update_index", verbosity=0)

        text = text_of(publisher.get(bulk_url("close_as_filled", id="all", q="baker")))

        assert "1 job," in text
        assert baker.title in text

    def test_of_the_explorer_is_what_is_below_the_page(self, publisher):
        make_job()

        url = bulk_url("close_as_filled", id="all", childOf=make_board().pk)

        assert "1 job," in text_of(publisher.get(url))

    def test_is_refused_when_it_is_too_long(self, publisher, monkeypatch):
        monkeypatch.setattr(bulk_choosing, "MOST_JOBS", 1)
        jobs = [make_job(), make_job()]
        url = bulk_url("close_as_filled", *jobs)

        text = text_of(publisher.get(url))
        publisher.post(url)

        assert "2 jobs are selected. Choose" in text
        assert {fresh(job).closed_reason for job in jobs} == {""}


class TestWhatItCosts:
    def count(self, client, method, url, data):
        with CaptureQueriesContext(connection) as queries:
            getattr(client, method)(url, data)
        return len(queries)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_each_job_costs_the_same(self, publisher, action):
        jobs = [make_job() for _ in range(9)]
        for job in jobs:
            make_subscription(job=job, email=READERS[0])
        data = wanted(action)
        self.count(publisher, "post", bulk_url(action, *jobs[:1]), data)

        few = self.count(publisher, "post", bulk_url(action, *jobs[1:3]), data)
        many = self.count(publisher, "post", bulk_url(action, *jobs[3:]), data)

        assert (many - few) / 4 <= MOST_QUERIES
