"""What a publisher does in the admin, through the admin's own forms."""

from __future__ import annotations

import re

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect


def tick(page: Page, *titles: str) -> Locator:
    """Choose jobs in the list; answer the bar of what can be done to all of them."""
    page.goto(reverse("jobs_listing:index"))
    for title in titles:
        row = page.get_by_role("row").filter(
            has=page.get_by_role("link", name=title, exact=True)
        )
        row.get_by_role("checkbox").check(force=True)
    footer = page.locator("[data-bulk-action-footer]")
    expect(footer).to_contain_text(re.compile(rf"{len(titles)} pages? .*selected"))
    return footer


class JobEditor:
    """The form of one job, in the browser of somebody who is signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add(self) -> None:
        self.page.goto("/admin/")
        self.page.get_by_role("link", name="Jobs", exact=True).click()
        self.page.get_by_role("link", name="Add job").click()
        self.page.wait_for_url("**/admin/pages/add/jobs/jobpage/*/")

    def open(self, title: str) -> None:
        self.page.goto("/admin/")
        self.page.get_by_role("link", name="Jobs", exact=True).click()
        self.page.get_by_role("link", name=title).first.click()
        self.page.wait_for_url("**/admin/pages/*/edit/")

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"#id_{name}").fill(value)

    def type_in(self, name: str, text: str) -> None:
        """Press key after key and leave the field, as its own script expects."""
        field = self.page.locator(f"#id_{name}")
        field.press_sequentially(text)
        field.press("Tab")

    def retype(self, name: str, text: str) -> None:
        """Write another value, once Wagtail has looked at the form.

        What is typed before counts as unchanged, and saves no draft.
        """
        self.page.wait_for_timeout(3_000)
        self.page.locator(f"#id_{name}").fill("")
        self.type_in(name, text)

    def select(self, **fields: str) -> None:
        for name, label in fields.items():
            self.page.locator(f"#id_{name}").select_option(label=label)

    def make_company(self, **fields: str) -> None:
        """Create the job's company in the chooser, where one looks for it."""
        self.page.get_by_role("button", name="Choose company").click()
        modal = self.page.get_by_role("dialog")
        modal.get_by_role("tab", name="New company").click()
        for label, value in fields.items():
            modal.get_by_label(label.capitalize()).fill(value)
        modal.get_by_role("button", name="Create company").click()
        modal.wait_for(state="hidden")

    def write(self, text: str) -> None:
        """Add a paragraph about the job."""
        self.page.get_by_title("Insert a block").click()
        self.page.get_by_role("option", name="Paragraph").click()
        self.page.locator(".public-DraftEditor-content").last.click()
        self.page.keyboard.type(text)

    def requirement(self, number: int) -> Locator:
        """The text of the requirement at ``number``, counted from 1."""
        return self.page.locator(f"#id_requirements-{number - 1}-text")

    def add_requirement(self, text: str) -> None:
        added = self.page.locator("#id_requirements-FORMS > :not(.deleted)")
        number = added.count() + 1
        self.page.get_by_role("button", name="Add requirement").click()
        self.requirement(number).fill(text)

    def _menu(self) -> Locator:
        """Open the menu beside "Save draft"."""
        actions = self.page.get_by_role("navigation", name="Actions (footer)")
        actions.locator("[data-w-dropdown-target=toggle]").click()
        return actions

    def publish(self) -> str:
        """Press "Publish"; answer what the admin says then."""
        self._menu().get_by_role("button", name="Publish").click()
        return self.said()

    def ask_to_approve(self) -> Locator:
        """Open the dialog that approves an edit; answer it."""
        self._menu().get_by_role("button", name="Approve and Publish").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Approve and publish").wait_for()
        return dialog

    def close(self, reason: str) -> str:
        self._menu().get_by_role("link", name="Close job").click()
        self.page.get_by_label(reason).check()
        self.page.get_by_role("button", name="Close job").click()
        return self.said()

    def open_again(self) -> str:
        self._menu().get_by_role("link", name="Open job again").click()
        self.page.get_by_role("button", name="Open job again").click()
        return self.said()

    def unpublish(self) -> str:
        self._menu().get_by_role("link", name="Unpublish").click()
        self.page.get_by_role("button", name="Yes, unpublish it").click()
        return self.said()

    def delete(self) -> str:
        self.page.get_by_role("button", name="Actions", exact=True).first.click()
        self.page.get_by_role("link", name="Delete").click()
        self.page.get_by_role("button", name="Yes, delete it").click()
        return self.said()

    def said(self) -> str:
        """The messages at the top of the page, without line breaks."""
        messages = self.page.locator(".messages li")
        messages.first.wait_for()
        return " ".join(" ".join(messages.all_inner_texts()).split())
