"""How often the public may cause an email, and what whoever comes too often is told."""

import threading

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.urls import reverse

from jobs.models import JobRecord
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import work
from notifications.models import OutgoingEmail
from subscriptions import limits
from subscriptions.models import Subscription
from tests.factories import make_job
from tests.subscriptions.visiting import Visitor

HERE, THERE = "192.0.2.44", "198.51.100.7"
#: A hundred posts show it, a thousand are what abusers send.
MANY = pytest.mark.parametrize(
    "many", [100, pytest.param(1000, marks=pytest.mark.slow)]
)
#: In the middle of every window there is.
NOON = "2026-06-10 12:05:00+00:00"


@pytest.fixture
def few(settings):
    """Make limits small, so that a test reaches them."""

    def few(**rates):
        none = dict.fromkeys(settings.FORM_LIMITS, "1000/10min")
        settings.FORM_LIMITS = none | rates

    return few


@pytest.fixture
def visitor(db):
    return Visitor()


@pytest.fixture
def job(db):
    return make_job(closes_at=None)


def url_of(job):
    return reverse("subscriptions:follow", args=[JobRecord.for_page(job).pk])


def follow(visitor, job, email="reader@example.org", network=HERE, **extra):
    data = {"email": email, "level": "closings"}
    return visitor.post(url_of(job), data, REMOTE_ADDR=network, **extra)


class TestOneTooMany:
    def test_is_told_when_to_try_again_and_keeps_what_was_typed(
        self, visitor, job, few
    ):
        few(network="1/10min")
        with time_machine.travel(NOON, tick=False):
            follow(visitor, job)
            response = follow(visitor, job, "second@example.org")

        assert response.status_code == 429
        assert response["Retry-After"] == "300"
        assert (
            "Too many tries from your network. Your address is kept in the form: try "
            "again in 5 minutes." in response.text
        )
        assert 'value="second@example.org"' in response.text
        assert 'value="closings" checked' in response.text
        assert Subscription.objects.count() == 1

    def test_may_try_again_then(self, visitor, job, few):
        few(network="1/10min")
        with time_machine.travel(NOON, tick=False) as clock:
            follow(visitor, job)
            clock.shift(300)
            response = follow(visitor, job, "second@example.org")

        assert response.status_code == 302

    def test_of_links_is_told_the_same(self, visitor, few):
        few(network="1/10min")
        url = reverse("subscriptions:manage")
        for _ in range(2):
            last = visitor.post(url, {"email": "reader@example.org"}, REMOTE_ADDR=HERE)

        assert last.status_code == 429
        assert "Too many tries from your network." in last.text
        assert 'value="reader@example.org"' in last.text


class TestNetwork:
    @MANY
    def test_that_types_in_many_addresses_meets_the_limit(self, many, visitor, job):
        with time_machine.travel(NOON, tick=False):
            statuses = [
                follow(visitor, job, f"person{n}@example.org").status_code
                for n in range(many)
            ]

        assert statuses == [302] * 60 + [429] * (many - 60)
        assert Subscription.objects.count() == 60

    def test_is_counted_by_itself(self, visitor, job, few):
        few(network="1/10min")
        follow(visitor, job)

        assert follow(visitor, job, "b@example.org", THERE).status_code == 302

    def test_cannot_pretend_to_be_another(self, visitor, job, few):
        few(network="1/10min")
        follow(visitor, job)

        forged = follow(visitor, job, "b@example.org", HTTP_X_FORWARDED_FOR=THERE)

        assert forged.status_code == 429

    def test_behind_a_proxy_is_the_visitors(self, visitor, job, few):
        few(network="1/10min")
        said = [HERE, THERE, f"203.0.113.1, {HERE}"]
        statuses = [
            follow(
                visitor, job, f"{n}@example.org", "127.0.0.1", HTTP_X_FORWARDED_FOR=xff
            ).status_code
            for n, xff in enumerate(said)
        ]

        assert statuses == [302, 302, 429]

    def test_of_ipv6_is_a_64(self, visitor, job, few):
        few(network="2/10min")
        statuses = [
            follow(visitor, job, f"{n}@example.org", f"2001:db8::{n:x}").status_code
            for n in range(3)
        ]

        assert statuses == [302, 302, 429]

    def test_does_not_use_up_what_is_for_all(self, visitor, job, few):
        few(network="1/10min", job="2/10min", board="2/10min")
        for n in range(10):
            follow(visitor, job, f"{n}@example.org")

        assert follow(visitor, job, "b@example.org", THERE).status_code == 302


class TestMailbox:
    @MANY
    def test_that_is_typed_in_many_times_gets_one_email(
        self, many, visitor, job, mailoutbox
    ):
        with time_machine.travel(NOON, tick=False):
            for n in range(many):
                follow(visitor, job, network=f"192.0.{n // 250}.{n % 250}")

        assert OutgoingEmail.objects.count() == 1
        with open_transport() as transport:
            work(transport)
        assert [m.to for m in mailoutbox] == [["reader@example.org"]]

    @pytest.mark.parametrize(
        "spelling", ["Reader{n}", "reader+{n}", "READER+{n}+{n}", "reader+"]
    )
    def test_is_counted_whatever_its_tag(self, spelling, visitor, job, few):
        few(mailbox="2/hour")
        statuses = [
            follow(
                visitor, job, f"{spelling.format(n=n)}@Example.org", f"192.0.2.{n}"
            ).status_code
            for n in range(4)
        ]

        counted_apart = "{n}" in spelling and "+" not in spelling
        assert statuses == ([302] * 4 if counted_apart else [302, 302, 429, 429])

    def test_is_said_to_be_the_reason(self, visitor, job, few):
        few(mailbox="1/hour")
        follow(visitor, job)

        assert "Too many tries for this address." in follow(visitor, job).text


@pytest.mark.parametrize("scope", ["job", "board"])
def test_what_is_for_all_is_said_to_be_too_much(scope, visitor, job, few):
    few(**{scope: "1/10min"})
    follow(visitor, job)

    last = follow(visitor, job, "b@example.org", THERE)

    assert last.status_code == 429
    assert "Too many people ask at the moment." in last.text


def test_one_job_does_not_use_up_another(visitor, job, few):
    few(job="1/10min")
    follow(visitor, job)

    assert follow(visitor, make_job(), "b@example.org").status_code == 302


def test_looking_is_never_counted(visitor, job, few):
    few(network="0/10min")

    for url in (url_of(job), reverse("subscriptions:manage"), job.url):
        assert visitor.get(url, REMOTE_ADDR=HERE).status_code == 200


def test_a_slip_is_not_counted(visitor, job, few):
    few(network="1/10min")
    follow(visitor, job, "reader@")

    assert follow(visitor, job).status_code == 302


def test_one_click_unsubscribing_has_no_limit(visitor, few, db):
    few(network="0/10min")
    url = reverse("subscriptions:unsubscribe", args=["a" * 22])

    assert visitor.post(url, REMOTE_ADDR=HERE).status_code == 200


def test_the_answer_is_the_same_for_known_and_unknown(visitor, job, few):
    few(mailbox="1/hour")
    follow(visitor, job, "known@example.org")
    Subscription.objects.update(confirmed_at=job.first_published_at)
    follow(visitor, job, "stranger@example.org", THERE)
    Subscription.objects.filter(subscriber__address__startswith="str").delete()

    known, unknown = (
        follow(visitor, job, address, network)
        for address, network in (
            ("known@example.org", HERE),
            ("stranger@example.org", THERE),
        )
    )

    assert known.status_code == unknown.status_code == 429


@pytest.mark.parametrize(
    ("rate", "parsed"),
    [
        ("60/10min", (60, 600)),
        ("12/hour", (12, 3600)),
        ("5/s", (5, 1)),
        ("100/day", (100, 86400)),
        ("3/2d", (3, 172800)),
    ],
)
def test_a_rate_is_read_as_rest_framework_writes_it_and_more(rate, parsed, few):
    few(network=rate)
    limit = limits.Limit("network", HERE)

    assert (limit.num_requests, limit.duration) == parsed


@pytest.mark.parametrize("rate", ["", "60", "60/", "x/min", "60/10", "-1/min"])
def test_a_rate_that_is_none_stops_at_once(rate, few):
    few(network=rate)

    with pytest.raises(ValueError, match="not a rate"):
        limits.Limit("network", HERE)


class TestSeveralAtOnce:
    @pytest.fixture
    def _first_rows_stay(self, monkeypatch):
        """A flush would take what migrations made from every test after this one."""
        monkeypatch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda case: connection.close()
        )

    @pytest.mark.usefixtures("_first_rows_stay", "transactional_db")
    def test_no_more_than_the_limit_get_through(self, few, rf):
        few(network="10/day", mailbox="10/day", board="10/day")
        caches["limits"].clear()
        through = []

        def post(number):
            request = rf.post("/", REMOTE_ADDR=HERE)
            for n in range(6):
                address = f"{number}.{n}@example.org"
                if limits.refusal(request, address=address) is None:
                    through.append(address)
            connection.close()

        threads = [threading.Thread(target=post, args=[n]) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        caches["limits"].clear()

        assert len(through) == 10
