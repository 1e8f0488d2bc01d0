"""What editors are told before they click is what followers get afterwards."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from notifications.models import Announcement
from tests.e2e.editing import JobEditor
from tests.e2e.promising import open_panel
from tests.e2e.readers import READERS, TITLE
from tests.e2e.visiting import press_keys_to
from tests.factories import edit


@pytest.fixture
def saves_while_typing(settings, board):
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 200


@pytest.mark.usefixtures("no_quiet_window", "saves_while_typing")
def test_the_panel_foretells_people_differences_and_subject(
    followed, smtp, deliver, sign_in
):
    page = sign_in("Job publishers")
    editor = JobEditor(page)
    editor.open(TITLE)
    panel = open_panel(page)
    expect(panel).to_contain_text("2 followers. Nothing they follow has changed")

    editor.retype("pay_max", "29500")

    expect(panel).to_contain_text("Publishing will tell 2 followers: pay changed.")
    expect(panel).to_contain_text("£26,000 to £29,500 a year")
    with page.expect_popup() as opened:
        panel.get_by_role("link", name="Preview the email").click()
    preview = opened.value
    expect(preview.get_by_role("main")).to_contain_text(f"Pay changed: {TITLE}")

    assert "2 followers will be told at once that pay changed." in editor.publish()
    deliver()

    assert sorted(mail.to for mail in smtp.mails) == READERS
    assert {mail.subject for mail in smtp.mails} == {f"Pay changed: {TITLE}"}
    assert all("£26,000 to £29,500 a year" in mail.text for mail in smtp.mails)
    editor.open(TITLE)
    expect(open_panel(page)).to_contain_text("2 taken by the mail server")


def test_what_is_not_saved_is_said_not_to_be_counted(followed, sign_in):
    older = followed.latest_revision
    edit(followed, pay_max=29_000, publish=False)
    page = sign_in("Job publishers")
    editor = JobEditor(page)

    for args in (["edit", followed.pk], ["revisions_revert", followed.pk, older.pk]):
        page.goto(reverse(f"wagtailadmin_pages:{args[0]}", args=args[1:]))
        panel = open_panel(page)
        expect(panel.get_by_text("not saved yet")).to_be_hidden()
        editor.retype("pay_max", "30000")
        expect(panel.get_by_text("not saved yet and not counted here")).to_be_visible()

    page.get_by_role("button", name="Replace current draft").click()
    expect(open_panel(page)).to_contain_text("£26,000 to £30,000 a year")
    expect(panel.get_by_text("not saved yet")).to_be_hidden()


@pytest.mark.usefixtures("no_quiet_window")
def test_a_wrong_email_is_set_right_from_the_panel(followed, smtp, deliver, sign_in):
    page = sign_in("Job publishers")
    editor = JobEditor(page)
    editor.open(TITLE)
    editor.fill(pay_max="92000")
    editor.publish()
    deliver()
    editor.open(TITLE)
    editor.fill(pay_max="29000")
    editor.publish()

    editor.open(TITLE)
    open_panel(page).get_by_role("link", name="Send a correction").click()
    expect(page.get_by_role("main")).to_contain_text("2 people who got this email")
    page.get_by_label("What is true").fill("The pay of another job had slipped in.")
    page.get_by_role("button", name="Send the correction").click()
    assert "The correction goes out now." in editor.said()
    deliver()

    assert [mail.subject for mail in smtp.to(READERS[0])] == [
        f"Pay changed: {TITLE}",
        f"Correction: {TITLE}",
    ]
    assert "The pay of another job had slipped in." in smtp.to(READERS[0])[1].text


@pytest.mark.usefixtures("no_quiet_window")
def test_the_reason_for_taking_a_job_down_reaches_its_followers(
    followed, smtp, deliver, sign_in
):
    page = sign_in("Job publishers")
    page.goto(reverse("wagtailadmin_pages:delete", args=[followed.pk]))
    expect(page.get_by_role("main")).to_contain_text("2 followers will be told")

    page.get_by_label("Reason").select_option("Published in error")
    page.get_by_label("A line for followers").fill("It was meant for next year.")
    page.get_by_role("button", name="Yes, delete it").click()
    assert "2 followers will be told" in JobEditor(page).said()
    deliver()

    assert {mail.subject for mail in smtp.mails} == {f"Taken down: {TITLE}"}
    assert all("published in error." in mail.text for mail in smtp.mails)
    assert all("It was meant for next year." in mail.text for mail in smtp.mails)


@pytest.mark.parametrize(
    "decision", [("Send now", "It goes out now.", 2), ("Cancel", "Cancelled.", 0)]
)
def test_what_waits_is_decided_from_the_panel(
    decision, followed, smtp, deliver, sign_in
):
    button, said, mails = decision
    page = sign_in("Job publishers")
    editor = JobEditor(page)
    editor.open(TITLE)
    editor.fill(pay_max="29500")
    editor.publish()
    editor.open(TITLE)

    open_panel(page).get_by_role("button", name=button, exact=True).click()

    assert said in editor.said()
    deliver()
    assert len(smtp.mails) == mails


def test_an_editor_sees_and_a_publisher_decides(followed, sign_in):
    page = sign_in("Job editors")
    editor = JobEditor(page)
    followed.pay_max = 29000
    followed.save_revision().publish()

    editor.open(TITLE)
    panel = open_panel(page)

    expect(panel).to_contain_text("to 2 people: pay changed.")
    expect(panel).to_contain_text("A publisher decides whether to send.")
    expect(panel.get_by_role("button")).to_have_count(0)
    assert not Announcement.objects.exists()


@pytest.mark.usefixtures("saves_while_typing")
def test_wording_is_told_too_if_the_panel_is_asked_to(followed, sign_in):
    page = sign_in("Job publishers")
    editor = JobEditor(page)
    editor.open(TITLE)
    panel = open_panel(page)
    expect(panel).to_contain_text("Nothing they follow has changed")
    editor.retype("summary", "Bakes all night & day.")
    expect(panel).to_contain_text("Only wording changed (1 place).")

    tell = panel.get_by_role("button", name="Tell them anyway")
    tell.focus()
    page.keyboard.press("Enter")

    chosen = page.get_by_role("radio", name="Yes, this time")
    expect(chosen).to_be_checked()
    expect(panel).to_contain_text("Publishing will tell 2 followers")
    expect(chosen).to_be_focused()


@pytest.mark.usefixtures("saves_while_typing")
def test_the_button_of_the_checklist_counts_what_its_panel_lists(board, sign_in):
    page = sign_in("Job publishers")
    JobEditor(page).add()
    button = page.get_by_role("button", name="Toggle what to mend")
    button.click()
    found = page.locator("[data-side-panel=checklist] li")
    count = button.locator("[data-side-panel-toggle-counter]")
    expect(count).to_have_text(str(found.count()))
    page.wait_for_timeout(3_000)

    JobEditor(page).type_in("title", "Night baker!")
    expect(found.filter(has_text="The title has a “!”")).to_have_count(1)
    expect(count).to_have_text(str(found.count()))
    JobEditor(page).type_in("summary", "Bakes all night.")

    expect(found.filter(has_text="No summary.")).to_have_count(0)
    expect(count).to_have_text(str(found.count()))


def test_a_job_is_extended_from_a_reminder_with_the_keyboard_alone(followed, sign_in):
    page = sign_in("Job publishers")
    page.goto(reverse("notifications_closing_soon", args=[followed.pk]))
    closes_at = followed.closes_at

    press_keys_to(page, "Extend the job")

    assert "closes" in JobEditor(page).said()
    followed.refresh_from_db()
    assert (followed.closes_at - closes_at).days == 7
