"""What a visitor does on the public pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

#: More than any page has things to stop at.
MANY = 60


def find(page: Page, *, words: str, title: str) -> None:
    """Search the list as it is reached from the front page, and open what it found."""
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Jobs").click()
    page.get_by_label("What").fill(words)
    page.get_by_role("button", name="Search jobs").click()
    page.wait_for_url("**/jobs/?q=*")
    page.get_by_role("link", name=title).click()
    expect_heading(page, title)


def follow(page: Page, address: str) -> None:
    """Fill and send the form of the job that ``page`` shows."""
    page.get_by_role("textbox", name="Email address").fill(address)
    page.get_by_role("button", name="Follow this job").click()


def ask_to_follow(page: Page, address: str) -> None:
    follow(page, address)
    expect_answer(page, "Check your inbox")


def expect_answer(page: Page, text: str) -> None:
    """Wait for the answer to the follow form: in its place, or on a page of its own."""
    heading = page.get_by_role("main").get_by_role("heading", name=text, exact=True)
    expect(heading).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def tab_to(target: Locator, *, within: int = MANY) -> None:
    """Go to ``target`` as somebody without a mouse does, in so many steps."""
    for _ in range(within):
        target.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def press_keys_to(page: Page, name: str) -> None:
    """Press the button of that name with the keyboard alone."""
    tab_to(page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def expect_heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def is_too_wide(page: Page) -> bool:
    """Whether the page has to be pushed sideways to be read."""
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth"
            " > document.documentElement.clientWidth"
        )
    )
