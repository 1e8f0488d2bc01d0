"""Which facts a page has, and which of them are public."""

import datetime as dt
import json

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from jobs.choices import RequirementKind
from jobs.facts import changes, facts_now, facts_of
from jobs.models import JobPage, JobRecord
from jobs.services import close_job
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_job,
)

pytestmark = pytest.mark.django_db


def facts(job):
    return facts_of(JobPage.objects.get(pk=job.pk), timezone.now())


def public_facts(job):
    record = JobRecord.objects.select_related("page").get(title=job.title)
    return facts_now(record, timezone.now())


class TestFactsOfAPage:
    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("title", {"title": "Pastry chef & mixer"}),
            ("pay", {"pay_min": None, "pay_max": None}),
            ("pay", {"pay_currency": "EUR"}),
            ("employment_type", {"employment_type": "PART_TIME"}),
            ("workplace", {"workplace": "HYBRID"}),
            ("closes_at", {"closes_at": None}),
            ("apply", {"apply_email": "jobs@crumb.example"}),
            ("locations", {"locations": ["Port Sable"]}),
            ("requirements", {"requirements": ["Own bicycle", "Early riser"]}),
        ],
    )
    def test_differ_in_the_field_that_was_edited_only(self, field, values):
        job = make_job()
        before = facts(job)

        edit(job, **values)

        assert {change.field for change in changes(before, facts(job))} == {field}

    def test_differ_in_company_and_category_by_id(self):
        job = make_job()
        before = facts(job)
        company, category = make_company(), make_category()

        edit(job, company=company, category=category)

        told = {x.field: x.after for x in changes(before, facts(job))}
        assert told == {"company": company.pk, "category": category.pk}

    @pytest.mark.parametrize(
        "values",
        [{"summary": "Bakes."}, {"body": [("paragraph", "<p>Ovens at nine.</p>")]}],
    )
    def test_differ_in_the_text_in_a_minor_way(self, values):
        job = make_job()
        before = facts(job)

        edit(job, **values)

        [change] = changes(before, facts(job))
        assert (change.field, change.minor) == ("text", True)

    def test_stay_when_the_page_is_published_again_as_it_is(self):
        job = make_job()
        before = facts(job)

        edit(job)

        assert facts(job) == before

    def test_stay_when_blocks_are_rebuilt_with_other_ids(self):
        job = make_job()
        before = facts(job)

        edit(job, body=[(block.block_type, block.value.source) for block in job.body])

        assert facts(job) == before

    def test_stay_when_search_words_and_slug_change(self):
        job = make_job()
        before = facts(job)

        edit(job, slug="another-one", seo_title="Baker", search_description="Bread")

        assert facts(job) == before

    def test_stay_when_requirements_and_places_are_reordered(self):
        job = make_job(requirements=["A", "B", "C"], locations=["York", "Hull"])
        before = facts(job)

        edit(job, requirements=["C", "A", "B"], locations=["Hull", "York"])

        assert facts(job) == before

    def test_stay_when_the_company_is_renamed(self):
        job = make_job()
        before = facts(job)

        job.company.name = "Crumb & Sons"
        job.company.is_confidential = True
        job.company.save()

        assert facts(job) == before

    def test_know_a_reworded_requirement_by_its_uuid(self):
        job = make_job(requirements=["Own bicycle", "Food hygiene, level 2"])
        before = facts(job)

        edit(job, reword={"Own bicycle": "Own bicycle or boat"})

        [change] = changes(before, facts(job))
        assert change.action == "reworded"
        assert change.before["text"] == "Own bicycle"

    def test_know_what_is_asked_from_what_is_welcome(self):
        job = make_job(requirements=[("German at C1", RequirementKind.NICE)])

        [value] = facts(job)["requirements"].values()

        assert value == {"text": "German at C1", "kind": "NICE"}

    def test_are_ready_for_a_json_column(self):
        found = facts(make_job(category=make_category(), closes_at=None))

        assert json.loads(json.dumps(found)) == found

    def test_keep_the_closing_minute_and_no_second(self):
        moment = dt.datetime(2099, 6, 12, 23, 59, 31, 7, tzinfo=dt.UTC)

        assert facts(make_job(closes_at=moment))["closes_at"] == (
            "2099-06-12T23:59:00+00:00"
        )


class TestPublicFacts:
    def test_of_an_open_job_are_all_of_them(self):
        job = make_job()

        assert public_facts(job) == facts(job)

    def test_do_not_leak_a_draft_of_a_live_job(self):
        job = make_job()
        before = public_facts(job)

        edit(job, pay_max=99000, requirements=["Secret"], publish=False)

        assert public_facts(job) == before

    def test_do_not_leak_the_draft_that_an_unpublished_page_is(self):
        job = make_job(title="Bread & butter baker")
        job.unpublish()
        edit(job, title="Secret merger manager", publish=False)

        record = JobRecord.objects.select_related("page").get(page_id=job.pk)

        assert facts_now(record, timezone.now()) == {
            "availability": {"state": "taken_down", "reason": "unpublished"}
        }

    def test_of_a_never_published_draft_are_none(self):
        record = JobRecord.for_page(make_draft())

        assert facts_now(record, timezone.now()) == {
            "availability": {"state": "taken_down", "reason": "unpublished"}
        }

    def test_of_a_deleted_page_say_so(self):
        job = make_job()
        job.delete()

        assert public_facts(job) == {
            "availability": {"state": "taken_down", "reason": "deleted"}
        }

    @pytest.mark.parametrize("made_private", ["job", "list"])
    def test_of_a_private_page_say_so(self, made_private):
        job = make_job()
        page = job if made_private == "job" else make_board()
        PageViewRestriction.objects.create(
            page=page, restriction_type=PageViewRestriction.LOGIN
        )

        assert public_facts(job) == {
            "availability": {"state": "taken_down", "reason": "private"}
        }

    def test_of_an_expired_page_say_so(self):
        job = make_job()
        JobPage.objects.filter(pk=job.pk).update(live=False, expired=True)

        assert public_facts(job)["availability"]["reason"] == "expired"

    def test_end_the_moment_the_closing_date_passes(self):
        closes_at = in_days(2)
        record = JobRecord.for_page(make_job(closes_at=closes_at))

        before = facts_now(record, closes_at - dt.timedelta(seconds=1))
        after = facts_now(record, closes_at)

        assert before["availability"] == {"state": "open", "reason": ""}
        assert after == {"availability": {"state": "closed", "reason": "closing_date"}}

    @pytest.mark.parametrize("reason", ["FILLED", "CANCELLED"])
    def test_of_a_closed_job_name_the_reason_and_nothing_else(self, reason):
        job = make_job()

        close_job(page_id=job.pk, reason=reason)

        assert public_facts(job) == {
            "availability": {"state": "closed", "reason": reason.lower()}
        }

    def test_of_a_job_that_is_filled_and_past_its_date_name_the_editors_reason(self):
        job = make_job()
        close_job(page_id=job.pk, reason="FILLED")
        JobPage.objects.filter(pk=job.pk).update(closes_at=in_days(-1))

        assert public_facts(job)["availability"]["reason"] == "filled"

    def test_stay_when_the_list_alone_is_unpublished(self):
        job = make_job()
        before = public_facts(job)

        make_board().unpublish()

        assert public_facts(job) == before
