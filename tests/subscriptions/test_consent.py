"""What somebody agreed to, and that it can be shown years later."""

import pytest
from bs4 import BeautifulSoup

from subscriptions.consent import CONSENT_VERSION, WORDINGS
from tests.factories import make_job

pytestmark = pytest.mark.django_db


class TestWording:
    def test_is_what_the_follow_form_says(self, client):
        """Who changes the form adds its words to ``WORDINGS`` under the next number."""
        page = BeautifulSoup(client.get(make_job().url).content, "html.parser")
        said = " ".join(page.select_one(".follow").get_text(" ").split())

        agreed = WORDINGS[CONSENT_VERSION]
        promise, link = agreed.split(" We email you", 1)
        assert promise in said
        assert f"We email you{link}" in said

    def test_of_the_first_version_stays_as_it_was(self):
        assert WORDINGS[1].startswith("Get an email when its pay, place, requirements")
        assert max(WORDINGS) == CONSENT_VERSION
