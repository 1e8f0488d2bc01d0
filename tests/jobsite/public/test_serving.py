"""What everybody sees: at what cost, by which way, and of which parts."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Site

from home.models import LookSettings
from jobs import facets, listed
from jobs.models import (
    JobPage,
)
from jobs.models.changes import edition_parts
from jobs.templatetags import job_tags
from jobsite.public import frame, routing
from tests.factories import (
    compose_frame,
    edit,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_home,
    make_image,
    make_job,
    make_jobs,
    make_page,
    make_private,
)
from tests.processes import begin_a_process, cost

pytestmark = pytest.mark.django_db


QUERIES = 5


class TestCost:
    @pytest.mark.parametrize("is_job", [False, True])
    def test_is_a_handful_of_queries_however_many_jobs_there_are(self, client, is_job):
        job = make_job(company=make_company(), category=make_category())
        url = job.url if is_job else make_board().url
        costs = []
        for more in (20, 180):
            make_jobs(more, company=job.company, category=job.category)
            begin_a_process()
            count, response = cost(client, url)
            assert response.status_code == 200
            costs.append(count)

        assert costs[0] == costs[1] <= QUERIES

    @pytest.mark.parametrize(("shown", "allowed"), [("list", 4), ("job", 5)])
    def test_is_the_same_where_a_site_owner_composed_what_stands_around(
        self, client, shown, allowed
    ):
        """The first page of a process, which holds nothing of all that yet."""
        job = make_job(company=make_company(), category=make_category())
        compose_frame()
        url = job.url if shown == "job" else make_board().url
        client.get(url)  # A logo is made small once, when it is first shown.
        begin_a_process()

        count, response = cost(client, url)

        html = response.content.decode()
        assert "About &amp; more" in html
        assert "Terms &amp; more" in html
        assert "Hiring &amp; more" in html
        assert count <= allowed

    def test_of_what_is_kept_is_one_query_and_so_is_that_of_no_news(self, client):
        url = make_job().url
        first = client.get(url)

        count, second = cost(client, url)
        assert (count, second.status_code, second.content) == (1, 200, first.content)

        count, third = cost(client, url, if_none_match=second["ETag"])
        assert (count, third.status_code, third.content) == (1, 304, b"")
        assert third["ETag"] == first["ETag"]
        assert third["Cache-Control"] == "no-cache"

    def test_after_an_edit_is_what_it_is_without_anything_kept(self, client):
        job = make_job()
        client.get(job.url)
        edit(job, title="Miller & mate")

        count, response = cost(client, job.url)

        assert count <= QUERIES
        assert "Miller &amp; mate" in response.content.decode()

    def test_is_no_query_where_all_processes_have_the_same_cache(
        self, client, shared_cache
    ):
        url = make_job().url
        client.get(url)

        assert cost(client, url)[0] == 0


class TestRoute:
    """The short way shows what Wagtail's own shows, and nothing else."""

    def pages(self):
        board = make_board()
        job = make_job()
        alias = job.create_alias(update_slug="alias")
        private = make_job()
        make_private(private)
        alias_of_private = private.create_alias(update_slug="private-alias")
        taken_down = make_job()
        taken_down.unpublish()
        gone = make_job()
        gone_url = gone.url
        gone.delete()
        return [
            "/",
            board.url,
            job.url,
            alias.url,
            private.url,
            alias_of_private.url,
            taken_down.url,
            gone_url,
            make_draft().url,
            make_job(closed_reason="FILLED").url,
            f"{board.url}nothing/",
            f"{board.url}company/{make_company().slug}/",
            f"{board.url}company/",
            f"{job.url}more/",
        ]

    def both(self, url):
        """The answers without the short way, and with it."""
        answers = []
        for headers in ({"cookie": "a=b"}, {}):
            response = Client().get(url, headers=headers)
            answers.append((response.status_code, response.content))
        return answers

    def test_leads_where_wagtails_own_leads(self, subtests):
        for url in self.pages():
            with subtests.test(url=url):
                usual, short = self.both(url)
                assert short == usual

    def test_does_so_when_the_list_is_taken_down(self, subtests):
        job = make_job()
        make_board().unpublish()

        for url in (job.url, job.get_parent().url):
            with subtests.test(url=url):
                usual, short = self.both(url)
                assert short == usual

    def test_lets_hooks_have_their_say(self, client, job):
        def closed(page, request, *args):
            return HttpResponse("closed on Sundays", status=503)

        with hooks.register_temporarily("before_serve_page", closed):
            assert client.get(job.url).status_code == 503
        assert client.get(job.url).status_code == 200

    def test_is_not_for_a_board_with_two_sites(self, job):
        Site.objects.create(
            hostname="other.example", root_page=make_home(), is_default_site=False
        )

        usual, short = self.both(job.url)
        assert short == usual

    def test_of_a_route_of_the_list_comes_before_a_job_of_that_name(self):
        job = make_job(slug="nightly")
        JobPage.objects.filter(pk=job.pk).update(
            slug="feed", url_path="/home/jobs/feed/"
        )

        usual, short = self.both(f"{make_board().url}feed/")
        assert (short[0], b"<feed" in short[1]) == (usual[0], b"<feed" in usual[1])


class TestFrame:
    def test_is_read_once_and_not_again(self, client, job):
        client.get(job.url)
        held = dict(frame._held)
        other = make_job(company=job.company)

        client.get(other.url)

        assert frame._held == held

    def test_has_the_links_that_the_site_owner_chose(self, client, job):
        about = make_page(title="About & more", slug="about")
        look = LookSettings.load()
        look.navigation = [("link", {"page": about, "address": "", "title": ""})]
        look.save()
        assert "About &amp; more" in client.get(job.url).content.decode()

        edit_page = about.specific
        edit_page.title = "Who we are"
        edit_page.save_revision().publish()

        html = client.get(job.url).content.decode()
        assert "Who we are" in html
        assert "About &amp; more" not in html

    def test_that_leads_to_a_job_is_not_held(self, client, job):
        look = LookSettings.load()
        look.navigation = [("link", {"page": job, "address": "", "title": ""})]
        look.save()
        other = make_job()
        assert job.title.replace("&", "&amp;") in client.get(other.url).content.decode()

        edit(job, title="Miller & mate")

        assert "Miller &amp; mate" in client.get(other.url).content.decode()
        assert not frame._held


class TestParts:
    def test_are_made_anew_with_every_edition(self, client, job):
        url = make_board().url
        assert "Miller" not in client.get(url).content.decode()

        edit(job, title="Miller & mate")

        assert "Miller &amp; mate" in client.get(url).content.decode()

    def test_count_no_job_that_has_closed_meanwhile(self, client):
        now = timezone.now().replace(minute=1, second=0)
        with time_machine.travel(now, tick=False) as clock:
            company = make_company()
            make_job(company=company)
            make_job(company=company, closes_at=now + dt.timedelta(seconds=30))
            url = make_board().url
            counts = '<span class="facet__count">{}</span>'
            assert counts.format(2) in client.get(url).content.decode()

            clock.shift(dt.timedelta(seconds=30))

            html = client.get(url).content.decode()
            assert counts.format(1) in html
            assert counts.format(2) not in html

    def test_of_an_edition_are_not_remembered_for_whoever_sends_a_cookie(
        self, client, job
    ):
        client.get(make_board().url, headers={"cookie": "a=b"})

        assert not len(facets.known)

    def test_are_no_more_than_a_process_can_hold(self, client, job, monkeypatch):
        monkeypatch.setattr(job_tags.shown_jobs, "most", 3)
        make_jobs(9, company=job.company)

        client.get(make_board().url)

        assert 0 < len(job_tags.shown_jobs) <= 3

    def test_that_show_a_job_are_the_same_in_the_next_edition(self, client, job):
        url = make_board().url
        client.get(url)
        shown = len(job_tags.shown_jobs)

        make_job(title="Miller & mate")

        assert "Miller &amp; mate" in client.get(url).content.decode()
        assert len(job_tags.shown_jobs) == shown + 1

    def test_that_show_a_job_count_days_anew_at_midnight(self, client):
        noon = dt.datetime(2026, 6, 10, 11, tzinfo=dt.UTC)
        with time_machine.travel(noon, tick=False) as clock:
            make_job(closes_at=noon + dt.timedelta(days=6))
            url = make_board().url
            assert "Closes in 6 days" in client.get(url).content.decode()
            clock.move_to(dt.datetime(2026, 6, 10, 23, 0, 0, tzinfo=dt.UTC))
            assert "Closes in 5 days" in client.get(url).content.decode()

    def test_that_offer_similar_jobs_are_read_once_for_a_field_of_work(self, client):
        jobs = [make_job(category=make_category()) for _ in range(5)]
        same = [make_job(category=jobs[0].category) for _ in range(2)]

        def offered(job):
            links = BeautifulSoup(client.get(job.url).content, "html.parser")
            return [x["href"] for x in links.select("#similar li a")]

        assert offered(jobs[0])[:2] == [same[1].url, same[0].url]
        count, _response = cost(client, same[0].url)
        assert offered(same[0])[:2] == [same[1].url, jobs[0].url]
        assert count == QUERIES - 1

        same[1].unpublish()
        assert offered(same[0])[0] == jobs[0].url

    def test_that_show_a_company_have_its_new_logo(self, client):
        company = make_company(logo=make_image())
        make_job(company=company)
        url = make_board().url
        client.get(url)
        before = client.get(url, {"n": "1"}).content.decode()

        company.logo = make_image()
        company.save()

        after = client.get(url).content.decode()
        assert company.logo.renditions.get().url in after
        assert after != before


class TestLookUp:
    def test_of_a_job_by_its_address_uses_an_index(self, job):
        make_jobs(300, company=job.company)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE")
        jobs = JobPage.objects.live().filter(slug=job.slug, url_path=job.url_path)

        plan = jobs.select_related(*routing.RELATED).explain()

        assert "slug" in plan
        assert "Seq Scan on wagtailcore_page" not in plan
        assert "SCAN wagtailcore_page" not in plan

    def test_of_similar_jobs_begins_with_the_keys_of_a_few(self, job):
        sql, params = listed._similar_ones.statement(
            now=timezone.now(), category=job.category_id
        )
        with connection.cursor() as cursor:
            how = "" if connection.vendor == "postgresql" else "QUERY PLAN"
            cursor.execute(f"EXPLAIN {how} {sql}", params)
            plan = "\n".join(str(row) for row in cursor.fetchall())

        # PostgreSQL finds these keys first. In a table of one row it needs no index.
        by_key = {
            "postgresql": "(number = ANY ($1))",
            "sqlite": "SEARCH jobs_joblisting USING INTEGER PRIMARY KEY",
        }
        assert by_key[connection.vendor] in plan, plan

    def test_of_the_next_closing_moment_uses_an_index(self, job):
        parts = edition_parts()
        explain = (
            "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        )
        make_jobs(300, company=job.company)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE")
            moment = connection.ops.adapt_datetimefield_value(timezone.now())
            cursor.execute(explain + parts[-1], [moment])
            plan = " ".join(str(row) for row in cursor.fetchall())

        assert "jobs_closing" in plan
