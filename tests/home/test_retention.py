"""The privacy page promises what the settings do, and nothing else."""

import re

import pytest

from home.models import StandardPage

pytestmark = pytest.mark.django_db


def said(client):
    return " ".join(client.get("/privacy/").content.decode().split())


class TestPrivacyPage:
    def test_says_the_numbers_of_the_settings(self, client, settings):
        settings.KEEP_REQUESTS_DAYS = 3
        settings.KEEP_FOLLOWERS_DAYS = 45
        settings.KEEP_ADDRESSES_DAYS = 1
        settings.KEEP_EMAILS_DAYS = 90

        page = said(client)

        assert "A request whose link is not used: 3 days," in page
        assert "once the job has closed: 45 days," in page
        assert "once you follow nothing any more: 1 day," in page
        assert "whether it arrived: 90 days." in page

    def test_says_for_how_long_uses_of_the_forms_are_counted(self, client):
        assert (
            "How often your network and your address used our forms, against abuse: "
            "60 minutes, as scrambled marks." in said(client)
        )

    @pytest.mark.parametrize(
        ("limits", "minutes"),
        [
            ({"job": "9/2hours"}, 120),
            ({"network": "60/3h", "mailbox": "1/min"}, 180),
            # That of signing in.
            ({"mailbox": "12/10min"}, 15),
        ],
    )
    def test_says_the_longest_of_the_limits(self, client, settings, limits, minutes):
        settings.FORM_LIMITS = settings.FORM_LIMITS | limits

        assert f"against abuse: {minutes} minutes," in said(client)

    def test_has_no_number_of_days_in_its_own_words(self):
        words = str(StandardPage.objects.get(slug="privacy").body.get_prep_value())

        assert re.findall(r"\d+ days?", words) == []

    def test_says_what_a_person_can_do_alone(self, client):
        assert "download all that we hold about you, and erase it at once" in said(
            client
        )
