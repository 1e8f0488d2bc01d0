"""Closing a job, and what else changes at once, whatever waits in its drafts."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from jobs.models import JobPage
from jobs.services import (
    NotPublic,
    change_company,
    close_job,
    extend_closing_date,
    reopen_job,
)
from tests.factories import (
    edit,
    in_days,
    make_company,
    make_draft,
    make_job,
    make_user,
)

pytestmark = pytest.mark.django_db


def fresh(job):
    return JobPage.objects.get(pk=job.pk)


def draft_of(job):
    return fresh(job).get_latest_revision_as_object()


class TestCloseJob:
    @pytest.mark.parametrize("reason", ["FILLED", "CANCELLED"])
    def test_closes_at_once_and_keeps_the_page(self, reason):
        job = make_job()
        before = timezone.now()

        closed = close_job(page_id=job.pk, reason=reason)

        assert closed.live
        assert closed.closed_reason == reason
        assert before <= closed.closed_at <= timezone.now()
        assert not closed.is_open
        assert not closed.has_unpublished_changes

    def test_keeps_the_place_in_the_list_and_all_that_is_public(self):
        job = make_job(title="R&D chef", requirements=["Own knives"])

        closed = close_job(page_id=job.pk, reason="FILLED")

        assert closed.posted_at == job.posted_at
        assert closed.title == "R&D chef"
        assert [x.uuid for x in closed.requirements.all()] == [
            x.uuid for x in job.requirements.all()
        ]

    def test_is_in_the_history_with_who_did_it(self):
        job, user = make_job(), make_user("Job publishers")

        closed = close_job(page_id=job.pk, reason="FILLED", user=user)

        assert closed.latest_revision.user == user
        assert closed.live_revision == closed.latest_revision

    def test_leaves_edits_that_wait_in_a_draft_waiting(self):
        job = make_job(title="Public", pay_min=26000)
        edit(
            job,
            title="Not yet",
            pay_min=30000,
            requirements=["Secret"],
            change_note="For later",
            publish=False,
        )

        closed = close_job(page_id=job.pk, reason="FILLED", note="Thank you all & bye")

        draft = draft_of(job)
        assert (closed.title, closed.pay_min) == ("Public", 26000)
        assert closed.has_unpublished_changes
        assert (draft.title, draft.pay_min) == ("Not yet", 30000)
        assert [x.text for x in draft.requirements.all()] == ["Secret"]
        assert draft.change_note == "For later"

    def test_is_not_undone_by_publishing_the_draft_that_waited(self):
        job = make_job()
        edit(job, title="Not yet", publish=False)
        closed = close_job(page_id=job.pk, reason="FILLED")

        fresh(job).get_latest_revision().publish()

        published = fresh(job)
        assert published.title == "Not yet"
        assert published.closed_reason == "FILLED"
        assert published.closed_at == closed.closed_at

    def test_is_not_undone_by_editing_a_closed_job(self, editor):
        job = make_job()
        closed = close_job(page_id=job.pk, reason="CANCELLED")

        job, errors = editor.edit(job, title="Corrected & closed")

        assert errors == {}
        assert job.title == "Corrected & closed"
        assert (job.closed_reason, job.closed_at) == ("CANCELLED", closed.closed_at)

    def test_again_for_another_reason_keeps_its_moment(self):
        job = make_job()
        first = close_job(page_id=job.pk, reason="CANCELLED")

        second = close_job(page_id=job.pk, reason="FILLED")

        assert second.closed_reason == "FILLED"
        assert second.closed_at == first.closed_at

    def test_is_not_undone_by_an_edit_that_was_scheduled(self):
        job = make_job(title="Public")
        edit(job, title="Next Monday", go_live_at=in_days(1))

        close_job(page_id=job.pk, reason="FILLED")
        with time_machine.travel(in_days(2)):
            call_command("publish_scheduled")

        assert fresh(job).closed_reason == "FILLED"
        assert draft_of(job).title == "Next Monday"

    def test_leaves_an_edit_that_was_scheduled_to_its_date(self):
        job = make_job(title="Public")
        monday = in_days(1)
        edit(job, title="Next Monday", go_live_at=monday)

        closed = close_job(page_id=job.pk, reason="FILLED")

        assert closed.title == "Public"
        assert closed.scheduled_revision.approved_go_live_at == monday
        with time_machine.travel(in_days(2)):
            call_command("publish_scheduled")
        published = fresh(job)
        assert (published.title, published.closed_reason) == ("Next Monday", "FILLED")
        assert published.scheduled_revision is None

    def test_leaves_an_edit_to_its_date_with_a_newer_draft_beside_it(self):
        job, monday = make_job(title="Public"), in_days(1)
        edit(job, title="Next Monday", go_live_at=monday)
        edit(fresh(job), title="Not yet", publish=False)

        closed = close_job(page_id=job.pk, reason="FILLED")

        assert closed.scheduled_revision.approved_go_live_at == monday
        assert draft_of(job).title == "Not yet"
        with time_machine.travel(in_days(2)):
            call_command("publish_scheduled")
        published = fresh(job)
        assert (published.title, published.closed_reason) == ("Next Monday", "FILLED")
        assert published.has_unpublished_changes
        assert draft_of(job).title == "Not yet"

    def test_gives_no_date_to_a_draft_that_had_none(self):
        job = make_job()
        edit(job, title="Not yet", publish=False)

        closed = close_job(page_id=job.pk, reason="FILLED")

        assert closed.scheduled_revision is None

    @pytest.mark.parametrize("make", [make_draft, lambda: _unpublished(make_job())])
    def test_is_for_public_jobs_only(self, make):
        job = make()
        revisions = job.revisions.count()

        with pytest.raises(NotPublic):
            close_job(page_id=job.pk, reason="FILLED")
        with pytest.raises(NotPublic):
            reopen_job(page_id=job.pk)

        assert fresh(job).closed_reason == ""
        assert job.revisions.count() == revisions

    def test_of_a_job_that_is_gone_says_so(self):
        with pytest.raises(JobPage.DoesNotExist):
            close_job(page_id=404, reason="FILLED")

    def test_of_a_job_whose_company_was_deleted_works(self):
        job = make_job()
        job.company.delete()

        assert not close_job(page_id=job.pk, reason="FILLED").is_open


class TestReopenJob:
    def test_opens_the_job_as_it_was(self):
        job = make_job()
        close_job(page_id=job.pk, reason="FILLED")

        opened = reopen_job(page_id=job.pk)

        assert opened.is_open
        assert (opened.closed_reason, opened.closed_at) == ("", None)
        assert opened.posted_at == job.posted_at

    def test_leaves_edits_that_wait_in_a_draft_waiting(self):
        job = make_job(title="Public")
        close_job(page_id=job.pk, reason="FILLED")
        edit(job, title="Not yet", publish=False)

        opened = reopen_job(page_id=job.pk)

        assert opened.is_open
        assert opened.title == "Public"
        assert draft_of(job).title == "Not yet"
        assert draft_of(job).closed_reason == ""

    def test_does_not_move_a_closing_date_that_has_passed(self):
        job = make_job(closes_at=in_days(-1))
        close_job(page_id=job.pk, reason="FILLED")

        assert reopen_job(page_id=job.pk).availability.reason == "closing_date"

    def test_then_closing_again_is_a_new_moment(self):
        job = make_job()
        close_job(page_id=job.pk, reason="FILLED")
        earlier = timezone.now() - dt.timedelta(days=3)
        JobPage.objects.filter(pk=job.pk).update(closed_at=earlier)

        reopen_job(page_id=job.pk)
        closed = close_job(page_id=job.pk, reason="FILLED")

        assert closed.closed_at > earlier


class TestExtendClosingDate:
    def test_lets_a_job_close_later_and_is_in_the_history(self):
        job, user, later = make_job(), make_user("Job publishers"), in_days(60)

        assert extend_closing_date(
            page_id=job.pk, closes_at=later, note="A & B.", user=user
        )

        job = fresh(job)
        assert job.closes_at == later
        assert not job.has_unpublished_changes
        assert job.live_revision == job.latest_revision
        assert job.latest_revision.user == user

    @pytest.mark.parametrize("closes_at", [None, in_days(60)])
    def test_leaves_a_job_that_closes_later_or_never(self, closes_at):
        job = make_job(closes_at=closes_at)

        assert not extend_closing_date(page_id=job.pk, closes_at=in_days(50))

        assert fresh(job).closes_at == closes_at
        assert fresh(job).latest_revision == job.latest_revision

    def test_reaches_the_draft_that_waits_with_other_edits(self):
        job, later = make_job(title="Public"), in_days(60)
        edit(job, title="Not yet", publish=False)

        extend_closing_date(page_id=job.pk, closes_at=later)

        assert (fresh(job).title, draft_of(job).title) == ("Public", "Not yet")
        assert fresh(job).closes_at == draft_of(job).closes_at == later

    @pytest.mark.parametrize("wished", [None, in_days(45), in_days(90)])
    def test_leaves_a_date_waiting_that_was_changed_in_a_draft(self, wished):
        job, later = make_job(), in_days(60)
        edit(job, closes_at=wished, publish=False)

        extend_closing_date(page_id=job.pk, closes_at=later)

        assert fresh(job).closes_at == later
        assert draft_of(job).closes_at == wished

    def test_leaves_an_edit_that_was_scheduled_to_its_date(self):
        job, monday = make_job(), in_days(1)
        edit(job, title="Next Monday", go_live_at=monday)

        extend_closing_date(page_id=job.pk, closes_at=in_days(60))

        assert fresh(job).scheduled_revision.approved_go_live_at == monday
        assert draft_of(job).title == "Next Monday"

    def test_is_for_public_jobs_only(self):
        job = make_draft()

        with pytest.raises(NotPublic):
            extend_closing_date(page_id=job.pk, closes_at=in_days(60))


class TestChangeCompany:
    def test_names_another_company_and_is_in_the_history(self):
        job, user, company = make_job(), make_user("Job publishers"), make_company()

        assert change_company(page_id=job.pk, company=company, user=user)

        job = fresh(job)
        assert job.company == company
        assert not job.has_unpublished_changes
        assert job.latest_revision.user == user

    def test_leaves_a_job_that_names_it_already(self):
        job = make_job()

        assert not change_company(page_id=job.pk, company=job.company)

        assert fresh(job).latest_revision == job.latest_revision

    def test_reaches_the_draft_that_waits_with_other_edits(self):
        job, company = make_job(), make_company()
        edit(job, title="Not yet", publish=False)

        change_company(page_id=job.pk, company=company)

        assert draft_of(job).title == "Not yet"
        assert draft_of(job).company == company

    def test_leaves_a_company_waiting_that_was_changed_in_a_draft(self):
        job, wished = make_job(), make_company()
        edit(job, company=wished, publish=False)

        change_company(page_id=job.pk, company=make_company())

        assert draft_of(job).company == wished

    def test_works_where_the_company_was_deleted(self):
        job, company = make_job(), make_company()
        job.company.delete()

        assert change_company(page_id=job.pk, company=company)
        assert fresh(job).company == company

    def test_is_for_public_jobs_only(self):
        job = make_draft()

        with pytest.raises(NotPublic):
            change_company(page_id=job.pk, company=make_company())


def _unpublished(job):
    job.unpublish()
    return job
