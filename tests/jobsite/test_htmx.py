"""htmx is there for a page that asks for it, and obeys the policy of the pages."""

import json

from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string


def component():
    return BeautifulSoup(render_to_string("components/htmx.html"), "html.parser")


class TestHtmx:
    def test_evaluates_nothing_and_writes_no_styles(self):
        config = json.loads(component().find("meta")["content"])

        assert config["allowEval"] is False
        assert config["allowScriptTags"] is False
        assert config["includeIndicatorStyles"] is False

    def test_keeps_no_copy_of_a_page_that_may_show_an_address(self):
        config = json.loads(component().find("meta")["content"])

        assert config["historyCacheSize"] == 0

    def test_comes_from_here_and_lets_the_page_be_shown_first(self):
        scripts = component().find_all("script")

        assert len(scripts) == 2
        for script in scripts:
            assert script.has_attr("defer")
            assert finders.find(script["src"].removeprefix("/static/"))

    def test_is_known_to_every_view(self, client, db):
        whole = client.get("/")
        part = client.get("/", headers={"HX-Request": "true"})

        assert not whole.wsgi_request.htmx
        assert part.wsgi_request.htmx
