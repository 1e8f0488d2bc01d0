"""Everything that one person follows, and how it is opened without a password."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from jobs.models import JobPage
from subscriptions import tokens
from subscriptions.models import Subscriber, Subscription
from tests.factories import (
    edit,
    in_days,
    make_job,
    make_private,
    make_record,
    make_subscriber,
    make_subscription,
)

pytestmark = pytest.mark.django_db
MANAGE = "/subscriptions/manage/"
STOP = "/subscriptions/manage/stop/"


@pytest.fixture
def person():
    return make_subscriber("reader@example.org")


def link_of(person):
    return reverse("subscriptions:manage_open", args=[tokens.manage_token(person)])


@pytest.fixture
def opened(client, person):
    """A browser that came by the link in a mail."""
    client.get(link_of(person))
    return client


class TestAskingForTheLink:
    def test_is_answered_the_same_for_known_and_unknown(self, client, person, heard):
        pages = set()
        for address in ("reader@example.org", "nobody@example.org"):
            response = client.post(MANAGE, {"email": address})
            assert response.status_code == 200
            pages.add(response.content.replace(address.encode(), b""))

        assert len(pages) == 1
        assert heard == [
            ("manage_link_requested", "reader@example.org"),
            ("manage_link_requested", "nobody@example.org"),
        ]

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, client):
        page = client.post(MANAGE, {"email": "reader@<b>"}).content.decode()

        assert "That does not look like an email address." in page
        assert 'value="reader@&lt;b&gt;"' in page

    def test_is_not_for_other_sites(self, client, person, heard):
        response = client.post(
            MANAGE,
            {"email": "reader@example.org"},
            headers={"Origin": "https://evil.example"},
        )

        assert response.status_code == 403
        assert heard == []

    def test_shows_a_form_to_who_comes_without_a_link(self, client):
        page = client.get(MANAGE).content.decode()

        assert 'name="email"' in page
        assert client.head(MANAGE).status_code == 200


class TestLink:
    def test_opens_the_list_and_leaves_its_own_address(self, client, person):
        response = client.get(link_of(person))

        assert (response.status_code, response.url) == (302, MANAGE)
        page = client.get(MANAGE).content.decode()
        assert "r•••@example.org" in page
        assert "reader@example.org" not in page

    def test_changes_no_row(self, client, person, every_row):
        make_subscription(subscriber=person)
        before = every_row()

        client.get(link_of(person))
        client.head(link_of(person))
        client.get(MANAGE)
        client.head(MANAGE)

        assert every_row() == before

    def test_keeps_a_half_hour_in_a_cookie_of_the_pages_of_following(
        self, client, person
    ):
        cookie = client.get(link_of(person)).cookies["follower"]

        assert cookie["path"] == "/subscriptions/"
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 1800

    def test_is_open_for_half_an_hour(self, opened):
        half_an_hour = dt.timedelta(minutes=30, seconds=2)

        with time_machine.travel(timezone.now() + half_an_hour):
            page = opened.get(MANAGE).content.decode()

        assert "r•••@example.org" not in page
        assert 'name="email"' in page

    def test_too_old_asks_for_a_new_one(self, client, person):
        url = link_of(person)

        with time_machine.travel(in_days(31)):
            response = client.get(url)

        assert response.status_code == 410
        assert b"This link is older than 30 days." in response.content
        assert not response.cookies

    @pytest.mark.parametrize("token", ["x", "%00", "~", "x" * 5000, "%F0%9F%8D%9E"])
    def test_of_nobody_asks_for_a_new_one(self, client, token):
        response = client.get(f"{MANAGE}{token}/")

        assert response.status_code == 404
        assert b"We do not know this link." in response.content

    def test_of_another_purpose_opens_nothing(self, client, person):
        subscription = make_subscription(subscriber=person)
        token = tokens.confirm_token(subscription)

        assert client.get(f"{MANAGE}{token}/").status_code == 404

    @pytest.mark.parametrize("cookie", ["", "1", "1:x:y", "é", "x" * 4000])
    def test_cannot_be_replaced_by_a_made_up_cookie(self, client, person, cookie):
        client.cookies["manage"] = cookie

        assert 'name="email"' in client.get(MANAGE).content.decode()

    def test_of_a_person_who_was_erased_opens_nothing(self, opened, person):
        url = link_of(person)
        person.delete()

        response = opened.get(url)

        assert response.status_code == 410
        assert "its address was deleted" in response.text
        assert not response.cookies
        assert 'name="email"' in opened.get(MANAGE).content.decode()


class TestList:
    def lines(self, client):
        return {
            follow.record.title: follow.status
            for follow in client.get(MANAGE).context["follows"]
        }

    def test_says_how_each_job_stands(self, opened, person):
        jobs = {
            title: make_job(title=title, closes_at=closes_at)
            for title, closes_at in (
                ("Open", None),
                ("Closing", in_days(60)),
                ("Passed", in_days(-2)),
                ("Filled", None),
                ("Cancelled", None),
                ("Taken down", None),
                ("Deleted", None),
            )
        }
        for job in jobs.values():
            make_subscription(subscriber=person, job=job)
        _close(jobs["Filled"], "FILLED")
        _close(jobs["Cancelled"], "CANCELLED")
        jobs["Taken down"].unpublish()
        jobs["Deleted"].delete()

        lines = self.lines(opened)

        assert lines["Open"] == "Open"
        starts = {
            "Closing": "Closes ",
            "Passed": "Closed on ",
            "Filled": "Filled on ",
            "Cancelled": "Closed on ",
            "Taken down": "Taken down on ",
            "Deleted": "Taken down on ",
        }
        assert {title: lines[title].startswith(x) for title, x in starts.items()} == (
            dict.fromkeys(starts, True)
        )

    def test_shows_what_is_confirmed_and_the_persons_own(self, opened, person):
        make_subscription(subscriber=person, job=make_job(title="Mine"))
        make_subscription(
            subscriber=person, job=make_job(title="Pending"), confirmed=False
        )
        make_subscription(
            subscriber=person, job=make_job(title="Ended"), ended_at=in_days(-1)
        )
        make_subscription(job=make_job(title="Somebody's"))

        assert list(self.lines(opened)) == ["Mine"]

    def test_leaks_no_draft_of_a_job_that_was_taken_down(self, opened, person):
        job = make_job(title="Public")
        make_subscription(subscriber=person, job=job)
        job.unpublish()
        edit(job, title="Secret", publish=False)

        page = opened.get(MANAGE).content.decode()

        assert "Public" in page
        assert "Secret" not in page
        assert job.url not in page

    def test_says_nothing_of_a_job_that_is_private_now(self, opened, person):
        job = make_job(title="Public")
        make_subscription(subscriber=person, job=job)
        make_private(job)
        _close(job, "FILLED")

        page = opened.get(MANAGE).text

        assert self.lines(opened) == {"Public": "Taken down"}
        assert "We tell you if it opens again." in page
        assert job.url not in page

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_costs_the_same_however_many_jobs_there_are(
        self, opened, person, confirmed, django_assert_num_queries
    ):
        make_private(make_job())

        def follow_some(count):
            for _ in range(count):
                make_subscription(
                    subscriber=person, job=make_job(), confirmed=confirmed
                )

        follow_some(2)
        opened.get(MANAGE)
        with CaptureQueriesContext(connection) as few:
            opened.get(MANAGE)

        follow_some(3)
        with django_assert_num_queries(len(few)):
            opened.get(MANAGE)

    def test_copes_with_a_record_without_dates(self, opened, person):
        record = make_record(gone_at=None)
        make_subscription(subscriber=person, record=record)

        assert self.lines(opened) == {record.title: "Taken down"}

    def test_counts_each_job_that_was_once_followed_and_is_not_now(
        self, opened, person
    ):
        again, twice, asked = make_job(), make_job(), make_job()
        for job in (again, twice, twice):
            make_subscription(subscriber=person, job=job, ended_at=in_days(-1))
        make_subscription(
            subscriber=person, job=asked, confirmed=False, ended_at=in_days(-1)
        )
        make_subscription(subscriber=person, job=again)
        make_subscription(ended_at=in_days(-1))

        page = " ".join(opened.get(MANAGE).text.split())

        assert "And that you once followed 1 job more." in page

    def test_may_be_empty(self, opened):
        assert b"You follow no job." in opened.get(MANAGE).content


class TestStop:
    def test_ends_one(self, opened, person):
        mine, other = (make_subscription(subscriber=person) for _ in range(2))

        response = opened.post(STOP, {"subscription": mine.pk})

        assert response.status_code == 200
        assert list(Subscription.objects.confirmed()) == [other]
        page = " ".join(response.content.decode().split())
        assert f"You no longer follow {escape(mine.record.title)}." in page
        assert reverse("subscriptions:follow_again", args=[mine.token]) in page

    def test_ends_all(self, opened, person):
        for _ in range(2):
            make_subscription(subscriber=person)
        somebodys = make_subscription()

        opened.post(STOP, {"all": "1"})

        assert list(Subscription.objects.confirmed()) == [somebodys]

    def test_does_not_touch_what_is_somebody_elses(self, opened):
        somebodys = make_subscription()

        opened.post(STOP, {"subscription": somebodys.pk})

        assert Subscription.objects.get().is_confirmed

    @pytest.mark.parametrize(
        "number", ["", "x", "-1", "0", "1.5", "²", "٣", "\x00", "9" * 18, "9" * 5000]
    )
    def test_does_nothing_for_what_is_no_number_of_one(self, opened, person, number):
        make_subscription(subscriber=person)

        response = opened.post(STOP, {"subscription": number})

        assert response.status_code == 200
        assert Subscription.objects.get().is_confirmed

    def test_needs_the_half_hour(self, client, person):
        mine = make_subscription(subscriber=person)

        response = client.post(STOP, {"subscription": mine.pk, "all": "1"})

        assert response.status_code == 403
        assert b"Nothing was changed." in response.content
        assert Subscription.objects.get().is_confirmed

    def test_is_not_for_other_sites(self, opened, person):
        make_subscription(subscriber=person)

        response = opened.post(
            STOP, {"all": "1"}, headers={"Origin": "https://evil.example"}
        )

        assert response.status_code == 403
        assert Subscription.objects.get().is_confirmed

    def test_is_no_link(self, opened, person):
        make_subscription(subscriber=person)

        assert opened.get(STOP, {"all": "1"}).url == MANAGE
        assert Subscription.objects.get().is_confirmed

    def test_needs_no_token_from_a_form(self, person):
        client = Client(enforce_csrf_checks=True)
        client.get(link_of(person))
        make_subscription(subscriber=person)

        client.post(STOP, {"all": "1"}, headers={"Origin": "http://testserver"})

        assert not Subscription.objects.confirmed().exists()
        assert Subscriber.objects.exists()


def _close(job, reason):
    JobPage.objects.filter(pk=job.pk).update(
        closed_reason=reason, closed_at=timezone.now()
    )
