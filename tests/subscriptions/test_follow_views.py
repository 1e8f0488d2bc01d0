"""The form on a job's page, and the answer that is the same for everybody."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.models import JobPage, JobRecord
from subscriptions import typed_address
from subscriptions.models import Subscription
from subscriptions.signals import subscription_requested
from tests.factories import (
    edit,
    in_days,
    make_category,
    make_job,
    make_record,
    make_subscription,
)
from tests.subscriptions.visiting import Visitor

pytestmark = pytest.mark.django_db
INBOX = "/subscriptions/check-your-inbox/"
READER = "Reader+Jobs@example.org"


@pytest.fixture
def job():
    return make_job(title="Bread & butter <baker>")


def url_of(job):
    return reverse("subscriptions:follow", args=[JobRecord.for_page(job).pk])


def send(client, job, email=READER, headers=None, **data):
    return client.post(url_of(job), {"email": email, **data}, headers=headers or {})


class TestFollowForm:
    def test_stands_on_the_page_of_an_open_job(self, client, job):
        page = client.get(job.url).content.decode()

        assert f'action="{url_of(job)}"' in page
        assert "csrfmiddlewaretoken" not in page
        assert "may see my email address" in page

    def test_leaves_the_choice_to_be_passed_on_empty(self, client, job):
        form = client.get(url_of(job)).context["form"]

        assert not form["share_address"].value()
        assert form["level"].value() == "everything"

    def test_takes_an_address_and_sends_on(self, client, job):
        response = send(client, job)

        assert (response.status_code, response.url) == (302, INBOX)
        subscription = Subscription.objects.get()
        assert subscription.subscriber.address == READER
        assert subscription.consent_path == job.url
        assert not subscription.closings_only

    def test_takes_every_choice(self, client, job):
        send(
            client,
            job,
            level="closings",
            remind_before_closing="on",
            share_address="on",
        )

        subscription = Subscription.objects.get()
        assert subscription.closings_only
        assert subscription.remind_before_closing
        assert subscription.share_address

    def test_keeps_what_was_typed_and_says_what_is_wrong(self, client, job):
        response = send(
            client,
            job,
            "reader@exam ple <.org",
            level="closings",
            share_address="on",
        )

        page = response.content.decode()
        assert response.status_code == 200
        assert "That does not look like an email address." in page
        assert 'value="reader@exam ple &lt;.org"' in page
        assert response.context["form"]["level"].value() == "closings"
        assert response.context["form"]["share_address"].value()
        assert "Bread &amp; butter &lt;baker&gt;" in page
        assert not Subscription.objects.exists()

    def test_asks_for_an_address_that_is_not_there(self, client, job):
        assert b"Enter your email address." in send(client, job, "").content

    def test_refuses_a_choice_that_there_is_not(self, client, job):
        assert send(client, job, level="everybody").status_code == 200
        assert not Subscription.objects.exists()

    def test_can_be_opened_by_itself(self, client, job):
        assert client.get(url_of(job)).status_code == 200
        assert client.head(url_of(job)).status_code == 200

    @pytest.mark.parametrize("pk", ["0", "404", "9" * 19, "9" * 30])
    def test_of_a_job_that_never_was_is_not_found(self, client, pk):
        url = f"/subscriptions/jobs/{pk}/"

        assert client.get(url).status_code == 404
        assert client.post(url, {"email": READER}).status_code == 404

    def test_is_undone_as_a_whole_when_the_mail_cannot_be_owed(self, job, refusing):
        refusing(subscription_requested)
        client = Visitor(raise_request_exception=False)

        response = send(client, job)

        assert response.status_code == 500
        assert not Subscription.objects.exists()


class TestClosedJob:
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize(
        "end",
        [
            pytest.param(lambda job: job.delete(), id="deleted"),
            pytest.param(lambda job: job.unpublish(), id="taken down"),
            pytest.param(
                lambda job: JobPage.objects.filter(pk=job.pk).update(
                    closes_at=in_days(-1)
                ),
                id="closed",
            ),
        ],
    )
    def test_offers_others_and_follows_nothing(self, client, method, end):
        food = make_category()
        job = make_job(category=food)
        similar = make_job(category=food, title="Cook & steward")
        url = url_of(job)
        end(job)

        response = getattr(client, method)(url, {"email": READER})

        page = response.content.decode()
        assert response.status_code == 200
        assert "This job has closed" in page
        assert "Cook &amp; steward" in page
        assert similar.url in page
        assert not Subscription.objects.exists()

    @pytest.mark.parametrize("email", [READER, "wrong"])
    def test_that_was_taken_down_says_nothing_of_its_draft(self, client, email):
        job = make_job(title="Public")
        url = url_of(job)
        job.unpublish()
        edit(job, title="Secret", company=None, closes_at=None, publish=False)

        for response in (client.get(url), client.post(url, {"email": email})):
            assert "Secret" not in response.content.decode()
            assert 'name="email"' not in response.content.decode()

    def test_with_no_page_at_all_is_closed(self, client):
        url = reverse("subscriptions:follow", args=[make_record().pk])

        assert b"This job has closed" in client.get(url).content


class TestOtherSites:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://testserver.evil.example"},
            {"Origin": "http://testserver@evil.example"},
            {"Origin": ""},
            {"Origin": "http://["},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
            {"Sec-Fetch-Site": "", "Origin": "http://testserver"},
        ],
    )
    def test_may_not_send_the_form(self, client, job, headers):
        assert send(client, job, headers=headers).status_code == 403
        assert not Subscription.objects.exists()

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "http://testserver"},
            {"Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
            {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        ],
    )
    def test_are_not_who_sends_these(self, client, job, headers):
        assert send(client, job, headers=headers).status_code == 302
        assert Subscription.objects.exists()

    def test_may_lead_here(self, client, job):
        headers = {"Sec-Fetch-Site": "cross-site"}

        assert client.get(url_of(job), headers=headers).status_code == 200


class TestAnswer:
    @pytest.fixture
    def people(self, job):
        """One address each that is unknown, has asked, follows, and has stopped."""
        make_subscription(job=job, email="pending@example.org", confirmed=False)
        make_subscription(job=job, email="follows@example.org")
        make_subscription(
            job=job,
            email="stopped@example.org",
            ended_at=in_days(-1),
            ended_reason="UNSUBSCRIBED",
        )
        return [
            f"{x}@example.org" for x in ("unknown", "pending", "follows", "stopped")
        ]

    def test_is_the_same_byte_for_byte_whoever_asks(self, job, people):
        now, answers = timezone.now(), set()
        for address in people:
            client = Visitor()
            with time_machine.travel(now, tick=False):
                response = send(client, job, address)
                inbox = client.get(response.url)
            answers.add(
                (
                    response.status_code,
                    response.content,
                    tuple(response.headers.items()),
                    len(response.cookies["typed_address"].value),
                    inbox.content.replace(address.encode(), b""),
                    tuple(inbox.headers.items()),
                )
            )

        assert len(answers) == 1

    def test_costs_the_same_queries_whoever_asks(self, client, job, people):
        send(client, job, "first@example.org")
        costs = []
        for address in people:
            with CaptureQueriesContext(connection) as queries:
                send(client, job, address)
            costs.append([x["sql"].split()[0] for x in queries])

        assert costs[0] == costs[1] == costs[2] == costs[3]


class TestCheckYourInbox:
    def test_shows_the_address_as_it_was_typed(self, client, job):
        page = client.get(send(client, job).url).content.decode()

        assert READER in page
        assert "Bread &amp; butter &lt;baker&gt;" in page
        assert job.url in page

    def test_keeps_it_in_a_cookie_that_only_the_server_can_read(self, client, job):
        cookie = send(client, job).cookies["typed_address"]

        assert "reader" not in cookie.value.lower()
        assert "example" not in cookie.value.lower()
        assert cookie["httponly"]
        assert cookie["path"] == INBOX
        assert cookie["max-age"] == 600
        assert cookie["samesite"] == "Lax"

    def test_keeps_it_off_the_wire_without_encryption_where_there_is_any(
        self, client, job, settings
    ):
        settings.SESSION_COOKIE_SECURE = True

        assert send(client, job).cookies["typed_address"]["secure"]

    def test_shows_it_nowhere_else(self, client, job):
        send(client, job)

        for url in (job.url, url_of(job), reverse("subscriptions:manage")):
            assert READER not in client.get(url).content.decode()

    def test_forgets_it_after_ten_minutes(self, client, job):
        send(client, job)

        with time_machine.travel(timezone.now() + dt.timedelta(minutes=10, seconds=2)):
            response = client.get(INBOX)

        assert READER not in response.content.decode()
        assert "Check your inbox" in response.content.decode()

    @pytest.mark.parametrize("cookie", ["", "x", "é", "\x00", "gAAAAA", "x" * 5000])
    def test_shows_no_address_for_a_cookie_that_is_not_ours(self, client, cookie):
        client.cookies[typed_address.COOKIE] = cookie

        response = client.get(INBOX)

        assert response.status_code == 200
        assert "@" not in response.content.decode()

    def test_shows_no_address_for_a_cookie_of_another_key(self, client, job, settings):
        send(client, job)
        settings.SECRET_KEY = "another key"

        assert READER not in client.get(INBOX).content.decode()

    def test_still_answers_when_the_job_is_gone_meanwhile(self, client, job):
        send(client, job)
        job.delete()

        assert READER in client.get(INBOX).content.decode()

    def test_is_kept_by_no_cache(self, client, job):
        for response in (send(client, job), client.get(INBOX)):
            assert "no-store" in response.headers["Cache-Control"]

    def test_has_no_demo_inbox_in_production(self, client):
        assert "demo" not in client.get(INBOX).content.decode()
