"""Addresses that we must not write to any more, and how we learn of them."""

import base64
import json

import pytest
from django.test import override_settings
from django.urls import clear_url_caches, include, path

from jobsite.urls import urlpatterns as public_urlpatterns
from notifications import suppressing
from notifications.models import OutgoingEmail, Suppression
from subscriptions.models import EndedReason, Subscription
from tests.factories import edit, make_job, make_subscription

ADDRESS = "reader@example.org"
SECRET = "postmark:a long secret"

urlpatterns = [path("email/", include("anymail.urls")), *public_urlpatterns]


@pytest.fixture
def follows(db):
    return make_subscription(job=make_job(), email=ADDRESS)


class TestSuppressing:
    def test_ends_what_the_person_follows_and_keeps_no_address(self, follows):
        suppressing.suppress(address="Reader@Example.org", reason="BOUNCED")

        follows.refresh_from_db()
        assert follows.ended_reason == EndedReason.BOUNCED
        kept = Suppression.objects.get()
        assert ADDRESS not in str(vars(kept))

    def test_keeps_its_first_reason(self, follows):
        suppressing.suppress(address=ADDRESS, reason="COMPLAINED")
        suppressing.suppress(address=ADDRESS, reason="BOUNCED")

        assert Suppression.objects.get().reason == "COMPLAINED"

    def test_leaves_other_people_alone(self, follows):
        other = make_subscription(job=follows.record.page, email="other@example.org")

        suppressing.suppress(address=ADDRESS, reason="BOUNCED")

        assert list(Subscription.objects.confirmed()) == [other]


@pytest.fixture
def provider(client, settings):
    """A mail provider that reports by webhook, as Postmark does."""
    settings.ROOT_URLCONF = __name__
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    clear_url_caches()

    def report(secret=SECRET, **event):
        credentials = base64.b64encode(secret.encode()).decode()
        return client.post(
            "/email/postmark/tracking/",
            json.dumps({"MessageID": "1", "Email": ADDRESS} | event),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Basic {credentials}",
        )

    yield report
    clear_url_caches()


class TestAProvidersReport:
    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            ({"RecordType": "Bounce", "Type": "HardBounce"}, "BOUNCED"),
            ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "COMPLAINED"),
        ],
    )
    def test_of_a_dead_or_angry_address_suppresses_it(
        self, event, reason, provider, follows
    ):
        response = provider(**event)

        assert response.status_code == 200
        assert Suppression.objects.get().reason == reason
        assert not Subscription.objects.confirmed().exists()

    def test_of_a_full_mailbox_changes_nothing(self, provider, follows):
        provider(RecordType="Bounce", Type="SoftBounce")

        assert not Suppression.objects.exists()
        assert Subscription.objects.confirmed().exists()

    def test_that_names_no_address_changes_nothing(self, provider, follows):
        response = provider(RecordType="Bounce", Type="HardBounce", Email=None)

        assert response.status_code == 200
        assert not Suppression.objects.exists()

    def test_without_the_secret_is_refused(self, provider, follows):
        response = provider(secret="a:guess", RecordType="Bounce", Type="HardBounce")

        assert response.status_code == 400
        assert not Suppression.objects.exists()


class TestASuppressedAddress:
    def test_gets_nothing_even_if_it_was_suppressed_after_the_news(
        self, follows, worker, mailoutbox
    ):
        worker.run()
        edit(follows.record.page, pay_max=31000)

        suppressing.suppress(address=ADDRESS, reason="BLOCKED")
        worker.run(minutes=11)

        assert mailoutbox == []
        assert not OutgoingEmail.objects.filter(state="SENT").exists()


def test_there_is_no_webhook_without_a_secret(client, db):
    with override_settings(ROOT_URLCONF="jobsite.urls"):
        assert client.post("/email/postmark/tracking/").status_code == 404
