"""The page of a job as it is printed."""

from django.utils import timezone
from playwright.sync_api import expect

from jobs.models import JobRecord
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
