"""What the admin says before a click, and the mails that came after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.e2e.smtp import Mail


@dataclass(frozen=True)
class Promise:
    """To how many an email goes, what it is called, and the differences it tells.

    ``values`` are the new ones, each as it stands in the list of differences.
    """

    people: int
    subject: str
    values: tuple[str, ...]


def open_panel(page: Page) -> Locator:
    """The panel of followers, which stays open from page to page."""
    panel = page.locator("[data-side-panel=followers]")
    if not panel.is_visible():
        page.get_by_role("button", name="Toggle followers").click()
    return panel


def foretold(panel: Locator) -> Promise:
    """What publishing the draft is said to tell."""
    draft = panel.locator("section[aria-labelledby=followers-draft]")
    return _read(draft, r"will tell (\d+) followers?")


def waiting(panel: Locator) -> Promise:
    """What is said to wait for the end of its quiet window."""
    rows = panel.locator("section[aria-labelledby=followers-waiting]")
    return _read(rows, r"to (\d+) (?:person|people)")


def _read(section: Locator, number: str) -> Promise:
    expect(section).to_contain_text(re.compile(number))
    [people] = re.findall(number, " ".join(section.inner_text().split()))
    values = section.locator(".change ins").all_inner_texts()
    with section.page.expect_popup() as opened:
        section.get_by_role("link", name="Preview the email").click()
    preview = opened.value
    shown = preview.get_by_role("main")
    expect(shown).to_contain_text(f"to {people} follower")
    subject = shown.locator("p > strong").inner_text()
    text = preview.locator(".email-preview-text").inner_text()
    assert all(value in text for value in values)
    frame = preview.frame_locator("iframe.email-preview")
    for value in values:
        expect(frame.locator("body")).to_contain_text(value)
    preview.close()
    return Promise(int(people), subject, tuple(values))


def asked(page: Page) -> tuple[int, int]:
    """How many followers and people a page that asks to confirm counts."""
    text = " ".join(page.get_by_role("main").inner_text().split())
    found = re.findall(r"(\d+) followers? \((\d+) (?:person|people)\)", text)
    assert len(found) == 1, text
    [(followers, people)] = found
    return int(followers), int(people)


def will_be_told(page: Page) -> int:
    """How many followers of one job a page that asks to confirm says are told."""
    text = " ".join(page.get_by_role("main").inner_text().split())
    [followers] = re.findall(r"(\d+) followers? will be told", text)
    return int(followers)


def is_kept(promise: Promise, mails: list[Mail]) -> bool:
    """Whether ``mails`` are what was promised, to so many and each of it once."""
    return (
        len({mail.to for mail in mails}) == len(mails) == promise.people
        and {mail.subject for mail in mails} == {promise.subject}
        and all(value in mail.text for mail in mails for value in promise.values)
        and all(
            value in mail.part("html") for mail in mails for value in promise.values
        )
    )
