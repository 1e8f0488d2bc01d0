"""What editors, owners and support do in the real admin, down to the mails that came."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jobs.models import JobPage
from notifications.models import Pause
from tests.e2e.editing import JobEditor, tick
from tests.e2e.promising import foretold, is_kept, open_panel
from tests.e2e.readers import READERS, TITLE
from tests.factories import make_draft

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_quiet_window")]


def to_readers(smtp):
    return [mail for mail in smtp.mails if mail.to in READERS]


def test_an_editor_is_offered_nothing_that_is_refused(followed, sign_in):
    page = sign_in("Job editors")
    own = make_draft(title="Stoker")
    main = page.get_by_role("main")

    footer = tick(page, TITLE)
    expect(footer.get_by_role("link")).to_have_text(["Move", "Delete"])

    editor = JobEditor(page)
    editor.open(TITLE)
    actions = editor._menu()
    for name in ("Publish", "Unpublish", "Close job"):
        expect(actions.get_by_text(name, exact=True)).to_have_count(0)
    panel = open_panel(page)
    expect(panel).to_contain_text("2 followers.")
    expect(panel.get_by_role("link", name="Send a correction")).to_have_count(0)

    for name, refused in (
        ("wagtailadmin_pages:unpublish", followed),
        ("wagtailadmin_pages:delete", followed),
        ("notifications_close_job", followed),
    ):
        page.goto(reverse(name, args=[refused.pk]))
        expect(main).to_contain_text("you do not have permission")
    page.goto(reverse("wagtailadmin_pages:delete", args=[own.pk]))
    page.get_by_role("button", name="Yes, delete it").click()
    assert "deleted" in editor.said()
    assert JobPage.objects.get() == followed


def test_what_an_owner_writes_is_in_the_preview_and_in_the_mail(
    followed, sign_in, smtp, deliver
):
    owner = sign_in("Site owners", email="owner@board.example")
    owner.goto(reverse("notifications_text", args=["changed"]))
    owner.get_by_role("textbox", name="Subject").fill("{what} at {company} & more")
    owner.get_by_role("textbox", name="Closing").fill("Yours & always, {site}.")
    owner.get_by_role("button", name="Save texts").click()
    expect(owner.locator(".messages")).to_contain_text("Saved.")

    publisher = sign_in("Job publishers")
    editor = JobEditor(publisher)
    editor.open(TITLE)
    editor.fill(pay_max="29500")
    # The draft is saved, so that the panel compares it.
    publisher.get_by_role("button", name="Save draft").click()
    editor.said()
    promise = foretold(open_panel(publisher))
    assert promise.subject == f"Pay changed at {followed.company} & more"
    assert promise.people == 2
    editor.publish()
    deliver()

    mails = to_readers(smtp)
    assert is_kept(promise, mails)
    assert all("Yours & always, Jobs." in mail.text for mail in mails)


def test_support_finds_a_person_and_pauses_all_email(followed, sign_in, smtp, deliver):
    support = sign_in("Subscriber support")
    expect(support.get_by_role("searchbox")).to_have_count(0)
    support.get_by_role("textbox", name="Email address").fill(READERS[0])
    support.get_by_role("button", name="Find the person").click()
    expect(support.get_by_role("main")).to_contain_text(READERS[0])
    assert READERS[0] not in support.url
    support.goto("/admin/")
    support.get_by_role("button", name="Pause all email").click()
    expect(support.get_by_role("button", name="Resume all email")).to_be_visible()

    publisher = sign_in("Job publishers")
    editor = JobEditor(publisher)
    editor.open(TITLE)
    expect(open_panel(publisher)).to_contain_text("All email has been paused since")
    editor.fill(pay_max="29500")
    assert "2 followers will be told when email is resumed" in editor.publish()
    deliver()
    assert to_readers(smtp) == []
    editor.open(TITLE)
    expect(open_panel(publisher)).to_contain_text("Sent to 0 of 2")

    support.get_by_role("button", name="Resume all email").click()
    expect(support.get_by_role("button", name="Pause all email")).to_be_visible()
    assert not Pause.objects.exists()
    deliver()
    publisher.locator("#id_title").focus()
    assert sorted(mail.to for mail in to_readers(smtp)) == READERS
    publisher.reload()
    expect(open_panel(publisher)).to_contain_text("2 taken by the mail server")
