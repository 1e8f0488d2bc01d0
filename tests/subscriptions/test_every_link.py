"""Every address that holds a token, with every kind of wrong one: status, and a way on."""

import re

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from notifications.public_views import notices_url
from subscriptions import services, tokens
from subscriptions.models import Subscription, make_token
from tests.factories import in_days, make_job, make_subscription

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_asked")]
#: What each address answers to a token that it does not know.
UNKNOWN = {
    "confirm": 404,
    "manage_open": 404,
    # A mail provider wants a 200, whatever became of the person (RFC 8058).
    "unsubscribe": 200,
    "follow_again": 404,
    "stop_all": 404,
    "erase": 404,
    "notices": 404,
}
METHODS = {
    "confirm": ["get", "post"],
    "manage_open": ["get"],
    "unsubscribe": ["get", "post"],
    "follow_again": ["post"],
    "stop_all": ["post"],
    "erase": ["post"],
    "notices": ["get", "post"],
}
REQUESTS = [
    pytest.param((name, method), id=f"{method} {name}")
    for name, methods in METHODS.items()
    for method in methods
]
#: Which addresses take the same kind of token.
SUBSCRIPTIONS = {"unsubscribe", "follow_again", "stop_all", "erase"}


@pytest.fixture(scope="module")
def _asked(made_once):
    with made_once():
        row = make_subscription(email="reader@example.org", confirmed=False)
        make_subscription(subscriber=row.subscriber)
        yield row.pk


@pytest.fixture
def asked(_asked, db):
    """A request of somebody who follows another job already."""
    return Subscription.objects.get(pk=_asked)


def good_token(name, subscription):
    if name == "confirm":
        return tokens.confirm_token(subscription)
    if name == "manage_open":
        return tokens.manage_token(subscription.subscriber)
    if name == "notices":
        return notices_url(subscription.record.page.company).rsplit("/", 2)[1]
    return subscription.token


def url_of(name, token):
    app = "notifications" if name == "notices" else "subscriptions"
    return reverse(f"{app}:{name}", args=[token])


def send(client, method, name, token):
    rows = Subscription.objects.all()
    data = {"follow": [row.pk for row in rows], "notices": "OFF"}
    return getattr(client, method)(
        url_of(name, token), data if method == "post" else {}
    )


def text(response):
    return " ".join(response.content.decode().split())


def ways_on(response):
    """Where the page itself leads to, beside the head and the foot of every page."""
    main = BeautifulSoup(response.content, "html.parser").find("main")
    links = [found["href"] for found in main.find_all("a", href=re.compile("^/"))]
    forms = [form.get("action", "") for form in main.find_all("form")]
    replies = re.findall("reply to our email", main.text)
    return [*links, *forms, *replies]


def altered(token):
    return ("x" if token[0] != "x" else "y") + token[1:]


def with_another_signature(token):
    """As somebody makes it who knows how our tokens look, and not our key."""
    said, tilde, signature = token.rpartition("~")
    return f"{said}~{signature[::-1]}" if tilde else make_token()


def of_another_purpose():
    """Every request with every kind of token that is not its own."""
    return [
        pytest.param((name, method), other, id=f"{method} {name} with {other}")
        for name, methods in METHODS.items()
        for method in methods
        for other in ("confirm", "manage_open", "unsubscribe", "notices")
        if name != other and not {name, other} <= SUBSCRIPTIONS
    ]


class TestOfNobody:
    @pytest.fixture
    def check(self, client, every_row):
        def check(name, method, token):
            before = every_row()

            response = send(client, method, name, token)

            assert response.status_code == UNKNOWN[name]
            assert ways_on(response)
            assert every_row() == before
            assert "follower" not in response.cookies
            assert "is deleted" not in text(response)
            assert "You no longer follow" not in text(response)

        return check

    @pytest.mark.parametrize("link", REQUESTS)
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(with_another_signature, id="forged"),
            pytest.param(altered, id="altered"),
            pytest.param(lambda token: token[:-5], id="cut"),
            pytest.param(lambda token: f"{token}x", id="longer"),
        ],
    )
    def test_is_refused_with_a_way_on(self, check, link, asked, change):
        token = change(good_token(link[0], asked))

        check(*link, token)

    @pytest.mark.parametrize(("link", "other"), of_another_purpose())
    def test_of_another_purpose_is_refused_with_a_way_on(
        self, check, link, asked, other
    ):
        check(*link, good_token(other, asked))

    @pytest.mark.parametrize("link", REQUESTS)
    def test_of_who_was_erased_has_a_way_on_and_tells_no_lie(self, client, link, asked):
        name, method = link
        token = good_token(name, asked)
        services.erase(email="reader@example.org")

        response = send(client, method, name, token)

        known_by_its_signature = {"confirm": 410, "manage_open": 410, "notices": 200}
        assert response.status_code == known_by_its_signature.get(name, UNKNOWN[name])
        assert ways_on(response)


@pytest.mark.parametrize(
    ("link", "days", "answer"),
    [
        (("confirm", "get"), 8, (410, "This link is older than 7 days")),
        (("confirm", "post"), 8, (410, "This link is older than 7 days")),
        (("manage_open", "get"), 31, (410, "This link is older than 30 days.")),
        (("unsubscribe", "get"), 3000, (200, "Stop following")),
        (("unsubscribe", "post"), 3000, (200, "You no longer follow")),
        (("stop_all", "post"), 3000, (200, "You no longer follow")),
        (("notices", "get"), 3000, (200, "At present")),
    ],
)
def test_that_is_old_says_so_or_works(client, asked, link, days, answer):
    name, method = link
    token = good_token(name, asked)

    with time_machine.travel(in_days(days)):
        response = send(client, method, name, token)

    status, words = answer
    assert response.status_code == status
    assert words in text(response)
    assert ways_on(response)


class TestUsedTwice:
    """A press and the same press once more, as a double click makes it."""

    def twice(self, client, name, token, method="post"):
        return [send(client, method, name, token) for _ in range(2)]

    def test_confirming_says_that_it_is_followed(self, client, asked):
        first, second = self.twice(client, "confirm", good_token("confirm", asked))

        assert (first.status_code, second.status_code) == (200, 200)
        assert "You already follow this job" in text(second)
        assert ways_on(second)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_link_to_confirm_is_not_for_what_was_asked_since(
        self, client, asked, method
    ):
        token = good_token("confirm", asked)
        send(client, "post", "confirm", token)
        since = make_subscription(subscriber=asked.subscriber, confirmed=False)

        response = send(client, method, "confirm", token)

        since.refresh_from_db()
        assert "You already follow this job" in text(response)
        assert since.record.title not in response.text
        assert not since.is_confirmed

    def test_a_link_to_the_list_opens_it_again(self, client, asked):
        token = good_token("manage_open", asked)

        first, second = self.twice(client, "manage_open", token, "get")

        assert (first.status_code, second.status_code) == (302, 302)

    @pytest.mark.parametrize("name", ["unsubscribe", "stop_all"])
    def test_stopping_says_the_same(self, client, name):
        row = make_subscription()

        first, second = self.twice(client, name, row.token)

        assert (first.status_code, second.status_code) == (200, 200)
        assert text(first) == text(second)
        assert "You no longer follow" in text(second)

    def test_following_again_says_the_same(self, client):
        row = make_subscription(job=make_job(title="Usher"))
        send(client, "post", "unsubscribe", row.token)

        first, second = self.twice(client, "follow_again", row.token)

        assert (first.status_code, second.status_code) == (200, 200)
        assert text(first) == text(second)
        assert "You follow Usher" in text(second)

    def test_deleting_says_that_it_is_done_if_it_was(self, client):
        row = make_subscription(ended_at=in_days(0), ended_reason="UNSUBSCRIBED")

        first, second = self.twice(client, "erase", row.token)

        assert first.status_code == 200
        assert "Your address is deleted" in text(first)
        assert second.status_code == 404
        assert "If you had your address deleted, it is" in text(second)
        assert ways_on(second)

    def test_a_companys_choice_is_kept_again(self, client, asked):
        token = good_token("notices", asked)

        first, second = self.twice(client, "notices", token)

        assert "Kept: Never" in text(first)
        assert text(first) == text(second)


def test_a_company_is_not_told_that_something_was_kept_that_was_not(client, asked):
    url = url_of("notices", good_token("notices", asked))

    assert "At present:" in text(client.post(url, {"notices": "sometimes"}))
