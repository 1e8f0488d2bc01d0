"""Stopping to follow, choosing, and what time does to those who do nothing."""

import datetime as dt

import pytest
from django.utils import timezone

from jobs.models import JobPage, JobRecord
from notifications.models import Suppression
from notifications.suppressing import suppress
from subscriptions import services, tokens
from subscriptions.models import EndedReason, Subscriber, Subscription
from subscriptions.services import privacy
from tests.factories import in_days, make_job, make_subscriber, make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    return JobRecord.for_page(make_job())


def ask(record, email="reader@example.org"):
    return services.subscribe(email=email, record=record)


def confirm(subscription):
    token = tokens.confirm_token(subscription)
    [confirmed] = services.confirm(token=token, only=[subscription.pk])
    return confirmed


class TestUnsubscribe:
    def test_ends_one_and_no_other(self, record):
        mine, other = make_subscription(record=record), make_subscription(record=record)

        services.unsubscribe(token=mine.token)

        assert list(Subscription.objects.confirmed()) == [other]
        mine.refresh_from_db()
        assert mine.ended_reason == EndedReason.UNSUBSCRIBED

    def test_twice_keeps_the_first_moment_and_reason(self, record):
        row = make_subscription(record=record)
        services.end_for_job(record_id=record.pk, now=in_days(-2))

        again = services.unsubscribe(token=row.token)

        assert again.ended_at == in_days(-2)
        assert again.ended_reason == EndedReason.JOB_ENDED

    def test_of_a_request_ends_it(self, record):
        services.unsubscribe(token=ask(record).token)

        assert not Subscription.objects.current().exists()

    @pytest.mark.parametrize("token", ["", "x" * 22, "\x00", "'", "x" * 5000, "é~-"])
    def test_with_an_unknown_link_is_nothing(self, record, token):
        make_subscription(record=record)

        assert services.unsubscribe(token=token) is None
        assert Subscription.objects.confirmed().count() == 1


class TestFollowAgain:
    def test_goes_on_where_it_was_stopped_and_nobody_is_new(self, record, heard):
        row = make_subscription(record=record, closings_only=True)
        services.unsubscribe(token=row.token)

        again = services.follow_again(token=row.token)

        assert again == row
        assert again.is_confirmed
        assert again.closings_only
        assert again.ended_reason == ""
        assert heard == []

    def test_counts_from_now_on(self, record):
        row = make_subscription(record=record)
        services.unsubscribe(token=row.token)
        meanwhile = timezone.now()

        services.follow_again(token=row.token)

        told = services.recipients(
            record_id=record.pk, confirmed_by=meanwhile, for_closing=True
        )
        assert not told.exists()

    def test_twice_is_as_good_as_once(self, record):
        row = make_subscription(record=record)
        services.unsubscribe(token=row.token)
        first = services.follow_again(token=row.token).confirmed_at

        again = services.follow_again(token=row.token)

        assert again.is_confirmed
        assert again.confirmed_at == first

    def test_of_nobody_is_nothing(self):
        assert services.follow_again(token="nobody") is None
        assert services.follow_again(token="\x00") is None


class TestWhatCannotBeUndone:
    """Why a press of "Follow again" leads nowhere; nothing changes then."""

    def obstacle(self, row, every_row):
        before = every_row()
        with pytest.raises(services.CannotFollowAgain) as refused:
            services.follow_again(token=row.token)
        assert every_row() == before
        return refused.value.obstacle

    def stopped(self, record, **fields):
        ended = {"ended_at": timezone.now(), "ended_reason": "UNSUBSCRIBED"}
        return make_subscription(record=record, **ended | fields)

    @pytest.mark.parametrize("reason", ["JOB_ENDED", "BOUNCED", "COMPLAINED", "STAFF"])
    def test_is_what_was_not_stopped_by_the_person(self, record, reason, every_row):
        row = self.stopped(record, ended_reason=reason)

        assert self.obstacle(row, every_row) == services.Obstacle.ENDED

    def test_is_a_request_that_was_never_confirmed(self, record, every_row):
        asked = ask(record)
        services.unsubscribe(token=asked.token)

        assert self.obstacle(asked, every_row) == services.Obstacle.UNCONFIRMED

    def test_is_what_was_asked_for_anew_and_not_confirmed(self, record, every_row):
        row = confirm(ask(record))
        services.unsubscribe(token=row.token)
        ask(record)

        assert self.obstacle(row, every_row) == services.Obstacle.UNCONFIRMED

    def test_is_what_an_address_that_gets_no_email_followed(self, record, every_row):
        row = self.stopped(record)
        suppress(address=row.subscriber.address, reason=Suppression.Reason.COMPLAINED)

        assert self.obstacle(row, every_row) == services.Obstacle.REFUSED

    @pytest.mark.parametrize("end", ["deleted", "taken down", "long closed"])
    def test_is_a_job_that_nobody_waits_for(self, record, end, every_row):
        row = self.stopped(record)
        if end == "deleted":
            record.page.delete()
        elif end == "taken down":
            record.page.unpublish()
        else:
            JobPage.objects.update(closed_reason="FILLED", closed_at=in_days(-31))

        assert self.obstacle(row, every_row) == services.Obstacle.OVER

    def test_is_not_a_job_that_closed_lately_and_may_open_again(self, record):
        row = self.stopped(record)
        JobPage.objects.update(closed_reason="FILLED", closed_at=in_days(-29))

        assert services.follow_again(token=row.token).is_confirmed


class TestLinkOfAnOlderEmail:
    """The person stopped and followed again, so that another row counts."""

    @pytest.fixture
    def rows(self, record):
        older = confirm(ask(record))
        services.unsubscribe(token=older.token)
        return older, confirm(ask(record))

    def test_stops_what_is_followed_now(self, rows):
        older, newer = rows

        assert services.unsubscribe(token=older.token) == newer
        assert not Subscription.objects.current().exists()

    def test_follows_again_what_was_stopped_last(self, rows):
        older, newer = rows
        services.unsubscribe(token=newer.token)

        assert services.follow_again(token=older.token) == newer
        assert list(Subscription.objects.confirmed()) == [newer]

    def test_is_for_no_other_job_and_nobody_else(self, rows, record):
        older, newer = rows
        elsewhere = make_subscription(subscriber=newer.subscriber)
        somebodys = make_subscription(record=record)

        services.unsubscribe(token=older.token)

        assert set(Subscription.objects.current()) == {elsewhere, somebodys}


class TestStopping:
    def test_all_ends_everything_of_one_person(self):
        person, other = make_subscriber(), make_subscription()
        for confirmed in (True, True, False):
            make_subscription(subscriber=person, confirmed=confirmed)

        assert services.stop_all(subscriber=person) == 3
        assert list(Subscription.objects.current()) == [other]

    def test_one_ends_only_what_is_the_persons_own(self, record):
        mine, others = (
            make_subscription(record=record),
            make_subscription(record=record),
        )
        person = mine.subscriber

        assert not services.stop_one(subscriber=person, subscription_id=others.pk)
        assert services.stop_one(subscriber=person, subscription_id=mine.pk)
        assert not services.stop_one(subscriber=person, subscription_id=mine.pk)
        assert list(Subscription.objects.confirmed()) == [others]

    def test_a_persons_follows_for_them_keeps_the_reason(self):
        person, other = make_subscriber(), make_subscription()
        mine = make_subscription(subscriber=person)

        ended = services.end_for_subscriber(
            subscriber=person, reason=EndedReason.BOUNCED
        )

        mine.refresh_from_db()
        assert ended == 1
        assert mine.ended_reason == EndedReason.BOUNCED
        assert list(Subscription.objects.current()) == [other]

    def test_for_a_job_ends_all_who_follow_it(self, record):
        make_subscription(record=record)
        make_subscription(record=record, confirmed=False)
        elsewhere = make_subscription()

        assert services.end_for_job(record_id=record.pk, now=timezone.now()) == 2
        assert list(Subscription.objects.current()) == [elsewhere]


class TestChoices:
    def test_are_changed_for_what_the_person_follows_now_and_for_nothing_else(self):
        person = make_subscriber()
        mine = make_subscription(subscriber=person)
        ended = make_subscription(subscriber=person, ended_at=timezone.now())
        somebodys = make_subscription()
        less = services.Choices(closings_only=True)

        changed = services.change_choices(
            subscriber=person,
            choices=dict.fromkeys([mine.pk, ended.pk, somebodys.pk], less),
        )

        assert changed == 1
        assert list(Subscription.objects.filter(closings_only=True)) == [mine]


class TestRecipients:
    def told(self, record, *, for_closing=False, by=None):
        rows = services.recipients(
            record_id=record.pk,
            confirmed_by=by or timezone.now(),
            for_closing=for_closing,
        )
        return set(rows)

    def test_are_those_who_follow_the_job_now(self, record):
        follower = make_subscription(record=record)
        make_subscription(record=record, confirmed=False)
        make_subscription(record=record, ended_at=timezone.now())
        make_subscription()

        assert self.told(record) == {follower}

    def test_are_those_who_confirmed_by_then(self, record):
        moment = in_days(-3)
        before = make_subscription(record=record, confirmed_at=moment)
        later = moment + dt.timedelta(microseconds=1)
        make_subscription(record=record, confirmed_at=later)

        assert self.told(record, by=moment) == {before}

    def test_of_endings_are_also_those_who_want_to_hear_nothing_else(self, record):
        all_news = make_subscription(record=record)
        endings = make_subscription(record=record, closings_only=True)

        assert self.told(record) == {all_news}
        assert self.told(record, for_closing=True) == {all_news, endings}

    def test_cost_one_query_however_many(self, record, django_assert_num_queries):
        for _ in range(5):
            make_subscription(record=record)

        with django_assert_num_queries(1):
            assert len(self.told(record)) == 5


@pytest.fixture
def meanwhile(monkeypatch):
    """A function that has something happen after rows were found to be deleted."""

    def meanwhile(act):
        hold = privacy._hold
        monkeypatch.setattr(privacy, "_hold", lambda *args: [act(), hold(*args)])

    return meanwhile


class TestPurgeOfRequests:
    def test_deletes_those_older_than_seven_days_and_who_asked(self, record):
        now = timezone.now()
        stale = make_subscription(
            record=record,
            confirmed=False,
            requested_at=now - dt.timedelta(days=7, seconds=1),
        )
        fresh = make_subscription(
            record=record,
            confirmed=False,
            requested_at=now - dt.timedelta(days=6, hours=23),
        )

        assert services.purge_unconfirmed(now=now) == 1

        assert list(Subscription.objects.all()) == [fresh]
        assert not Subscriber.objects.filter(pk=stale.subscriber_id).exists()

    def test_keeps_followers_however_long_ago_they_asked(self, record):
        make_subscription(record=record, requested_at=in_days(-900))

        assert services.purge_unconfirmed(now=timezone.now()) == 0
        assert Subscription.objects.exists()

    def test_keeps_a_person_who_follows_something_else(self, record):
        person = make_subscriber()
        follows = make_subscription(subscriber=person)
        make_subscription(
            record=record, subscriber=person, confirmed=False, requested_at=in_days(-8)
        )

        assert services.purge_unconfirmed(now=timezone.now()) == 1

        assert list(person.subscriptions.all()) == [follows]

    @pytest.mark.parametrize("since", ["confirmed_at", "requested_at"])
    def test_keeps_what_is_confirmed_or_asked_for_anew_since_it_was_found(
        self, record, meanwhile, since
    ):
        row = make_subscription(
            record=record, confirmed=False, requested_at=in_days(-8)
        )
        meanwhile(lambda: Subscription.objects.update(**{since: timezone.now()}))

        assert services.purge_unconfirmed(now=timezone.now()) == 0

        assert Subscription.objects.get() == row

    def test_counts_requests_and_nothing_that_hangs_on_them(self, record):
        ask(record)
        Subscription.objects.update(requested_at=in_days(-8))

        assert services.purge_unconfirmed(now=timezone.now()) == 1


class TestPurgeOfPeople:
    def ended(self, days, **fields):
        return make_subscription(
            ended_at=in_days(-days), ended_reason="UNSUBSCRIBED", **fields
        )

    def test_deletes_those_whose_last_follow_ended_28_days_ago(self):
        gone, here = self.ended(29).subscriber, self.ended(27).subscriber

        assert services.purge_finished(now=timezone.now()) == 1

        assert list(Subscriber.objects.all()) == [here]
        assert not Subscription.objects.filter(subscriber_id=gone.pk).exists()

    def test_counts_from_the_last_end(self):
        person = make_subscriber()
        self.ended(90, subscriber=person)
        self.ended(3, subscriber=person)

        assert services.purge_finished(now=timezone.now()) == 0

    def test_keeps_who_follows_anew_since_they_were_found(self, meanwhile):
        gone, here = self.ended(60).subscriber, self.ended(60).subscriber
        meanwhile(lambda: make_subscription(email=here.address))

        assert services.purge_finished(now=timezone.now()) == 1

        assert list(Subscriber.objects.all()) == [here]
        assert here.subscriptions.count() == 2
        assert not Subscription.objects.filter(subscriber_id=gone.pk).exists()

    def test_keeps_who_follows_or_waits_for_a_link(self):
        for confirmed in (True, False):
            person = make_subscriber()
            self.ended(90, subscriber=person)
            make_subscription(subscriber=person, confirmed=confirmed)

        assert services.purge_finished(now=timezone.now()) == 0


class TestErase:
    def test_deletes_a_person_with_everything_and_nobody_else(self):
        row, other = make_subscription(), make_subscription()

        assert services.erase(email=row.subscriber.address)

        assert list(Subscriber.objects.all()) == [other.subscriber]
        assert list(Subscription.objects.all()) == [other]
