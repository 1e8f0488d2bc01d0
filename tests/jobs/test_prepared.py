"""A queryset that is composed once answers as one that is composed each time."""

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from jobs.models import JobPage, JobRecord
from jobs.prepared import Among, Given, Prepared
from tests.factories import in_days, make_category, make_company, make_job

pytestmark = pytest.mark.django_db


def by_slug():
    slug = Given("slug", models.CharField())
    jobs = JobPage.objects.filter(slug=slug)
    return jobs.select_related("company").order_by("pk")


class TestRows:
    def test_are_those_of_the_values_that_are_given(self):
        prepared = Prepared(by_slug)
        one, other = make_job(slug="one"), make_job(slug="other")

        assert prepared.rows(slug="one") == [one]
        assert prepared.rows(slug="other") == [other]
        assert prepared.rows(slug="none") == []

    def test_are_instances_with_what_came_along(self, django_assert_num_queries):
        make_job(slug="one", company=make_company(name="Crumb & Co"))
        prepared = Prepared(by_slug)

        with django_assert_num_queries(1):
            [job] = prepared.rows(slug="one")
            assert job.company.name == "Crumb & Co"

    def test_are_tuples_of_the_same_types(self):
        job = make_job(closes_at=in_days(3), pay_min="26000.50")
        columns = ("closes_at", "pay_min", "company__name", "live", "translation_key")
        jobs = JobPage.objects.filter(pk=Given("pk", models.BigIntegerField()))
        prepared = Prepared(lambda: jobs.values_list(*columns))

        usual = JobPage.objects.filter(pk=job.pk).values_list(*columns)
        assert prepared.rows(pk=job.pk) == list(usual)

    def test_compare_moments(self):
        soon, late = make_job(closes_at=in_days(1)), make_job(closes_at=in_days(9))
        now = Given("now", models.DateTimeField())
        prepared = Prepared(
            lambda: JobPage.objects.filter(closes_at__gt=now).order_by("pk")
        )

        assert prepared.rows(now=in_days(0)) == [soon, late]
        assert prepared.rows(now=in_days(5)) == [late]

    def test_of_nothing_given_match_nothing(self):
        make_job()
        field = Given("category", models.BigIntegerField())
        prepared = Prepared(lambda: JobPage.objects.filter(category_id=field))

        assert prepared.rows(category=None) == []
        assert prepared.rows(category=make_category().pk) == []

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_are_found_by_any_number_of_keys_in_one_statement(self, count):
        jobs = [make_job() for _ in range(4)]
        prepared = Prepared(
            lambda: JobPage.objects.filter(Among("pk", "keys")).order_by("pk")
        )
        prepared.rows(keys=[])

        with CaptureQueriesContext(connection) as queries:
            found = prepared.rows(keys=[job.pk for job in jobs[:count]])

        assert (found, len(queries)) == (jobs[:count], 1)

    def test_take_what_is_given_for_nothing_but_a_value(self):
        prepared = Prepared(by_slug)
        make_job(slug="one")

        assert prepared.rows(slug="' OR 1=1 --") == []
        assert prepared.rows(slug="%s") == []


class TestGiven:
    def test_is_its_value_in_a_queryset_that_is_not_prepared(self):
        job = make_job(slug="one")
        make_job(slug="other")
        slug = Given("slug", models.CharField(), "one")

        assert list(JobPage.objects.filter(slug=slug)) == [job]


class TestComposing:
    def test_happens_once(self):
        asked = []

        def make():
            asked.append(1)
            return JobRecord.objects.filter(title=Given("title", models.CharField()))

        prepared = Prepared(make)
        for title in ("a", "b"):
            prepared.rows(title=title)

        assert asked == [1]
