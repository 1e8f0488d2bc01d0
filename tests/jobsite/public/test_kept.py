"""Which answers are kept, for whom, and under which address."""

import datetime as dt
import gzip

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail import hooks
from wagtail.contrib.frontend_cache.backends.base import BaseBackend
from wagtail.models import PageViewRestriction

from jobs import editions
from jobsite.public import kept
from notifications.models import Announcement
from tests.factories import make_board, make_job, make_private
from tests.processes import cost

pytestmark = pytest.mark.django_db


def edition():
    return editions.current(timezone.now())


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
        make_private(job)

        assert admin_client.get(job.url).status_code == 200
        assert client.get(job.url).status_code == 302
        assert admin_client.get(job.url).status_code == 200
        assert client.get(job.url).status_code == 302

    def test_a_page_that_became_private_is_shown_to_nobody(self, client, job):
        client.get(job.url)
        make_private(make_board())

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

    @pytest.mark.parametrize("taken", ["gzip;q=0", "gzip; q=0.0, br", "identity"])
    def test_are_not_packed_for_who_would_not_unpack_them(self, client, job, taken):
        client.get(job.url)

        response = client.get(job.url, headers={"accept-encoding": taken})

        assert "Content-Encoding" not in response
        assert b"<!doctype html>" in response.content

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

    @pytest.mark.parametrize(
        ("one", "other"),
        [("q=baker&q=", "q=baker"), ("q=miller&q=baker", "q=baker&q=miller")],
    )
    def test_tells_apart_which_value_of_a_name_comes_last(self, client, one, other):
        make_job(title="Baker")
        make_job(title="Miller")
        url = make_board().url

        pages = [client.get(f"{url}?{query}") for query in (one, other)]

        assert pages[0]["ETag"] != pages[1]["ETag"]

    def test_tells_bytes_apart_as_the_list_reads_them(self, client):
        make_job(title="Café")
        path = make_board().url

        asked = ("q=caf\xc3\xa9", "q=caf%C3%83%C2%A9")
        first, second = (client.get(path, QUERY_STRING=query) for query in asked)

        assert "1 open job" in first.content.decode()
        assert "No open jobs match" in second.content.decode()

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


def _announce(job):
    now = timezone.now()
    facts = {"before": {}, "after": {}}
    Announcement.objects.create(
        record=job.record, version=1, created_at=now, expires_at=now, **facts
    )


class TestProxies:
    @pytest.fixture
    def purged(self, settings):
        """What a proxy was told to forget."""
        Proxy.urls = []
        settings.WAGTAILFRONTENDCACHE = {
            "default": {"BACKEND": "tests.jobsite.public.test_kept.Proxy"}
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
        parts = ("", "-jobs", "-companies", "-pages")
        maps = {f"http://testserver/sitemap{part}.xml" for part in parts}
        assert {"http://testserver/", *maps} <= set(purged)

    @pytest.mark.parametrize("change", [make_private, _announce])
    def test_are_told_of_the_page_of_what_hangs_on_it(
        self, job, purged, change, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            change(job)

        company = f"{make_board().full_url}company/{job.company.slug}/"
        assert {job.full_url, company} <= set(purged)

    def test_are_told_of_a_private_page_that_is_deleted(
        self, job, purged, django_capture_on_commit_callbacks
    ):
        make_private(job)

        with django_capture_on_commit_callbacks(execute=True):
            job.delete()

        assert job.full_url in purged

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
