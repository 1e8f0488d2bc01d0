"""What a person does on their own page: choose, confirm, download, erase, close."""

import json

import pytest
from django.urls import reverse

from jobs.models import JobPage
from subscriptions import services, tokens
from subscriptions.models import Subscriber, Subscription
from tests.factories import in_days, make_job, make_subscriber, make_subscription

pytestmark = pytest.mark.django_db
MANAGE = "/subscriptions/manage/"
READER = "reader@example.org"


@pytest.fixture
def person():
    return make_subscriber(READER)


@pytest.fixture
def opened(client, person):
    """A browser that came by the link in a mail."""
    client.get(reverse("subscriptions:manage_open", args=[tokens.manage_token(person)]))
    return client


def text(response):
    return " ".join(response.content.decode().split())


class TestChoices:
    def test_are_shown_as_they_are_and_kept_as_they_are_sent(self, opened, person):
        mine = make_subscription(
            subscriber=person, closings_only=True, share_address=True
        )
        other = make_subscription(subscriber=person, remind_before_closing=True)
        forms = {x.subscription: x.form for x in opened.get(MANAGE).context["follows"]}
        assert forms[mine].initial["level"] == "closings"
        assert forms[mine].initial["share_address"]
        assert forms[other].initial["remind_before_closing"]

        response = opened.post(
            f"{MANAGE}choices/",
            {
                f"follow-{mine.pk}-level": "everything",
                f"follow-{mine.pk}-remind_before_closing": "on",
                f"follow-{other.pk}-level": "closings",
            },
        )

        assert "Your choices are saved." in text(response)
        mine.refresh_from_db()
        other.refresh_from_db()
        assert services.Choices.of(mine) == services.Choices(remind_before_closing=True)
        assert services.Choices.of(other) == services.Choices(closings_only=True)

    def test_of_what_was_followed_meanwhile_stay(self, opened, person):
        mine = make_subscription(subscriber=person)
        later = make_subscription(subscriber=person, closings_only=True)

        opened.post(f"{MANAGE}choices/", {f"follow-{mine.pk}-level": "everything"})

        later.refresh_from_db()
        assert later.closings_only

    def test_of_somebody_else_are_not_touched(self, opened, person):
        somebodys = make_subscription()

        opened.post(f"{MANAGE}choices/", {f"follow-{somebodys.pk}-level": "closings"})

        somebodys.refresh_from_db()
        assert not somebodys.closings_only

    def test_that_there_are_not_change_nothing(self, opened, person):
        mine = make_subscription(subscriber=person)

        opened.post(f"{MANAGE}choices/", {f"follow-{mine.pk}-level": "sometimes"})

        assert not Subscription.objects.get().closings_only

    def test_of_a_job_that_has_ended_are_not_asked_for(self, opened, person):
        mine = make_subscription(subscriber=person)
        JobPage.objects.update(closed_reason="FILLED", closed_at=in_days(-1))

        [follow] = opened.get(MANAGE).context["follows"]

        assert follow.subscription == mine
        assert follow.form is None
        assert follow.ends.startswith("Ends by itself on ")


class TestWaiting:
    def test_can_be_confirmed_here(self, opened, person, heard):
        mine = make_subscription(subscriber=person, confirmed=False)
        assert "Not confirmed yet" in text(opened.get(MANAGE))

        response = opened.post(f"{MANAGE}confirm/", {"follow": mine.pk})

        assert "You follow it now." in text(response)
        mine.refresh_from_db()
        assert mine.is_confirmed
        assert mine.proof == "LINK"
        assert heard == [("new_subscriber", mine)]

    def test_pressed_twice_says_that_nothing_is_left_to_confirm(self, opened, person):
        mine = make_subscription(subscriber=person, confirmed=False)
        opened.post(f"{MANAGE}confirm/", {"follow": mine.pk})

        response = opened.post(f"{MANAGE}confirm/", {"follow": mine.pk})

        assert "Nothing was left to confirm: you follow it already" in text(response)

    def test_of_somebody_else_cannot(self, opened):
        somebodys = make_subscription(confirmed=False)

        response = opened.post(f"{MANAGE}confirm/", {"follow": somebodys.pk})

        assert "Nothing was left to confirm" in text(response)
        assert "You follow it now." not in text(response)
        assert not Subscription.objects.confirmed().exists()

    def test_is_left_out_when_the_job_has_closed(self, opened, person):
        mine = make_subscription(subscriber=person, confirmed=False)
        JobPage.objects.update(closed_reason="FILLED")

        response = opened.post(f"{MANAGE}confirm/", {"follow": mine.pk})

        assert "This job has closed meanwhile." in text(response)
        assert "Not confirmed yet" not in text(response)
        assert not Subscription.objects.confirmed().exists()


class TestDownload:
    def test_is_a_file_that_nobody_keeps(self, opened, person):
        make_subscription(subscriber=person, job=make_job(title="Bäcker & Co"))

        response = opened.get(f"{MANAGE}download/")

        assert response["Content-Type"] == "application/json"
        assert "attachment" in response["Content-Disposition"]
        assert "no-store" in response["Cache-Control"]
        data = json.loads(response.content)
        assert data["person"]["address"] == READER
        assert data["follows"][0]["job"] == "Bäcker & Co"

    def test_needs_the_half_hour(self, client):
        response = client.get(f"{MANAGE}download/")

        assert response.status_code == 403
        assert "The list is closed: a link opens it for 30 minutes." in text(response)


class TestErase:
    def test_asks_first_and_then_leaves_nothing(self, opened, person):
        make_subscription(subscriber=person)
        page = text(opened.get(f"{MANAGE}erase/"))
        assert "is deleted at once, with our note of the job that it follows." in page
        assert Subscriber.objects.exists()

        response = opened.post(f"{MANAGE}erase/")

        assert "Your address is deleted" in text(response)
        assert not Subscriber.objects.filter(pk=person.pk).exists()
        assert not Subscription.objects.exists()
        assert response.cookies["follower"]["max-age"] == 0
        assert 'name="email"' in text(opened.get(MANAGE))

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_twice_says_the_same(self, opened, person, method):
        services.erase(email=READER)

        response = getattr(opened, method)(f"{MANAGE}erase/")

        assert response.status_code == 200
        assert "Your address is deleted" in text(response)

    @pytest.mark.parametrize("name", ["choices", "stop", "confirm", "download"])
    def test_is_what_other_buttons_say_then(self, opened, person, name):
        services.erase(email=READER)

        method = opened.get if name == "download" else opened.post
        response = method(f"{MANAGE}{name}/")

        assert response.status_code == 410
        assert "its address was deleted, with everything it followed" in text(response)

    def test_needs_the_half_hour(self, client, person):
        assert client.post(f"{MANAGE}erase/").status_code == 403
        assert Subscriber.objects.exists()

    def test_is_not_for_other_sites(self, opened, person):
        headers = {"Sec-Fetch-Site": "cross-site"}

        assert opened.post(f"{MANAGE}erase/", headers=headers).status_code == 403
        assert Subscriber.objects.exists()


def test_closing_leaves_nothing_open(opened, person):
    make_subscription(subscriber=person)

    opened.post(f"{MANAGE}close/")

    assert 'name="email"' in text(opened.get(MANAGE))


@pytest.mark.parametrize(
    "name", ["choices", "stop", "confirm", "erase", "close", "download"]
)
def test_no_page_of_it_is_kept_by_a_cache(name, opened, person):
    response = opened.post(f"{MANAGE}{name}/")

    if name == "download":
        response = opened.get(f"{MANAGE}{name}/")
    assert "no-store" in response["Cache-Control"]
