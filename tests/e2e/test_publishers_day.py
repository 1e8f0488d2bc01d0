"""A publisher's day in the real admin, down to the mails that a mail server took.

Of those who follow, one wants endings only, and one does not get email any more.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jobs.models import BoardSettings, JobPage
from notifications.models import Announcement, AnnouncementSettings, Suppression
from subscriptions.addresses import hashed
from tests.e2e import readers
from tests.e2e.editing import JobEditor, tick
from tests.e2e.promising import (
    asked,
    foretold,
    is_kept,
    open_panel,
    waiting,
    will_be_told,
)
from tests.e2e.readers import READERS, TITLE, settle
from tests.factories import make_board, make_company, make_job, make_subscription

pytestmark = pytest.mark.slow

PATIENT = "endings@example.org"
LOST = "bounced@example.org"


def make_followed(title=TITLE):
    job = readers.make_followed(title, [*READERS, LOST])
    make_subscription(job=job, email=PATIENT, closings_only=True)
    return job


@pytest.fixture
def followed(board):
    AnnouncementSettings.objects.update_or_create(defaults={"least_gap_hours": 0})
    Suppression.objects.create(address_hash=hashed(LOST), reason="BOUNCED")
    return make_followed()


@pytest.fixture
def new_mails(smtp, deliver):
    """What has come to followers since the last look, once the worker looked."""
    seen = 0

    def new_mails():
        nonlocal seen
        deliver()
        fresh, seen = smtp.mails[seen:], len(smtp.mails)
        return [x for x in fresh if not x.to.endswith(("@board.example", ".example"))]

    return new_mails


def edit_again(editor, **fields):
    """Open the job, wait until Wagtail has looked at the form, and fill it."""
    editor.open(TITLE)
    editor.fill(**fields)


def test_what_the_panel_follows_and_what_is_sent_at_once(
    followed, sign_in, new_mails, settings
):
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 200
    page = sign_in("Job publishers")
    editor = JobEditor(page)

    editor.open(TITLE)
    panel = open_panel(page)
    expect(panel).to_contain_text("4 followers. Nothing they follow has changed")
    editor.retype("pay_max", "29500")
    editor.type_in("change_note", "Nights & Sundays count.")
    expect(panel).to_contain_text("Nights & Sundays count.")
    promise = foretold(panel)
    assert promise.people == 2
    assert promise.subject == f"Pay changed: {TITLE}"
    assert promise.values == ("£26,000 to £29,500 a year",)
    said = editor.publish()
    assert "2 followers will be told at " in said

    # What waits is the same; sent at once, the panel says by itself what became of it.
    editor.open(TITLE)
    assert waiting(open_panel(page)) == promise
    open_panel(page).get_by_role("button", name="Send now").click()
    assert "It goes out now." in editor.said()
    panel = open_panel(page)
    expect(panel).to_contain_text("Goes out now to 2 people")
    expect(panel.get_by_role("button", name="Cancel")).to_have_count(0)
    mails = new_mails()
    assert is_kept(promise, mails)
    assert sorted(mail.to for mail in mails) == READERS
    assert all("Nights & Sundays count." in mail.text for mail in mails)
    page.locator("#id_title").focus()
    expect(panel).to_contain_text("2 taken by the mail server")


def test_what_is_cancelled_and_what_was_wrong(followed, sign_in, new_mails):
    page = sign_in("Job publishers")
    editor = JobEditor(page)
    # A change is cancelled: nobody hears of it, and the panel says so.
    edit_again(editor, pay_max="31000")
    editor.publish()
    editor.open(TITLE)
    open_panel(page).get_by_role("button", name="Cancel").click()
    assert "Cancelled." in editor.said()
    expect(open_panel(page)).to_contain_text("What changed was cancelled.")
    assert new_mails() == []

    # The next was wrong. Only those who got it read the correction, and of the mending.
    edit_again(editor, pay_max="92000")
    editor.publish()
    editor.open(TITLE)
    promise = waiting(open_panel(page))
    open_panel(page).get_by_role("button", name="Send now").click()
    assert is_kept(promise, new_mails())
    followed.record.subscriptions.get(subscriber__address=READERS[0]).delete()
    edit_again(editor, pay_max="30000")
    editor.publish()
    editor.open(TITLE)
    open_panel(page).get_by_role("link", name="Send a correction").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("It goes at once to 1 person who got this email")
    expect(main).to_contain_text("£26,000 to £30,000 a year")
    page.get_by_label("What is true").fill("The pay of another job had slipped in.")
    page.get_by_role("button", name="Send the correction").click()
    assert "The correction goes out now." in editor.said()
    [correction] = new_mails()
    assert (correction.to, correction.subject) == (READERS[1], f"Correction: {TITLE}")
    assert "The pay of another job had slipped in." in correction.text
    assert "£26,000 to £30,000 a year" in correction.text
    assert new_mails() == []


def choose(page, action, *titles):
    """Tick jobs in the list and open what can be done to all of them."""
    footer = tick(page, *titles)
    link = footer.get_by_role("link", name=action)
    if not link.is_visible():
        footer.get_by_role("button", name="More").click()
        # Wagtail wires these links once their list has appeared; nobody is as quick.
        page.wait_for_timeout(500)
    link.click()
    page.wait_for_url("**/admin/bulk/**")


def answer(page, button):
    page.get_by_role("button", name=button).click()
    return JobEditor(page).said()


def test_several_jobs_at_once(followed, sign_in, new_mails):
    AnnouncementSettings.objects.update(quiet_minutes=0)
    other = make_followed("Porter & driver")
    make_job(title="Stoker")
    new_company = make_company(name="Marl Ferries")
    settle()
    page = sign_in("Job publishers")
    titles = [TITLE, "Porter & driver", "Stoker"]

    choose(page, "Extend closing date", *titles)
    assert asked(page) == (4, 2)
    page.get_by_label("Or by so many days").fill("9")
    page.get_by_label("A line for followers").fill("We look a week & longer.")
    said = answer(page, "Extend closing date")
    assert "2 jobs, 4 followers (2 people): they will be told." in said
    mails = new_mails()
    assert sorted(mail.to for mail in mails) == sorted(READERS * 2)
    assert {mail.subject for mail in mails} == {
        f"Closing date changed: {title}" for title in titles[:2]
    }
    assert all("We look a week & longer." in mail.text for mail in mails)

    choose(page, "Change company", *titles[1:])
    assert asked(page) == (2, 2)
    page.get_by_role("button", name="Choose company").click()
    modal = page.get_by_role("dialog")
    modal.get_by_role("link", name=str(new_company)).click()
    modal.wait_for(state="hidden")
    said = answer(page, "Change company")
    assert "“Porter & driver”: 2 followers will be told at once that company" in said
    mails = new_mails()
    assert sorted(mail.to for mail in mails) == READERS
    assert {mail.subject for mail in mails} == {"Company changed: Porter & driver"}

    # Those who want endings only are told, too; who does not get email is not.
    choose(page, "Close as filled", TITLE, "Stoker")
    assert asked(page) == (3, 3)
    answer(page, "Close as filled")
    mails = new_mails()
    assert sorted(mail.to for mail in mails) == sorted([PATIENT, *READERS])
    assert {mail.subject for mail in mails} == {f"Filled: {TITLE}"}

    choose(page, "Cancel jobs", "Porter & driver")
    assert asked(page) == (3, 3)
    answer(page, "Cancel jobs")
    assert {mail.subject for mail in new_mails()} == {"Cancelled: Porter & driver"}
    other.refresh_from_db()
    assert other.closed_reason == "CANCELLED"


def test_closing_a_job_instead_of_taking_it_down(
    followed, sign_in, open_browser, new_mails
):
    AnnouncementSettings.objects.update(quiet_minutes=0)
    page, visitor = sign_in("Job publishers"), open_browser()
    line = "The school could not fund it & thanks all who asked."
    page.goto(reverse("wagtailadmin_pages:unpublish", args=[followed.pk]))

    page.get_by_role("link", name="Close it instead").click()
    assert will_be_told(page) == 3
    page.get_by_label("Cancelled").check()
    page.get_by_label("A line for followers").fill(line)
    said = answer(page, "Close job")

    assert "Its page stays and says so." in said
    assert "3 followers will be told at once that it closed." in said
    mails = new_mails()
    assert sorted(mail.to for mail in mails) == sorted([PATIENT, *READERS])
    assert {mail.subject for mail in mails} == {f"Cancelled: {TITLE}"}
    assert all(line in " ".join(mail.text.split()) for mail in mails)
    visitor.goto(followed.url)
    shown = visitor.get_by_role("main")
    expect(shown).to_contain_text("This job was cancelled on")
    expect(shown).to_contain_text(line)


def test_taking_down_one_several_and_all(followed, sign_in, new_mails):
    AnnouncementSettings.objects.update(quiet_minutes=0)
    for title in ("Porter", "Stoker", "Diver"):
        make_followed(title)
    page = sign_in("Job publishers")
    editor = JobEditor(page)
    everybody = sorted([PATIENT, *READERS])

    page.goto(reverse("wagtailadmin_pages:unpublish", args=[followed.pk]))
    expect(page.get_by_role("link", name="Close it instead")).to_be_visible()
    assert will_be_told(page) == 3
    page.get_by_label("Reason").select_option("Published in error")
    page.get_by_label("A line for followers").fill("It was meant for spring & later.")
    assert "3 followers will be told" in answer(page, "Yes, unpublish it")
    mails = new_mails()
    assert sorted(mail.to for mail in mails) == everybody
    assert {mail.subject for mail in mails} == {f"Taken down: {TITLE}"}
    for mail in mails:
        assert "published in error." in mail.text
        assert "It was meant for spring & later." in mail.text

    editor.open("Porter")
    page.get_by_role("button", name="Actions", exact=True).first.click()
    page.get_by_role("link", name="Delete").click()
    assert will_be_told(page) == 3
    answer(page, "Yes, delete it")
    assert [mail.subject for mail in new_mails()] == ["Taken down: Porter"] * 3

    choose(page, "Delete", "Stoker", TITLE)
    # Of the one that was taken down before they know.
    assert asked(page) == (3, 3)
    answer(page, "Yes, delete")
    assert [mail.subject for mail in new_mails()] == ["Taken down: Stoker"] * 3

    # And all that is left with the page above it, once the board's name is typed.
    for number in range(10):
        make_job(title=f"Deckhand {number}")
    settle()
    BoardSettings.objects.update_or_create(defaults={"name": "Work & Sea"})
    owner = sign_in("Site owners")
    owner.goto(reverse("wagtailadmin_pages:delete", args=[make_board().pk]))
    assert asked(owner) == (3, 3)
    expect(owner.get_by_role("main")).to_contain_text("Please type Work & Sea")
    owner.get_by_label("Please type").fill("Work & Sea")
    said = answer(owner, "Yes, delete it")
    assert "“Diver”: 3 followers will be told at once that it was taken down." in said
    assert [mail.subject for mail in new_mails()] == ["Taken down: Diver"] * 3
    assert not JobPage.objects.exists()
    assert Announcement.objects.filter(kind="TAKEN_DOWN", sent=3).count() == 4
