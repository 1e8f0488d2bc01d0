"""The support desk in a browser: by keyboard alone, and for every eye."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from notifications.models import OutgoingEmail
from notifications.support.links import PEOPLE
from subscriptions.models import Subscriber
from tests.e2e.visiting import press, tab_to
from tests.factories import edit, in_days, make_job, make_subscription

READER = "reader@example.org"


@pytest.fixture
def person(board, smtp, no_quiet_window, deliver):
    """Somebody who was told of a change, waits to confirm a job, and left another."""
    job = make_job(title="Night baker")
    make_subscription(job=job, email=READER)
    deliver()
    edit(job, pay_max=29000)
    deliver()
    make_subscription(email=READER, confirmed=False)
    make_subscription(email=READER, ended_at=in_days(0), ended_reason="UNSUBSCRIBED")
    return Subscriber.objects.get()


def test_a_person_is_found_and_their_story_read_by_keyboard(person, sign_in):
    page = sign_in("Subscriber support")
    page.goto(reverse(f"{PEOPLE}:list"))

    tab_to(page.get_by_role("textbox", name="Email address of the person"))
    page.keyboard.type(READER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text(READER)
    tab_to(page.get_by_role("link", name="Night baker", exact=True))
    page.keyboard.press("Enter")

    story = page.get_by_role("main")
    expect(story).to_contain_text("Pay changed: Night baker")
    expect(story).to_contain_text("Sent. The mail server took it (250")
    assert READER not in page.url
    assert READER not in page.title()


def find(page, address=READER):
    page.goto(reverse(f"{PEOPLE}:list"))
    page.get_by_role("textbox", name="Email address of the person").fill(address)
    press(page, "Find the person")


def do(page, link, button):
    """Open what is asked about once more, and mean it."""
    page.get_by_role("link", name=link, exact=True).click()
    press(page, button)


def test_a_person_is_helped_from_a_lost_email_to_being_forgotten(
    person, sign_in, smtp, deliver
):
    given_up = {"state": OutgoingEmail.State.FAILED, "last_code": "554 5.7.1"}
    OutgoingEmail.objects.filter(kind="ANNOUNCEMENT").update(**given_up)
    page = sign_in("Subscriber support")
    main = page.get_by_role("main")

    find(page)
    page.get_by_role("link", name="Night baker", exact=True).click()
    expect(main).to_contain_text("Given up. The mail server refused it")
    press(page, "Send it to them now")
    expect(page.get_by_text("It goes out to them now.")).to_be_visible()
    deliver()
    page.reload()
    expect(main).to_contain_text("Sent. The mail server took it (250")
    assert [mail.subject for mail in smtp.to(READER)] == [
        "Pay changed: Night baker"
    ] * 2

    find(page)
    do(page, "Stop following Night baker", "Stop following")
    expect(main).to_contain_text("Ended by staff")
    do(page, "Block the address", "Block the address")
    expect(main).to_contain_text("Gets none since")
    do(page, "Unblock the address", "Unblock the address")
    expect(main).to_contain_text("Gets what is due")
    for said in ("Sent an email again", "Stopped a job", "Blocked", "Unblocked"):
        expect(main).to_contain_text(said)
    do(page, "Erase the person", "Erase the person")
    find(page)
    expect(main).to_contain_text(f"Nobody known follows a job with {READER}")
    assert not Subscriber.objects.exists()


def test_a_day_that_the_picker_cannot_read_stays_as_it_was_typed(followed, sign_in):
    page = sign_in("Subscriber support")
    page.goto("/admin/support/subscriptions/add/")
    day = page.get_by_label("When they gave it")

    day.press_sequentially("3 May 2026")
    day.press("Tab")
    expect(day).to_have_value("3 May 2026")

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter a valid date.")).to_be_visible()
    expect(day).to_have_value("3 May 2026")
