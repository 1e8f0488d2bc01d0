"""The link in every mail that stops it, for people and for their mail providers."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from jobs.models import JobPage
from notifications.suppressing import suppress
from subscriptions.models import EndedReason, Subscriber, Subscription
from tests.factories import (
    in_days,
    make_job,
    make_private,
    make_subscriber,
    make_subscription,
)

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def subscription():
    job = make_job(title="Bread & butter <baker>")
    return make_subscription(job=job, email="reader@example.org")


def url_of(subscription, name="unsubscribe"):
    return reverse(f"subscriptions:{name}", args=[subscription.token])


def other_of(subscription, **fields):
    return make_subscription(subscriber=subscription.subscriber, **fields)


class TestLink:
    def test_opens_a_button_and_changes_nothing(self, client, subscription, every_row):
        before = every_row()

        page = client.get(url_of(subscription)).content.decode()
        client.head(url_of(subscription))

        assert every_row() == before
        assert "Stop following Bread &amp; butter &lt;baker&gt;?" in page
        assert '<form method="post"' in page
        assert "<script" not in page
        assert "Stop following everything" not in page

    def test_offers_to_stop_everything_when_there_is_more(self, client, subscription):
        other_of(subscription)
        other_of(subscription, confirmed=False)
        make_subscription()

        page = client.get(url_of(subscription)).content.decode()

        assert "Stop following everything (2 jobs)" in page

    def test_works_for_years(self, client, subscription):
        Subscription.objects.update(
            requested_at=in_days(-2000), confirmed_at=in_days(-2000)
        )

        assert "Stop following" in client.get(url_of(subscription)).content.decode()

    def test_works_for_a_job_that_is_gone(self, client, subscription):
        subscription.record.page.delete()

        page = client.post(url_of(subscription)).content.decode()

        assert "You no longer follow" in page
        assert "Follow again" not in page

    @pytest.mark.parametrize(
        "token", ["x", "x" * 22, "%00", "%0A", "%F0%9F%8D%9E", "~", "x" * 5000, "'"]
    )
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_of_nobody_says_that_there_is_nothing_to_stop(self, client, token, method):
        response = getattr(client, method)(f"/subscriptions/unsubscribe/{token}/")

        assert response.status_code == 200
        if method != "head":
            page = response.content.decode()
            assert "You do not follow this job" in page
            assert "Nobody follows a job by this link" in page
            assert "Do emails still come?" in page
            assert reverse("subscriptions:manage") in page

    def test_of_an_ended_one_says_that_there_is_nothing_to_stop(
        self, client, subscription
    ):
        client.post(url_of(subscription))

        page = client.get(url_of(subscription)).content.decode()

        assert "You do not follow this job" in page
        assert "There is nothing to stop." in page

    def test_of_an_older_email_opens_the_button_for_what_is_followed_now(
        self, client, subscription
    ):
        client.post(url_of(subscription))
        newer = other_of(subscription, record=subscription.record)

        page = client.get(url_of(subscription)).content.decode()
        client.post(url_of(subscription))

        newer.refresh_from_db()
        assert "Stop following Bread &amp; butter &lt;baker&gt;?" in page
        assert newer.ended_at is not None


class TestButton:
    def test_stops_one_and_says_what_becomes_of_the_address(self, client, subscription):
        response = client.post(url_of(subscription))

        page = response.content.decode()
        subscription.refresh_from_db()
        assert subscription.ended_reason == EndedReason.UNSUBSCRIBED
        assert "You no longer follow Bread &amp; butter &lt;baker&gt;" in page
        assert "We delete your address on" in page
        assert "Follow again" in page

    def test_says_the_same_day_when_it_is_pressed_again_later(
        self, client, subscription
    ):
        first = client.post(url_of(subscription)).text

        with time_machine.travel(in_days(5)):
            assert client.post(url_of(subscription)).text == first

    def test_names_how_many_others_go_on(self, client, subscription):
        other_of(subscription)

        page = client.post(url_of(subscription)).content.decode()

        assert "You follow 1 other job:" in page
        assert "We delete your address" not in page

    def test_of_a_request_offers_nothing_to_go_on_with(self, client):
        asked = make_subscription(confirmed=False)

        page = client.post(url_of(asked)).content.decode()

        assert "Follow again" not in page
        assert not Subscription.objects.current().exists()


class TestMailProvider:
    """RFC 8058, 3.1 and 3.2: a POST without cookies that wants a 200."""

    @pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
    def test_stops_with_one_click(self, subscription, encoding):
        client = Client(enforce_csrf_checks=True)
        sent = (
            {
                "data": "List-Unsubscribe=One-Click",
                "content_type": "application/x-www-form-urlencoded",
            }
            if encoding == "urlencoded"
            else {"data": ONE_CLICK}
        )

        response = client.post(url_of(subscription), **sent)

        subscription.refresh_from_db()
        assert response.status_code == 200
        assert not response.cookies
        assert subscription.ended_at is not None

    def test_may_do_it_twice(self, client, subscription):
        client.post(url_of(subscription), ONE_CLICK)
        first = Subscription.objects.get().ended_at

        response = client.post(url_of(subscription), ONE_CLICK)

        assert response.status_code == 200
        assert Subscription.objects.get().ended_at == first

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://mail.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ],
    )
    def test_may_do_it_from_its_own_pages(self, client, subscription, headers):
        response = client.post(url_of(subscription), ONE_CLICK, headers=headers)

        subscription.refresh_from_db()
        assert response.status_code == 200
        assert subscription.ended_at is not None

    @pytest.mark.parametrize("body", [b"", b"\x00\xff", b"a" * 100_000])
    def test_may_send_any_body(self, client, subscription, body):
        response = client.post(
            url_of(subscription), body, content_type="application/octet-stream"
        )

        assert response.status_code == 200
        assert not Subscription.objects.current().exists()

    def test_is_told_of_no_other_method(self, client, subscription):
        assert client.put(url_of(subscription)).status_code == 405
        assert client.delete(url_of(subscription)).status_code == 405
        assert Subscription.objects.current().exists()


class TestFollowAgain:
    def test_goes_on(self, client, subscription):
        client.post(url_of(subscription))

        page = client.post(url_of(subscription, "follow_again")).content.decode()

        subscription.refresh_from_db()
        assert subscription.is_confirmed
        assert "You follow Bread &amp; butter &lt;baker&gt;" in page

    def test_says_so_when_it_is_followed_already(self, client, subscription):
        response = client.post(url_of(subscription, "follow_again"))

        assert response.status_code == 200
        assert "You follow Bread &amp; butter &lt;baker&gt;" in response.text

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("BOUNCED", "We ended it, because an email to you bounced."),
            ("COMPLAINED", "because an email to you was marked as spam."),
            ("STAFF", "Our staff ended it."),
            ("JOB_ENDED", "It ended by itself when the job did."),
        ],
    )
    def test_says_why_not_where_others_ended_it(self, client, reason, words):
        row = make_subscription(ended_at=in_days(0), ended_reason=reason)

        response = client.post(url_of(row, "follow_again"))

        assert response.status_code == 409
        assert words in response.text
        assert "ask on the job’s page" in response.text
        assert row.record.page.url in response.text

    def test_says_so_when_the_address_gets_no_email(self, client, subscription):
        client.post(url_of(subscription))
        suppress(address="reader@example.org", reason="BLOCKED")

        response = client.post(url_of(subscription, "follow_again"))

        assert response.status_code == 409
        assert "We no longer write to your address" in response.text
        assert "Reply to any of our emails" in response.text
        assert "Follow again" not in client.get(url_of(subscription)).text

    def test_says_so_when_a_new_request_waits(self, client, subscription):
        client.post(url_of(subscription))
        other_of(subscription, record=subscription.record, confirmed=False)

        response = client.post(url_of(subscription, "follow_again"))

        assert response.status_code == 409
        assert "You asked to follow it and have not confirmed that." in response.text

    @pytest.mark.parametrize("end", ["deleted", "taken down", "private"])
    def test_of_a_job_that_is_gone_offers_others(self, client, subscription, end):
        client.post(url_of(subscription))
        job = subscription.record.page
        ends = {
            "deleted": job.delete,
            "taken down": job.unpublish,
            "private": lambda: make_private(job.get_parent()),
        }
        ends[end]()

        response = client.post(url_of(subscription, "follow_again"))

        assert response.status_code == 409
        assert "There is nothing left to follow." in response.text
        assert not Subscription.objects.confirmed().exists()

    def test_says_nothing_of_a_job_that_is_private_now(self, client, subscription):
        job = subscription.record.page
        make_private(job)

        page = client.post(url_of(subscription, "follow_again")).text

        assert "It is not open now." in page
        assert "It closes" not in page
        assert "calendar" not in page
        assert job.url not in page

    def test_of_a_job_that_has_closed_promises_what_is_true(self, client, subscription):
        client.post(url_of(subscription))
        JobPage.objects.update(closed_reason="FILLED", closed_at=in_days(-1))

        page = client.post(url_of(subscription, "follow_again")).text

        assert "If it opens again, we will email r•••@example.org." in page
        assert "when it changes" not in page


class TestStopAll:
    def test_ends_everything_of_one_person(self, client, subscription):
        other_of(subscription)
        somebody_else = make_subscription()

        page = client.post(url_of(subscription, "stop_all")).content.decode()

        assert list(Subscription.objects.current()) == [somebody_else]
        assert "You follow nothing else" in page


class TestErase:
    def test_deletes_a_person_who_follows_nothing_any_more(self, client, subscription):
        client.post(url_of(subscription))

        response = client.post(url_of(subscription, "erase"))

        assert response.status_code == 200
        assert not Subscriber.objects.exists()

    def test_says_what_stays_true_of_a_blocked_address(self, client, subscription):
        suppress(address="reader@example.org", reason="BLOCKED")

        page = client.post(url_of(subscription, "erase")).text

        assert "We will not write again." in page
        assert "We hold nothing" not in page

    def test_deletes_who_only_asked_for_something(self, client, subscription):
        client.post(url_of(subscription))
        other_of(subscription, confirmed=False)

        client.post(url_of(subscription, "erase"))

        assert not Subscription.objects.exists()

    def test_does_not_delete_who_still_follows_this_job(self, client, subscription):
        response = client.post(url_of(subscription, "erase"))

        assert Subscription.objects.get().is_confirmed
        assert response.status_code == 409
        assert "Your address is not deleted" in response.text
        assert "You follow 1 job." in response.text

    def test_does_not_delete_who_follows_another_job(self, client, subscription):
        other = other_of(subscription)
        client.post(url_of(subscription))

        client.post(url_of(subscription, "erase"))

        assert list(Subscription.objects.confirmed()) == [other]

    def test_deletes_nobody_else(self, client, subscription):
        other = make_subscriber()
        client.post(url_of(subscription))

        client.post(url_of(subscription, "erase"))

        assert list(Subscriber.objects.all()) == [other]


@pytest.mark.parametrize("name", ["follow_again", "stop_all", "erase"])
class TestEveryOtherButton:
    @pytest.mark.parametrize(
        "token", ["x", "x" * 22, "%00", "%0A", "%F0%9F%8D%9E", "~", "x" * 5000, "'"]
    )
    def test_of_nobody_says_what_is_true_of_forged_and_erased(
        self, client, subscription, name, token, every_row
    ):
        before = every_row()

        response = client.post(f"/subscriptions/{name.replace('_', '-')}/{token}/")

        assert response.status_code == 404
        assert "This link leads to nobody" in response.text
        assert "If you had your address deleted, it is" in response.text
        assert "28 days after it last followed a job." in response.text
        assert reverse("subscriptions:manage") in response.text
        assert every_row() == before

    def test_is_not_for_other_sites_to_press(self, client, subscription, name):
        before = list(Subscription.objects.values())
        headers = {"Sec-Fetch-Site": "cross-site"}

        response = client.post(url_of(subscription, name), headers=headers)

        assert response.status_code == 403
        assert list(Subscription.objects.values()) == before

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_is_no_link(self, client, subscription, name, method, every_row):
        before = every_row()

        response = getattr(client, method)(url_of(subscription, name))

        assert response.status_code == 405
        assert every_row() == before
