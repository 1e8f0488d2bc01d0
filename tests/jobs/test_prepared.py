"""A queryset that is composed once answers as one that is composed each time."""

import pytest
from django.db import DataError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from jobs.models import JobPage, JobRecord
from jobs.prepared import Among, Given, Prepared, kept_by_server
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


def kept():
    """The statements that the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="needs PostgreSQL: SQLite plans each statement anew.",
)
class TestKeptByServer:
    def test_has_one_statement_for_all_values(self):
        prepared = Prepared(by_slug)
        before = kept()

        for slug in ("one", "other", "one"):
            prepared.rows(slug=slug)

        [statement] = set(kept()) - set(before)
        assert "$1" in statement
        assert "one" not in statement

    def test_has_none_whose_plan_depends_on_its_values(self):
        prepared = Prepared(by_slug, is_kept=False)
        before = kept()

        prepared.rows(slug="one")

        assert kept() == before

    def test_leaves_every_other_statement_as_it_is(self):
        make_job(slug="one")
        before = kept()

        with kept_by_server(connection):
            pass
        for _ in range(3):
            assert JobPage.objects.get(slug="one")

        assert kept() == before

    def test_leaves_no_trace_of_a_statement_that_fails(self):
        with pytest.raises(DataError), transaction.atomic():
            Prepared(by_slug).rows(slug="\x00")

        assert connection.connection.prepare_threshold is None
        assert not connection.features.uses_server_side_binding
        assert JobPage.objects.filter(slug="one").count() == 0

    def test_shows_values_to_whoever_logs_statements(self):
        with CaptureQueriesContext(connection) as queries:
            Prepared(by_slug).rows(slug="one")

        [query] = queries
        assert "'one'" in query["sql"]
