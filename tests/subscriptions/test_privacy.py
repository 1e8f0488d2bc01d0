"""No address in a URL or a log; no page that a scanner opens changes anything."""

import logging
import re

import pytest
from django.db import connection
from django.urls import reverse

from jobs.models import JobRecord
from subscriptions import tokens
from subscriptions.models import Subscriber, Subscription
from subscriptions.signals import new_subscriber, subscription_requested
from tests.factories import make_job, make_record, make_subscription
from tests.subscriptions.visiting import Visitor

pytestmark = pytest.mark.django_db
LOCAL = "unmistakable.person"
READER = f"{LOCAL}@example.org"


def urls_of(subscription):
    """Every public address that an email or a page of ours leads to."""
    one = [subscription.token]
    yield "/"
    yield subscription.record.page.url if subscription.record.page else "/jobs/"
    yield reverse("subscriptions:follow", args=[subscription.record_id])
    yield reverse("subscriptions:check_your_inbox")
    yield reverse("subscriptions:manage")
    yield reverse("subscriptions:manage_stop")
    for name in ("unsubscribe", "follow_again", "stop_all", "erase"):
        yield reverse(f"subscriptions:{name}", args=one)
    token = tokens.confirm_token(subscription)
    yield reverse("subscriptions:confirm", args=[token])
    token = tokens.manage_token(subscription.subscriber)
    yield reverse("subscriptions:manage_open", args=[token])


class TestScanner:
    """A program that follows every link it finds, as many mail filters do."""

    @pytest.mark.parametrize(
        "state",
        ["pending", "following", "ended", "closed", "deleted"],
    )
    def test_changes_nothing_by_get_or_head(self, client, state, every_row):
        subscription = make_subscription(confirmed=state != "pending")
        job = subscription.record.page
        if state == "ended":
            Subscription.objects.all().end(reason="UNSUBSCRIBED", now=job.posted_at)
        elif state == "closed":
            type(job).objects.update(closed_reason="FILLED")
        elif state == "deleted":
            job.delete()
        subscription = Subscription.objects.select_related("record__page").get()
        before = every_row()

        for url in urls_of(subscription):
            for method in (client.get, client.head):
                assert method(url).status_code < 500
                assert method(f"{url}?email={READER}&all=1").status_code < 500

        assert every_row() == before

    def test_would_be_seen_if_it_changed_something(self, client, every_row):
        subscription = make_subscription()
        before = every_row()

        client.post(reverse("subscriptions:unsubscribe", args=[subscription.token]))

        assert every_row() != before


@pytest.fixture
def everything_logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


class TestAddress:
    def visit(self, client, job):
        """Follow, confirm, look, stop and be forgotten; answers every URL seen."""
        record = JobRecord.for_page(job)
        seen = []

        def go(method, url, data=None):
            response = method(url, data or {})
            seen.extend([url, response.headers.get("Location", "")])
            seen.extend(re.findall(r'(?:href|action|src)="([^"]*)"', _text(response)))
            return response

        go(client.get, job.url)
        follow = reverse("subscriptions:follow", args=[record.pk])
        go(client.post, follow, {"email": f"{LOCAL}@exam ple"})
        go(client.get, go(client.post, follow, {"email": READER}).url)
        subscription = Subscription.objects.get()
        links = dict.fromkeys(urls_of(subscription))
        for url in links:
            go(client.get, url)
        confirm = reverse(
            "subscriptions:confirm", args=[tokens.confirm_token(subscription)]
        )
        go(client.post, confirm, {"follow": subscription.pk})
        go(client.post, follow, {"email": READER})
        go(client.post, reverse("subscriptions:manage"), {"email": READER})
        go(client.get, reverse("subscriptions:manage"))
        for name in ("unsubscribe", "follow_again", "stop_all", "erase"):
            go(client.post, reverse(f"subscriptions:{name}", args=[subscription.token]))
        assert not Subscriber.objects.exists()
        return seen

    def test_stands_in_no_url_and_in_no_log(self, client, everything_logged):
        seen = self.visit(client, make_job())

        logged = "\n".join(
            f"{x.getMessage()} {x.args}" for x in everything_logged.records
        )
        assert len(seen) > 40
        assert [url for url in seen if LOCAL in url.lower()] == []
        assert LOCAL not in logged

    @pytest.mark.parametrize("signal", [subscription_requested, new_subscriber])
    def test_stands_in_no_log_when_something_breaks(
        self, signal, refusing, everything_logged
    ):
        asked = make_subscription(email=READER, confirmed=False)
        refusing(signal)
        client = Visitor(raise_request_exception=False)

        follow = reverse("subscriptions:follow", args=[asked.record_id])
        statuses = [client.post(follow, {"email": READER}).status_code]
        token = tokens.confirm_token(asked)
        confirm = reverse("subscriptions:confirm", args=[token])
        statuses.append(client.post(confirm, {"follow": asked.pk}).status_code)

        assert 500 in statuses
        formatter = logging.Formatter()
        for record in everything_logged.records:
            assert LOCAL not in formatter.format(record)

    def test_is_shown_in_the_page_of_its_own_check_only(self, client):
        record = make_record()
        make_subscription(record=record, email=READER)
        job = make_job()

        for url in (job.url, reverse("subscriptions:follow", args=[record.pk])):
            assert LOCAL not in client.get(url).content.decode()


def _text(response):
    return response.content.decode()


def test_tables_hold_the_address_once():
    make_subscription(email=READER)

    with connection.cursor() as cursor:
        found = [
            table
            for table in connection.introspection.table_names(cursor)
            if LOCAL in repr(_all(cursor, table))
        ]

    assert found == ["subscriptions_subscriber"]


def _all(cursor, table):
    cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
    return cursor.fetchall()
