"""What an editor is told to mend in a job, in a list and beside its form."""

import datetime as dt

import pytest

from jobs.models import BoardSettings, Company, JobPage
from jobs.warnings import checklist_of, warnings_of
from tests.factories import (
    build_job,
    in_days,
    make_board,
    make_company,
    make_draft,
    make_job,
)

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
COAST = ("Marlhaven", "Sable Coast", "GB")


@pytest.fixture
def board():
    return BoardSettings()


def job_of(**fields):
    """A job with nothing to mend, but for ``fields``."""
    company = fields.pop("company", None) or _company()
    fields = {"locations": [COAST], "closes_at": NOW + dt.timedelta(days=9)} | fields
    return build_job(company=company, **fields)


def _company(**fields):
    return Company(name="Crumb & Co", **fields)


class TestWarnings:
    def test_of_a_job_in_order_are_none(self):
        assert warnings_of(job_of(), NOW) == []

    @pytest.mark.parametrize(
        ("fields", "warning"),
        [
            ({"expire_at": NOW}, "Its page is taken down before it closes"),
            (
                {"apply_url": "HTTP://crumb.example/"},
                "The way to apply is not encrypted (http)",
            ),
            ({"pay_min": None, "pay_max": None}, "No pay"),
            (
                {
                    "closes_at": None,
                    "live": True,
                    "last_published_at": NOW - dt.timedelta(days=61),
                },
                "Open without a closing date, and untouched for 60 days",
            ),
        ],
    )
    def test_name_what_may_be_wrong(self, fields, warning):
        assert warnings_of(job_of(**fields), NOW) == [warning]

    def test_are_silent_about_pay_where_the_board_is(self):
        job = job_of(pay_min=None, pay_max=None)

        assert warnings_of(job, NOW, missing_pay="SILENT") == []

    def test_ask_no_pay_of_voluntary_work(self):
        job = job_of(pay_min=None, pay_max=None, employment_type="VOLUNTEER")

        assert warnings_of(job, NOW) == []


class TestChecklist:
    def test_of_a_draft_in_order_is_empty(self, board):
        assert checklist_of(job_of(), NOW, board=board) == []

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({"summary": ""}, "No summary."),
            ({"body": []}, "No text about the job. Google asks for it too."),
            ({"apply_url": ""}, "No way to apply."),
            ({"closes_at": NOW}, "The closing date has passed."),
            ({"locations": []}, "No place. Google asks for one too."),
            ({"locations": [("", "", "GB")]}, "No place. Google asks for one too."),
            (
                {"workplace": "REMOTE", "locations": []},
                "No country to live in, which a remote job and Google ask for.",
            ),
            ({"locations": [COAST, ("Ely", "Fens", "")]}, "A place has no country."),
        ],
    )
    def test_says_first_what_publishing_is_refused_for(self, board, fields, text):
        found = checklist_of(
            job_of(apply_email="", pay_min=None, pay_max=None, **fields),
            NOW,
            board=board,
        )

        assert (found[0].text, found[0].blocks) == (text, True)
        assert ("No pay.", False) in [(x.text, x.blocks) for x in found[1:]]

    @pytest.mark.parametrize(
        ("low", "high", "text"),
        [
            (50, 20, "The higher amount of pay stands first."),
            (0, 20, "Pay of 0 or less."),
            (None, -1, "Pay of 0 or less."),
        ],
    )
    def test_knows_pay_that_publishing_is_refused_for(self, board, low, high, text):
        job = job_of(pay_min=low, pay_max=high)

        found = checklist_of(job, NOW, board=board)

        assert (found[0].text, found[0].blocks) == (text, True)

    @pytest.mark.parametrize(("low", "high"), [(20, 50), (20, 20), (20, None)])
    def test_says_nothing_of_other_pay(self, board, low, high):
        job = job_of(pay_min=low, pay_max=high)

        assert checklist_of(job, NOW, board=board) == []

    def test_asks_for_a_company(self, board):
        job = build_job(company_id=None, locations=[COAST], closes_at=None)

        [finding] = checklist_of(job, NOW, board=board)

        assert (finding.text, finding.blocks) == ("No company.", True)

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            (
                {"expire_at": NOW + dt.timedelta(days=1)},
                "Its page expires before it closes: followers lose it early.",
            ),
            (
                {"apply_url": "http://crumb.example/"},
                "The web address to apply at is not encrypted: http, not https.",
            ),
            ({"pay_min": None, "pay_max": None}, "No pay."),
            (
                {"title": "Baker wanted!"},
                "The title has a “!” or a “*”. Google reads it without.",
            ),
            ({"title": "!!!"}, "No word in the title. Google leaves the job out."),
            (
                {"body": [("paragraph", "<p> <br/></p>")]},
                "The text has no words of its own. Google leaves the job out.",
            ),
            (
                {"pay_min": None},
                "Google reads no “up to”: it needs an amount or a range.",
            ),
            (
                {"company": _company(is_confidential=True)},
                "The company is confidential: Google reads no name.",
            ),
            (
                {"locations": ["Marlhaven"]},
                "Marlhaven: Google asks for town and region.",
            ),
            (
                {"locations": [COAST, ("", "Kerry", "IE")]},
                "Kerry: Google asks for town and region.",
            ),
        ],
    )
    def test_names_what_is_worth_mending(self, board, fields, text):
        [finding] = checklist_of(job_of(**fields), NOW, board=board)

        assert (finding.text, finding.blocks) == (text, False)

    def test_asks_only_the_country_of_remote_work(self, board):
        job = job_of(workplace="REMOTE", locations=[("", "", "IE")])

        assert checklist_of(job, NOW, board=board) == []

    def test_lets_a_public_job_be_corrected_whose_closing_date_has_passed(self, board):
        [finding] = checklist_of(job_of(closes_at=NOW, live=True), NOW, board=board)

        assert not finding.blocks

    @pytest.mark.parametrize(
        ("strictness", "found"),
        [("SILENT", []), ("WARNS", [False]), ("BLOCKS", [True])],
    )
    def test_is_as_strict_about_pay_as_the_board(self, board, strictness, found):
        board.missing_pay = strictness
        job = job_of(pay_min=None, pay_max=None)

        findings = checklist_of(job, NOW, board=board)

        assert [finding.blocks for finding in findings] == found

    @pytest.mark.parametrize(
        ("strictness", "live", "found"),
        [
            ("SILENT", False, []),
            ("WARNS", False, [False]),
            ("BLOCKS", False, [True]),
            ("BLOCKS", True, [False]),
        ],
    )
    def test_is_as_strict_about_duplicates_as_the_board(
        self, board, strictness, live, found
    ):
        board.likely_duplicate = strictness
        twin = job_of()

        findings = checklist_of(job_of(live=live), NOW, board=board, duplicate=twin)

        assert [finding.blocks for finding in findings] == found
        assert all(finding.duplicate is twin for finding in findings)


@pytest.mark.django_db
class TestLikelyDuplicate:
    def find(self, job):
        return JobPage.objects.likely_duplicate(
            title=job.title,
            company_id=job.company_id,
            apply_url=job.apply_url,
            exclude=job.pk,
        )

    @pytest.mark.parametrize("title", ["Night baker (R&D)", "NIGHT  BAKER, R & D"])
    def test_has_the_same_company_and_title_but_for_wording(self, title):
        there = make_job(title="Night baker (R&D)")
        job = make_draft(title=title, company=there.company, apply_url="")

        assert self.find(job) == there

    def test_has_the_same_web_address_to_apply_at(self):
        there = make_job(apply_url="https://crumb.example/jobs/7")
        job = make_draft(apply_url="https://CRUMB.example/jobs/7")

        assert self.find(job) == there

    def test_is_none_where_a_company_has_one_address_for_all(self):
        jobs = [make_job(apply_url="https://crumb.example/jobs") for _ in range(2)]

        assert self.find(make_draft(apply_url=jobs[0].apply_url)) is None

    @pytest.mark.parametrize(
        "fields",
        [
            {"title": "C# Oven Engineer"},
            {"company": None},
        ],
    )
    def test_is_none_where_the_work_or_the_company_differs(self, fields):
        there = make_job(
            title="C++ Oven Engineer", apply_url="", apply_email="a@b.example"
        )
        same = {"title": there.title, "company": there.company, "apply_url": ""}

        assert self.find(make_draft(**same | fields)) is None

    @pytest.mark.parametrize(
        "fields",
        [{"closed_reason": "FILLED"}, {"closes_at": in_days(-1)}, {"live": False}],
    )
    def test_is_none_where_the_other_is_over(self, fields):
        there = make_job()
        job = make_draft(
            title=there.title, company=there.company, apply_url=there.apply_url
        )
        assert self.find(job) == there

        JobPage.objects.filter(pk=there.pk).update(**fields)

        assert self.find(job) is None

    def test_is_neither_the_job_itself_nor_its_mirror(self):
        job = make_job()
        job.create_alias(parent=make_board(), update_slug="mirrored")

        assert self.find(job) is None

    def test_is_one_query_or_none(self, django_assert_num_queries):
        make_job()
        job = make_draft(company=make_company())

        with django_assert_num_queries(1):
            self.find(job)
        with django_assert_num_queries(0):
            self.find(JobPage(title="New"))
