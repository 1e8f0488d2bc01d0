"""No public page has the database read a whole table, by the database's own word."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.listing import first_of
from jobs.models.listing import JobListing
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_job,
    make_jobs,
)
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db

#: Tables that have a row, or several, for each job.
OF_JOBS = (
    "wagtailcore_page", "jobs_jobpage", "jobs_jobrecord", "jobs_jobpath",
    "jobs_joblisting", "jobs_joblistingplace", "jobs_jobwords", "jobs_joblocation",
    "jobs_jobrequirement",
)  # fmt: skip
READ_WHOLE = re.compile(rf"(?:Seq Scan on|SCAN) ({'|'.join(OF_JOBS)})\b(?!.* INDEX)")
LISTS = (
    "", "page=9", "page=9&sort=pay", "type=FULL_TIME", "type=FULL_TIME&type=INTERN",
    "workplace=REMOTE", "category=food", "company=crumb", "location=york",
    "location=york&location=hull", "pay_min=20000", "pay_min=20000&pay_unstated=1",
    "closing_soon=1", "q=baker", "q=baker&sort=relevance", "sort=closing", "sort=pay",
    "category=food&workplace=REMOTE", "q=zeppelin",
)  # fmt: skip


@pytest.fixture
def crowded():
    """As many jobs, open and closed, as make a database choose."""
    food = {
        "category": make_category(name="Food", slug="food"),
        "company": make_company(name="Crumb", slug="crumb"),
    }
    job = make_job(title="Baker", locations=["York"], **food)
    edit(make_job(**food), closed_reason="FILLED")
    make_job(**food).delete()
    make_jobs(200, title="Baker", locations=["York"], **food)
    make_jobs(200, employment_type="INTERN", workplace="REMOTE", pay_min=None)
    make_jobs(100, closes_at=in_days(-90), **food)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            # Of few rows it reads all, which is right; asked not to, it shows whether
            # it could do otherwise with many.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL jit = off")
    return job


def read_whole(client, url):
    """The tables that a statement behind ``url`` reads from end to end."""
    begin_a_process()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    asked = [x["sql"] for x in queries if x["sql"].startswith(("SELECT", "WITH"))]
    assert asked
    found = {table for sql in asked for table in READ_WHOLE.findall(explained(sql))}
    if connection.vendor == "sqlite":
        # It is read in its own order, which is the list's, as far as a page goes.
        found.discard("jobs_joblisting")
    return found


def explained(sql):
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_lead_to_indexes(client, crowded, subtests):
    board = make_board().url
    pages = [
        "/",
        crowded.url,
        f"{board}company/crumb/",
        f"{board}feed/",
        f"{board}feed/?q=baker&category=food",
        "/sitemap.xml",
        "/sitemap-jobs.xml",
        "/sitemap-companies.xml",
        "/sitemap-pages.xml",
        f"/closing-dates/{crowded.record.pk}.ics",
    ]
    for url in [*pages, *(f"{board}?{query}" for query in LISTS)]:
        with subtests.test(url=url):
            assert read_whole(client, url) == set()


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite keeps no plan."
)
def test_that_the_server_keeps_for_all_values_lead_to_indexes(client, crowded):
    for url in ("/", crowded.url, make_board().url):
        begin_a_process()
        client.get(url)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(
            "SELECT name, statement, cardinality(parameter_types) "
            "FROM pg_prepared_statements WHERE NOT from_sql"
        )
        kept = cursor.fetchall()
        assert len(kept) >= 4
        for name, statement, number in kept:
            values = ", ".join(["NULL"] * number)
            cursor.execute(f"EXPLAIN EXECUTE {name}({values})")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert not READ_WHOLE.findall(plan), statement


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite compiles none."
)
def test_are_not_compiled(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="needs SQLite: PostgreSQL has statistics."
)
def test_of_the_newest_jobs_read_these_and_no_others(client, crowded):
    with CaptureQueriesContext(connection) as queries:
        client.get(crowded.url)
        first_of(JobListing.objects.open().order_by("-number"), 3)

    plans = [explained(x["sql"]) for x in queries if "jobs_joblisting" in x["sql"]]
    assert len(plans) > 2
    assert not [plan for plan in plans if "listing_closing" in plan]


def test_of_endings_look_them_up_by_their_moments(client, crowded):
    begin_a_process()
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{make_board().url}feed/")

    plans = "\n".join(
        explained(x["sql"]) for x in queries if x["sql"].startswith("SELECT")
    )
    assert {x for x in ("jobs_closed", "jobs_closing", "jobs_gone") if x in plans} == {
        "jobs_closed",
        "jobs_closing",
        "jobs_gone",
    }
