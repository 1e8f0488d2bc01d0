"""Delivered and bounced, where a mail provider reports it; taken, where nobody does."""

import base64
import json

import pytest
from anymail.exceptions import AnymailUnsupportedFeature
from django.core import mail
from django.urls import clear_url_caches, include, path

from jobsite.urls import urlpatterns as public_urlpatterns
from notifications.models import Announcement, OutgoingEmail
from tests.factories import edit
from tests.notifications.conftest import READERS, Staff
from tests.notifications.followers_panel import panel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("followed_once")]

SECRET = "postmark:a long secret"
DELIVERED = {"RecordType": "Delivery"}
BOUNCED = {"RecordType": "Bounce", "Type": "HardBounce"}

urlpatterns = [path("email/", include("anymail.urls")), *public_urlpatterns]


@pytest.fixture
def told(followed, worker):
    """A job whose two followers were told of a change."""
    edit(followed, pay_max=29000)
    worker.run(minutes=11)
    return followed


@pytest.fixture
def report(client, settings):
    """Report of one email as Postmark does, with the metadata that it was given."""
    settings.ROOT_URLCONF = __name__
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    clear_url_caches()

    def report(event, address):
        message = next(m for m in mail.outbox if m.to == [address])
        body = {"MessageID": "1", "Email": address, "Metadata": message.metadata}
        credentials = base64.b64encode(SECRET.encode()).decode()
        response = client.post(
            "/email/postmark/tracking/",
            json.dumps(body | event),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Basic {credentials}",
        )
        assert response.status_code == 200

    yield report
    clear_url_caches()


def counts():
    row = Announcement.objects.get()
    return (row.sent, row.delivered, row.bounced)


class TestReports:
    def test_are_counted_for_the_announcement(self, told, report):
        report(DELIVERED, READERS[0])
        report(BOUNCED, READERS[1])

        assert counts() == (2, 1, 1)
        outcomes = OutgoingEmail.objects.order_by("subscriber__address")
        assert list(outcomes.values_list("outcome", flat=True)) == [
            "DELIVERED",
            "BOUNCED",
        ]

    def test_count_once_however_often_they_come(self, told, report):
        for _ in range(3):
            report(DELIVERED, READERS[0])

        assert counts() == (2, 1, 0)

    def test_may_say_that_it_bounced_after_all_but_not_that_it_did_not(
        self, told, report
    ):
        for event in (DELIVERED, BOUNCED, DELIVERED):
            report(event, READERS[0])

        assert counts() == (2, 0, 1)

    def test_of_other_peoples_mail_change_nothing(self, told, report):
        mail.outbox[0].metadata = {"message_id": "somebody else's"}
        report(DELIVERED, mail.outbox[0].to[0])

        assert counts() == (2, 0, 0)

    def test_name_nobody(self, told):
        for message in mail.outbox:
            assert list(message.metadata) == ["message_id"]
            assert message.metadata["message_id"] in message.extra_headers["Message-ID"]


class TestTheWords:
    def test_over_smtp_it_was_taken(self, told):
        text = panel(Staff("Job publishers"), told)

        assert "2 taken by the mail server" in text
        assert "delivered" not in text

    def test_of_a_provider_it_was_delivered_or_bounced(self, told, report):
        report(DELIVERED, READERS[0])
        assert "1 delivered, 1 not reported yet" in panel(Staff(), told)

        report(BOUNCED, READERS[1])
        assert "1 delivered, 1 bounced" in panel(Staff(), told)


def test_a_provider_that_gives_nothing_back_gets_the_email_all_the_same(
    followed, worker, settings
):
    settings.EMAIL_BACKEND = f"{__name__}.WithoutMetadata"

    edit(followed, pay_max=29000)
    worker.run(minutes=11)

    assert counts() == (2, 0, 0)


class WithoutMetadata:
    """As anymail's backends of MailerSend and Postal."""

    def __init__(self, fail_silently=False, **kwargs):
        pass

    def send_messages(self, messages):
        if hasattr(messages[0], "metadata"):
            raise AnymailUnsupportedFeature("metadata")
        return len(messages)

    def close(self):
        pass
