"""How the triggers that keep the list come to be there."""

import pytest
from django.core.management import call_command
from django.db import connection

from jobs import listing_sql
from jobs.listing_sql.wires import WIRES
from jobs.models import JobListing
from tests.factories import make_job
from tests.jobs.test_listing import listed_now, open_now

pytestmark = pytest.mark.django_db


class TestInstalling:
    def test_does_nothing_where_all_is_there(self, django_assert_max_num_queries):
        make_job()

        with django_assert_max_num_queries(4):
            listing_sql.install()

        assert JobListing.objects.count() == 1

    def test_mends_what_was_lost(self):
        job = make_job()
        wire = WIRES[0]
        where = f" ON {wire.table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {wire.name}{where}")
        JobListing.objects.all().delete()
        assert listed_now() == set()

        call_command("migrate", verbosity=0)

        assert listed_now() == {job.pk}
        assert listed_now() | {make_job().pk} == open_now()
