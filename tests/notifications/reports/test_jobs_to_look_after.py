"""The report of jobs that somebody should look after."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import JobPage, JobRecord
from jobs.services import close_job
from tests.factories import edit, in_days, make_draft, make_job, make_user
from tests.notifications.conftest import Staff
from tests.notifications.reading import squeezed
from tests.notifications.reports.reporting import exported, follows, report, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="class")
def _jobs(made_once):
    """Jobs in every state, made once: a dozen publications take a second."""
    with made_once():
        make_jobs_to_look_after()
        yield


def make_jobs_to_look_after():
    def followed(**fields):
        job = make_job(**fields)
        follows(JobRecord.for_page(job), 2)
        return job

    followed(title="Soon", closes_at=in_days(13))
    make_job(title="Later", closes_at=in_days(15))
    expires = {"closes_at": in_days(40), "expire_at": in_days(13)}
    make_job(title="Expires", **expires).create_alias(update_slug="twice")
    make_job(title="Ends twice", closes_at=in_days(20), expire_at=in_days(21))
    stale = make_job(title="Stale", closes_at=None)
    make_job(title="Fresh", closes_at=None)
    long_ago = timezone.now() - dt.timedelta(days=61)
    JobPage.objects.filter(pk=stale.pk).update(last_published_at=long_ago)
    close_job(page_id=followed(title="Filled").pk, reason="FILLED")
    close_job(page_id=make_job(title="Filled, alone").pk, reason="FILLED")
    past = followed(title="Past")
    JobPage.objects.filter(pk=past.pk).update(closes_at=in_days(-1))
    followed(title="Down").unpublish()
    make_job(title="Down, alone").unpublish()
    make_draft(title="Draft", closes_at=in_days(3))


class TestJobsToLookAfter:
    @pytest.fixture
    def jobs(self, _jobs, db):
        """What a test does to them is undone."""

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            ("", ["Soon", "Expires", "Stale", "Past", "Filled", "Down"]),
            ("closing", ["Soon"]),
            ("expiring", ["Expires"]),
            ("stale", ["Stale"]),
            ("closed", ["Past", "Filled"]),
            ("down", ["Down"]),
        ],
    )
    def test_are_these_the_most_urgent_first(self, editor, reason, expected):
        found = rows(editor, "jobs-to-look-after", reason=reason)

        assert [job.title for job in found] == expected

    @pytest.mark.usefixtures("jobs")
    def test_say_why_and_what_to_do(self):
        html = report(Staff("Job publishers"), "jobs-to-look-after").content.decode()

        said = {
            title: squeezed(row)
            for row in html.split("<tr")
            for title in ("Soon", "Expires", "Stale", "Filled", "Past", "Down")
            if f">{title}" in row.replace("\n", "").replace(" ", "")
        }
        assert said["Soon"].endswith("2 Extend or close: Soon")
        assert "Its page is taken down" in said["Expires"]
        assert "untouched for 60 days" in said["Stale"]
        assert "Set a closing date: Stale" in said["Stale"]
        assert "2 people still follow it." in said["Filled"]
        assert "Open job again: Filled" in said["Filled"]
        assert "Say why it closed: Past" in said["Past"]
        assert "Publish it again: Down Delete it: Down" in said["Down"]

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize(
        ("groups", "offered"),
        [
            (["Job editors"], "Change the closing date: Soon"),
            (["Job publishers"], "Extend or close: Soon"),
            (["Site owners"], "Extend or close: Soon"),
        ],
    )
    def test_offer_what_the_reader_may_do(self, groups, offered):
        client = Staff(*groups)
        soup = BeautifulSoup(
            report(client, "jobs-to-look-after").content, "html.parser"
        )
        cells = soup.find_all("td", class_="remedies")
        [cell] = [cell for cell in cells if "Soon" in cell.parent.td.text]

        links = cell.find_all("a")

        assert [link.text for link in links] == [offered]
        assert all(client.get(link["href"]).status_code == 200 for link in links)

    @pytest.mark.usefixtures("jobs")
    def test_offer_no_link_that_a_lock_would_refuse(self):
        JobPage.objects.filter(title="Soon").update(locked=True)
        client = Staff("Job publishers")
        html = report(client, "jobs-to-look-after").content.decode()

        assert "Extend or close" not in squeezed(html)
        assert "Change the closing date: Soon" in squeezed(html)

    def test_cost_the_same_with_one_review_and_with_several(self, db):
        client = Staff("Job publishers")
        counts = []
        for _ in range(2):
            for _ in range(3):
                job = make_job(closes_at=in_days(3))
                edit(job, title="Is this right?", publish=False)
                draft = JobPage.objects.get(pk=job.pk)
                job.get_workflow().start(draft, make_user("Job editors"))
            report(client, "jobs-to-look-after")
            with CaptureQueriesContext(connection) as queries:
                report(client, "jobs-to-look-after")
            counts.append(len(queries))

        assert counts[0] == counts[1]

    @pytest.mark.usefixtures("jobs")
    def test_offer_nothing_to_who_may_do_nothing(self, support):
        assert (
            "What to do" not in report(support, "jobs-to-look-after").content.decode()
        )

    @pytest.mark.usefixtures("jobs")
    def test_are_found_by_words_company_and_closing_date(self, editor):
        slug, soon = "jobs-to-look-after", JobPage.objects.get(title="Soon")
        day = timezone.localdate(soon.closes_at).isoformat()

        for query in (
            {"q": "soo"},
            {"company": soon.company_id},
            {"closes_at_from": day, "closes_at_to": day},
        ):
            assert [job.title for job in rows(editor, slug, **query)] == ["Soon"]

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize("key", ["title", "company__name", "followers", "urgency"])
    def test_are_sorted_both_ways(self, editor, key):
        up = rows(editor, "jobs-to-look-after", ordering=key)
        down = rows(editor, "jobs-to-look-after", ordering=f"-{key}")

        assert len(up) == len(down) == 6
        assert up != down

    @pytest.mark.usefixtures("jobs")
    def test_can_be_downloaded(self, editor):
        [_head, first, *_others] = exported(editor, "jobs-to-look-after")

        assert first[0] == "Soon"
        assert first[2].startswith("Closes ")
        assert first[4] == "2"
