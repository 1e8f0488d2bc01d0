"""What the job form refuses on a board that asks for more."""

import pytest

from jobs.models import BoardSettings
from tests.factories import make_job


def strict(**fields):
    """A board that refuses more than others."""
    board = BoardSettings.load()
    for name, value in fields.items():
        setattr(board, name, value)
    board.save()


class TestStrictBoard:
    @pytest.mark.parametrize("missing_pay", ["SILENT", "WARNS"])
    def test_takes_a_job_without_pay_unless_it_asks_for_it(self, editor, missing_pay):
        strict(missing_pay=missing_pay)

        _job, errors = editor.add()

        assert errors == {}

    def test_refuses_a_job_without_pay(self, editor):
        strict(missing_pay="BLOCKS")

        job, errors = editor.add()

        assert job is None
        assert errors == {
            "pay_min": [
                "This board asks for pay. Enter one amount, or two for a range."
            ]
        }

    @pytest.mark.parametrize(
        "fields",
        [
            {"pay_min": "26000"},
            {"pay_max": "26000"},
            {"employment_type": "VOLUNTEER"},
            {"action": "draft"},
        ],
    )
    def test_takes_one_amount_voluntary_work_and_drafts(self, editor, fields):
        strict(missing_pay="BLOCKS")

        _job, errors = editor.add(**fields)

        assert errors == {}

    def test_says_once_what_is_wrong_with_pay(self, editor):
        strict(missing_pay="BLOCKS")

        _job, errors = editor.add(pay_min="0")

        assert errors == {"pay_min": ["Pay is more than 0. Leave it empty if unsaid."]}

    @pytest.mark.parametrize("likely_duplicate", ["SILENT", "WARNS"])
    def test_takes_a_job_like_another_unless_it_refuses(self, editor, likely_duplicate):
        strict(likely_duplicate=likely_duplicate)
        there = make_job()

        _job, errors = editor.add(
            title=there.title, slug="another", company=there.company_id
        )

        assert errors == {}

    def test_refuses_a_job_like_one_that_is_open(self, editor):
        strict(likely_duplicate="BLOCKS")
        there = make_job(title="Night baker & more")
        values = {
            "title": "Night baker, more",
            "slug": "another",
            "company": there.company_id,
        }

        job, errors = editor.add(**values)
        draft, none = editor.add(action="draft", **values)

        assert job is None
        assert errors == {
            "title": [
                "“Night baker & more” looks like the same job and is open. Edit that "
                "one."
            ]
        }
        assert (draft.title, none) == ("Night baker, more", {})

    def test_lets_a_public_job_be_corrected_that_looks_like_another(self, editor):
        there = make_job()
        job = make_job(title=there.title, company=there.company)
        strict(likely_duplicate="BLOCKS")

        job, errors = editor.edit(job, summary="Bakes & sings.")

        assert errors == {}
        assert job.summary == "Bakes & sings."
