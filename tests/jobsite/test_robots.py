"""What search engines are told to look at."""

import urllib.robotparser
import xml.etree.ElementTree as ET

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from jobs import sitemaps
from jobs.models import JobPage, JobRecord
from jobs.services import close_job
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_company,
    make_draft,
    make_job,
    make_jobs,
    make_page,
)

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def rows(client, url):
    """Each address of a sitemap, or of an index of them, with when it changed."""
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    root = ET.fromstring(response.content)
    name = {"urlset": "url", "sitemapindex": "sitemap"}[
        root.tag.removeprefix(NAMESPACE)
    ]
    return {
        row.find(f"{NAMESPACE}loc").text: row.findtext(f"{NAMESPACE}lastmod")
        for row in root.findall(f"{NAMESPACE}{name}")
    }


def everything(client):
    """All addresses that the index leads to."""
    return {
        address: changed
        for part in rows(client, "/sitemap.xml")
        for address, changed in rows(client, part).items()
    }


def path(address):
    return address.removeprefix("http://testserver")


class TestSitemap:
    def test_has_open_jobs_their_companies_and_pages_and_nothing_else(self, client):
        job = make_job()
        about = make_page(title="About")
        hidden = make_job(company=make_company(is_confidential=True))
        for ended in ({"closes_at": in_days(-1)}, {"closed_reason": "FILLED"}):
            JobPage.objects.filter(pk=make_job().pk).update(**ended)
        make_job().unpublish()
        make_job().delete()
        make_draft()
        job.create_alias(parent=make_board(), update_slug="mirrored")
        PageViewRestriction.objects.create(page=make_job(), restriction_type="login")

        assert {path(address) for address in everything(client)} == {
            "/",
            "/privacy/",
            make_board().url,
            about.url,
            job.url,
            hidden.url,
            f"{make_board().url}company/{job.company.slug}/",
        }

    def test_says_when_a_job_was_last_published(self, client):
        job = edit(make_job(), title="Edited")
        edit(job, title="Only a draft", publish=False)

        [changed] = rows(client, "/sitemap-jobs.xml").values()

        assert changed == job.last_published_at.date().isoformat()

    def test_says_when_any_open_job_of_a_company_was_last_published(self, client):
        company, edited_at = make_company(), in_days(2)
        old, _new = make_job(company=company), make_job(company=company)
        JobPage.objects.filter(pk=old.pk).update(last_published_at=edited_at)

        [changed] = rows(client, "/sitemap-companies.xml").values()

        assert changed == edited_at.date().isoformat()

    def test_dates_a_company_by_a_job_that_ended_too(self, client):
        company, edited_at = make_company(), in_days(2)
        make_job(company=company)
        newest = make_job(company=company)
        close_job(page_id=newest.pk, reason="FILLED")
        JobPage.objects.filter(pk=newest.pk).update(last_published_at=edited_at)

        [changed] = rows(client, "/sitemap-companies.xml").values()

        assert changed == edited_at.date().isoformat()

    def test_dates_the_list_by_the_job_that_changed_it_last(self, client):
        job, edited_at = make_job(), in_days(2)
        JobRecord.objects.filter(page=job).update(last_public_at=edited_at)

        dates = rows(client, "/sitemap-pages.xml")

        assert dates[make_board().full_url] == edited_at.date().isoformat()
        [whole] = [y for x, y in rows(client, "/sitemap.xml").items() if "-pages" in x]
        assert whole.startswith(edited_at.date().isoformat())

    def test_forgets_a_job_the_moment_it_closes(self, client):
        job = make_job()
        assert rows(client, "/sitemap-jobs.xml")

        close_job(page_id=job.pk, reason="FILLED")

        assert rows(client, "/sitemap-jobs.xml") == {}

    def test_leads_to_pages_that_answer(self, client):
        make_job(title="</loc> & ]]> \U0001f35e \u05d0")

        for address in everything(client):
            assert client.get(path(address)).status_code == 200

    def test_comes_in_parts_that_have_each_job_once(self, client, monkeypatch):
        monkeypatch.setattr(sitemaps.JobSitemap, "limit", 3)
        jobs = make_jobs(7)

        parts = [x for x in rows(client, "/sitemap.xml") if "sitemap-jobs" in x]
        found = [address for part in parts for address in rows(client, part)]

        assert len(parts) == 3
        assert sorted(map(path, found)) == sorted(job.url for job in jobs)

    def test_are_counted_without_what_is_said_of_each_job(self, client):
        make_jobs(3)

        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")

        [counted] = [
            x["sql"]
            for x in queries
            if "COUNT(*)" in x["sql"]
            and "jobs_joblisting" in x["sql"]
            and "jobs_company" not in x["sql"]
        ]
        assert "JOIN" not in counted

    @pytest.mark.parametrize("url", ["/sitemap.xml", "/sitemap-jobs.xml"])
    def test_costs_the_same_with_any_number_of_jobs(self, client, url):
        make_jobs(2)
        rows(client, url)
        make_jobs(1)
        cache.clear()
        with CaptureQueriesContext(connection) as few:
            rows(client, url)
        make_jobs(40)
        cache.clear()

        with CaptureQueriesContext(connection) as many:
            rows(client, url)

        assert len(many) == len(few)

    @pytest.mark.parametrize(
        "url",
        ["/sitemap-nothing.xml", "/sitemap-jobs.xml?p=99", "/sitemap-jobs.xml?p=x"],
    )
    def test_that_there_is_not_is_not_found(self, client, url):
        assert client.get(url).status_code == 404


class TestRobots:
    def test_may_read_what_is_public_and_nothing_else(self, client):
        job = make_job()

        response = client.get("/robots.txt")

        assert response["Content-Type"].startswith("text/plain")
        parser = urllib.robotparser.RobotFileParser()
        parser.parse(response.content.decode().splitlines())
        assert parser.site_maps() == ["http://testserver/sitemap.xml"]
        for url in ("/", job.url, f"{make_board().url}feed/", "/sitemap.xml"):
            assert parser.can_fetch("Googlebot", url)
        for url in ("/admin/", "/subscriptions/manage/", "/notices/x/"):
            assert not parser.can_fetch("Googlebot", url)
