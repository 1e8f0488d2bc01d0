"""The table that lists read is in step with the jobs, whichever way those are written."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.utils import timezone
from wagtail.models import Page

from jobs import editions, search, services
from jobs.choices import ClosedReason
from jobs.models import (
    JobListing,
    JobListingPlace,
    JobLocation,
    JobPage,
    JobRequirement,
    JobWords,
)
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_job,
    make_jobs,
    make_private,
)

pytestmark = pytest.mark.django_db


def mirror(job):
    return job.create_alias(update_slug="mirror")


def below_a_private_page(job):
    above = Page.objects.get(pk=make_board().get_parent().pk)
    return make_private(above)


WRITES = {
    "as it is": lambda job: None,
    "unpublished": lambda job: job.unpublish(),
    "unpublished by a statement": lambda job: JobPage.objects.filter(pk=job.pk).update(
        live=False
    ),
    "deleted": lambda job: job.delete(),
    "deleted by its base page": lambda job: Page.objects.get(pk=job.pk).delete(),
    "private": make_private,
    "below a private page": below_a_private_page,
    "private and public again": lambda job: make_private(job).delete(),
    "filled": lambda job: edit(job, closed_reason=ClosedReason.FILLED),
    "filled by a statement": lambda job: JobPage.objects.filter(pk=job.pk).update(
        closed_reason=ClosedReason.FILLED
    ),
    "closed by its date": lambda job: JobPage.objects.filter(pk=job.pk).update(
        closes_at=in_days(-1)
    ),
    "open without end": lambda job: JobPage.objects.filter(pk=job.pk).update(
        closes_at=None
    ),
    "edited in a draft": lambda job: edit(job, title="Secret", publish=False),
    "closed by an editor": lambda job: services.close_job(
        page_id=job.pk, reason=ClosedReason.FILLED
    ),
    "mirrored": mirror,
    "mirrored and private": lambda job: mirror(job) and make_private(job),
    "mirrored, and the mirror is a page of its own": lambda job: Page.objects.filter(
        pk=mirror(job).pk
    ).update(alias_of=None),
    "moved": lambda job: job.move(make_board().get_parent(), pos="last-child"),
}


def open_now():
    """What a list may show, by the definition that every page obeys."""
    return set(JobPage.objects.open().values_list("pk", flat=True))


def listed_now():
    return set(JobListing.objects.open().values_list("page_id", flat=True))


def worded():
    """How many listed jobs the database has words of."""
    if connection.vendor == "sqlite":
        return JobWords.objects.count()
    return JobListing.objects.exclude(lexemes=None).count()


class TestListing:
    @pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
    def test_has_exactly_the_open_jobs_after_any_write(self, write):
        other = make_job()
        make_draft()

        write(make_job(title="Night baker"))

        assert listed_now() == open_now()
        assert (other.pk in listed_now()) == (other.pk in open_now())

    def test_has_a_job_once_however_many_addresses_it_has(self):
        job = make_job()
        mirror(job)

        assert listed_now() == {job.pk}

    def test_has_what_was_an_alias_and_is_a_job_of_its_own(self):
        job = make_job()
        other = mirror(job)

        Page.objects.filter(pk=other.pk).update(alias_of=None)

        assert listed_now() == {job.pk, other.pk}

    def test_has_jobs_that_were_written_in_bulk(self):
        jobs = make_jobs(3)

        assert listed_now() == {job.pk for job in jobs}

    def test_has_a_job_again_that_is_opened_again(self):
        job = make_job()
        edit(job, closed_reason=ClosedReason.FILLED)
        assert listed_now() == set()

        edit(job, closed_reason="")

        assert listed_now() == {job.pk}

    def test_keeps_a_job_where_it_was_in_the_order(self):
        first, second = make_job(), make_job()
        edit(first, title="Edited later")

        order = JobListing.objects.order_by("-number").values_list("page_id", flat=True)

        assert list(order) == [second.pk, first.pk]

    def test_orders_as_the_moments_of_posting_do(self):
        jobs = [make_job() for _ in range(4)]
        for number, job in enumerate(jobs):
            posted = dt.datetime(2026, 1, 9 - 2 * number, tzinfo=dt.UTC)
            JobPage.objects.filter(pk=job.pk).update(posted_at=posted)

        order = JobListing.objects.order_by("-number").values_list("page_id", flat=True)

        assert list(order) == [job.pk for job in jobs]

    def test_of_many_in_one_moment_has_each(self):
        jobs = make_jobs(50)
        JobPage.objects.update(posted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

        assert JobListing.objects.count() == jobs.count()

    def test_leaves_nothing_behind_when_a_job_goes(self):
        make_job().delete()

        assert JobListing.objects.count() == 0
        assert JobListingPlace.objects.count() == 0
        assert worded() == 0


class TestUnlisting:
    """Jobs that closed by their date leave the table, which nobody sees."""

    @pytest.fixture
    def closed(self):
        return make_job(closes_at=in_days(-2))

    def unlist(self):
        return services.unlist_closed(now=timezone.now())

    def test_takes_what_closed_a_day_ago_and_nothing_else(self, closed):
        others = [
            make_job(closes_at=None),
            make_job(closes_at=in_days(1)),
            make_job(closes_at=in_days(-0.5)),
        ]

        assert self.unlist() == 1
        assert self.unlist() == 0

        listed = JobListing.objects.values_list("page_id", flat=True)
        assert set(listed) == {job.pk for job in others}
        assert worded() == 3
        assert JobListingPlace.objects.count() == 3
        assert listed_now() == open_now()

    def test_takes_some_at_once(self, monkeypatch):
        monkeypatch.setattr(services, "LISTED_CHUNK", 2)
        make_jobs(5, closes_at=in_days(-2))

        assert [self.unlist() for _ in range(4)] == [2, 2, 1, 0]

    @pytest.mark.parametrize("closes_at", [None, in_days(9)])
    def test_does_not_keep_a_job_from_coming_back(self, closed, closes_at):
        self.unlist()

        JobPage.objects.filter(pk=closed.pk).update(closes_at=closes_at)

        assert listed_now() == open_now() == {closed.pk}
        assert worded() == 1

    def test_leaves_a_job_alone_that_is_open_again_meanwhile(self, closed, monkeypatch):
        """An editor moves its closing date after it was found and before it goes."""
        filter_by = JobListing.objects.filter().__class__.filter

        def move_then_filter(rows, *args, **given):
            if "pk__in" in given:
                JobPage.objects.filter(pk=closed.pk).update(closes_at=in_days(9))
            return filter_by(rows, *args, **given)

        monkeypatch.setattr(
            JobListing.objects.all().__class__, "filter", move_then_filter
        )
        assert self.unlist() == 0

        assert listed_now() == {closed.pk}

    def test_turns_no_edition(self, closed):
        before = editions.current(timezone.now())

        assert self.unlist() == 1

        assert editions.current(timezone.now()) == before


class TestBulk:
    """Thousands of jobs may be written in one transaction, by an import or a seed."""

    @pytest.fixture
    def shared(self):
        return {"company": make_company(), "category": make_category()}

    # PostgreSQL plans what triggers do while tables are empty, or known to be.
    @pytest.mark.parametrize("before", ["DISCARD PLANS", "ANALYZE"])
    @pytest.mark.parametrize("live", [True, False])
    def test_costs_as_much_for_each_of_many_as_for_each_of_few(
        self, shared, live, before
    ):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(before)
        make_jobs(10, live=live, **shared)

        few = work_of(lambda: make_jobs(50, live=live, **shared))
        make_jobs(300, live=live, **shared)
        many = work_of(lambda: make_jobs(50, live=live, **shared))

        # Tables read whole would make it six times. Rows that earlier tests left dead,
        # which an index still leads to, double it.
        assert many < 4 * few

    @pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="needs PostgreSQL: SQLite keeps no row that was.",
    )
    def test_writes_a_job_once_for_each_statement_and_not_for_each_row(self, shared):
        written = (
            "SELECT n_tup_ins FROM pg_stat_xact_user_tables "
            "WHERE relname = 'jobs_joblisting'"
        )
        asks = ["A boat", "Two years of baking", "French"]
        with connection.cursor() as cursor:
            cursor.execute(written)
            before = cursor.fetchone()[0]
            make_jobs(20, requirements=asks, locations=["York", "Hull"], **shared)
            cursor.execute(written)
            # With the jobs, with their places and with their requirements.
            assert cursor.fetchone()[0] - before == 3 * 20

    @pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="needs PostgreSQL: SQLite keeps no row that was.",
    )
    def test_turns_the_edition_once_in_each_statement(self, shared):
        written = (
            "SELECT SUM(n_tup_ins + n_tup_upd) FROM pg_stat_xact_user_tables "
            "WHERE relname = 'jobs_publicchange'"
        )
        with connection.cursor() as cursor:
            cursor.execute(written)
            before = cursor.fetchone()[0]
            make_jobs(100, **shared)
            cursor.execute(written)
            # Of jobs, their places and their requirements.
            assert cursor.fetchone()[0] - before == 3


def work_of(write):
    """What a database does for ``write``: rows that it reads, or steps that it takes."""
    if connection.vendor == "postgresql":
        rows = "SELECT SUM(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables"
        with connection.cursor() as cursor:
            cursor.execute(rows)
            before = cursor.fetchone()[0]
            write()
            cursor.execute(rows)
            return float(cursor.fetchone()[0] - before)
    steps = itertools.count()
    connection.connection.set_progress_handler(lambda: next(steps) < 0, 10)
    try:
        write()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return next(steps)


class TestFollowing:
    """What is copied into the table follows what it was copied from."""

    @pytest.fixture
    def job(self):
        return make_job(
            title="Night baker",
            company=make_company(name="Crumb & Co"),
            category=make_category(name="Food"),
            locations=["Marlhaven"],
        )

    def found(self, *words):
        rows = JobListing.objects.filter(search.matching(search.given(words)))
        return rows.count() == 1

    def test_of_a_title(self, job):
        Page.objects.filter(pk=job.pk).update(title="Day miller")

        assert self.found("miller")
        assert not self.found("baker")

    def test_of_the_name_of_a_company(self, job):
        job.company.name = "Renamed"
        job.company.save()

        assert self.found("renamed")
        assert not self.found("crumb")

    def test_of_a_company_that_becomes_confidential(self, job):
        job.company.is_confidential = True
        job.company.save()

        assert not self.found("crumb")
        assert self.found("baker")

    def test_of_the_name_of_a_category(self, job):
        job.category.name = "Kitchen"
        job.category.save()

        assert self.found("kitchen")

    def test_of_places(self, job):
        JobLocation.objects.create(page=job, place="York", region="York", country="GB")
        JobLocation.objects.filter(place="Marlhaven").update(place="Hull")

        assert self.found("york", "hull")
        assert not self.found("marlhaven")
        keys = JobListingPlace.objects.order_by("key").values_list("key", "is_town")
        assert list(keys) == [("hull", True), ("york", True)]

    def test_of_what_it_asks_for(self, job):
        asked = JobRequirement.objects.create(page=job, text="Driving licence")
        JobRequirement.objects.filter(text="Own bicycle").update(text="Own scales")

        assert self.found("driving licence", "scales")
        assert not self.found("bicycle")
        asked.delete()
        assert not self.found("licence")

    def test_of_what_it_asks_for_in_an_edit(self, job):
        edit(job, requirements=["Laminated menus"])

        assert self.found("laminated", "baker")
        assert not self.found("bicycle")

    def test_of_tags_and_text(self, job):
        job.tags.add("sourdough")
        job.body = [("paragraph", "<p>One</p><p>Two</p>")]
        job.save_revision().publish()

        assert self.found("sourdough", "one", "two")
