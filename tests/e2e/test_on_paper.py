"""The page of a job as it is printed."""

from django.utils import timezone
from playwright.sync_api import expect

from jobs.models import JobPage, JobRecord
from notifications.models import Announcement


def tell_of_changes(record, count):
    now = timezone.now()
    Announcement.objects.bulk_create(
        Announcement(
            record=record,
            version=100 + number,
            kind=Announcement.Kind.CHANGED,
            state=Announcement.State.DONE,
            before={},
            after={},
            note=f"Change no. {number}",
            created_at=now,
            expires_at=now,
        )
        for number in range(count)
    )


def test_a_job_shows_its_earlier_changes_without_the_control(followed, open_browser):
    tell_of_changes(JobRecord.objects.get(), 7)
    page = open_browser()
    page.goto(followed.url)
    first = page.get_by_text("Change no. 0")
    expect(first).to_be_hidden()

    page.emulate_media(media="print")

    expect(first).to_be_visible()
    expect(page.get_by_text("Earlier changes")).to_be_hidden()


def test_a_job_leaves_out_what_nobody_can_press(followed, open_browser):
    JobPage.objects.update(apply_url="https://crumb.example/apply?job=7")
    page = open_browser()
    page.goto(followed.url)
    hidden = [page.get_by_role("navigation").first, page.locator(".job-grid__follow")]
    hidden += [page.get_by_role("contentinfo")]
    for part in hidden:
        expect(part).to_be_visible()

    page.emulate_media(media="print")

    for part in hidden:
        expect(part).to_be_hidden()
    expect(page.get_by_role("heading", name=followed.title)).to_be_visible()


def test_a_job_says_the_address_at_which_one_applies(followed, open_browser):
    JobPage.objects.update(apply_url="https://crumb.example/apply?job=7")
    page = open_browser()
    page.goto(followed.url)
    page.emulate_media(media="print")

    printed = page.get_by_role("link", name="Apply at crumb.example").evaluate(
        "link => getComputedStyle(link, '::after').content"
    )
    assert "https://crumb.example/apply?job=7" in printed
