"""Robots are asked to press once more; people are never turned away."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import JobRecord
from subscriptions.models import Subscription
from tests.factories import make_job
from tests.subscriptions.visiting import sealed_note

ONCE_MORE = "Press the button once more, so that we know you are a person."
MANAGE = "/subscriptions/manage/"


@pytest.fixture
def job(db):
    return make_job(title="Bread & butter <baker>", closes_at=None)


@pytest.fixture
def url(job):
    return reverse("subscriptions:follow", args=[JobRecord.for_page(job).pk])


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


def form_of(response, action):
    """The fields of a form as a browser would send them."""
    soup = BeautifulSoup(response.content, "html.parser")
    form = soup.find("form", action=action)
    inputs = form.find_all("input", {"name": True})
    return {
        field["name"]: field.get("value", "on")
        for field in inputs
        if field["type"] not in ("checkbox", "radio") or field.has_attr("checked")
    }


def asked_once_more(response):
    return response.status_code == 200 and ONCE_MORE in response.text


class TestAPerson:
    @pytest.mark.parametrize("shown", ["job", "form"])
    def test_is_not_asked(self, shown, client, job, url):
        opened = client.get(job.url if shown == "job" else url)
        fields = form_of(opened, url) | {"email": "reader@example.org"}

        with time_machine.travel(timezone.now() + dt.timedelta(seconds=20)):
            assert client.post(url, fields).status_code == 302

    @pytest.mark.parametrize("shown", ["job", "form"])
    def test_who_opened_the_form_last_week_is_not_asked(self, shown, client, job, url):
        opened = client.get(job.url if shown == "job" else url)
        fields = form_of(opened, url) | {"email": "reader@example.org"}

        with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
            assert client.post(url, fields).status_code == 302

    def test_who_opened_it_last_year_presses_once_more(self, client, job, url):
        fields = form_of(client.get(job.url), url) | {"email": "reader@example.org"}

        with time_machine.travel(timezone.now() + dt.timedelta(days=366)) as clock:
            again = client.post(url, fields)
            assert asked_once_more(again)
            clock.shift(3)
            assert client.post(url, form_of(again, url)).status_code == 302

    def test_who_mends_a_slip_is_not_asked_besides(self, client, job, url):
        first = client.post(url, {"email": "reader@", "note": ""})
        assert not asked_once_more(first)

        with time_machine.travel(timezone.now() + dt.timedelta(seconds=20)):
            mended = form_of(first, url) | {"email": "reader@example.org"}
            assert client.post(url, mended).status_code == 302


class TestARobot:
    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"website": "https://pills.example/"}, id="fills in all"),
            pytest.param({"note": ""}, id="without a note"),
            pytest.param({"note": "x" * 5000}, id="with nonsense"),
            pytest.param({"note": "follow-1-1~forged"}, id="with a forged note"),
            pytest.param({"note": "\x00"}, id="with a NUL"),
        ],
    )
    def test_is_asked_once_more_and_nothing_happens(self, fields, client, job, url):
        record = JobRecord.for_page(job)
        good = {
            "email": "reader@example.org",
            "note": sealed_note(f"follow-{record.pk}"),
        }

        response = client.post(url, good | fields)

        assert asked_once_more(response)
        assert not Subscription.objects.exists()

    def test_that_is_too_fast_is_asked(self, client, url):
        fields = form_of(client.get(url), url) | {"email": "reader@example.org"}

        assert asked_once_more(client.post(url, fields))

    def test_that_uses_one_note_for_every_job_is_asked(self, client, url):
        note = sealed_note("follow-99999")

        response = client.post(url, {"email": "reader@example.org", "note": note})

        assert asked_once_more(response)

    def test_that_only_repeats_itself_is_asked_for_ever(self, client, url):
        fields = {"email": "reader@example.org", "website": "https://pills.example/"}

        for _ in range(3):
            assert asked_once_more(client.post(url, fields))

    def test_at_the_other_form_is_asked_too(self, client, db):
        response = client.post(MANAGE, {"email": "reader@example.org"})

        assert asked_once_more(response)
        assert "reader@example.org" in response.text


def test_what_was_typed_stays_and_one_press_is_enough(client, url):
    typed = {
        "email": "reader@example.org",
        "level": "closings",
        "share_address": "on",
        "website": "https://pills.example/",
    }
    now = timezone.now()
    with time_machine.travel(now) as clock:
        again = form_of(client.post(url, typed), url)
        clock.shift(3)
        response = client.post(url, again)

    assert again["email"] == "reader@example.org"
    assert again["website"] == ""
    assert response.status_code == 302
    subscription = Subscription.objects.get()
    assert subscription.closings_only
    assert subscription.share_address


class TestThePage:
    def test_of_a_job_is_the_same_for_everybody_all_day(self, job):
        morning = dt.datetime(2026, 6, 10, 0, 0, 5, tzinfo=dt.UTC)
        with time_machine.travel(morning) as clock:
            first = Client().get(job.url).content
            clock.shift(23 * 60 * 60)
            last = Client().get(job.url).content

        assert first == last

    def test_takes_a_post_at_once_also_just_after_midnight(self, client, job, url):
        with time_machine.travel(dt.datetime(2026, 6, 10, 0, 0, 0, tzinfo=dt.UTC)):
            fields = form_of(client.get(job.url), url) | {"email": "a@example.org"}
            assert client.post(url, fields).status_code == 302

    def test_hides_the_field_from_eyes_keyboard_and_screen_reader(self, client, url):
        soup = BeautifulSoup(client.get(url).content, "html.parser")
        trap = soup.find("input", {"name": "website"})

        assert trap["tabindex"] == "-1"
        assert trap["autocomplete"] == "off"
        assert "style" not in trap.attrs
        assert trap.find_parent(class_="unseen")
        assert soup.find("label", {"for": trap["id"]}).text == "Leave this field empty"
