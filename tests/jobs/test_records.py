"""What stays of a job: its record, and every path that it was public at."""

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from jobs.models import JobPage, JobPath, JobRecord
from jobs.services import close_job, reopen_job
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_job,
    make_page,
    make_private,
    make_user,
)

pytestmark = pytest.mark.django_db


def record_of(job):
    return JobRecord.objects.get(page_id=job.pk)


def paths():
    return set(JobPath.objects.values_list("path", flat=True))


class TestCompany:
    def test_is_called_what_it_is_called_now(self):
        job, other = make_job(), make_job()
        job.company.name = "Crumb & Daughters"
        job.company.save()

        assert record_of(job).company_name == "Crumb & Daughters"
        assert record_of(other).company_name == other.company.name

    @pytest.mark.parametrize("end", ["", "unpublish", "delete"])
    def test_is_not_named_any_more_once_it_is_confidential(self, end):
        company, same_name = make_company(), make_company()
        job, other = make_job(company=company), make_job(company=same_name)
        for one in (company, same_name):
            one.name = "Crumb & Co"
            one.save()
        record = record_of(job)
        if end:
            getattr(job, end)()

        company.is_confidential = True
        company.save()

        record.refresh_from_db()
        assert record.company_name == "Confidential company"
        assert record_of(other).company_name == "Crumb & Co"

    def test_costs_the_same_for_any_number_of_jobs(self, django_assert_num_queries):
        company = make_company()
        for _ in range(3):
            make_job(company=company)
        company.name = "Crumb & Daughters"

        with django_assert_num_queries(2):
            JobRecord.call_company(company)

    def test_of_a_private_job_is_the_one_that_was_public(self):
        company, hidden = make_company(name="Crumb & Co"), make_company()
        job = make_job(company=company)
        make_private(job)
        edit(job, company=hidden)

        hidden.save()
        assert record_of(job).company_name == "Crumb & Co"

        company.is_confidential = True
        company.save()
        assert record_of(job).company_name == "Confidential company"


class TestPublished:
    def test_keeps_what_is_public_of_a_job(self):
        category = make_category()

        job = make_job(title="R&D chef", category=category, locations=["Leeds"])

        record = record_of(job)
        assert record.title == "R&D chef"
        assert record.company_name == job.company.name
        assert record.place == "Leeds"
        assert record.category == category
        assert record.first_public_at == job.first_published_at
        assert record.gone_at is None
        assert paths() == {job.url}

    def test_brings_the_record_up_to_date_and_keeps_its_first_moment(self):
        job = make_job()
        first = record_of(job)

        job = edit(job, title="Night baker", company=make_company(is_confidential=True))

        again = record_of(job)
        assert again.pk == first.pk
        assert again.title == "Night baker"
        assert again.company_name == "Confidential company"
        assert again.first_public_at == first.first_public_at
        assert again.last_public_at == job.last_published_at > first.last_public_at

    def test_adds_a_path_when_the_slug_changes_and_keeps_the_old_one(self):
        job = make_job(slug="old")
        old = job.url

        job = edit(job, slug="new")

        assert paths() == {old, job.url}
        assert {path.record for path in JobPath.objects.all()} == {record_of(job)}

    def test_gives_a_path_to_the_job_that_used_it_last(self):
        first = make_job(slug="baker")
        edit(first, slug="former-baker")

        second = make_job(slug="baker")

        assert JobPath.objects.get(path=second.url).record == record_of(second)

    def test_of_a_draft_keeps_nothing(self):
        edit(make_job(title="Public"), title="Secret", publish=False)
        make_draft()

        assert [record.title for record in JobRecord.objects.all()] == ["Public"]

    def test_of_a_job_that_is_only_scheduled_keeps_nothing(self):
        edit(make_draft(), go_live_at=in_days(2))

        assert not JobRecord.objects.exists()
        assert not JobPath.objects.exists()

    def test_of_a_scheduled_job_keeps_it_when_its_time_comes(self):
        job = edit(make_draft(), go_live_at=in_days(1))

        with time_machine.travel(in_days(2)):
            call_command("publish_scheduled")

        assert paths() == {JobPage.objects.get(pk=job.pk).url}

    def test_of_an_alias_keeps_one_record_and_one_path(self):
        job = make_job()
        alias = job.create_alias(parent=make_board(), update_slug="alias")

        edit(job, title="Both of us")

        record = JobRecord.objects.get()
        assert record.page_id == job.pk
        assert paths() == {job.url}
        assert JobRecord.for_page(JobPage.objects.get(pk=alias.pk)) == record
        assert JobPage.objects.get(pk=alias.pk).record_or_none == record

    def test_lets_the_job_go_live_when_the_record_cannot_be_kept(
        self, editor, monkeypatch, caplog
    ):
        def broken(page):
            raise RuntimeError("disk full")

        monkeypatch.setattr(JobRecord, "for_page", broken)

        job, errors = editor.add(title="R&D chef")

        assert errors == {}
        assert job.live
        assert job.url in editor.client.get(make_board().url).content.decode()
        assert f"Record of job {job.pk} not kept" in caplog.messages

    def test_in_a_transaction_that_is_rolled_back_keeps_nothing(self):
        with transaction.atomic():
            make_job()
            transaction.set_rollback(True)

        assert not JobRecord.objects.exists()


class TestMoving:
    def test_the_list_keeps_the_paths_that_its_jobs_have_then(
        self, django_capture_on_commit_callbacks
    ):
        job, draft = make_job(), make_draft()
        old = job.url
        board = make_board()

        with django_capture_on_commit_callbacks(execute=True):
            make_board(slug="careers")

        new = JobPage.objects.get(pk=job.pk).url
        assert new == old.replace(board.url, "/careers/")
        assert paths() == {old, new}
        assert JobPage.objects.get(pk=draft.pk).record_or_none is None

    def test_the_list_below_another_page_keeps_the_paths_too(self):
        job = make_job()
        old = job.url
        town = make_page(title="Town", slug="town")

        make_board().move(town, pos="last-child")

        assert paths() == {old, f"/town{old}"}

    def test_a_job_whose_path_another_one_had_takes_it(self):
        first = make_job(slug="baker")
        edit(first, slug="former-baker")
        second = make_job(slug="new-baker")

        with TestCase.captureOnCommitCallbacks(execute=True):
            edit(second, slug="baker")

        second = JobPage.objects.get(pk=second.pk)
        assert JobPath.objects.get(path=second.url).record == record_of(second)


class TestEnd:
    def test_by_unpublishing_is_noted_once(self):
        job = make_job()
        before = timezone.now()

        job.unpublish()
        first = record_of(job).gone_at
        job.delete()

        assert before <= first <= timezone.now()
        assert JobRecord.objects.get().gone_at == first

    def test_is_forgotten_when_the_job_is_back(self):
        job = make_job()
        job.unpublish()

        edit(job)

        assert record_of(job).gone_at is None

    @pytest.mark.parametrize(
        "delete",
        [
            pytest.param(lambda job: job.delete(), id="page"),
            pytest.param(lambda job: job.page_ptr.delete(), id="base page"),
            pytest.param(lambda job: job.get_parent().specific.delete(), id="parent"),
            pytest.param(
                lambda job: JobPage.objects.filter(pk=job.pk).delete(), id="queryset"
            ),
        ],
    )
    def test_by_deleting_keeps_record_and_paths_however_the_page_goes(self, delete):
        job = make_job(title="R&D chef")
        url = job.url

        delete(job)

        record = JobRecord.objects.get()
        assert record.page is None
        assert record.title == "R&D chef"
        assert record.gone_at is not None
        assert [path.path for path in record.paths.all()] == [url]

    def test_that_cannot_be_noted_still_happens(self, monkeypatch, caplog):
        job = make_job()

        def broken(**kwargs):
            raise RuntimeError("disk full")

        monkeypatch.setattr(JobRecord.objects, "filter", broken)
        job.unpublish()
        monkeypatch.undo()

        assert not JobPage.objects.get(pk=job.pk).live
        assert f"End of job {job.pk} not noted" in caplog.messages

    def test_that_is_rolled_back_is_none(self):
        job = make_job()

        with transaction.atomic():
            job.delete()
            transaction.set_rollback(True)

        assert record_of(job).gone_at is None

    def test_by_the_admin_is_noted(self, client):
        job = make_job()
        client.force_login(make_user())

        client.post(reverse("wagtailadmin_pages:unpublish", args=[job.pk]))

        assert record_of(job).gone_at is not None


class TestFilled:
    def test_is_remembered_with_its_moment(self):
        job = close_job(page_id=make_job().pk, reason="FILLED")

        assert record_of(job).filled_at == job.closed_at

    def test_is_forgotten_when_the_job_opens_again_or_was_cancelled_instead(self):
        job = close_job(page_id=make_job().pk, reason="FILLED")

        close_job(page_id=job.pk, reason="CANCELLED")
        assert record_of(job).filled_at is None

        close_job(page_id=job.pk, reason="FILLED")
        reopen_job(page_id=job.pk)
        assert record_of(job).filled_at is None


class TestRecordOfAPage:
    def test_is_made_for_a_job_that_no_signal_told_of(self):
        job = make_job()
        JobRecord.objects.all().delete()

        record = JobRecord.for_page(JobPage.objects.get(pk=job.pk))

        assert record.title == job.title
        assert record.first_public_at == job.first_published_at

    def test_says_nothing_of_a_draft_once_the_job_was_public(self):
        job = make_job(title="Public")
        job.unpublish()
        draft = edit(job, title="Secret", publish=False)

        assert JobRecord.for_page(draft).title == "Public"
        assert record_of(job).title == "Public"
        assert record_of(job).gone_at is not None

    @pytest.mark.parametrize("above", [False, True])
    def test_says_nothing_that_was_published_while_the_job_was_private(self, above):
        job = make_job(title="Public")
        PageViewRestriction.objects.create(
            page_id=make_board().pk if above else job.pk,
            restriction_type=PageViewRestriction.LOGIN,
        )
        job = edit(job, title="Secret")

        assert record_of(job).title == "Public"
        assert JobRecord.for_page(job).title == "Public"

    def test_is_short_enough_for_a_job_in_many_places(self):
        names = ["A town with a very long name indeed & more " * 2] * 3

        job = make_job(locations=[f"{n}{name}" for n, name in enumerate(names)])

        assert len(record_of(job).place) == 255

    def test_of_a_job_that_nobody_published_is_not_public(self):
        record = JobRecord.for_page(make_draft())

        assert record.first_public_at is None
        assert record.gone_at is None
