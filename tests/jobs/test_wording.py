"""How a difference is said: the same on page, in mail, in the panel and in the log."""

import pytest

from jobs.facts import Change
from jobs.wording import lines, subject_of, summary_of
from tests.factories import make_category, make_company

PAY = {"low": "24500.00", "high": None, "currency": "GBP", "period": "YEAR"}
MUST = {"text": "Full driving licence", "kind": "MUST"}
NICE = {"text": "German at C1", "kind": "NICE"}


def changed(field, before=None, after=None):
    return Change(field, "changed", before, after)


def said(field, before, after):
    [line] = lines([changed(field, before, after)])
    return line.label, line.before, line.after


class TestLines:
    @pytest.mark.parametrize(
        ("field", "before", "after", "expected"),
        [
            ("title", "R&D <chef>", "Chef", ("Title", "R&D <chef>", "Chef")),
            (
                "pay",
                PAY,
                PAY | {"low": "26000.00"},
                ("Pay", "£24,500 a year", "£26,000 a year"),
            ),
            ("pay", None, PAY, ("Pay", "not stated", "£24,500 a year")),
            (
                "closes_at",
                "2099-06-12T22:59:00+00:00",
                None,
                ("Closing date", "Fri 12 June 2099, 23:59", "no closing date"),
            ),
            (
                "locations",
                [["Leeds", "", "GB"], ["", "Kerry", "IE"], ["", "", "GB"]],
                [],
                ("Place", "Leeds, Kerry and the United Kingdom", "not stated"),
            ),
            (
                "locations",
                [["Marlhaven", "Sable Coast", "GB"]],
                [["Marlhaven", "Sable Coast", "GB"], ["Winnow", "", "GB"]],
                (
                    "Place",
                    "Marlhaven (Sable Coast)",
                    "Marlhaven (Sable Coast) and Winnow",
                ),
            ),
            ("workplace", "ON_SITE", "REMOTE", ("Workplace", "On site", "Remote")),
            (
                "employment_type",
                "FULL_TIME",
                "PER_DIEM",
                ("Type", "Full time", "By the day"),
            ),
            (
                "apply",
                {"url": "https://crumb.example/?a=1&b=2", "email": ""},
                {
                    "url": "https://crumb.example/?a=1&b=2",
                    "email": "jobs@crumb.example",
                },
                (
                    "How to apply",
                    "https://crumb.example/?a=1&b=2",
                    "https://crumb.example/?a=1&b=2 or jobs@crumb.example",
                ),
            ),
            (
                "apply",
                {"url": "", "email": "jobs@crumb.example"},
                {"url": "", "email": ""},
                ("How to apply", "jobs@crumb.example", "not stated"),
            ),
        ],
    )
    def test_say_both_values_in_words(self, field, before, after, expected):
        assert said(field, before, after) == expected

    @pytest.mark.django_db
    def test_name_companies_as_the_public_knows_them(self):
        known = make_company(name="Crumb & Co")
        hidden = make_company(name="Secret Ltd", is_confidential=True)

        assert said("company", known.pk, hidden.pk) == (
            "Company",
            "Crumb & Co",
            "Confidential company",
        )

    @pytest.mark.django_db
    def test_say_none_for_a_company_that_is_gone(self):
        assert said("company", 404, None) == ("Company", "none", "none")

    @pytest.mark.django_db
    def test_name_fields_of_work(self):
        category = make_category(name="Food & drink")

        assert said("category", None, category.pk) == ("Field", "none", "Food & drink")

    @pytest.mark.django_db
    def test_cost_two_queries_at_most(self, django_assert_num_queries):
        companies = [make_company().pk for _ in range(4)]
        found = [changed("company", *companies[:2]), changed("company", *companies[2:])]
        found += [changed("category", None, 1), changed("pay", None, PAY)]

        with django_assert_num_queries(2):
            lines(found)

    def test_say_which_kind_of_requirement_was_added(self):
        [line] = lines([Change("requirements", "added", None, MUST)])

        assert (line.verb, line.text, line.qualifier) == (
            "Added",
            "Full driving licence",
            "must have",
        )

    def test_say_only_the_words_of_a_requirement_that_was_removed(self):
        [line] = lines([Change("requirements", "removed", NICE, None)])

        assert (line.verb, line.text, line.qualifier) == ("Removed", "German at C1", "")

    def test_say_both_wordings_of_a_requirement(self):
        after = {"text": "German at B2", "kind": "NICE"}

        [line] = lines([Change("requirements", "reworded", NICE, after)])

        assert (line.verb, line.before, line.after) == (
            "Changed",
            "German at C1",
            "German at B2",
        )

    def test_name_the_kinds_when_a_requirement_changed_its_kind(self):
        after = NICE | {"kind": "MUST"}

        [line] = lines([Change("requirements", "reworded", NICE, after)])

        assert (line.before, line.after) == (
            "German at C1 (nice to have)",
            "German at C1 (must have)",
        )

    def test_say_of_the_text_only_that_it_was_reworded(self):
        [line] = lines([Change("text", "changed", None, None, minor=True)])

        assert line.text == "The description was reworded"

    def test_are_ready_for_a_json_column(self):
        [line] = lines([changed("pay", None, PAY)])

        assert line.as_json() == {
            "field": "pay",
            "verb": "Changed",
            "label": "Pay",
            "before": "not stated",
            "after": "£24,500 a year",
            "text": "",
            "qualifier": "",
        }


ADDED = Change("requirements", "added", None, MUST)
REMOVED = Change("requirements", "removed", NICE, None)


class TestSubject:
    @pytest.mark.parametrize(
        ("found", "subject"),
        [
            ([changed("pay")], "Pay changed"),
            ([changed("pay"), changed("closes_at")], "Pay and closing date changed"),
            ([ADDED, REMOVED], "Requirements changed"),
            ([changed("pay"), ADDED, REMOVED], "Pay and requirements changed"),
            ([changed("pay"), ADDED, REMOVED, changed("apply")], "4 changes"),
            ([changed("text")], "Wording changed"),
        ],
    )
    def test_names_one_kind_or_two_and_counts_more(self, found, subject):
        assert subject_of(found) == subject


class TestSummary:
    @pytest.mark.parametrize(
        ("found", "summary"),
        [
            ([changed("pay")], "pay changed"),
            ([ADDED], "1 requirement changed"),
            ([changed("pay"), ADDED, REMOVED], "pay and 2 requirements changed"),
            (
                [changed("pay"), ADDED, changed("locations"), changed("apply")],
                "pay, 1 requirement, place and how to apply changed",
            ),
        ],
    )
    def test_names_every_kind_once_and_counts_requirements(self, found, summary):
        assert summary_of(found) == summary
