"""Pages in the colours of the visitor's system, which takes all of ours away."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_board, make_jobs


@pytest.fixture
def page(followed, open_browser):
    return open_browser(forced_colors="active")


def style(part, name):
    expect(part).to_be_visible()
    return part.evaluate(f"part => getComputedStyle(part)['{name}']")


def test_parts_that_a_background_marks_have_an_outline(followed, page):
    make_jobs(25)
    page.goto(make_board().url)
    assert style(page.locator(".mono").first, "borderTopStyle") == "solid"
    assert style(page.locator(".pages [aria-current]"), "borderTopStyle") == "solid"

    page.goto(followed.url)
    assert style(page.locator(".follow"), "borderTopStyle") == "solid"

    page.goto("/admin/login/")
    button = page.get_by_role("button", name="Sign in")
    assert style(button, "borderTopStyle") == "solid"


def test_boxes_to_tick_are_those_of_the_system(followed, page):
    page.goto(make_board().url)
    assert style(page.locator(".facet__box").first, "appearance") == "auto"

    page.goto(followed.url)
    page.get_by_text("Choose what we tell you").click()
    assert style(page.locator(".choice__control").first, "appearance") == "auto"
