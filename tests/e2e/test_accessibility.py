"""Every public page as everybody can use it, in light and dark, on any screen."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import caches
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from wagtail.models import PageViewRestriction

from jobs.models import Company, JobPath, JobRecord
from notifications.public_views import notices_url
from subscriptions import services, tokens
from subscriptions.limits import Limit
from tests.e2e.seeing import barriers
from tests.e2e.visiting import (
    ask_to_follow,
    expect_heading,
    follow,
    is_too_wide,
    press,
)

READER = "Reader.One@example.org"
ADDRESSES = [
    "/",
    "/about/",
    "/admin/login/",
    "/blocks/",
    "/jobs/",
    "/jobs/?q=nights",
    "/jobs/?q=zeppelin",
    "/jobs/company/crumb-co/",
    "/jobs/night-baker/",
    "/nowhere/",
    "/notices/unknown/",
    "/privacy/",
    "/subscriptions/confirm/unknown/",
    "/subscriptions/manage/",
    "/subscriptions/manage/unknown/",
    "/subscriptions/unsubscribe/unknown/",
]
#: The width of a small phone, of a tablet and of a laptop.
WIDTHS = (320, 768, 1280)


@pytest.fixture
def town(board, settings, tmp_path):
    """The demo on a running board, with its pictures and its inbox."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "jobsite.urls_dev"
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    call_command("demo", verbosity=0)


def record_at(slug):
    return JobPath.objects.get(path=f"/jobs/{slug}/").record


def pending(slug):
    return services.subscribe(email=READER, record=record_at(slug))


def every_public_page(page, deliver):
    """Bring ``page`` to one public page after the other, and say which it is."""
    for address in ADDRESSES:
        page.goto(address)
        yield address
    yield from jobs_that_ended(page)
    yield from the_way_to_a_follower_and_back(page, deliver)
    yield from buttons_that_lead_no_further(page)
    yield from links_that_lead_no_further(page)
    yield from what_stands_before_private_pages(page)
    yield from pages_of_errors(page)


def jobs_that_ended(page):
    ended = JobPath.objects.filter(record__page__closed_reason="FILLED").first()
    gone = JobPath.objects.filter(record__page=None).first()
    for path in (ended, gone):
        page.goto(path.path)
        yield path.path


def the_way_to_a_follower_and_back(page, deliver):
    page.goto("/jobs/night-baker/")
    follow(page, "reader at example")
    expect(page.get_by_role("main")).to_contain_text("does not look like an email")
    yield "an address that is none"
    ask_to_follow(page, READER)
    yield "check your inbox, in place"
    page.goto("/subscriptions/check-your-inbox/")
    yield "check your inbox"
    deliver()
    page.goto("/demo/inbox/")
    yield "the demo inbox"
    page.get_by_role("link", name="Confirm that you follow Night baker").click()
    expect_heading(page, "Confirm that you follow Night baker")
    yield "an email in the demo inbox"

    subscription = pending("night-baker")
    page.goto(f"/subscriptions/confirm/{tokens.confirm_token(subscription)}/")
    yield "a link to confirm"
    link = page.url
    yield from several_jobs_to_confirm(page, link)
    page.goto(link)
    yield "confirmed before"
    page.goto(f"/subscriptions/manage/{tokens.manage_token(subscription.subscriber)}/")
    yield "what I follow"
    page.goto("/subscriptions/manage/erase/")
    yield "erase everything"
    page.goto(f"/subscriptions/unsubscribe/{subscription.token}/")
    yield "a link to stop following"
    press(page, "Stop following")
    expect_heading(page, "You no longer follow Night baker")
    yield "stopped"
    press(page, "Delete it now")
    expect_heading(page, "Your address is deleted")
    yield "deleted"
    yield from a_form_that_refuses(page)
    press(page, "Email me the link")
    expect_heading(page, "Check your inbox")
    yield "the link to what I follow was asked for"
    page.goto(urlsplit(notices_url(Company.objects.first())).path)
    yield "how often a company is written to"


def a_form_that_refuses(page):
    """Once because the press was too fast, and once because of too many."""
    main = page.get_by_role("main")
    page.goto("/subscriptions/manage/")
    page.get_by_role("textbox", name="Email address").fill(READER)
    press(page, "Email me the link")
    expect(main).to_contain_text("Press the button once more")
    yield "a form that was sent faster than a person can"
    page.wait_for_timeout(2_100)
    while Limit("network", "127.0.0.1").allow_request(None):
        pass
    press(page, "Email me the link")
    expect(main).to_contain_text("Too many tries from your network.")
    yield "a form that was sent too often"
    caches["limits"].clear()
    page.wait_for_timeout(2_100)


def several_jobs_to_confirm(page, link):
    title = pending("volunteer-room-guide").record.title
    page.goto(link)
    yield "a link to confirm several jobs"
    page.get_by_label(title).uncheck()
    page.get_by_label("Night baker").uncheck()
    press(page, "Confirm")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a link to confirm with nothing ticked"
    page.get_by_label(title).uncheck()
    press(page, "Confirm")
    expect_heading(page, "You follow Night baker")
    yield "confirmed"


def buttons_that_lead_no_further(page):
    """Pressed on a page that was true when it was opened, and is not any more."""
    [mine] = services.confirm(token=tokens.confirm_token(pending("night-baker")))
    person = mine.subscriber
    page.goto(f"/subscriptions/unsubscribe/{mine.token}/")
    press(page, "Stop following")
    stopped = page.url
    expect_heading(page, "You no longer follow Night baker")
    person.subscriptions.update(ended_reason="BOUNCED")
    press(page, "Follow again")
    expect_heading(page, "You do not follow Night baker")
    yield "following again what ended in another way"
    person.subscriptions.update(ended_reason="UNSUBSCRIBED")
    page.goto(stopped)
    yield "a link to stop what was stopped"
    press(page, "Follow again")
    expect_heading(page, "You follow Night baker")
    page.goto(stopped)
    press(page, "Stop following")
    person.subscriptions.update(ended_at=None, ended_reason="")
    press(page, "Delete it now")
    expect_heading(page, "Your address is not deleted")
    yield "deleting an address that follows something after all"
    services.erase(email=READER)
    press(page, "Stop following everything")
    expect_heading(page, "This link leads to nobody")
    yield "a button of somebody who was erased"


def what_stands_before_private_pages(page):
    job = record_at("hospital-porter").page
    restriction = PageViewRestriction(page=job, password="bread")
    for kind, button in (("password", "Show the page"), ("login", "Sign in")):
        restriction.restriction_type = kind
        restriction.save()
        page.goto(job.url)
        yield f"a private page, by {kind}"
        for label in ("Username", "Password"):
            if page.get_by_label(label).count():
                page.get_by_label(label).fill("cake")
        press(page, button)
        expect(page.locator(".field__error")).to_be_visible()
        yield f"a private page, by a wrong {kind}"


def links_that_lead_no_further(page):
    subscription = pending("night-baker")
    with time_machine.travel(timezone.now() - dt.timedelta(days=8)):
        old = tokens.confirm_token(subscription)
    page.goto(f"/subscriptions/confirm/{old}/")
    yield "a link to confirm that is too old"
    page_of_job = subscription.record.page
    page_of_job.closes_at = timezone.now()
    page_of_job.save()
    page.goto(f"/subscriptions/confirm/{tokens.confirm_token(subscription)}/")
    yield "a job that closed meanwhile"


def pages_of_errors(page):
    record = JobRecord.objects.first()
    stranger = Client(headers={"origin": "https://elsewhere.example"})
    refused = stranger.post(f"/subscriptions/jobs/{record.pk}/")
    assert refused.status_code == 403
    page.set_content(refused.content.decode())
    yield "403"
    page.set_content(render_to_string("500.html"))
    yield "500"


def faults(page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if is_too_wide(page):
            yield f"wider than {width} px"
    # The last width in light, the first one in dark: both layouts, both schemes.
    yield from barriers(page, scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    yield from barriers(page, scheme="dark")


def test_every_public_page_is_free_of_barriers_and_fits_every_screen(
    town, deliver, open_browser
):
    page = open_browser()

    found = [
        f"{name}: {fault}"
        for name in every_public_page(page, deliver)
        for fault in faults(page)
    ]

    assert found == []
