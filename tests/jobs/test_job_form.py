"""What an editor is asked for, and told, in the admin's own form."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from jobs.models import BoardSettings
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_company,
    make_draft,
    make_job,
)

LONDON = ZoneInfo("Europe/London")
IRELAND = {"place": "", "region": "", "country": "IE"}


class TestPublishing:
    def test_takes_a_job_that_says_what_it_must(self, editor):
        job, errors = editor.add(requirements=["Own bicycle", "R&D"])

        assert errors == {}
        assert job.live
        assert job.slug == "bread-butter-baker"
        assert [x.text for x in job.must_haves] == ["Own bicycle", "R&D"]

    @pytest.mark.parametrize(
        ("fields", "field", "message"),
        [
            ({"company": ""}, "company", "This field is required."),
            ({"summary": ""}, "summary", "This field is required."),
            (
                {"pay_min": "28000", "pay_max": "26000"},
                "pay_max",
                "The higher amount stands first. Swap the two, or leave one empty.",
            ),
            (
                {"pay_min": "0"},
                "pay_min",
                "Pay is more than 0. Leave it empty if unsaid.",
            ),
            (
                {"pay_max": "-1"},
                "pay_max",
                "Pay is more than 0. Leave it empty if unsaid.",
            ),
            (
                {"apply_url": ""},
                "apply_url",
                "Say how to apply: a web address, an email address, or both.",
            ),
            (
                {"apply_url": "ftp://crumb.example/form"},
                "apply_url",
                "Enter a web address that starts with https://.",
            ),
            ({"apply_url": "javascript:alert(1)"}, "apply_url", "Enter a valid URL."),
            (
                {"apply_email": "somebody"},
                "apply_email",
                "Enter a valid email address.",
            ),
            (
                {"workplace": "REMOTE", "locations": []},
                "workplace",
                "Remote from where? Add a place with each country allowed.",
            ),
            ({"locations": []}, "workplace", "Add at least one place with its town."),
            (
                {"locations": [IRELAND]},
                "workplace",
                "Add at least one place with its town.",
            ),
            (
                {"closes_at": "2020-02-29"},
                "closes_at",
                "This date has passed. Choose a later one, leave it empty, or use "
                "“Close job”.",
            ),
            (
                {"slug": "feed"},
                "slug",
                "The board needs this address for itself. Choose another slug.",
            ),
            (
                {"title": "Company"},
                "slug",
                "The board needs this address for itself. Choose another slug.",
            ),
        ],
    )
    def test_is_refused_in_words(self, editor, fields, field, message):
        job, errors = editor.add(**fields)

        assert job is None
        assert errors == {field: [message]}

    def test_is_refused_without_a_text(self, editor):
        job, errors = editor.add(body="")

        assert job is None
        assert list(errors) == ["body"]

    def test_is_refused_for_a_place_without_a_country(self, editor):
        job, errors = editor.add(locations=[IRELAND | {"country": ""}, "Marlhaven"])

        assert job is None
        assert "locations" in errors

    def test_asks_for_a_company_that_still_hires(self, editor):
        archived = make_company(is_archived=True)

        job, errors = editor.add(company=archived.pk)

        assert job is None
        assert errors == {
            "company": ["This company is archived, so new jobs cannot name it."]
        }

    def test_goes_on_for_a_job_whose_company_was_archived_since(self, editor):
        job = make_job()
        job.company.is_archived = True
        job.company.save()

        job, errors = editor.edit(job, summary="Bakes & sings.")

        assert errors == {}
        assert job.summary == "Bakes & sings."

    @pytest.mark.parametrize(
        "fields",
        [
            {"apply_url": "", "apply_email": "jobs@crumb.example"},
            {"apply_url": "HTTPS://CRUMB.EXAMPLE/"},
            {"workplace": "REMOTE", "locations": [IRELAND]},
            {"locations": [{"place": "", "region": "Kerry", "country": "IE"}]},
            {"pay_min": "26000", "pay_max": "26000"},
            {"pay_max": "15.20"},
            {"slug": "feeding-swans"},
            {"title": "Feeder of swans, & geese"},
        ],
    )
    def test_takes_what_is_unusual_but_right(self, editor, fields):
        job, errors = editor.add(**fields)

        assert errors == {}
        assert job.live

    def test_takes_breaks_in_what_is_one_line_for_spaces(self, editor):
        lines = "Bakes all night.\r\n\r\nSleeps all day."

        job, errors = editor.add(summary=lines, change_note=lines)

        assert errors == {}
        assert job.summary == "Bakes all night. Sleeps all day."

    def test_lets_a_job_be_corrected_whose_closing_date_has_passed(self, editor):
        job = make_job(closes_at=in_days(-3))

        job, errors = editor.edit(job, summary="Bakes.")

        assert errors == {}

    def test_does_not_put_a_job_back_up_whose_closing_date_has_passed(self, editor):
        job = make_job(closes_at=in_days(-3))
        job.unpublish()

        job, errors = editor.edit(job)

        assert list(errors) == ["closes_at"]
        assert not job.live


class TestDraft:
    def test_keeps_everything_that_was_typed(self, editor):
        job, errors = editor.add(
            action="draft",
            company="",
            summary="",
            body="",
            pay_min="28000",
            pay_max="2",
            closes_at="2020-02-29 08:30",
            apply_url="ftp://crumb.example/",
            workplace="REMOTE",
            locations=[],
            requirements=["R&D"],
            change_note="Pay <up>",
        )

        draft = job.get_latest_revision_as_object()
        assert errors == {}
        assert not job.live
        assert (draft.pay_min, draft.pay_max) == (28000, 2)
        assert draft.closes_at == dt.datetime(2020, 2, 29, 8, 30, tzinfo=LONDON)
        assert draft.apply_url == "ftp://crumb.example/"
        assert draft.change_note == "Pay <up>"
        assert [x.text for x in draft.must_haves] == ["R&D"]

    def test_of_a_live_job_keeps_everything_and_changes_nothing_public(self, editor):
        job = make_job(pay_min=26000, pay_max=28000)

        job, errors = editor.edit(job, action="draft", pay_min="30000", apply_url="")

        assert errors == {}
        assert job.pay_min == 26000
        assert job.get_latest_revision_as_object().pay_min == 30000

    def test_of_the_title_of_another_steps_aside_for_it(self, editor):
        there = make_job(title="Bäcker & Co!", slug="bäcker-co")

        first, errors = editor.add(
            action="draft", title=there.title, slug="bäcker-co", company=""
        )
        assert errors == {}
        assert first.slug == "bäcker-co-2"
        again, errors = editor.edit(first, action="draft", slug="bäcker-co")
        assert errors == {}
        assert again.slug == "bäcker-co-2"
        second, _errors = editor.add(action="draft", title=there.title, slug=there.slug)
        assert second.slug == "bäcker-co-3"

    def test_keeps_the_slug_that_somebody_chose_or_that_is_public(self, editor):
        there = make_job(title="Baker", slug="baker")
        other = make_job(title="Other", slug="other")

        _job, errors = editor.add(action="draft", title="Other baker", slug="baker")
        assert list(errors) == ["slug"]
        _job, errors = editor.edit(other, action="draft", title="Baker", slug="baker")
        assert list(errors) == ["slug"]
        assert there.slug == "baker"

    def test_takes_no_address_that_the_board_needs(self, editor):
        job, errors = editor.add(action="draft", slug="closed")

        assert job is None
        assert list(errors) == ["slug"]

    def test_that_names_a_deleted_company_still_opens(self, editor):
        job = make_draft()
        edit(job, summary="Bakes.", publish=False)
        job.company.delete()

        data = editor.form_of(job)

        assert data["summary"] == "Bakes."
        assert data["company"] == ""

    def test_of_a_live_job_that_names_a_deleted_company_opens_and_publishes(
        self, editor
    ):
        job = make_job()
        other = make_company()
        edit(job, company=make_company(name="Gone & Co"), publish=False)
        job.get_latest_revision_as_object().company.delete()

        job, errors = editor.edit(job, company=str(other.pk))

        assert errors == {}
        assert job.company == other


class TestClosingDate:
    @pytest.mark.parametrize(
        ("typed", "moment"),
        [
            ("2099-06-12", dt.datetime(2099, 6, 12, 23, 59, tzinfo=LONDON)),
            (" 2099-06-12 ", dt.datetime(2099, 6, 12, 23, 59, tzinfo=LONDON)),
            ("12/06/2099", dt.datetime(2099, 6, 12, 23, 59, tzinfo=LONDON)),
            ("2099-01-12", dt.datetime(2099, 1, 12, 23, 59, tzinfo=dt.UTC)),
            ("2099-06-12 08:30", dt.datetime(2099, 6, 12, 8, 30, tzinfo=LONDON)),
            ("", None),
        ],
    )
    def test_without_a_time_is_one_minute_to_midnight_on_site(
        self, editor, typed, moment
    ):
        job, errors = editor.add(closes_at=typed)

        assert errors == {}
        assert job.closes_at == moment

    @pytest.mark.parametrize("typed", ["soon", "2099-13-01", "2099-02-30", "-", "9"])
    def test_that_is_none_is_refused(self, editor, typed):
        job, errors = editor.add(closes_at=typed)

        assert job is None
        assert errors == {"closes_at": ["Enter a valid date/time."]}

    def test_today_is_still_to_come(self, editor):
        today = dt.datetime.now(tz=LONDON).date()

        job, errors = editor.add(closes_at=today.isoformat())

        assert errors == {}
        assert job.is_open

    def test_is_the_same_after_the_form_was_saved_again(self, editor):
        job = make_job(closes_at=dt.datetime(2099, 6, 12, 23, 59, tzinfo=LONDON))

        again, errors = editor.edit(job)

        assert errors == {}
        assert again.closes_at == job.closes_at


class TestNewJob:
    def test_starts_with_what_is_usual_on_this_board(self, editor, client):
        board = BoardSettings.load()
        board.default_country = "IE"
        board.default_currency = "EUR"
        board.default_pay_period = "HOUR"
        board.save()

        form = client.get(editor.add_url).context["form"]

        [place] = form.formsets["locations"].forms
        assert place.initial["country"] == "IE"
        assert form.initial["pay_currency"] == "EUR"
        assert form.initial["pay_period"] == "HOUR"

    def test_has_the_place_that_was_typed_and_no_second_one(self, editor):
        job, _errors = editor.add(locations=["Port Sable"])

        assert [str(x) for x in job.locations.all()] == ["Port Sable"]

    def test_asks_for_seven_fields_at_most(self, editor, client):
        page = BeautifulSoup(client.get(editor.add_url).content, "html.parser")

        starred = [x.parent["id"] for x in page.select("#tab-content .w-required-mark")]

        assert starred == [
            "id_title-label",
            "id_company-label",
            "id_summary-label",
            "id_employment_type-label",
            "id_workplace-label",
            "id_locations-0-country-label",
            "panel-child-content-body-heading",
        ]

    def test_keeps_currency_and_period_when_a_post_leaves_them_out(self, editor):
        job, errors = editor.add(pay_currency="", pay_period="", tell_followers="")

        assert errors == {}
        assert (job.pay_currency, job.pay_period) == ("GBP", "YEAR")
        assert job.tell_followers == "AUTOMATIC"


class TestListForm:
    def test_takes_an_introduction(self, client, editor):
        board = make_board(intro="Work & wages")

        assert b"Work &amp; wages" in client.get(board.url).content
