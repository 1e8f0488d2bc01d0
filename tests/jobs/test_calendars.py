"""The closing date of a job in somebody's calendar, whatever becomes of the job."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from jobs.models import JobPage, JobRecord
from jobs.services import close_job, reopen_job
from subscriptions import services, tokens
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_draft,
    make_job,
    make_page,
    make_private,
)
from tests.jobs.ics import entry_in

pytestmark = pytest.mark.django_db


def address(job):
    return reverse("jobs:closing_date", args=[JobRecord.objects.get().pk])


def later():
    """A while after what was done before: numbers in a calendar count seconds."""
    return time_machine.travel(timezone.now() + dt.timedelta(hours=1))


def stamp(moment):
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def assert_struck_out_and_back(entries):
    """A calendar that knows one of them takes the next one."""
    said = [entry["STATUS"] for entry in entries]
    assert said == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    first, second, third = [int(entry["SEQUENCE"]) for entry in entries]
    assert first < second < third


@pytest.fixture
def job():
    return make_job(title="Night baker, R&D; sea")


@pytest.fixture
def read(client, job):
    """The entry as a calendar would read it now."""
    url = address(job)

    def read():
        response = client.get(url)
        assert response.headers["Content-Type"] == "text/calendar"
        return entry_in(response.content)

    return read


class TestEntry:
    def test_says_when_the_job_closes(self, job, read):
        entry = read()

        assert entry["DTSTART"] == stamp(job.closes_at)
        assert entry["SUMMARY"] == f"Closes: Night baker, R&D; sea, {job.company.name}"
        assert entry["URL"].endswith(job.url)
        assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", "0")

    def test_moves_with_the_closing_date_and_keeps_its_name(self, job, read):
        before = read()

        with later():
            job = edit(job, closes_at=in_days(40), slug="elsewhere")

        entry = read()
        assert entry["UID"] == before["UID"]
        assert int(entry["SEQUENCE"]) > int(before["SEQUENCE"])
        assert entry["DTSTART"] == stamp(job.closes_at) != before["DTSTART"]
        assert entry["URL"].endswith(job.url)

    @pytest.mark.parametrize(
        "end",
        [
            pytest.param(lambda job: close_job(page_id=job.pk, reason="FILLED"), id=""),
            pytest.param(lambda job: edit(job, closes_at=None), id="no date"),
            pytest.param(lambda job: job.unpublish(), id="unpublished"),
            pytest.param(lambda job: job.delete(), id="deleted"),
        ],
    )
    def test_is_cancelled_when_there_is_nothing_to_wait_for(self, job, read, end):
        before = read()

        with later():
            end(job)

        entry = read()
        assert entry["UID"] == before["UID"]
        assert int(entry["SEQUENCE"]) > int(before["SEQUENCE"])
        assert entry["DTSTART"] == before["DTSTART"]
        assert entry["STATUS"] == "CANCELLED"

    def test_leads_nowhere_once_another_job_has_the_address(self, job, read):
        job.delete()
        assert read()["URL"].endswith(job.url)

        make_job(slug=job.slug)

        assert "URL" not in read()

    @pytest.mark.parametrize("hidden", [lambda job: job, lambda job: job.get_parent()])
    def test_is_cancelled_while_the_job_is_private(self, job, read, hidden):
        entries = [read()]
        restriction = make_private(hidden(job))
        entries.append(read())
        with later():
            restriction.delete()
        entries.append(read())

        assert_struck_out_and_back(entries)

    def test_is_cancelled_while_the_job_is_below_a_private_page(self, job, read):
        private = make_page()
        make_private(private)
        entries = [read()]
        job.move(private, pos="last-child")
        entries.append(read())
        with later():
            JobPage.objects.get(pk=job.pk).move(make_board(), pos="last-child")
        entries.append(read())

        assert_struck_out_and_back(entries)

    def test_is_back_when_the_job_is_open_again(self, job, read):
        with later():
            close_job(page_id=job.pk, reason="FILLED")
            cancelled = read()
            with later():
                reopen_job(page_id=job.pk)

        entry = read()
        assert entry["STATUS"] == "CONFIRMED"
        assert int(entry["SEQUENCE"]) > int(cancelled["SEQUENCE"])

    def test_stays_when_its_day_has_come(self, job, read):
        JobPage.objects.filter(pk=job.pk).update(closes_at=in_days(-1))

        assert read()["STATUS"] == "CONFIRMED"

    def test_of_a_job_that_is_hidden_says_nothing_new(self, job, read):
        closes_at = job.closes_at
        make_private(job)
        edit(job, title="Secret", closes_at=in_days(50))

        entry = read()

        assert "Secret" not in entry["SUMMARY"]
        assert entry["STATUS"] == "CANCELLED"
        assert entry["DTSTART"] == stamp(closes_at)

    def test_of_a_draft_says_what_was_public(self, job, read):
        job.unpublish()
        edit(job, title="Secret", closes_at=in_days(50), publish=False)

        assert "Night baker" in read()["SUMMARY"]


class TestNoEntry:
    @pytest.mark.parametrize("fields", [{"closes_at": None}, {}])
    def test_of_a_job_without_a_date_or_without_a_public_page(self, client, fields):
        job = make_job(**fields) if fields else make_draft()
        record = JobRecord.for_page(job)

        url = reverse("jobs:closing_date", args=[record.pk])

        assert client.get(url).status_code == 404

    def test_of_a_job_that_never_was(self, client):
        url = reverse("jobs:closing_date", args=[2**63 - 1])

        assert client.get(url).status_code == 404


class TestLinks:
    def test_stand_on_the_page_while_there_is_a_date(self, client, job):
        assert address(job) in client.get(job.url).content.decode()

        JobPage.objects.update(closes_at=None)

        assert address(job) not in client.get(job.url).content.decode()

    def test_stand_on_the_page_that_says_you_follow(self, client, job):
        follow = services.subscribe(
            email="reader@example.org", record=JobRecord.objects.get()
        )
        url = reverse("subscriptions:confirm", args=[tokens.confirm_token(follow)])

        page = client.post(url, {"follow": [follow.pk]}).content.decode()

        assert f'href="{address(job)}"' in page
        assert "Add the closing date to my calendar" in page
