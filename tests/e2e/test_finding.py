"""Narrowing the list of jobs in place, which htmx does, and by whole pages."""

import pytest
from playwright.sync_api import expect

from jobs.choices import EmploymentType
from tests.e2e.visiting import press, press_keys_to, tab_to
from tests.factories import make_job

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def jobs(board):
    """Two jobs in full time, and more in part time than a page has."""
    for title, place in (("Night baker", "York"), ("Usher", "Hull")):
        full_time = {"employment_type": EmploymentType.FULL_TIME}
        make_job(title=title, locations=[place], **full_time)
    for number in range(21):
        make_job(title=f"Clerk {number}", employment_type=EmploymentType.PART_TIME)


def heading(page):
    return page.locator("#list-count")


class TestTheList:
    def test_is_narrowed_in_place_while_the_keyboard_stays_where_it_is(
        self, open_browser
    ):
        page = open_browser()
        page.goto("/jobs/")
        page.evaluate("window.isSamePage = true")

        tab_to(page.get_by_label("Full time"))
        page.keyboard.press("Space")

        expect(heading(page)).to_have_text("2 open jobs")
        expect(page.get_by_label("Full time")).to_be_focused()
        expect(page.get_by_role("status")).to_have_text("2 open jobs")
        assert page.url.endswith("/jobs/?type=FULL_TIME")
        assert page.evaluate("window.isSamePage")

    def test_is_narrowed_to_a_place_that_is_ticked_and_to_one_that_is_typed(
        self, open_browser
    ):
        page = open_browser()
        page.goto("/jobs/")

        page.get_by_label("York").check()
        expect(heading(page)).to_have_text("1 open job")
        page.get_by_label("Full time").check()
        expect(page.get_by_role("link", name="Remove filter")).to_have_count(2)
        expect(page.get_by_label("York")).to_be_checked()
        page.get_by_label("Where").fill("Hull")
        page.get_by_label("Where").press("Enter")

        expect(heading(page)).to_have_text("2 open jobs")
        page.wait_for_url("**/jobs/?*")
        assert "q=" not in page.url
        assert {"location=york", "location=Hull"} < set(
            page.url.split("?")[1].split("&")
        )

    def test_keeps_its_filters_unfolded_on_a_narrow_screen(self, open_browser):
        page = open_browser(viewport={"width": 390, "height": 800})
        page.goto("/jobs/")
        page.get_by_text("Filters", exact=True).click()

        tab_to(page.get_by_label("Full time"))
        page.keyboard.press("Space")

        expect(heading(page)).to_have_text("2 open jobs")
        expect(page.get_by_label("Full time")).to_be_focused()
        expect(page.get_by_label("York")).to_be_visible()

    def test_goes_on_from_its_count_where_what_was_pressed_is_gone(self, open_browser):
        page = open_browser()
        page.goto("/jobs/?type=FULL_TIME")

        tab_to(page.get_by_role("link", name="Remove filter: Full time"))
        page.keyboard.press("Enter")

        expect(heading(page)).to_have_text("23 open jobs")
        expect(heading(page)).to_be_focused()

    def test_shows_the_top_of_the_page_that_was_turned_to(self, open_browser):
        page = open_browser()
        page.goto("/jobs/")

        page.get_by_role("link", name="Next page").click()

        pages = page.get_by_role("navigation", name="Pages")
        expect(pages.locator("[aria-current]")).to_have_text("2")
        expect(heading(page)).to_be_in_viewport()

    def test_is_what_it_was_when_one_goes_back(self, open_browser):
        page = open_browser()
        page.goto("/jobs/")
        page.get_by_label("Full time").check()
        expect(heading(page)).to_have_text("2 open jobs")

        page.go_back()

        expect(heading(page)).to_have_text("23 open jobs")
        expect(page.get_by_label("Full time")).not_to_be_checked()
        assert page.url.endswith("/jobs/")

    def test_is_narrowed_without_script(self, open_browser):
        page = open_browser(java_script_enabled=False)
        page.goto("/jobs/")

        page.get_by_label("Full time").check()
        press_keys_to(page, "Show jobs")

        expect(heading(page)).to_have_text("2 open jobs")
        expect(page.get_by_label("Full time")).to_be_checked()

    def test_says_what_is_wrong_in_the_place_of_a_server_that_fails(
        self, open_browser, watch
    ):
        page = open_browser()
        page.goto("/jobs/")
        page.route(
            "**/jobs/?*",
            lambda route: route.fulfill(
                status=500, body="<h1>It went wrong</h1>", content_type="text/html"
            ),
        )

        page.get_by_label("What").fill("clerk")
        press(page, "Search jobs")

        expect(page.get_by_role("heading", level=1)).to_have_text("It went wrong")
        assert all("500" in complaint for complaint in watch.complaints)
        watch.complaints.clear()
