"""What begins another edition of what everybody sees, and when pages turn."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, Site

from home.models import LookSettings
from jobs import editions
from jobs.models import (
    BoardSettings,
    JobPage,
)
from jobs.models.changes import PublicChange
from jobs.services import close_job
from jobsite.public import frame, kept, watching
from notifications.models import Announcement
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_company,
    make_draft,
    make_home,
    make_image,
    make_job,
    make_jobs,
    make_page,
    make_private,
    make_record,
    make_user,
)
from tests.processes import cost

pytestmark = pytest.mark.django_db


def edition():
    return editions.current(timezone.now())


def _move(job):
    job.move(make_page(title="Other", slug="other"), pos="last-child")


def saved(instance, **fields):
    for name, value in fields.items():
        setattr(instance, name, value)
    instance.save()


def announce(job):
    now = timezone.now()
    Announcement.objects.create(
        record=job.record,
        version=1,
        kind=Announcement.Kind.CHANGED,
        before={},
        after={},
        created_at=now,
        expires_at=now,
    )


CHANGES = {
    "a job is published": lambda job: make_job(),
    "a job is edited": lambda job: edit(job, pay_max=29_000),
    "its requirements change": lambda job: edit(job, requirements=["A boat"]),
    "its places change": lambda job: edit(job, locations=["Hull"]),
    "a job is filled": lambda job: close_job(page_id=job.pk, reason="FILLED"),
    "a job is taken down": lambda job: job.unpublish(),
    "a job is deleted": lambda job: job.delete(),
    "a job is moved": _move,
    "a job is renamed": lambda job: edit(job, slug="other"),
    "a job has an alias": lambda job: job.create_alias(update_slug="alias"),
    "a job is private": make_private,
    "the list is private": lambda job: make_private(make_board()),
    "a row is updated": lambda job: JobPage.objects.filter(pk=job.pk).update(
        closes_at=in_days(2)
    ),
    "a page's row is updated": lambda job: Page.objects.filter(pk=job.pk).update(
        live=False
    ),
    "jobs are written in bulk": lambda job: make_jobs(2),
    "a job's record is made": lambda job: make_record(),
    "an announcement is made": announce,
    "a company is renamed": lambda job: saved(job.company, name="Crumb & Sons"),
    "a company goes": lambda job: make_company().delete(),
    "a field of work is renamed": lambda job: saved(job.category, name="Bread & pies"),
    "the board is renamed": lambda job: saved(BoardSettings.load(), name="Work & pay"),
    "the look changes": lambda job: saved(LookSettings.load(), tagline="By the sea"),
    "the list is edited": lambda job: saved(make_board(), intro="Work & rest"),
    "the list is taken down": lambda job: make_board().unpublish(),
    "the front page is edited": lambda job: saved(make_home(), title="Marlhaven"),
    "a page is published": lambda job: make_page(title="About & more"),
    "the site has another name": lambda job: saved(Site.objects.get(), port=8080),
    "a picture changes": lambda job: saved(make_image(), title="Quay & boats"),
}
#: Those that send no signal: a cache that is shared hears of them after five minutes.
SILENT = {
    "a row is updated",
    "a page's row is updated",
    "jobs are written in bulk",
}
HEARD = {name: change for name, change in CHANGES.items() if name not in SILENT}


class TestEdition:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_turns_when(self, job, change):
        before = edition()

        change(job)

        assert edition().whole != before.whole

    @pytest.mark.parametrize("change", HEARD.values(), ids=HEARD)
    def test_turns_in_a_shared_cache_when(
        self, job, change, shared_cache, django_capture_on_commit_callbacks
    ):
        before = editions.current(timezone.now())

        with django_capture_on_commit_callbacks(execute=True):
            change(job)

        assert editions.current(timezone.now()).whole != before.whole

    @pytest.mark.parametrize(
        "change",
        [
            lambda job: job.save_revision(),
            lambda job: edit(job, title="Not yet", publish=False),
            lambda job: make_draft(company=job.company),
            lambda job: edit(
                make_draft(company=job.company), title="Still not", publish=False
            ),
            lambda job: saved(job.company, email="new@crumb.example"),
            lambda job: job.company.save(),
            lambda job: make_user(),
        ],
    )
    def test_stays_with_what_nobody_sees(self, job, change):
        change(job)  # A first one may make what it needs.
        before = edition()

        change(job)

        assert edition() == before

    @pytest.mark.parametrize("fields", [["state"], ["planned", "cursor", "state"]])
    def test_stays_in_a_shared_cache_while_an_announcement_goes_out(
        self, job, fields, shared_cache, django_capture_on_commit_callbacks
    ):
        announce(job)
        announcement = Announcement.objects.get()
        before = edition()

        with django_capture_on_commit_callbacks(execute=True):
            announcement.save(update_fields=fields)
            job.company.save(update_fields=["notices"])

        assert edition().whole == before.whole

    def test_that_is_rolled_back_has_never_been(self, job):
        before = edition()

        with transaction.atomic():
            edit(job, title="Never")
            assert edition() != before
            transaction.set_rollback(True)

        assert edition() == before

    def test_of_the_frame_stays_when_a_job_changes(self, job):
        before = edition()

        edit(job, pay_max=29_000)
        job.delete()

        assert edition().frame == before.frame

    def test_is_kept_in_few_rows(self, job):
        PublicChange.objects.bulk_create(
            PublicChange(made_in=-n, frame=False, token=n + 1) for n in range(1, 300)
        )
        before = edition()

        assert PublicChange.objects.forget_old() > 200
        assert edition().whole not in ("", before.whole)
        assert PublicChange.objects.forget_old() == 0

    def test_of_the_frame_outlives_many_changes_of_jobs(self, client, job):
        saved(LookSettings.load(), tagline="By the sea")
        PublicChange.objects.bulk_create(
            PublicChange(made_in=-n, frame=False, token=n + 1) for n in range(1, 300)
        )

        PublicChange.objects.forget_old()

        assert edition().frame
        client.get(job.url)
        assert frame._held

    def test_is_watched_by_triggers_that_are_put_back(self, job):
        with connection.cursor() as cursor:
            (name, table), *_others = watching._installed(cursor, connection.vendor)
            drop = f"DROP TRIGGER {name}"
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(drop + on)
            if on:
                cursor.execute(f"DROP FUNCTION {name}")

            watching.install("default")

            assert name in dict(watching._installed(cursor, connection.vendor))


class TestTime:
    def test_a_job_that_closes_is_closed_on_every_page_at_that_moment(self, client):
        now = timezone.now().replace(hour=12, minute=0)
        closes_at = now + dt.timedelta(minutes=2)
        with time_machine.travel(now, tick=False) as clock:
            job = make_job(title="Deckhand", closes_at=closes_at)
            for url in (job.url, make_board().url):
                clock.move_to(closes_at - dt.timedelta(seconds=1))
                before = client.get(url).content.decode()
                clock.move_to(closes_at)
                after = client.get(url).content.decode()
                assert ("closed for applications" in before, "Deckhand" in before) == (
                    False,
                    True,
                )
                assert "closed for applications" in after or "Deckhand" not in after

    def test_days_are_counted_anew_at_midnight_of_the_site(self, client):
        # Midnight in London is 23:00 in UTC.
        noon = dt.datetime(2026, 6, 10, 11, tzinfo=dt.UTC)
        with time_machine.travel(noon, tick=False) as clock:
            job = make_job(closes_at=noon + dt.timedelta(days=6))
            clock.move_to(dt.datetime(2026, 6, 10, 22, 59, 59, tzinfo=dt.UTC))
            assert "In 6 days" in client.get(job.url).content.decode()
            clock.move_to(dt.datetime(2026, 6, 10, 23, 0, 0, tzinfo=dt.UTC))
            assert "In 5 days" in client.get(job.url).content.decode()

    def test_what_nobody_heard_of_is_seen_after_five_minutes(
        self, client, shared_cache
    ):
        job = make_job()
        client.get(job.url)
        JobPage.objects.filter(pk=job.pk).update(title="Miller")
        assert "Miller" not in client.get(job.url).content.decode()

        with time_machine.travel(timezone.now() + kept.LONGEST):
            assert "Miller" in client.get(job.url).content.decode()

    def test_a_clock_that_is_put_back_makes_pages_anew(self, client):
        url = make_job().url
        client.get(url)

        with time_machine.travel(timezone.now() - dt.timedelta(hours=1)):
            assert cost(client, url)[0] > 1


class TestRaces:
    def test_a_page_made_before_a_change_and_kept_after_it_is_not_shown(
        self, client, job, monkeypatch
    ):
        keep = kept.keep

        def keep_late(*args, **kwargs):
            monkeypatch.setattr(kept, "keep", keep)
            edit(job, title="Miller & mate")
            return keep(*args, **kwargs)

        monkeypatch.setattr(kept, "keep", keep_late)
        assert "Miller" not in client.get(job.url).content.decode()

        assert "Miller &amp; mate" in client.get(job.url).content.decode()

    def test_two_processes_agree_at_once(self, client, job):
        """The second one has another memory, and the same database."""
        client.get(job.url)
        memory = cache._cache.copy(), cache._expire_info.copy()
        edit(job, title="Miller & mate")
        client.get(job.url)

        cache._cache.clear()
        cache._cache.update(memory[0])

        assert "Miller &amp; mate" in client.get(job.url).content.decode()
