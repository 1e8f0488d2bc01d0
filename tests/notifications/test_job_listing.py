"""The list of jobs in the admin: where each stands, and who follows it."""

import csv
import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import Workflow

from jobs.models import JobPage
from jobs.services import close_job
from notifications.job_listing import job_status
from notifications.models import Announcement
from tests.factories import (
    edit,
    in_days,
    make_category,
    make_company,
    make_draft,
    make_job,
    make_private,
    make_subscription,
    make_user,
)
from tests.notifications.conftest import READERS, Staff
from tests.notifications.reading import squeezed

pytestmark = pytest.mark.django_db
#: Queries of a page with 50 jobs, for whoever looks.
MOST_QUERIES = 30


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


def listing(client, **query):
    response = client.get(reverse("jobs_listing:index_results"), query)
    assert response.status_code == 200
    return response


def titles(client, **query):
    return sorted(job.title for job in listing(client, **query).context["object_list"])


class TestEachJob:
    def test_has_its_followers_and_when_they_were_last_told(
        self, followed, publisher, worker
    ):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        make_job()

        rows = {j.title: j for j in listing(publisher).context["object_list"]}

        assert rows[followed.title].followers == 2
        assert rows[followed.title].told_at is not None
        [other] = [job for title, job in rows.items() if title != followed.title]
        assert (other.followers, other.told_at) == (0, None)

    def test_was_not_told_to_anybody_if_nobody_followed(self, publisher, worker):
        job = make_job()
        worker.run(minutes=11)
        edit(job, pay_max=29000)
        worker.run(minutes=11)

        [job] = listing(publisher).context["object_list"]

        assert Announcement.objects.get().state == "DONE"
        assert job.told_at is None

    def test_counts_nobody_who_left_or_never_confirmed(self, followed, publisher):
        make_subscription(job=followed, confirmed=False)

        [job] = listing(publisher).context["object_list"]

        assert job.followers == 2

    def test_says_what_there_is_to_mend(self, publisher):
        make_job(apply_url="http://www.crumb.example/jobs", pay_min=None, pay_max=None)

        text = squeezed(listing(publisher).content.decode())

        assert "not encrypted (http)" in text
        assert "No pay" in text

    def test_says_what_its_draft_waits_for(self, publisher):
        make_job(title="Open")
        edited = edit(make_job(title="Edited"), pay_max=29000, publish=False)
        Workflow.objects.get(name="Job review").start(edited, make_user("Job editors"))
        draft = make_draft(title="Monday's", go_live_at=in_days(3))
        draft.save_revision(approved_go_live_at=in_days(3))

        jobs = listing(publisher).context["object_list"]

        assert {job.title: job_status(job) for job in jobs} == {
            "Open": "Open",
            "Edited": "Open, in review",
            "Monday's": "Draft, scheduled",
        }

    def test_shows_no_address(self, followed, publisher):
        html = listing(publisher).content.decode()

        assert not any(address in html for address in READERS)


class TestFilters:
    @pytest.fixture
    def jobs(self):
        make_job(title="Open", closes_at=in_days(30))
        make_job(title="Soon", closes_at=in_days(3))
        close_job(page_id=make_job(title="Filled").pk, reason="FILLED")
        past = make_job(title="Past")
        JobPage.objects.filter(pk=past.pk).update(closes_at=in_days(-1))
        make_job(title="Down").unpublish()
        make_draft(title="Draft")
        hidden = {"Hidden": {}, "Hidden too": {"closed_reason": "FILLED"}}
        for title, fields in hidden.items():
            make_private(make_job(title=title, **fields))

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize(
        ("state", "found"),
        [
            ("open", ["Open", "Soon"]),
            ("closing", ["Soon"]),
            ("closed", ["Filled", "Past"]),
            ("private", ["Hidden", "Hidden too"]),
            ("down", ["Down"]),
            ("draft", ["Draft"]),
        ],
    )
    def test_find_the_jobs_of_a_state(self, publisher, state, found):
        assert titles(publisher, state=state) == found

    @pytest.mark.usefixtures("jobs")
    def test_find_every_job_once_by_the_state_that_it_is_shown_in(self, publisher):
        shown = {
            "open": {"Open"},
            "closed": {"Filled", "Closed"},
            "private": {"Private"},
            "down": {"Taken down"},
            "draft": {"Draft"},
        }
        found = []
        for state, words in shown.items():
            jobs = listing(publisher, state=state).context["object_list"]
            assert {job_status(job) for job in jobs} == words
            found += [job.title for job in jobs]

        assert sorted(found) == titles(publisher)

    def test_find_an_alias_with_its_source(self, publisher):
        job = make_job(title="Open")
        alias = job.create_alias(update_slug="mirror")

        assert titles(publisher, state="open") == ["Open", "Open"]
        assert titles(publisher, state="closing") == []

        make_private(job)
        assert titles(publisher, state="private") == ["Open", "Open"]
        assert titles(publisher, state="open") == []

        alias.unpublish()
        assert titles(publisher, state="private") == ["Open"]
        assert titles(publisher, state="down") == ["Open"]

    def test_find_a_private_job_by_words_too(self, publisher):
        make_private(make_job(title="Night baker"))
        call_command("update_index", verbosity=0)

        [job] = listing(publisher, q="night", state="private").context["object_list"]

        assert job_status(job) == "Private"

    def test_find_those_that_are_followed(self, followed, publisher):
        make_job(title="Lonely")

        assert titles(publisher, followed="yes") == [followed.title]
        assert titles(publisher, followed="no") == ["Lonely"]

    def test_find_those_of_a_company_or_a_field(self, publisher):
        company, category = make_company(), make_category()
        make_job(title="Theirs", company=company)
        make_job(title="Of the field", category=category)
        make_job(title="Another")

        assert titles(publisher, company=company.pk) == ["Theirs"]
        assert titles(publisher, category=category.pk) == ["Of the field"]

    def test_work_together_with_a_search(self, publisher):
        make_job(title="Night baker")
        make_job(title="Night porter")
        close_job(page_id=JobPage.objects.get(title="Night porter").pk, reason="FILLED")
        call_command("update_index", verbosity=0)

        assert titles(publisher, q="night") == ["Night baker", "Night porter"]
        assert titles(publisher, q="night", state="closed") == ["Night porter"]
        assert titles(publisher, q="night", state="open") == ["Night baker"]
        assert titles(publisher, q="night", state="down") == []
        assert titles(publisher, q="night", followed="yes") == []
        day = timezone.localdate().isoformat()
        assert titles(publisher, q="night", closes_at_to=day) == []
        assert len(titles(publisher, q="night", followed="no")) == 2

    @pytest.mark.parametrize("key", ["followers", "told_at", "closes_at"])
    def test_a_search_takes_every_order_in_its_stride(self, publisher, key):
        make_job(title="Night baker")
        call_command("update_index", verbosity=0)

        assert titles(publisher, q="night", ordering=f"-{key}") == ["Night baker"]


class TestOrder:
    @pytest.mark.parametrize("key", ["followers", "told_at", "closes_at"])
    def test_goes_both_ways(self, followed, publisher, worker, key):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        other = make_job(closes_at=in_days(1))
        JobPage.objects.filter(pk=other.pk).update(posted_at=in_days(-9))

        down = listing(publisher, ordering=f"-{key}").context["object_list"]
        up = listing(publisher, ordering=key).context["object_list"]

        assert down[0].title == followed.title
        expected = followed.title if key == "told_at" else other.title
        assert up[0].title == expected

    @pytest.mark.parametrize("ordering", ["closes_at", "-closes_at"])
    def test_puts_jobs_without_a_closing_date_last(self, publisher, ordering):
        make_job(closes_at=None, title="Whenever")
        make_job()

        rows = listing(publisher, ordering=ordering).context["object_list"]

        assert rows[1].title == "Whenever"

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("jobs_listing:index_results", "followers"),
            ("jobs_listing:index_results", "-title"),
            ("jobs_listing:index_results", "-latest_revision_created_at"),
            ("jobs_listing:index_results", "closes_at"),
            ("wagtailsnippets_jobs_company:list_results", "live_jobs"),
            ("wagtailsnippets_jobs_jobcategory:list_results", "-live_jobs"),
            ("wagtailsnippets_subscriptions_subscriber:list_results", "follows"),
            ("wagtailsnippets_subscriptions_subscription:list_results", "ended_at"),
        ],
    )
    def test_of_rows_that_tie_is_by_their_key(self, followed, name, key):
        response = Staff().get(reverse(name), {"ordering": key})

        rows = response.context["paginator"].object_list
        assert rows.query.order_by[0] != "pk"
        assert rows.query.order_by[-1] == "pk"

    def test_is_offered_where_a_search_can_follow_it(self, publisher):
        assert "ordering=followers" in listing(publisher).content.decode()
        html = listing(publisher, q="night").content.decode()

        assert "ordering=followers" not in html
        assert "ordering=title" in html


def test_no_job_is_not_counted_from_one(publisher):
    text = squeezed(listing(publisher, state="down").content.decode())

    assert "No jobs found" in text
    assert "1-0" not in text


class TestExport:
    @pytest.fixture
    def exported(self, publisher):
        def exported(form="csv"):
            url = reverse("jobs_listing:index")
            file = publisher.get(url, {"export": form}).getvalue()
            if form == "csv":
                return list(csv.reader(io.StringIO(file.decode())))
            return list(load_workbook(io.BytesIO(file)).active.values)

        return exported

    @pytest.mark.parametrize("start", list("=+-@"))
    def test_runs_no_formula(self, exported, start):
        make_job(title=f"{start}HYPERLINK(1)")

        assert exported()[1][0] == f"'{start}HYPERLINK(1)"

    @time_machine.travel("2026-06-09 12:00Z")
    def test_says_moments_as_the_board_does(self, exported):
        make_job(closes_at=dt.datetime(2026, 6, 12, 22, 59, tzinfo=dt.UTC))

        assert exported()[1][3] == "2026-06-12 23:59"
        assert exported("xlsx")[1][3] == dt.datetime.fromisoformat("2026-06-12 23:59")

    def test_holds_the_same_columns(self, followed, publisher):
        url = reverse("jobs_listing:index")

        response = publisher.get(url, {"export": "csv"})
        rows = list(csv.reader(io.StringIO(response.getvalue().decode())))

        listed = ["Title", "Company", "State", "Closes", "Followers", "Last told"]
        assert rows[0] == [*listed, "To mend", "Posted", "Address"]
        assert rows[1][0] == followed.title
        assert rows[1][4] == "2"
        assert not any(address in str(rows) for address in READERS)

    def test_says_what_there_is_to_mend_without_a_query_for_each(
        self, publisher, exported
    ):
        bare = {"apply_url": "http://www.crumb.example/jobs", "pay_min": None}
        make_job(**bare, pay_max=None)
        with CaptureQueriesContext(connection) as few:
            [_head, row] = exported()
        for _ in range(3):
            make_job(**bare, pay_max=None)
        with CaptureQueriesContext(connection) as many:
            exported()

        assert row[6] == "The way to apply is not encrypted (http); No pay"
        assert len(few) == len(many)

    def test_comes_as_a_spreadsheet_too(self, followed, publisher):
        response = publisher.get(reverse("jobs_listing:index"), {"export": "xlsx"})

        assert response.getvalue().startswith(b"PK")


class TestDeleting:
    @pytest.mark.parametrize(("live", "may"), [(True, False), (False, True)])
    def test_an_editor_may_delete_what_is_not_public(self, live, may):
        job = make_job() if live else make_draft()

        tester = job.permissions_for_user(Staff("Job editors").user)

        assert tester.can_delete() is may

    def test_a_publisher_may_delete_what_is_public(self, publisher):
        assert make_job().permissions_for_user(publisher.user).can_delete()


def test_a_stale_job_is_pointed_out(publisher):
    job = make_job(closes_at=None)
    long_ago = timezone.now() - dt.timedelta(days=61)
    JobPage.objects.filter(pk=job.pk).update(last_published_at=long_ago)

    text = squeezed(listing(publisher).content.decode())

    assert "untouched for 60 days" in text


class TestWhatIsOfferedToSeveral:
    ALL = {
        "cancel_jobs",
        "change_company",
        "close_as_filled",
        "delete",
        "extend_closing_date",
        "move",
        "publish",
        "unpublish",
    }

    def offered(self, group, url):
        html = Staff(group).get(url).content.decode()
        return set(re.findall(r'href="/admin/bulk/wagtailcore/page/(\w+)/', html))

    @pytest.mark.parametrize("group", ["Job publishers", "Site owners"])
    def test_is_all_to_those_who_publish(self, group, followed):
        url = reverse("jobs_listing:index")

        assert self.offered(group, url) == self.ALL

    def test_is_what_editors_may_do_with_their_drafts(self, followed):
        for url in (
            reverse("jobs_listing:index"),
            reverse("wagtailadmin_explore", args=[followed.get_parent().pk]),
        ):
            assert self.offered("Job editors", url) == {"delete", "move"}
