"""Who may read reports, in which forms, and that they name nobody."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from jobs.services import close_job
from notifications.reports import REPORTS
from tests.notifications.conftest import READERS, Staff
from tests.notifications.reading import squeezed
from tests.notifications.reports.reporting import NAMES, exported, url_of

pytestmark = pytest.mark.django_db


EVERYBODY = {"Job editors", "Job publishers", "Site owners", "Subscriber support"}
ALLOWED = dict.fromkeys(NAMES, EVERYBODY) | {"delivery": {"Subscriber support"}}


class TestWhoMayRead:
    @pytest.mark.parametrize("slug", NAMES)
    @pytest.mark.parametrize("group", sorted([*EVERYBODY, "Editors", "Moderators"]))
    def test_which_in_every_form(self, slug, group):
        client = Staff(group)
        may = group in ALLOWED[slug]
        page, results = url_of(slug), url_of(slug, "_results")

        for url in (page, results):
            for export in ("", "?export=csv", "?export=xlsx"):
                response = client.get(f"{url}{export}")
                assert response.status_code == (200 if may else 302)
                if not may:
                    assert response.url == reverse("wagtailadmin_home")
        menu = client.get(reverse("wagtailadmin_home")).content.decode()
        assert (page in menu) is may

    @pytest.mark.parametrize("slug", NAMES)
    def test_an_administrator_reads_all_and_a_stranger_none(self, slug, client):
        assert Staff().get(url_of(slug)).status_code == 200
        assert client.get(url_of(slug)).status_code == 302

    @pytest.mark.parametrize("slug", NAMES)
    def test_no_address_anywhere(self, slug, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        client = Staff()

        for suffix in ("", "_results"):
            text = client.get(url_of(slug, suffix)).content.decode()
            assert not any(address in text for address in READERS)
        assert escape(followed.title) in text or slug == "delivery"
        assert not any(address in str(exported(client, slug)) for address in READERS)

    @pytest.mark.parametrize("slug", NAMES)
    def test_a_report_with_nothing_to_say_says_so(self, slug):
        response = Staff().get(url_of(slug))

        [found] = [report for report in REPORTS if report.slug == slug]
        assert str(found.empty) in squeezed(response.content.decode())

    @pytest.mark.parametrize("slug", NAMES)
    def test_comes_as_a_spreadsheet_too(self, slug, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)

        response = Staff().get(url_of(slug), {"export": "xlsx"})

        assert response.getvalue().startswith(b"PK")
        assert f'filename="{slug}.xlsx"' in response["Content-Disposition"]
