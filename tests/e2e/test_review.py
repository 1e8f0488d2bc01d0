"""A job's edit is reviewed: its line travels along, and the public page stays up."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jobs.models import JobPage
from notifications.models import Announcement
from tests.e2e.editing import JobEditor
from tests.e2e.promising import open_panel
from tests.e2e.readers import READERS, TITLE

NOTE = "Nights go up for everybody & from the first."


def submit(editor):
    editor._menu().get_by_role("button", name="Submit to").click()
    return editor.said()


@pytest.mark.usefixtures("no_quiet_window")
def test_followers_get_what_the_editor_wrote_and_the_publisher_approved(
    followed, smtp, deliver, sign_in
):
    page = sign_in("Job editors")
    editor = JobEditor(page)
    editor.open(TITLE)
    editor.fill(pay_max="29500", change_note=NOTE)
    submit(editor)

    deliver()
    assert not any(mail.to in READERS for mail in smtp.mails)
    page.goto(followed.url)
    expect(page.get_by_role("main")).to_contain_text("£26,000 to £28,000")
    page.goto(reverse("wagtailadmin_pages:edit", args=[followed.pk]))
    panel = open_panel(page)
    expect(panel).to_contain_text("Publishing tells 2 followers: pay changed.")
    expect(panel).to_contain_text(NOTE)

    publisher = sign_in("Job publishers")
    publisher.goto(reverse("notifications_close_job", args=[followed.pk]))
    expect(publisher.get_by_role("main")).to_contain_text("This ends the review")
    publisher.goto(reverse("wagtailadmin_pages:edit", args=[followed.pk]))
    approval = JobEditor(publisher)
    asked = approval.ask_to_approve()
    expect(asked).to_contain_text("Publishing will tell 2 followers: pay changed.")
    expect(asked).to_contain_text(NOTE)
    asked.get_by_role("button", name="Approve and publish").click()
    assert "2 followers will be told" in approval.said()
    deliver()

    # Wagtail writes to the editor, too.
    told = [mail for mail in smtp.mails if not mail.to.endswith("@board.example")]
    assert sorted(mail.to for mail in told) == READERS
    assert {mail.subject for mail in told} == {f"Pay changed: {TITLE}"}
    for mail in told:
        assert "£26,000 to £29,500 a year" in mail.text
        assert NOTE in " ".join(mail.text.split())
    assert JobPage.objects.get().pay_max == 29500
    assert Announcement.objects.get().sent == 2
