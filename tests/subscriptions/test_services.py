"""Asking to follow a job, and confirming it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from jobs.models import JobPage, JobRecord
from subscriptions import services, tokens
from subscriptions.models import Subscriber, Subscription
from subscriptions.services import Choices
from subscriptions.signals import (
    manage_link_requested,
    new_subscriber,
    subscription_requested,
)
from tests.factories import (
    follow,
    in_days,
    make_draft,
    make_job,
    make_record,
    make_subscriber,
    make_subscription,
)

pytestmark = pytest.mark.django_db
READER = "Reader+Jobs@example.org"


@pytest.fixture
def record():
    return JobRecord.for_page(make_job())


def ask(record, email=READER, **choices):
    return services.subscribe(
        email=email,
        record=record,
        choices=Choices(**choices),
        consent_path="/jobs/baker/",
    )


def confirm(subscription):
    subscription.subscriber.refresh_from_db()
    token = tokens.confirm_token(subscription)
    [confirmed] = services.confirm(token=token, only=[subscription.pk])
    return confirmed


class TestSubscribe:
    def test_keeps_a_request_that_counts_for_nothing_yet(self, record, heard):
        subscription = ask(record, remind_before_closing=True)

        assert subscription.subscriber.address == READER
        assert not subscription.is_confirmed
        assert subscription.remind_before_closing
        assert not subscription.share_address
        assert subscription.consent_path == "/jobs/baker/"
        assert subscription.consent_version == 1
        assert services.followers_of(record_id=record.pk) == 0
        assert heard == [("subscription_requested", subscription)]

    def test_shares_and_limits_nothing_that_was_not_asked_for(self, record):
        subscription = services.subscribe(email=READER, record=record)

        assert not subscription.closings_only
        assert not subscription.remind_before_closing
        assert not subscription.share_address

    def test_again_takes_the_new_choices_and_seven_new_days(self, record, heard):
        first = ask(record, share_address=True)
        Subscription.objects.update(requested_at=in_days(-6))

        second = ask(record, "READER+jobs@EXAMPLE.org", closings_only=True)

        assert second == first == Subscription.objects.get()
        assert second.closings_only
        assert not second.share_address
        assert second.expires_at > in_days(6.9)
        assert second.token == first.token
        assert len(heard) == 2

    def test_again_keeps_the_choices_of_who_follows_already(self, record, heard):
        first = confirm(ask(record, closings_only=True))

        second = ask(record, share_address=True)

        assert second == first == Subscription.objects.get()
        assert second.is_confirmed
        assert second.closings_only
        assert not second.share_address
        assert heard[-1] == ("subscription_requested", first)

    def test_after_stopping_is_a_new_request(self, record):
        first = confirm(ask(record))
        services.unsubscribe(token=first.token)

        second = ask(record)

        assert second != first
        assert second.subscriber == first.subscriber
        assert second.token != first.token

    def test_to_a_second_job_is_by_the_same_person(self, record):
        first = ask(record)

        second = ask(JobRecord.for_page(make_job()), "reader+jobs@Example.ORG")

        assert second.subscriber == first.subscriber
        assert Subscriber.objects.get().address == READER

    def test_with_a_tag_is_by_another_person(self, record):
        assert ask(record).subscriber != ask(record, "reader@example.org").subscriber

    @pytest.mark.parametrize(
        "end",
        [
            pytest.param(lambda job: job.unpublish(), id="taken down"),
            pytest.param(lambda job: job.delete(), id="deleted"),
            pytest.param(
                lambda job: JobPage.objects.filter(pk=job.pk).update(
                    closes_at=in_days(-1)
                ),
                id="closed",
            ),
            pytest.param(
                lambda job: JobPage.objects.filter(pk=job.pk).update(
                    closed_reason="FILLED"
                ),
                id="filled",
            ),
            pytest.param(
                lambda job: PageViewRestriction.objects.create(
                    page=job, restriction_type="login"
                ),
                id="private",
            ),
        ],
    )
    def test_to_a_job_that_is_not_open_is_refused(self, end, heard):
        job = make_job()
        end(job)

        with pytest.raises(services.JobNotOpen):
            ask(JobRecord.objects.get())

        assert not Subscriber.objects.exists()
        assert heard == []

    @pytest.mark.parametrize(
        "make", [lambda: JobRecord.for_page(make_draft()), make_record]
    )
    def test_to_a_job_that_is_not_public_is_refused(self, make):
        with pytest.raises(services.JobNotOpen):
            ask(make())

    def test_with_what_is_no_address_is_refused(self, record):
        with pytest.raises(ValidationError):
            ask(record, "reader@[127.0.0.1]")

        assert not Subscriber.objects.exists()

    def test_is_undone_when_a_receiver_raises(self, record, refusing):
        refusing(subscription_requested)

        with pytest.raises(RuntimeError):
            ask(record)

        assert not Subscription.objects.exists()
        assert not Subscriber.objects.exists()

    def test_costs_the_same_whoever_asks(self, record):
        make_subscription(record=record, email="pending@example.org", confirmed=False)
        make_subscription(record=record, email="follower@example.org")
        ended = make_subscription(record=record, email="former@example.org")
        services.unsubscribe(token=ended.token)
        assert record.page.live

        costs = []
        for who in ("stranger", "pending", "follower", "former"):
            with CaptureQueriesContext(connection) as queries:
                ask(record, f"{who}@example.org")
            costs.append([_shape(x["sql"]) for x in queries])

        assert costs[0] == costs[1] == costs[2] == costs[3]

    def test_with_a_long_path_keeps_what_fits(self, record):
        services.subscribe(email=READER, record=record, consent_path="/x" * 400)

        assert len(Subscription.objects.get().consent_path) == 500


def _shape(sql):
    """Which statement it is, whatever its values."""
    return sql.split()[0]


class TestConfirm:
    def test_makes_a_follower_and_says_so_once(self, record, heard):
        asked = ask(record)

        subscription = confirm(asked)

        assert subscription.is_confirmed
        assert services.followers_of(record_id=record.pk) == 1
        assert heard == [
            ("subscription_requested", asked),
            ("new_subscriber", subscription),
        ]

    def test_twice_changes_and_says_nothing_more(self, record, heard):
        asked = ask(record)
        token = tokens.confirm_token(asked)
        [first] = services.confirm(token=token)

        with pytest.raises(tokens.TokenUsed):
            services.confirm(token=token)

        assert Subscription.objects.get().confirmed_at == first.confirmed_at
        assert [name for name, _instance in heard].count("new_subscriber") == 1

    def test_by_a_link_that_was_answered_is_refused_for_what_was_asked_since(
        self, record
    ):
        asked = ask(record)
        old = tokens.confirm_token(asked)
        services.confirm(token=old)
        since = ask(JobRecord.for_page(make_job()))

        with pytest.raises(tokens.TokenUsed):
            services.confirm(token=old)
        with pytest.raises(tokens.TokenUsed):
            services.waiting(token=old)

        since.refresh_from_db()
        assert not since.is_confirmed

    def test_after_the_job_closed_is_refused(self, record, heard):
        asked = ask(record)
        JobPage.objects.update(closed_reason="FILLED")

        with pytest.raises(services.JobNotOpen):
            confirm(asked)

        assert not Subscription.objects.get().is_confirmed
        assert len(heard) == 1

    def test_after_the_job_was_deleted_is_refused(self, record):
        asked = ask(record)
        record.page.delete()

        with pytest.raises(services.JobNotOpen):
            confirm(asked)

    def test_after_stopping_is_too_late(self, record):
        asked = ask(record)
        services.unsubscribe(token=asked.token)

        with pytest.raises(tokens.TokenUsed):
            confirm(asked)

    def test_after_seven_days_is_too_late(self, record):
        token = tokens.confirm_token(ask(record))

        with time_machine.travel(in_days(8)), pytest.raises(tokens.TokenExpired):
            services.confirm(token=token)

        assert not Subscription.objects.get().is_confirmed

    @pytest.mark.parametrize(
        "forge",
        [
            pytest.param(lambda row: row.token, id="not signed"),
            pytest.param(lambda row: tokens.confirm_token(row)[:-2], id="cut"),
            pytest.param(
                lambda row: tokens.manage_token(row.subscriber), id="of the list"
            ),
            pytest.param(lambda row: "\x00", id="NUL"),
        ],
    )
    def test_with_a_link_that_is_not_right_is_unknown(self, record, forge):
        asked = ask(record)

        with pytest.raises(tokens.TokenUnknown):
            services.confirm(token=forge(asked))

        assert not Subscription.objects.get().is_confirmed

    def test_is_undone_when_a_receiver_raises(self, record, refusing):
        asked = ask(record)
        refusing(new_subscriber)

        with pytest.raises(RuntimeError):
            confirm(asked)

        assert Subscription.objects.get().confirmed_at is None

    def test_tells_those_below_and_keeps_what_they_write_if_all_goes_well(self, record):
        follow(record.page, email=READER)

        assert services.followers_of(record_id=record.pk) == 1


class TestWaiting:
    def test_is_all_that_its_address_asked_for_and_changes_nothing(
        self, record, every_row
    ):
        first = ask(record)
        token = tokens.confirm_token(first)
        second = ask(JobRecord.for_page(make_job()), READER.upper())
        ask(record, "other@example.org")
        before = every_row()

        assert services.waiting(token=token) == [first, second]
        assert every_row() == before


class TestManageLink:
    def test_is_asked_for_whether_anybody_is_known_or_not(self, heard):
        make_subscriber("reader@example.org")

        services.request_manage_link(email="READER@example.org")
        services.request_manage_link(email="stranger@example.org")

        assert heard == [
            ("manage_link_requested", "READER@example.org"),
            ("manage_link_requested", "stranger@example.org"),
        ]

    def test_raises_when_a_receiver_does(self, refusing):
        make_subscriber("reader@example.org")
        refusing(manage_link_requested)

        with pytest.raises(RuntimeError):
            services.request_manage_link(email="reader@example.org")


class TestOrder:
    def test_one_person_follows_a_job_once(self, record):
        row = make_subscription(record=record)

        again = Subscription.objects.bulk_create(
            [Subscription(subscriber=row.subscriber, record=record)],
            ignore_conflicts=True,
        )

        assert len(again) == 1
        assert Subscription.objects.get() == row

    def test_a_subscription_is_called_by_a_number(self, record):
        row = make_subscription(record=record, email=READER)

        assert str(row) == f"Subscription {row.pk}"
        assert dt.timedelta(days=7) == row.expires_at - row.requested_at
