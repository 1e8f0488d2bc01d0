"""An honest answer at every path that a job ever had."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from jobs.models import JobPage, JobPath, JobRecord
from jobs.services import close_job
from tests.factories import (
    edit,
    make_board,
    make_category,
    make_draft,
    make_job,
    make_record,
)

pytestmark = pytest.mark.django_db
MAY = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
#: Half past midnight of the 9th in London.
JUNE = dt.datetime(2026, 6, 8, 23, 30, tzinfo=dt.UTC)


def answers(client, url):
    """The status of GET and of HEAD."""
    return client.get(url).status_code, client.head(url).status_code


class TestPathOfAJob:
    def test_that_was_deleted_says_so_and_offers_similar_ones(self, client):
        food = make_category()
        job = make_job(title="Deckhand & mate", category=food)
        similar = make_job(category=food, title="Cook & <steward>")
        url = job.url
        job.delete()
        JobRecord.objects.update(first_public_at=MAY, gone_at=JUNE)

        response = client.get(url)

        page = response.content.decode()
        assert response.status_code == 410
        assert "Deckhand &amp; mate is no longer here" in page
        assert "was open from 3 May 2026 to 9 June 2026." in page
        assert "It was taken down on 9 June 2026." in page
        assert similar.url in page
        assert "Cook &amp; &lt;steward&gt;" in page
        assert "Open now and similar</h2>" in page

    def test_that_was_deleted_calls_no_job_of_another_field_similar(self, client):
        job = make_job(category=make_category())
        make_job(title="Nurse & midwife")
        url = job.url
        job.delete()

        page = client.get(url).content.decode()

        assert "Nurse &amp; midwife" in page
        assert "Open now</h2>" in page
        assert "similar" not in page

    def test_that_was_deleted_is_gone_for_head_too(self, client):
        job = make_job()
        url = job.url
        job.delete()

        response = client.head(url)

        assert response.status_code == 410
        assert response.content == b""

    def test_that_was_unpublished_is_gone_and_does_not_leak_its_draft(self, client):
        job = make_job(title="Deckhand & mate")
        job.unpublish()
        edit(job, title="Secret", summary="Secret", publish=False)

        response = client.get(job.url)

        assert response.status_code == 410
        assert "Secret" not in response.content.decode()

    def test_that_was_filled_before_it_went_says_so(self, client):
        job = make_job()
        close_job(page_id=job.pk, reason="FILLED")
        JobPage.objects.get(pk=job.pk).unpublish()
        JobRecord.objects.update(filled_at=MAY, gone_at=JUNE)

        page = client.get(job.url).content.decode()

        assert "It was filled on 3 May 2026." in page

    @pytest.mark.parametrize(
        ("ended", "last_day"),
        [
            ({"filled_at": MAY + dt.timedelta(days=17)}, "20 May"),
            ({"last_closes_at": MAY + dt.timedelta(days=10)}, "13 May"),
            ({"last_closes_at": JUNE + dt.timedelta(days=10)}, "9 June"),
        ],
        ids=["filled", "closed", "taken down"],
    )
    def test_says_until_when_it_was_open(self, client, ended, last_day):
        job = make_job()
        url = job.url
        job.delete()
        JobRecord.objects.update(first_public_at=MAY, gone_at=JUNE, **ended)

        page = client.get(url).content.decode()

        assert f"was open from 3 May 2026 to {last_day} 2026." in page

    def test_of_which_nobody_noted_when_it_went_ends_in_no_separator(self, client):
        job = make_job()
        JobPage.objects.filter(pk=job.pk).update(live=False)

        page = BeautifulSoup(client.get(job.url).content, "html.parser")

        lead = " ".join(page.select_one(".lead--facts").get_text().split())
        assert lead == f"{job.company.name} · {job.record.place}"

    def test_that_is_back_is_there_again(self, client):
        job = make_job()
        job.unpublish()
        edit(job)

        assert answers(client, job.url) == (200, 200)

    def test_that_moved_leads_to_the_new_one(self, client):
        job = make_job(slug="old")
        old = job.url
        job = edit(job, slug="new")

        response = client.get(old)

        assert (response.status_code, response.url) == (301, job.url)
        assert client.head(old).status_code == 301

    def test_that_moved_and_then_went_is_gone_at_both(self, client):
        job = make_job(slug="old")
        old = job.url
        job = edit(job, slug="new")
        new = job.url
        job.delete()

        assert answers(client, old) == (410, 410)
        assert answers(client, new) == (410, 410)

    def test_that_another_job_took_over_shows_that_job(self, client):
        first = make_job(slug="baker")
        first.delete()
        second = make_job(slug="baker", title="Another & newer")

        assert "Another &amp; newer" in client.get(second.url).content.decode()

    def test_that_closed_stays(self, client):
        job = make_job()
        close_job(page_id=job.pk, reason="CANCELLED")

        assert answers(client, job.url) == (200, 200)

    def test_that_no_job_ever_had_is_not_found(self, client):
        assert answers(client, f"{make_board().url}nobody/") == (404, 404)

    def test_that_went_without_a_signal_is_gone_too(self, client):
        job = make_job()
        JobPage.objects.filter(pk=job.pk).update(live=False)

        assert answers(client, job.url) == (410, 410)
        assert "It was taken down.<" in client.get(job.url).content.decode()

    def test_whose_record_knows_little_is_gone(self, client):
        record = make_record(place="", company_name="")
        JobPath.objects.create(record=record, path="/jobs/deckhand/")

        assert answers(client, "/jobs/deckhand/") == (410, 410)

    @pytest.mark.parametrize("ending", ["", "?utm_source=x&page=2", "?q=%00%FF"])
    def test_is_gone_with_and_without_its_slash_and_whatever_is_asked(
        self, client, ending
    ):
        job = make_job()
        url = job.url
        job.delete()

        assert answers(client, url + ending) == (410, 410)
        assert answers(client, url.removesuffix("/") + ending) == (410, 410)

    def test_that_is_gone_since_its_list_was_renamed_is_gone_at_both(
        self, client, django_capture_on_commit_callbacks
    ):
        job = make_job()
        old = job.url
        with django_capture_on_commit_callbacks(execute=True):
            make_board(slug="work")
        job = JobPage.objects.get(pk=job.pk)
        new = job.url
        assert client.get(old).url == new

        job.delete()

        assert old != new
        assert answers(client, old) == (410, 410)
        assert answers(client, new) == (410, 410)

    @pytest.mark.parametrize("end", ["delete", "unpublish"])
    def test_of_a_mirror_leads_to_the_job_and_is_gone_with_it(self, client, end):
        job = make_job()
        mirror = job.create_alias(parent=make_board(), update_slug="mirrored")
        url = mirror.url
        getattr(JobPage.objects.get(pk=mirror.pk), end)()

        response = client.get(url)
        assert (response.status_code, response.url) == (301, job.url)

        JobPage.objects.get(pk=job.pk).delete()
        assert answers(client, url) == (410, 410)

    @pytest.mark.parametrize("publish", [False, True])
    def test_that_was_never_public_is_not_found(self, client, publish):
        job = make_draft()
        PageViewRestriction.objects.create(page=job, restriction_type="login")
        if publish:
            job = edit(job)
        url = job.url

        job.delete()

        assert answers(client, url) == (404, 404)

    def test_that_became_private_asks_to_sign_in_and_then_is_gone(self, client):
        job = make_job(title="Deckhand & mate")
        PageViewRestriction.objects.create(page=job, restriction_type="login")
        job = edit(job, title="Secret")

        assert client.get(job.url).status_code == 302

        url = job.url
        job.delete()
        page = client.get(url).content.decode()
        assert "Deckhand &amp; mate is no longer here" in page
        assert "Secret" not in page

    def test_takes_no_post(self, client):
        job = make_job()
        url = job.url
        job.delete()

        assert client.post(url).status_code == 404


class TestOddPath:
    @pytest.mark.parametrize(
        "path",
        [
            "/jobs/%00/",
            "/jobs/a%00b/",
            "/jobs/%FF%FE/",
            "/jobs/%F0%9F%8D%9E/",
            "/jobs/../jobs/x/",
            "/jobs//",
            "/jobs/'; DROP TABLE jobs_jobpath; --/",
            f"/jobs/{'x' * 10_000}/",
            "/jobs/company/",
            "/jobs/company/nobody/",
            "/jobs/company/%00/",
        ],
    )
    def test_is_not_found(self, client, path):
        assert answers(client, path) == (404, 404)

    def test_without_its_last_slash_leads_to_the_job(self, client):
        job = make_job()

        response = client.get(job.url.removesuffix("/"))

        assert (response.status_code, response.url) == (301, job.url)


class TestPathOfAPageThatExists:
    def test_is_not_looked_up(self, client):
        job = make_job()

        with CaptureQueriesContext(connection) as queries:
            client.get(job.url)

        assert not [x for x in queries if JobPath._meta.db_table in x["sql"]]


class TestAFilledJob:
    def test_says_that_it_was_filled_although_it_was_deleted(self, client):
        job = make_job(title="Night baker")
        path = job.get_url_parts()[2]
        close_job(page_id=job.pk, reason="FILLED")
        JobPage.objects.get(pk=job.pk).delete()

        response = client.get(path)

        assert response.status_code == 410
        assert "It was filled on" in response.content.decode()
