"""What everybody sees: at what cost, from when, and until when."""

import datetime as dt
import gzip

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail import hooks
from wagtail.contrib.frontend_cache.backends.base import BaseBackend
from wagtail.models import Page, PageViewRestriction, Site

from home.models import LookSettings
from jobs import editions, facets, listed
from jobs.models import (
    BoardSettings,
    JobPage,
)
from jobs.models.changes import PublicChange, edition_parts
from jobs.services import close_job
from jobs.templatetags import job_tags
from jobsite.public import frame, kept, routing, watching
from notifications.models import Announcement
from tests.factories import (
    compose_frame,
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_home,
    make_image,
    make_job,
    make_jobs,
    make_page,
    make_record,
    make_user,
)
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db
QUERIES = 5


@pytest.fixture(autouse=True)
def _a_new_process(db):
    begin_a_process()
    # Django tries once in each process whether SQLite knows JSON.
    assert connection.features.supports_json_field


def cost(client, url, query=None, **headers):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, query or {}, headers=headers)
    return len(queries), response


def edition():
    return editions.current(timezone.now())


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


@pytest.fixture
def shared_cache(settings, tmp_path):
    """A cache that all processes share, as Redis is."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path),
        },
    }


def _restrict(job):
    PageViewRestriction.objects.create(page=job, restriction_type="login")


def _move(job):
    job.move(make_page(title="Other", slug="other"), pos="last-child")


def saved(instance, **fields):
    for name, value in fields.items():
        setattr(instance, name, value)
    instance.save()


def announce(job):
    now = timezone.now()
    Announcement.objects.create(
        record=job.record,
        version=1,
        kind=Announcement.Kind.CHANGED,
        before={},
        after={},
        created_at=now,
        expires_at=now,
    )


CHANGES = {
    "a job is published": lambda job: make_job(),
    "a job is edited": lambda job: edit(job, pay_max=29_000),
    "its requirements change": lambda job: edit(job, requirements=["A boat"]),
    "its places change": lambda job: edit(job, locations=["Hull"]),
    "a job is filled": lambda job: close_job(page_id=job.pk, reason="FILLED"),
    "a job is taken down": lambda job: job.unpublish(),
    "a job is deleted": lambda job: job.delete(),
    "a job is moved": _move,
    "a job is renamed": lambda job: edit(job, slug="other"),
    "a job has an alias": lambda job: job.create_alias(update_slug="alias"),
    "a job is private": _restrict,
    "the list is private": lambda job: _restrict(make_board()),
    "a row is updated": lambda job: JobPage.objects.filter(pk=job.pk).update(
        closes_at=in_days(2)
    ),
    "a page's row is updated": lambda job: Page.objects.filter(pk=job.pk).update(
        live=False
    ),
    "jobs are written in bulk": lambda job: make_jobs(2),
    "a job's record is made": lambda job: make_record(),
    "an announcement is made": announce,
    "a company is renamed": lambda job: saved(job.company, name="Crumb & Sons"),
    "a company goes": lambda job: make_company().delete(),
    "a field of work is renamed": lambda job: saved(job.category, name="Bread & pies"),
    "the board is renamed": lambda job: saved(BoardSettings.load(), name="Work & pay"),
    "the look changes": lambda job: saved(LookSettings.load(), tagline="By the sea"),
    "the list is edited": lambda job: saved(make_board(), intro="Work & rest"),
    "the list is taken down": lambda job: make_board().unpublish(),
    "the front page is edited": lambda job: saved(make_home(), title="Marlhaven"),
    "a page is published": lambda job: make_page(title="About & more"),
    "the site has another name": lambda job: saved(Site.objects.get(), port=8080),
    "a picture changes": lambda job: saved(make_image(), title="Quay & boats"),
}


@pytest.fixture
def job():
    return make_job(company=make_company(), category=make_category())


class TestEdition:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_turns_when(self, job, change):
        before = edition()

        change(job)

        assert edition().whole != before.whole

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_turns_in_a_shared_cache_when(
        self, job, change, shared_cache, django_capture_on_commit_callbacks, request
    ):
        if "updated" in request.node.name or "bulk" in request.node.name:
            pytest.skip("No signal is sent: seen after five minutes.")
        before = editions.current(timezone.now())

        with django_capture_on_commit_callbacks(execute=True):
            change(job)

        assert editions.current(timezone.now()).whole != before.whole

    @pytest.mark.parametrize(
        "change",
        [
            lambda job: job.save_revision(),
            lambda job: edit(job, title="Not yet", publish=False),
            lambda job: make_draft(company=job.company),
            lambda job: edit(
                make_draft(company=job.company), title="Still not", publish=False
            ),
            lambda job: saved(job.company, email="new@crumb.example"),
            lambda job: job.company.save(),
            lambda job: make_user(),
        ],
    )
    def test_stays_with_what_nobody_sees(self, job, change):
        change(job)  # A first one may make what it needs.
        before = edition()

        change(job)

        assert edition() == before

    def test_that_is_rolled_back_has_never_been(self, job):
        before = edition()

        with transaction.atomic():
            edit(job, title="Never")
            assert edition() != before
            transaction.set_rollback(True)

        assert edition() == before

    def test_of_the_frame_stays_when_a_job_changes(self, job):
        before = edition()

        edit(job, pay_max=29_000)
        job.delete()

        assert edition().frame == before.frame

    def test_is_kept_in_few_rows(self, job):
        PublicChange.objects.bulk_create(
            PublicChange(made_in=-n, frame=False, token=n + 1) for n in range(1, 300)
        )
        before = edition()

        assert PublicChange.objects.forget_old() > 200
        assert edition().whole not in ("", before.whole)
        assert PublicChange.objects.forget_old() == 0

    def test_of_the_frame_outlives_many_changes_of_jobs(self, client, job):
        saved(LookSettings.load(), tagline="By the sea")
        PublicChange.objects.bulk_create(
            PublicChange(made_in=-n, frame=False, token=n + 1) for n in range(1, 300)
        )

        PublicChange.objects.forget_old()

        assert edition().frame
        client.get(job.url)
        assert frame._held

    def test_is_watched_by_triggers_that_are_put_back(self, job):
        with connection.cursor() as cursor:
            (name, table), *_others = watching._installed(cursor, connection.vendor)
            drop = f"DROP TRIGGER {name}"
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(drop + on)
            if on:
                cursor.execute(f"DROP FUNCTION {name}")

            watching.install("default")

            assert name in dict(watching._installed(cursor, connection.vendor))


class TestTime:
    def test_a_job_that_closes_is_closed_on_every_page_at_that_moment(self, client):
        now = timezone.now().replace(hour=12, minute=0)
        closes_at = now + dt.timedelta(minutes=2)
        with time_machine.travel(now, tick=False) as clock:
            job = make_job(title="Deckhand", closes_at=closes_at)
            for url in (job.url, make_board().url):
                clock.move_to(closes_at - dt.timedelta(seconds=1))
                before = client.get(url).content.decode()
                clock.move_to(closes_at)
                after = client.get(url).content.decode()
                assert ("closed for applications" in before, "Deckhand" in before) == (
                    False,
                    True,
                )
                assert "closed for applications" in after or "Deckhand" not in after

    def test_days_are_counted_anew_at_midnight_of_the_site(self, client):
        # Midnight in London is 23:00 in UTC.
        noon = dt.datetime(2026, 6, 10, 11, tzinfo=dt.UTC)
        with time_machine.travel(noon, tick=False) as clock:
            job = make_job(closes_at=noon + dt.timedelta(days=6))
            clock.move_to(dt.datetime(2026, 6, 10, 22, 59, 59, tzinfo=dt.UTC))
            assert "In 6 days" in client.get(job.url).content.decode()
            clock.move_to(dt.datetime(2026, 6, 10, 23, 0, 0, tzinfo=dt.UTC))
            assert "In 5 days" in client.get(job.url).content.decode()

    def test_what_nobody_heard_of_is_seen_after_five_minutes(
        self, client, shared_cache
    ):
        job = make_job()
        client.get(job.url)
        JobPage.objects.filter(pk=job.pk).update(title="Miller")
        assert "Miller" not in client.get(job.url).content.decode()

        with time_machine.travel(timezone.now() + kept.LONGEST):
            assert "Miller" in client.get(job.url).content.decode()

    def test_a_clock_that_is_put_back_makes_pages_anew(self, client):
        url = make_job().url
        client.get(url)

        with time_machine.travel(timezone.now() - dt.timedelta(hours=1)):
            assert cost(client, url)[0] > 1


class TestRaces:
    def test_a_page_made_before_a_change_and_kept_after_it_is_not_shown(
        self, client, job, monkeypatch
    ):
        keep = kept.keep

        def keep_late(*args, **kwargs):
            monkeypatch.setattr(kept, "keep", keep)
            edit(job, title="Miller & mate")
            return keep(*args, **kwargs)

        monkeypatch.setattr(kept, "keep", keep_late)
        assert "Miller" not in client.get(job.url).content.decode()

        assert "Miller &amp; mate" in client.get(job.url).content.decode()

    def test_two_processes_agree_at_once(self, client, job):
        """The second one has another memory, and the same database."""
        client.get(job.url)
        memory = cache._cache.copy(), cache._expire_info.copy()
        edit(job, title="Miller & mate")
        client.get(job.url)

        cache._cache.clear()
        cache._cache.update(memory[0])

        assert "Miller &amp; mate" in client.get(job.url).content.decode()


class TestWhoIsServed:
    @pytest.mark.parametrize(
        "headers",
        [
            {"cookie": "sessionid=x"},
            {"cookie": "anything=1"},
            {"authorization": "Bearer x"},
        ],
    )
    def test_anybody_known_gets_a_page_of_their_own(self, client, job, headers):
        client.get(job.url)

        count, response = cost(client, job.url, **headers)

        assert count > 1
        assert "ETag" not in response.headers
        assert not cost(client, job.url, **headers)[1].has_header("ETag")

    def test_who_is_signed_in_leaves_nothing_for_others(
        self, admin_client, client, job
    ):
        _restrict(job)

        assert admin_client.get(job.url).status_code == 200
        assert client.get(job.url).status_code == 302
        assert admin_client.get(job.url).status_code == 200
        assert client.get(job.url).status_code == 302

    def test_a_page_that_became_private_is_shown_to_nobody(self, client, job):
        client.get(job.url)
        _restrict(make_board())

        response = client.get(job.url)

        assert response.status_code == 302
        assert "no-store" in response["Cache-Control"]

    def test_a_page_with_a_password_is_not_kept(self, client, job):
        PageViewRestriction.objects.create(
            page=job, restriction_type="password", password="bread"
        )

        responses = [client.get(job.url) for _ in range(2)]

        assert all("ETag" not in response.headers for response in responses)

    def test_a_post_is_not(self, client, job):
        client.get(job.url)

        assert "ETag" not in client.post(job.url).headers
        assert cost(client, job.url)[0] == 1

    def test_a_preview_is_not(self, client, job):
        client.get(job.url)
        job.title = "Not yet & more"

        preview = job.make_preview_request()

        assert "Not yet &amp; more" in preview.rendered_content
        assert "Not yet" not in client.get(job.url).content.decode()

    def test_head_is_answered_as_get_is(self, client, job):
        client.get(job.url)
        with CaptureQueriesContext(connection) as queries:
            response = client.head(job.url)

        assert (len(queries), response.content) == (1, b"")
        assert response["ETag"] == client.get(job.url)["ETag"]

    @pytest.mark.parametrize("url", ["/healthz", "/subscriptions/manage/", "/nothing/"])
    def test_what_turns_without_an_edition_is_not_kept(self, client, url):
        client.get(url)

        assert "ETag" not in client.get(url).headers

    def test_no_cookie_is_set(self, client, job):
        for url in (job.url, make_board().url, "/"):
            response = client.get(url)
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")

    def test_packed_and_unpacked_are_the_same(self, client, job):
        plain = client.get(job.url)
        packed = client.get(job.url, headers={"accept-encoding": "gzip, br"})

        assert gzip.decompress(packed.content) == plain.content
        assert packed["Content-Encoding"] == "gzip"
        assert packed["Content-Length"] == str(len(packed.content))
        assert packed["ETag"] == plain["ETag"]
        assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"

    def test_headers_are_those_of_a_page_that_is_not_kept(self, client, job):
        first = client.get(job.url)
        second = client.get(job.url)
        bare = client.get(job.url, headers={"cookie": "a=b"})

        for name in ("Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"):
            assert bare[name]
            assert set(first[name].split("; ")) == set(bare[name].split("; "))
            assert second[name] == first[name]


#: What makes an answer one person's, or one that not everybody would get.
PERSONAL = {
    "private": {"Cache-Control": "private"},
    "no-store": {"Cache-Control": "no-store"},
    "vary": {"Vary": "Accept-Language"},
    "cookie": {"Set-Cookie": ""},
    "error": {"status": "503"},
    "packed": {"Content-Encoding": "br"},
}


class TestWhatIsKept:
    def made(self, client, job, answer):
        """How many answers were made for three visits."""
        made = []

        def serve(page, request, *args):
            made.append(answer())
            return made[-1]

        with hooks.register_temporarily("before_serve_page", serve):
            for _ in range(3):
                client.get(job.url)
                client.cookies.clear()
        return len(made)

    def test_is_what_everybody_gets(self, client, job):
        assert self.made(client, job, lambda: HttpResponse("bread")) == 1

    @pytest.mark.parametrize("spoil", PERSONAL.values(), ids=PERSONAL)
    def test_is_nothing_that_not_everybody_gets(self, client, job, spoil):
        def answer():
            response = HttpResponse("bread", status=int(spoil.get("status", 200)))
            if "Set-Cookie" in spoil:
                response.set_cookie("seen", "1")
            else:
                response.headers = HttpResponse(headers=spoil).headers
            return response

        assert self.made(client, job, answer) == 3

    def test_is_nothing_that_is_streamed(self):
        assert not kept.may_be_kept(StreamingHttpResponse(["bread"]))


class TestQueryString:
    def test_means_the_same_in_any_order_and_with_empty_values(self, client, job):
        url = make_board().url
        client.get(f"{url}?category={job.category.slug}&company={job.company.slug}")

        other = f"{url}?q=&company={job.company.slug}&category={job.category.slug}"

        assert cost(client, other)[0] == 1

    def test_makes_another_page(self, client, job):
        url = make_board().url
        everything = client.get(url).content

        assert client.get(url, {"q": "nothing"}).content != everything
        assert client.get(url).content == everything

    def test_that_is_long_is_answered_and_not_kept(self, client):
        url = make_board().url

        for _ in range(2):
            count, response = cost(client, url, {"q": "a" * 1_000})
            assert (count > 1, response.status_code) == (True, 200)

    def test_takes_no_more_places_than_there_are(self, client):
        addresses = {kept._place(f"https://x/?q={n}") for n in range(20_000)}

        assert len(addresses) <= kept.PLACES

    def test_of_another_page_in_the_same_place_is_not_taken_for_it(
        self, client, job, monkeypatch
    ):
        monkeypatch.setattr(kept, "PLACES", 1)
        url = make_board().url

        assert client.get(url).content != client.get(job.url).content
        assert job.title.replace("&", "&amp;") in client.get(job.url).content.decode()


class TestRoute:
    """The short way shows what Wagtail's own shows, and nothing else."""

    def pages(self):
        board = make_board()
        job = make_job()
        alias = job.create_alias(update_slug="alias")
        private = make_job()
        _restrict(private)
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


class TestProxies:
    @pytest.fixture
    def purged(self, settings):
        """What a proxy was told to forget."""
        Proxy.urls = []
        settings.WAGTAILFRONTENDCACHE = {
            "default": {"BACKEND": "tests.jobsite.test_public_pages.Proxy"}
        }
        return Proxy.urls

    def test_may_keep_a_page_for_a_minute_if_they_are_told_of_changes(
        self, client, job, purged
    ):
        assert client.get(job.url)["Cache-Control"].endswith("s-maxage=60")
        assert client.get(make_board().url, {"q": "x"})["Cache-Control"] == "no-cache"

    def test_keep_none_beyond_the_moment_at_which_a_job_closes(self, client, purged):
        now = timezone.now()
        with time_machine.travel(now, tick=False) as clock:
            job = make_job(closes_at=now + dt.timedelta(seconds=50))
            client.get(job.url)
            clock.shift(dt.timedelta(seconds=20))
            assert client.get(job.url)["Cache-Control"].endswith("s-maxage=30")

    @pytest.mark.parametrize("end", ["delete", "unpublish", "save"])
    def test_are_told_of_what_shows_a_job(
        self, job, purged, end, django_capture_on_commit_callbacks
    ):
        url, board = job.full_url, make_board().full_url
        with django_capture_on_commit_callbacks(execute=True):
            getattr(job, end)()

        company = f"{board}company/{job.company.slug}/"
        assert {url, board, f"{board}feed/", company} <= set(purged)
        assert {"http://testserver/", "http://testserver/sitemap.xml"} <= set(purged)

    def test_are_told_nothing_of_what_is_rolled_back(self, job, purged):
        with transaction.atomic():
            job.delete()
            transaction.set_rollback(True)

        assert not purged


class Proxy(BaseBackend):
    """A front end that notes what it is told to forget."""

    urls: list = []

    def purge(self, url):
        self.urls.append(url)


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
