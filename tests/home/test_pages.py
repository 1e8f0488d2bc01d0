"""The pages of the site's own: where they stand, and that they are there at first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site
from wagtail.test.utils import WagtailPageTestCase

from home.models import HomePage, LookSettings, StandardPage
from jobs.models import BoardSettings, JobIndexPage
from tests.factories import make_board, make_home, make_job, make_page, make_user


class TestPageRules(WagtailPageTestCase):
    def test_there_is_one_front_page(self):
        self.assertAllowedParentPageTypes(HomePage, {Page})
        self.assertAllowedSubpageTypes(HomePage, {JobIndexPage, StandardPage})
        assert not HomePage.can_create_at(Page.get_first_root_node())

    def test_standard_pages_stand_below_it_and_below_each_other(self):
        self.assertAllowedParentPageTypes(StandardPage, {HomePage, StandardPage})
        self.assertAllowedSubpageTypes(StandardPage, {StandardPage})

    def test_every_page_can_be_routed_to_and_rendered(self):
        below = make_page(parent=make_page())

        for page in (make_home(), below, StandardPage.objects.get(slug="privacy")):
            self.assertPageIsRoutable(page)
            self.assertPageIsRenderable(page)


@pytest.mark.django_db
class TestFirstPages:
    def test_are_a_working_site(self, client):
        make_job(title="R&D chef")

        front = client.get("/").content.decode()
        privacy = client.get("/privacy/").content.decode()

        assert "Follow a job. Hear when it changes." in front
        assert "R&amp;D chef" in front
        assert "What we keep" in privacy
        assert client.get(make_board().url).status_code == 200

    def test_are_a_tree_without_a_problem(self):
        assert not any(Page.find_problems())
        assert Site.objects.get().root_page.specific == make_home()

    def test_lead_to_the_privacy_page_where_an_address_is_asked_for(self, client):
        page = client.get(make_job().url).content.decode()

        assert page.count('href="/privacy/"') == 2

    def test_lead_to_no_privacy_page_that_was_taken_down(self, client):
        LookSettings.objects.get().privacy_page.specific.unpublish()

        assert "/privacy/" not in client.get(make_job().url).content.decode()

    def test_have_their_settings_so_that_reading_writes_nothing(self, client):
        assert LookSettings.objects.count() == BoardSettings.objects.count() == 1

        with CaptureQueriesContext(connection) as queries:
            for url in ("/", "/privacy/", make_board().url, "/nobody/"):
                client.get(url)

        assert {x["sql"].split()[0] for x in queries} == {"SELECT", "WITH"}


@pytest.mark.django_db
class TestEditing:
    def test_of_the_front_page_is_for_site_owners(self, client):
        client.force_login(make_user("Site owners"))

        for page in (make_home(), make_page()):
            url = reverse("wagtailadmin_pages:edit", args=[page.pk])
            assert client.get(url).status_code == 200

    def test_a_draft_is_not_public(self, client):
        page = make_page(title="Public")
        page.title = "Secret"
        page.save_revision()

        assert "Secret" not in client.get(page.url).content.decode()

    def test_a_page_that_was_taken_down_is_not_found(self, client):
        page = make_page()
        page.unpublish()

        assert client.get(page.url).status_code == 404
