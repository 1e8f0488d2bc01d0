import pytest
from django.core.management import call_command
from wagtail.models import Page, Site

from jobs.models import BoardSettings


@pytest.mark.django_db
class TestMigrating:
    @pytest.mark.parametrize(
        ("url", "host", "port"),
        [
            ("https://jobs.example", "jobs.example", 443),
            ("http://jobs.example", "jobs.example", 80),
            ("http://localhost:8001", "localhost", 8001),
        ],
    )
    def test_gives_the_default_site_the_address_of_the_board(
        self, url, host, port, settings
    ):
        settings.SITE_URL = url

        call_command("migrate", verbosity=0)

        site = Site.objects.get(is_default_site=True)
        assert (site.hostname, site.port) == (host, port)
        assert site.root_url == url

    def test_is_seen_by_links_at_once(self, settings):
        home = Page.objects.filter(pk=Site.objects.get().root_page_id)
        assert home.get().full_url == "http://testserver/"
        settings.SITE_URL = "https://jobs.example"

        call_command("migrate", verbosity=0)

        assert home.get().full_url == "https://jobs.example/"

    def test_gives_it_a_name(self):
        Site.objects.filter(is_default_site=True).update(site_name="")

        call_command("migrate", verbosity=0)

        assert Site.objects.get(is_default_site=True).site_name == "Jobs"

    def test_keeps_a_name_that_somebody_gave_the_site(self, settings):
        Site.objects.filter(is_default_site=True).update(site_name="Marlhaven Jobs")

        call_command("migrate", verbosity=0)

        assert Site.objects.get(is_default_site=True).site_name == "Marlhaven Jobs"


@pytest.mark.django_db
def test_what_the_board_is_called_the_admin_is_called(settings):
    board = BoardSettings.load()
    board.name = "Work & Sea"
    board.save()

    assert Site.objects.get(is_default_site=True).site_name == "Work & Sea"
    assert settings.WAGTAIL_SITE_NAME == "Work & Sea"
