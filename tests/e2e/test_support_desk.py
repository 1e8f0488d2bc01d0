"""The support desk in a browser: by keyboard alone, and for every eye."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from jobs.models import JobRecord
from notifications.support.links import PEOPLE
from subscriptions.models import Subscriber
from tests.e2e.visiting import tab_to
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


def test_its_pages_are_free_of_barriers_in_light_and_dark(person, sign_in):
    page = sign_in()
    follow = person.subscriptions.get(record=JobRecord.objects.first())

    found = []
    for url in (
        reverse(f"{PEOPLE}:list"),
        reverse(f"{PEOPLE}:inspect", args=[person.pk]),
        reverse("support_trace", args=[follow.pk]),
        reverse("support_act", args=[person.pk, "erase"]),
        reverse("wagtailsnippets_subscriptions_subscription:list"),
        reverse("wagtailsnippets_subscriptions_subscription:add"),
    ):
        for scheme in ("light", "dark"):
            # Before the page: its colours fade from one to the other.
            page.emulate_media(color_scheme=scheme)
            page.goto(url)
            violations = Axe().run(page).response["violations"]
            found += [
                (url, scheme, x["id"], node["html"], node["failureSummary"])
                for x in violations
                for node in x["nodes"]
            ]

    assert found == []
