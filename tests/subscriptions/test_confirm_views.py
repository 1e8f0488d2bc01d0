"""The link in the first mail: it opens a button, and the button does it."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import JobPage, JobRecord
from subscriptions import tokens
from subscriptions.models import Subscription
from subscriptions.signals import new_subscriber
from tests.factories import (
    edit,
    in_days,
    make_category,
    make_job,
    make_private,
    make_subscription,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return make_job(title="Bread & butter <baker>", category=make_category())


@pytest.fixture
def asked(job):
    return make_subscription(job=job, email="reader@example.org", confirmed=False)


def url_of(subscription):
    token = tokens.confirm_token(subscription)
    return reverse("subscriptions:confirm", args=[token])


def press(client, *subscriptions, **options):
    """Press the button with the boxes of ``subscriptions`` ticked."""
    ticked = {"follow": [row.pk for row in subscriptions]}
    return client.post(url_of(subscriptions[0]), ticked, **options)


class TestLink:
    def test_opens_a_button_and_changes_nothing(self, client, asked, every_row):
        before = every_row()

        page = client.get(url_of(asked)).content.decode()
        client.head(url_of(asked))

        assert every_row() == before
        assert "One more tap" in page
        assert "Bread &amp; butter &lt;baker&gt;" in page
        assert '<form class="flow" method="post">' in page
        assert "<script" not in page

    def test_sets_no_cookie_and_is_kept_by_nobody(self, client, asked):
        response = client.get(url_of(asked))

        assert not response.cookies
        assert "no-store" in response.headers["Cache-Control"]
        assert 'name="robots" content="noindex"' in response.content.decode()

    def test_costs_the_same_however_much_waits(
        self, client, asked, django_assert_num_queries
    ):
        make_private(make_job())

        def ask_for_some(count):
            for _ in range(count):
                make_subscription(email="reader@example.org", confirmed=False)

        ask_for_some(2)
        client.get(url_of(asked))
        with CaptureQueriesContext(connection) as few:
            client.get(url_of(asked))

        ask_for_some(3)
        with django_assert_num_queries(len(few)):
            client.get(url_of(asked))


class TestButton:
    def test_makes_a_follower(self, client, asked, job):
        response = press(client, asked)

        page = response.content.decode()
        asked.refresh_from_db()
        assert response.status_code == 200
        assert asked.is_confirmed
        assert "You follow Bread &amp; butter &lt;baker&gt;" in page
        assert "r•••@example.org" in page
        assert "reader@example.org" not in page
        assert job.url in page

    def test_twice_is_as_good_as_once(self, client, asked, heard):
        url, ticked = url_of(asked), {"follow": asked.pk}
        client.post(url, ticked)
        asked.refresh_from_db()

        response = client.post(url, ticked)

        assert response.status_code == 200
        assert "You already follow this job" in response.content.decode()
        assert [name for name, _instance in heard] == ["new_subscriber"]
        assert Subscription.objects.get().confirmed_at == asked.confirmed_at

    def test_works_in_a_browser_that_knows_nothing_of_us(self, asked):
        client = Client(enforce_csrf_checks=True)

        press(client, asked, headers={"Sec-Fetch-Site": "same-origin"})

        assert Subscription.objects.confirmed().exists()

    def test_is_not_for_other_sites_to_press(self, client, asked):
        headers = {"Sec-Fetch-Site": "cross-site"}

        assert press(client, asked, headers=headers).status_code == 403
        assert not Subscription.objects.confirmed().exists()

    def test_leaves_nothing_half_done_when_a_receiver_raises(self, asked, refusing):
        refusing(new_subscriber)
        client = Client(raise_request_exception=False)

        response = press(client, asked)

        asked.refresh_from_db()
        assert response.status_code == 500
        assert asked.confirmed_at is None

    def test_can_be_pressed_again_after_that(self, asked):
        def refuse(sender, **kwargs):
            raise RuntimeError("the outbox is full")

        client = Client(raise_request_exception=False)
        new_subscriber.connect(refuse)
        press(client, asked)
        new_subscriber.disconnect(refuse)

        press(client, asked)

        assert Subscription.objects.confirmed().get() == asked


class TestSeveral:
    """Two jobs wait; the one that is ticked has closed meanwhile."""

    @pytest.fixture
    def ticked(self, asked):
        ticked = make_subscription(
            job=make_job(title="Usher", category=make_category()),
            email="reader@example.org",
            confirmed=False,
        )
        JobPage.objects.filter(pk=ticked.record.page_id).update(closed_reason="FILLED")
        return ticked

    def test_says_which_one_has_closed_and_asks_for_the_other(
        self, client, asked, ticked
    ):
        response = client.post(url_of(asked), {"follow": [ticked.pk]})

        assert response.status_code == 200
        assert "Usher has closed meanwhile" in response.text
        assert "Bread &amp; butter &lt;baker&gt;" in response.text
        assert "Tick the jobs" not in response.text
        assert not Subscription.objects.confirmed().exists()

        press(client, asked)

        assert Subscription.objects.confirmed().get() == asked

    def test_is_about_the_ticked_one_when_both_have(self, client, asked, ticked):
        JobPage.objects.filter(pk=asked.record.page_id).update(closed_reason="FILLED")

        response = client.post(url_of(asked), {"follow": [ticked.pk]})

        assert "This job has closed" in response.text
        assert response.context["record"] == ticked.record


@pytest.mark.parametrize("method", ["get", "post", "head"])
class TestProblem:
    def answer(self, client, method, url, every_row):
        """The status and the words, of a request that must not change a row."""
        before = every_row()
        rows = Subscription.objects.all()
        data = {"follow": [row.pk for row in rows]} if method == "post" else {}
        response = getattr(client, method)(url, data)
        assert every_row() == before
        return response.status_code, " ".join(response.content.decode().split())

    def test_too_old_names_the_job_to_ask_at_again(
        self, client, asked, job, method, every_row
    ):
        url = url_of(asked)

        with time_machine.travel(in_days(8)):
            status, page = self.answer(client, method, url, every_row)

        assert status == 410
        if method != "head":
            assert "This link is older than 7 days" in page
            assert f'<a href="{job.url}">Bread &amp; butter &lt;baker&gt;</a>' in page

    def test_too_old_leads_to_no_job_that_is_private_now(
        self, client, asked, job, method, every_row
    ):
        make_private(job)
        url = url_of(asked)

        with time_machine.travel(in_days(8)):
            status, page = self.answer(client, method, url, every_row)

        assert status == 410
        assert job.url not in page

    def test_too_old_names_the_job_when_the_request_is_long_deleted(
        self, client, asked, job, method, every_row
    ):
        url = url_of(asked)
        asked.subscriber.delete()

        with time_machine.travel(in_days(8)):
            status, page = self.answer(client, method, url, every_row)

        assert status == 410
        assert method == "head" or job.url in page

    def test_cut_in_two_is_unknown(self, client, asked, method, every_row):
        for url in (url_of(asked)[:-4] + "/", url_of(asked)[:30] + "/"):
            status, page = self.answer(client, method, url, every_row)

            assert status == 404
            assert method == "head" or "It may have been cut in two" in page

    @pytest.mark.parametrize(
        "token", ["x", "%00", "%F0%9F%8D%9E", "~", "~~", "x" * 5000, "..", "%0A"]
    )
    def test_of_nobody_is_unknown(self, client, token, method, every_row):
        url = f"/subscriptions/confirm/{token}/"

        assert self.answer(client, method, url, every_row)[0] == 404

    def test_of_a_request_that_was_withdrawn_leads_to_the_job(
        self, client, asked, job, method, every_row
    ):
        Subscription.objects.update(ended_at=in_days(0))

        status, page = self.answer(client, method, url_of(asked), every_row)

        assert status == 410
        if method != "head":
            assert "This link no longer works" in page
            assert "It has been used, or what it was for was withdrawn." in page
            assert job.url in page

    @pytest.mark.parametrize("end", ["closed", "filled", "taken down", "deleted"])
    def test_job_that_is_over_offers_others(
        self, client, asked, end, method, every_row
    ):
        job = asked.record.page
        similar = make_job(category=job.category, title="Cook & steward")
        if end == "closed":
            JobPage.objects.filter(pk=job.pk).update(closes_at=in_days(-1))
        elif end == "filled":
            JobPage.objects.filter(pk=job.pk).update(closed_reason="FILLED")
        elif end == "taken down":
            job.unpublish()
            edit(job, title="Secret", publish=False)
        else:
            job.delete()

        status, page = self.answer(client, method, url_of(asked), every_row)

        assert status == 200
        assert "Secret" not in page
        if method != "head":
            assert "This job has closed" in page
            assert similar.url in page


class TestUsedLink:
    def test_says_that_nothing_more_is_to_do(self, client, asked, every_row):
        url = url_of(asked)
        press(client, asked)
        before = every_row()

        response = client.get(url)

        page = response.content.decode()
        assert response.status_code == 200
        assert "You already follow this job" in page
        assert "Nothing more to do." in page
        assert every_row() == before

    def test_says_so_of_a_job_that_has_closed_since(self, client, asked, job):
        url = url_of(asked)
        press(client, asked)
        JobPage.objects.filter(pk=job.pk).update(closed_reason="FILLED")

        page = client.get(url).content.decode()

        assert "You already follow this job" in page
        assert JobRecord.objects.get().subscriptions.confirmed().exists()
