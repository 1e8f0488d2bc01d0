"""When a company hears that somebody follows one of its jobs, and what it reads."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from notifications import suppressing
from notifications.delivery.owing import notice_due_at
from notifications.models import OutgoingEmail
from notifications.public_views import notices_url
from subscriptions import services, tokens
from tests.factories import edit, follow, make_company, make_job
from tests.notifications.conftest import TITLE

NOON = dt.datetime(2026, 6, 9, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def company(db):
    return make_company(name="Crumb & Co", email="hiring@crumb.example")


@pytest.fixture
def job(company):
    return make_job(title=TITLE, company=company)


def notices():
    """What the company got so far; nobody else gets anything of interest here."""
    return [m for m in mail.outbox if m.to == ["hiring@crumb.example"]]


def test_the_first_one_comes_at_once(job, worker):
    follow(job)
    worker.run()

    [message] = notices()
    assert message.subject == f"New follower: {TITLE}"


def test_the_next_ones_come_together_an_hour_later(job, worker):
    follow(job)
    worker.run()
    for _ in range(3):
        follow(job)
        worker.run(minutes=10)
    assert len(notices()) == 1

    worker.run(minutes=31)

    [_first, second] = notices()
    assert second.subject == f"3 new followers: {TITLE}"
    assert "4 people follow it in all" in " ".join(second.body.split())


def test_one_that_comes_after_a_quiet_hour_comes_at_once(job, worker):
    follow(job)
    worker.run()
    worker.wait(minutes=61)
    follow(job)
    worker.run()

    assert len(notices()) == 2


def test_one_that_was_late_counts_from_when_it_came(job, worker):
    follow(job)
    worker.run(minutes=50)
    follow(job)
    worker.run(minutes=15)
    assert len(notices()) == 1

    worker.run(minutes=46)

    assert len(notices()) == 2


def test_a_company_that_presses_never_gets_none_that_waits_either(
    job, company, worker, client
):
    follow(job)
    worker.run()
    follow(job)
    path = urlsplit(notices_url(company)).path
    client.post(path, {"notices": "OFF"})

    worker.run(minutes=61)

    assert len(notices()) == 1
    rows = OutgoingEmail.objects.filter(company=company, state="SKIPPED")
    assert rows.get().last_code == "company wants no notices"


def test_every_one_leads_to_a_page_where_the_company_chooses(
    job, company, worker, client
):
    follow(job)
    worker.run()
    [message] = notices()
    link = notices_url(company)
    assert link in message.body
    assert f'href="{link}"' in message.alternatives[0].content

    page = client.get(urlsplit(link).path)
    buttons = re.findall(r'name="notices" value="(\w+)"', page.text)
    assert [company.notices, *buttons] == ["EACH", "DAILY", "OFF"]
    client.post(urlsplit(link).path, {"notices": "DAILY"})

    company.refresh_from_db()
    assert company.notices == "DAILY"


@pytest.mark.parametrize("reason", ["BOUNCED", "COMPLAINED"])
def test_a_company_that_must_not_be_mailed_gets_none(reason, job, worker):
    suppressing.suppress(address="Hiring@Crumb.example", reason=reason)

    follow(job)
    worker.run()

    assert notices() == []
    row = OutgoingEmail.objects.get(company__isnull=False)
    assert (row.state, row.last_code) == ("SKIPPED", "suppressed")


def test_jobs_of_one_company_are_merged(job, company, worker):
    other = make_job(title="Oven & Floor Cleaner", company=company)
    follow(job)
    worker.run()
    follow(job)
    follow(other)
    follow(other)
    worker.run(minutes=61)

    [_first, second] = notices()
    assert second.subject == "3 new followers of 2 jobs"
    assert TITLE in second.body
    assert "Oven & Floor Cleaner" in second.body


def test_companies_do_not_wait_for_each_other(job, worker):
    other = make_job(company=make_company(email="post@loaf.example"))
    follow(job)
    follow(other)
    worker.run()

    assert len(notices()) == 1
    assert ["post@loaf.example"] in [message.to for message in mail.outbox]


@pytest.mark.django_db
def test_once_a_day_means_eight_in_the_morning_of_the_site(worker):
    with time_machine.travel(NOON, tick=False):
        company = make_company(email="hiring@crumb.example", notices="DAILY")
        job = make_job(title=TITLE, company=company)
        follow(job)
        follow(job)
        worker.run(hours=1)
        assert notices() == []

        due_at = OutgoingEmail.objects.get(company=company).due_at
        assert timezone.localtime(due_at).isoformat() == "2026-06-10T08:00:00+01:00"
        worker.run(hours=19)

    [message] = notices()
    assert message.subject == f"2 new followers: {TITLE}"


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-06-10T07:59:59.5+01:00", "2026-06-10T08:00:00+01:00"),
        ("2026-06-10T08:00:00.5+01:00", "2026-06-11T08:00:00+01:00"),
        # In the night the clocks go forward.
        ("2026-03-28T12:00:00+00:00", "2026-03-29T08:00:00+01:00"),
    ],
)
def test_the_morning_is_the_next_one_to_the_second(now, morning):
    due_at = notice_due_at("DAILY", dt.datetime.fromisoformat(now), last=None)

    assert timezone.localtime(due_at).isoformat() == morning


@pytest.mark.parametrize("fields", [{"notices": "OFF"}, {"email": ""}])
def test_a_company_that_wants_none_gets_none(fields, db, worker):
    job = make_job(company=make_company(**fields))

    follow(job)

    assert not OutgoingEmail.objects.filter(kind="NEW_FOLLOWER").exists()


def test_a_job_without_a_company_has_nobody_to_tell(db, worker):
    follow(make_job(company=None))

    assert not OutgoingEmail.objects.filter(kind="NEW_FOLLOWER").exists()


def test_who_left_before_it_was_sent_is_not_counted(job, worker):
    follow(job, share_address=True)
    job.record.subscriptions.update(ended_at=timezone.now())
    worker.run()

    assert notices() == []
    assert OutgoingEmail.objects.get(company__isnull=False).state == "SKIPPED"


def test_a_request_that_nobody_confirmed_is_no_news(job, worker):
    services.subscribe(email="reader@example.org", record=job.record)
    worker.run()

    assert notices() == []


def test_following_twice_is_told_once(job, worker):
    subscription = services.subscribe(email="reader@example.org", record=job.record)
    token = tokens.confirm_token(subscription)
    services.confirm(token=token)
    with pytest.raises(tokens.TokenUsed):
        services.confirm(token=token)
    worker.run(hours=2)

    assert len(notices()) == 1


class TestAddresses:
    def test_an_address_is_passed_on_only_when_the_person_asked_for_it(
        self, job, worker
    ):
        follow(job, "Shares+it@example.org", share_address=True)
        worker.run()
        follow(job, "hides@example.org")
        follow(job, "shares.too@example.org", share_address=True)
        worker.run(minutes=61)

        first, second = notices()
        for part in (first.body, first.alternatives[0].content):
            assert "Shares+it@example.org" in part
        for part in (second.body, second.alternatives[0].content):
            assert "shares.too@example.org" in part
            assert "hides@example.org" not in part
            assert "Shares+it@example.org" not in part

    def test_nobody_else_is_named(self, job, worker):
        follow(job, "hides@example.org")
        edit(job)
        worker.run()

        [message] = notices()
        parts = message.body + message.alternatives[0].content
        assert "hides@example.org" not in parts
        assert "only when the person asks us to" in " ".join(message.body.split())
