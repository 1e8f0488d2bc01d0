"""Links that stand for a person: what they open, and for how long."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from subscriptions import tokens
from subscriptions.models import TOKEN_ALPHABET, TOKEN_LENGTH, make_token
from tests.factories import make_subscriber, make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription():
    return make_subscription(confirmed=False)


def later(**time):
    return time_machine.travel(timezone.now() + dt.timedelta(**time))


class TestConfirmToken:
    def test_leads_to_its_subscription(self, subscription):
        token = tokens.confirm_token(subscription)

        link = tokens.read_confirm_token(token)
        assert link.subscriber_id == subscription.subscriber_id
        assert link.record_id == subscription.record_id
        assert link.answers == 0

    def test_works_for_seven_days(self, subscription):
        token = tokens.confirm_token(subscription)

        with later(days=6, hours=23):
            assert tokens.read_confirm_token(token)
        with later(days=7, seconds=2), pytest.raises(tokens.TokenExpired):
            tokens.read_confirm_token(token)

    def test_still_knows_its_job_when_it_is_too_old(self, subscription):
        token = tokens.confirm_token(subscription)

        with later(days=8), pytest.raises(tokens.TokenExpired) as expired:
            tokens.read_confirm_token(token)

        assert expired.value.record_id == subscription.record_id

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda token: token[:-1], id="cut"),
            pytest.param(lambda token: token[1:], id="cut in front"),
            pytest.param(lambda token: token + "=", id="longer"),
            pytest.param(lambda token: token.swapcase(), id="other case"),
            pytest.param(lambda token: token.replace("~", ":"), id="other signs"),
            pytest.param(lambda token: "x" + token[1:], id="altered"),
            pytest.param(lambda token: token.rpartition("~")[0], id="unsigned"),
            pytest.param(lambda token: "", id="empty"),
            pytest.param(lambda token: "~", id="nothing"),
            pytest.param(lambda token: "~~~", id="nothing thrice"),
            pytest.param(lambda token: "\x00", id="NUL"),
            pytest.param(lambda token: f"{token} ", id="space"),
            pytest.param(lambda token: "🍞" * 40, id="bread"),
        ],
    )
    def test_that_was_changed_is_unknown(self, subscription, change):
        token = change(tokens.confirm_token(subscription))

        with pytest.raises(tokens.TokenUnknown):
            tokens.read_confirm_token(token)

    def test_with_another_key_is_unknown(self, subscription, settings):
        token = tokens.confirm_token(subscription)

        settings.SECRET_KEY = "another key"

        with pytest.raises(tokens.TokenUnknown):
            tokens.read_confirm_token(token)

    def test_cannot_be_dated_later(self, subscription):
        value, _date, signature = tokens.confirm_token(subscription).rsplit("~", 2)
        with later(days=300):
            date = tokens.confirm_token(subscription).rsplit("~", 2)[1]

        with pytest.raises(tokens.TokenUnknown):
            tokens.read_confirm_token(f"{value}~{date}~{signature}")

    def test_opens_nothing_else(self, subscription):
        with pytest.raises(tokens.TokenUnknown):
            tokens.read_manage_token(tokens.confirm_token(subscription))

    def test_needs_no_escaping_and_names_nobody(self, subscription):
        token = tokens.confirm_token(subscription)

        assert set(token) <= set(TOKEN_ALPHABET) | set("~-_")
        assert subscription.subscriber.address not in token


class TestManageToken:
    def test_leads_to_its_person_for_thirty_days(self):
        subscriber = make_subscriber()
        token = tokens.manage_token(subscriber)

        with later(days=29):
            assert tokens.read_manage_token(token) == subscriber.pk
        with later(days=30, seconds=2), pytest.raises(tokens.TokenExpired):
            tokens.read_manage_token(token)

    def test_confirms_nothing(self):
        with pytest.raises(tokens.TokenUnknown):
            tokens.read_confirm_token(tokens.manage_token(make_subscriber()))

    def test_is_equally_long_for_everybody(self):
        first, last = make_subscriber(), make_subscriber()
        last.pk = 10**11

        assert len({len(tokens.manage_token(x)) for x in (first, last)}) == 1


class TestUnsubscribeToken:
    def test_is_of_letters_and_digits_and_nobody_elses(self):
        made = {make_token() for _ in range(500)}

        assert len(made) == 500
        assert {len(token) for token in made} == {TOKEN_LENGTH}
        assert set("".join(made)) <= set(TOKEN_ALPHABET)
