"""Following further jobs in the browser that has just proved its address."""

import datetime as dt

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from jobs.models import JobRecord
from subscriptions import half_hour, services, tokens
from subscriptions.models import Proof, Subscription
from tests.factories import make_job, make_subscriber, make_subscription
from tests.subscriptions.visiting import Visitor

pytestmark = pytest.mark.django_db
READER = "Reader.One@example.org"


@pytest.fixture
def proved(client):
    """A browser in which a link to confirm was used just now."""
    asked = make_subscription(email=READER, confirmed=False)
    token = tokens.confirm_token(asked)
    url = reverse("subscriptions:confirm", args=[token])
    client.post(url, {"follow": asked.pk})
    return client


def ask(client, email=READER, job=None, **headers):
    record = JobRecord.for_page(job or make_job(title="Usher & co"))
    url = reverse("subscriptions:follow", args=[record.pk])
    response = client.post(url, {"email": email, "share_address": "on"}, **headers)
    return response, Subscription.objects.get(record=record)


def text(response):
    return " ".join(response.content.decode().split())


class TestHalfHour:
    def test_follows_without_another_email(self, proved, heard):
        response, follow = ask(proved)

        assert "You follow Usher &amp; co" in text(response)
        assert follow.is_confirmed
        assert follow.proof == Proof.BROWSER
        assert follow.share_address
        assert heard == [("new_subscriber", follow)]

    def test_is_for_the_same_address_however_it_is_written(self, proved):
        _response, follow = ask(proved, READER.upper())

        assert follow.is_confirmed

    def test_is_for_no_other_address(self, proved, heard):
        response, follow = ask(proved, "somebody.else@example.org")

        assert response.url == reverse("subscriptions:check_your_inbox")
        assert not follow.is_confirmed
        assert heard == [("subscription_requested", follow)]

    def test_lifts_the_limits_for_the_same_address_only(self, proved, settings):
        settings.FORM_LIMITS = settings.FORM_LIMITS | {"network": "0/10min"}
        record = JobRecord.for_page(make_job())
        url = reverse("subscriptions:follow", args=[record.pk])

        mine = proved.post(url, {"email": READER})
        others = proved.post(url, {"email": "somebody.else@example.org"})

        assert (mine.status_code, others.status_code) == (200, 429)
        assert Subscription.objects.filter(record=record).count() == 1

    def test_is_for_no_other_browser(self, proved):
        _response, follow = ask(Visitor(enforce_csrf_checks=True))

        assert not follow.is_confirmed

    def test_is_over_after_thirty_minutes(self, proved):
        later = timezone.now() + dt.timedelta(minutes=30, seconds=2)

        with time_machine.travel(later):
            _response, follow = ask(proved)

        assert not follow.is_confirmed

    def test_says_so_to_who_follows_the_job_already(self, proved, heard):
        job = make_job()
        ask(proved, job=job)
        heard.clear()

        response, _follow = ask(proved, job=job)

        assert "You follow" in text(response)
        assert heard == []

    def test_begins_with_the_link_to_everything_too(self, client):
        person = make_subscriber(READER)
        token = tokens.manage_token(person)
        client.get(reverse("subscriptions:manage_open", args=[token]))

        _response, follow = ask(client)

        assert follow.proof == Proof.BROWSER

    def test_opens_what_is_followed(self, proved):
        page = text(proved.get(reverse("subscriptions:manage")))

        assert "R•••@example.org" in page

    def test_does_not_begin_by_looking_at_a_link(self, client):
        asked = make_subscription(email=READER, confirmed=False)
        token = tokens.confirm_token(asked)

        client.get(reverse("subscriptions:confirm", args=[token]))

        assert not client.cookies
        assert not ask(client)[1].is_confirmed

    def test_is_not_for_other_sites_to_use(self, proved):
        record = JobRecord.for_page(make_job())
        url = reverse("subscriptions:follow", args=[record.pk])
        headers = {"Sec-Fetch-Site": "cross-site"}

        response = proved.post(url, {"email": READER}, headers=headers)

        assert response.status_code == 403
        assert not Subscription.objects.filter(record=record).exists()


class TestCookie:
    def test_holds_a_number_and_is_hidden_from_scripts(self, proved):
        cookie = proved.cookies["follower"]

        assert cookie.value.partition(":")[0].isdecimal()
        assert "reader" not in cookie.value.lower()
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/subscriptions/"

    @pytest.mark.parametrize("value", ["1", "1:x:y", "", "x", "\x00"])
    def test_that_was_made_up_proves_nothing(self, client, value):
        person = make_subscriber(READER)
        client.cookies[half_hour.COOKIE] = value.replace("1", str(person.pk))

        assert not ask(client)[1].is_confirmed

    @pytest.mark.parametrize(
        "make",
        [tokens.manage_token, lambda person: signing.dumps(person.pk, salt="other")],
    )
    def test_of_another_purpose_proves_nothing(self, client, make):
        client.cookies[half_hour.COOKIE] = make(make_subscriber(READER))

        assert not ask(client)[1].is_confirmed

    def test_of_who_was_erased_proves_nothing(self, proved):
        services.erase(email=READER)

        _response, follow = ask(proved)

        assert not follow.is_confirmed
