"""Blocks that lead somewhere, and links of the whole site."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield

from home.blocks import LinkBlock, PageBodyBlock
from home.models import LookSettings
from tests.factories import make_page, make_user
from tests.home.composing import BLOCKS

pytestmark = pytest.mark.django_db


def goal_problems(block, **value):
    """What a block that leads somewhere objects to, by the name of its child."""
    try:
        block.clean(block.to_python(value))
    except ValidationError as error:
        return {name: x.messages[0] for name, x in error.block_errors.items()}
    return {}


class TestOpening:
    def test_stands_once_on_a_page_so_that_its_search_does(self):
        opening = {"type": "hero", "value": {"heading": "Work", "show_search": True}}
        block = PageBodyBlock()

        block.clean(block.to_python([opening]))
        with pytest.raises(ValidationError) as refusal:
            block.clean(block.to_python([opening, opening]))

        [words] = refusal.value.non_block_errors.as_data()
        assert words.messages == ["Opening: The maximum number of items is 1"]


class TestCallToAction:
    WORDS = {"heading": "Hiring?", "text": "Write.", "button_text": "See it"}

    def goal(self, **value):
        return (
            BLOCKS["call_to_action"].to_python({"page": None, "url": ""} | value).goal
        )

    def problems(self, **value):
        return goal_problems(BLOCKS["call_to_action"], **self.WORDS | value)

    def test_leads_to_its_page_first_and_then_to_its_address(self):
        page = make_page()

        assert self.goal(page=page.pk, url="https://x.example/") == page.url
        assert self.goal(url="https://x.example/") == "https://x.example/"
        assert self.goal(url="javascript:alert(1)") == ""

    def test_leads_to_one_of_the_two_and_a_draft_may_lack_both(self):
        page = make_page()
        block = BLOCKS["call_to_action"]
        unfinished = block.to_python(self.WORDS | {"page": None, "url": ""})

        assert self.problems(url="mailto:us@x.example") == {}
        assert self.problems(page=page.pk, url="") == {}
        assert "Choose a page" in self.problems(url="")["url"]
        assert "as well" in self.problems(page=page.pk, url="/jobs/")["url"]
        assert "begins with" in self.problems(url="javascript:alert(1)")["url"]
        assert block.clean_deferred(unfinished)["url"] == ""

    def test_has_no_button_once_its_page_is_gone(self, client):
        goal = make_page()
        value = {"heading": "Hiring?", "text": "", "button_text": "See it", "url": ""}
        page = make_page(body=[("call_to_action", value | {"page": goal})])
        assert "See it" in client.get(page.url).content.decode()
        goal.unpublish()
        hidden = client.get(page.url).content.decode()
        goal.delete()

        for shown in (hidden, client.get(page.url).content.decode()):
            assert "Hiring?" in shown
            assert "See it" not in shown


class TestLink:
    def link(self, **value):
        block = LinkBlock()
        return block.to_python({"title": "", "page": None, "address": ""} | value)

    def problems(self, **value):
        return goal_problems(LinkBlock(), **value)

    def test_says_its_own_words_or_the_pages_title(self):
        page = make_page(title="About & more")

        assert self.link(page=page.pk).text == "About & more"
        assert self.link(page=page.pk, title="Us").text == "Us"
        assert self.link(title="Us").text == "Us"

    def test_leads_to_the_page_as_it_is_now(self):
        page = make_page(slug="old")
        link = self.link(page=page.pk, address="https://x.example/")
        page.slug = "new"
        page.save()

        assert link.text
        assert self.link(page=page.pk).url == "/new/"
        assert self.link(address="/jobs/?q=bread").url == "/jobs/?q=bread"
        assert self.link().url == ""

    def test_to_a_page_that_is_gone_leads_nowhere(self):
        page = make_page()
        pk = page.pk
        page.unpublish()
        hidden = self.link(page=pk).url
        page.delete()

        assert hidden == ""
        assert self.link(page=pk).url == ""
        assert self.link(page=pk).text == ""

    def test_that_a_browser_would_run_leads_nowhere(self):
        assert self.link(address="javascript:alert(1)", title="Us").url == ""

    def test_needs_a_page_or_an_address_with_words(self):
        page = make_page()

        assert self.problems(page=page.pk) == {}
        assert self.problems(address="/jobs/", title="Jobs") == {}
        assert list(self.problems(address="/jobs/")) == ["title"]
        assert list(self.problems(title="Jobs")) == ["address"]
        assert list(self.problems(page=page.pk, address="/jobs/")) == ["address"]


class TestLinksOfTheSite:
    def test_that_lead_nowhere_are_left_out(self, client):
        page = make_page(title="About & us")
        nowhere = {"page": None, "address": "javascript:alert(1)", "title": "Run & me"}
        there = {"page": page, "address": "", "title": ""}
        look = LookSettings.objects.get()
        look.navigation = [("link", nowhere), ("link", there)]
        look.footer = [("column", {"heading": "More", "links": [nowhere, there]})]
        look.save()

        shown = client.get("/jobs/").content.decode()

        assert shown.count("About &amp; us") == 2
        assert "Run &amp; me" not in shown
        assert "javascript:" not in shown
        assert 'href=""' not in shown

    def test_are_refused_in_the_form_and_what_was_typed_stays(self, client):
        client.force_login(make_user("Site owners"))
        link = {"page": "", "address": "javascript:alert(1)", "title": "Run"}
        form = {
            "accent": "#0b5a44",
            "navigation": streamfield([("link", link)]),
            "footer": streamfield([]),
        }

        response = client.post(settings_url(client), nested_form_data(form))

        page = response.content.decode()
        assert "An address begins with https://" in page
        assert "javascript:alert(1)" in page
        assert not LookSettings.objects.get().navigation


def settings_url(client):
    url = reverse("wagtailsettings:edit", args=["home", "looksettings"])
    return client.get(url, follow=True).redirect_chain[-1][0]
