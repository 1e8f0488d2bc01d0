"""Signing in to the admin: guessing is stopped, by network, and nobody is written down."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_user

WRONG = "wrong"
HERE, THERE = "192.0.2.44", "198.51.100.7"


@pytest.fixture
def user(db):
    return make_user(username="publisher", email="publisher@board.example")


@pytest.fixture
def sign_in(client, user):
    def sign_in(password=WRONG, username="publisher", **extra):
        extra = {"REMOTE_ADDR": HERE} | extra
        data = {"username": username, "password": password}
        return client.post(reverse("wagtailadmin_login"), data, **extra)

    return sign_in


@pytest.fixture
def locked_out(sign_in, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = sign_in()
    return last


class TestGuessing:
    def test_is_let_go_on_up_to_the_limit(self, sign_in, settings):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            assert sign_in().status_code == 200

        assert sign_in().status_code == 429

    def test_is_told_when_to_go_on_in_the_look_of_the_login(self, locked_out):
        assert locked_out["Retry-After"] == "900"
        assert "Too many wrong passwords came from your network." in locked_out.text
        assert "Try again 15 minutes after the last of them." in locked_out.text
        assert "css/login.css" in locked_out.text

    def test_does_not_succeed_with_the_right_password_then(self, locked_out, sign_in):
        assert sign_in("password").status_code == 429
        assert "sessionid" not in sign_in("password").cookies

    def test_does_not_get_on_with_another_name(self, locked_out, sign_in):
        assert sign_in(username="admin").status_code == 429

    def test_does_not_get_on_by_a_forged_header(self, locked_out, sign_in):
        forged = {"HTTP_X_FORWARDED_FOR": THERE}

        assert sign_in(**forged).status_code == 429

    def test_does_not_get_on_by_another_address_of_its_network(self, sign_in, settings):
        for number in range(settings.AXES_FAILURE_LIMIT):
            last = sign_in(REMOTE_ADDR=f"2001:db8:1:2::{number:x}")

        assert last.status_code == 429

    def test_keeps_nobody_out_who_is_elsewhere(self, locked_out, sign_in):
        assert sign_in("password", REMOTE_ADDR=THERE).status_code == 302

    def test_from_behind_a_proxy_keeps_out_that_visitor_only(self, sign_in, settings):
        proxy = {"REMOTE_ADDR": "127.0.0.1"}
        for _ in range(settings.AXES_FAILURE_LIMIT):
            sign_in(**proxy, HTTP_X_FORWARDED_FOR=HERE)

        assert sign_in(**proxy, HTTP_X_FORWARDED_FOR=HERE).status_code == 429
        right = sign_in("password", **proxy, HTTP_X_FORWARDED_FOR=THERE)
        assert right.status_code == 302

    def test_is_over_after_a_quarter_of_an_hour_whatever_was_tried(
        self, locked_out, sign_in
    ):
        now = timezone.now()
        with time_machine.travel(now + dt.timedelta(minutes=14), tick=False):
            assert sign_in("password").status_code == 429
        with time_machine.travel(now + dt.timedelta(minutes=16), tick=False):
            assert sign_in("password").status_code == 302

    def test_is_forgotten_after_the_right_password(self, sign_in, settings):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            sign_in()
        sign_in("password")

        assert sign_in().status_code == 200

    def test_is_counted_for_all_processes_together(self, locked_out, sign_in):
        caches["default"].clear()

        assert sign_in("password").status_code == 429

    def test_is_forgiven_by_a_command(self, locked_out, sign_in):
        call_command("axes_reset_ip", HERE)

        assert sign_in("password").status_code == 302

    def test_leaves_no_name_no_address_and_no_password_anywhere(
        self, locked_out, sign_in, caplog
    ):
        sign_in("password")
        sign_in("password", REMOTE_ADDR=THERE)

        for secret in (HERE, THERE, "publisher", "password", "wrong"):
            assert f'"{secret}"' not in caplog.text
            assert f"'{secret}'" not in caplog.text


class TestAForgottenPassword:
    @pytest.fixture
    def ask(self, client, user):
        def ask(email="publisher@board.example", **extra):
            extra = {"REMOTE_ADDR": HERE} | extra
            url = reverse("wagtailadmin_password_reset")
            return client.post(url, {"email": email}, **extra)

        return ask

    def test_is_mailed_about(self, ask):
        assert ask().status_code == 302
        assert [message.to for message in mail.outbox] == [["publisher@board.example"]]

    def test_is_mailed_about_in_reasonable_numbers(self, ask, settings):
        settings.FORM_LIMITS = settings.FORM_LIMITS | {"mailbox": "2/hour"}
        for _ in range(2):
            ask()

        response = ask()

        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 3600
        assert "Too many tries for this address." in response.text
        assert "publisher@board.example" in response.text
        assert len(mail.outbox) == 2

    @pytest.mark.parametrize(
        "path", ["password_reset/", "password_reset/done/", "password_reset/complete/"]
    )
    def test_is_asked_for_in_the_look_of_the_login(self, client, db, path):
        page = client.get(f"/admin/{path}").text

        assert "css/login.css" in page
        assert "data:image/svg+xml" in page

    @pytest.mark.parametrize("token", ["forged", "c0ffee-0123456789abcdef"])
    def test_link_of_nobody_leads_to_a_new_one(self, client, db, token):
        url = reverse("wagtailadmin_password_reset_confirm", args=["MQ", token])

        response = client.get(url)

        assert "css/login.css" in response.text
        assert "Invalid password reset link" in response.text
        assert reverse("wagtailadmin_password_reset") in response.text

    def test_shares_the_limit_of_its_network(self, ask, settings):
        settings.FORM_LIMITS = settings.FORM_LIMITS | {"network": "2/10min"}
        statuses = [ask(f"somebody{n}@board.example").status_code for n in range(4)]

        assert statuses == [302, 302, 429, 429]
        assert ask("elsewhere@board.example", REMOTE_ADDR=THERE).status_code == 302


def test_without_a_cookie_says_what_to_do_in_the_look_of_the_board(db):
    stranger = Client(enforce_csrf_checks=True)

    response = stranger.post(reverse("wagtailadmin_login"), {"username": "publisher"})

    assert response.status_code == 403
    assert "Allow cookies for this site" in response.text
    assert "css/base.css" in response.text


def test_the_count_is_where_every_process_sees_it(sign_in):
    sign_in()

    assert caches["limits"] is not caches["default"]
    assert type(caches["limits"]).__name__ == "CountingDatabaseCache"
