"""The admin's reports in a browser: for every eye, and by keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jobs.models import JobRecord
from notifications.models import OutgoingEmail
from tests.e2e.visiting import tab_to
from tests.factories import in_days, make_job, make_subscription


@pytest.fixture
def some_of_each(board):
    record = JobRecord.for_page(make_job(title="Night baker", closes_at=in_days(3)))
    make_subscription(record=record)
    make_subscription(record=record, ended_at=in_days(0), ended_reason="UNSUBSCRIBED")
    OutgoingEmail.objects.create(
        kind="ANNOUNCEMENT",
        key="a",
        state="SENT",
        due_at=in_days(0),
        sent_at=in_days(0),
        last_code="250 2.0.0",
    )


@pytest.mark.usefixtures("some_of_each")
def test_a_plot_gives_its_numbers_to_the_keyboard(sign_in):
    page = sign_in("Job editors")
    page.goto(reverse("notifications_report_followers"))
    plot = page.get_by_role("img", name="Follows and stops in each week")
    expect(plot).to_be_visible()

    tab_to(page.locator("summary"))
    page.keyboard.press("Enter")

    numbers = page.get_by_role("table").filter(has_text="Stopped following")
    expect(numbers).to_be_visible()


@pytest.mark.usefixtures("some_of_each")
def test_a_search_draws_the_plot_anew(sign_in):
    page = sign_in("Job editors")
    page.goto(reverse("notifications_report_followers"))
    expect(page.get_by_text("New followers (above the line): 2.")).to_be_visible()

    page.locator("#id_q").fill("zeppelin")

    expect(page.get_by_text("No job that fits was followed")).to_be_visible()
    expect(page.locator(".plot")).to_have_count(0)
