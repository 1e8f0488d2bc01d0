"""The handbook for editors, opened from the Help menu."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from wagtail.admin.menu import help_menu

from jobsite import handbook
from tests.factories import make_user

EVERYBODY = ["Job editors", "Job publishers", "Site owners", "Subscriber support"]


@pytest.fixture
def page(db, client):
    client.force_login(make_user("Job editors"))
    return client.get(reverse("jobsite_handbook"))


def words_of(html):
    return re.sub(r"<[^>]+>", " ", html)


def test_shows_every_section_of_the_file(page):
    source = handbook.SOURCE.read_text("utf-8")

    titles = re.findall(r"^##? (.+)$", source, re.MULTILINE)

    assert titles == [section.title for section in handbook.sections()]
    assert page.status_code == 200


def test_leaves_no_sign_of_markdown(page):
    for section in handbook.sections():
        words = words_of(section.html)
        assert not re.search(r"\*\*|`|^\||^#|\]\(|^- ", words, re.MULTILINE), words


def test_says_every_word_of_the_file():
    source = handbook.SOURCE.read_text("utf-8")
    said = " ".join(f"{x.title} {words_of(x.html)}" for x in handbook.sections())

    wanted = set(re.findall(r"[a-z]{5,}", re.sub(r"!?\[.*?\)", "", source)))

    assert wanted - set(re.findall(r"[a-z]{5,}", said)) <= {"write", "board"}


def test_escapes_what_the_file_says():
    assert handbook._block(["Bread & <butter> `{title}`"]) == (
        "<p>Bread &amp; &lt;butter&gt; <code>{title}</code></p>"
    )


def test_finds_its_pictures():
    names = re.findall(r"\(pictures/([\w.-]+)\)", handbook.SOURCE.read_text("utf-8"))

    assert names
    assert [name for name in names if not finders.find(f"handbook/{name}")] == []


@pytest.mark.parametrize("group", EVERYBODY)
def test_is_in_the_help_menu_of(group, db, rf):
    request = rf.get("/")
    request.user = make_user(group)

    items = help_menu.menu_items_for_request(request)

    assert reverse("jobsite_handbook") in [item.url for item in items]
