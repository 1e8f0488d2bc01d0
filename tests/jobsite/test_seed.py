"""The crowd that `manage.py seed` adds for load tests."""

import datetime as dt
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import Page

from jobs.facts import facts_now
from jobs.models import JobPage, JobPath, JobRecord
from jobsite.demo import crowd
from notifications import reconciling
from notifications.models import AnnouncedState, OutgoingEmail
from subscriptions.models import Subscriber, Subscription
from tests.factories import edit, make_job


@pytest.fixture(autouse=True)
def _development(settings):
    settings.DEMO = True


def seed(**options):
    call_command("seed", stdout=StringIO(), **options)


@pytest.mark.django_db
class TestSeed:
    def test_adds_as_many_as_asked_for(self):
        make_job()

        seed(jobs=23, subscribers=31)

        assert JobPage.objects.open().count() == 1 + 23
        assert Subscription.objects.confirmed().count() == 31

    def test_has_everybody_follow_the_newest(self):
        make_job()

        seed(jobs=5, subscribers=7)

        newest = JobPage.objects.open().newest_first().first()
        assert newest.record.subscriptions.confirmed().count() == 7

    def test_can_be_asked_for_more(self, monkeypatch):
        monkeypatch.setattr(crowd, "CHUNK", 3)

        seed(jobs=5, subscribers=20)
        seed(jobs=7, subscribers=20)

        assert JobPage.objects.count() == 12
        assert Subscriber.objects.count() == 40

    def test_leaves_a_healthy_tree(self):
        seed(jobs=12)

        assert Page.find_problems() == ([], [], [], [], [])
        index = JobPage.objects.first().get_parent()
        assert index.numchild == index.get_children().count() == 12

    def test_leaves_what_publishing_would_have_left(self):
        seed(jobs=12)

        assert JobRecord.objects.filter(page__live=True).count() == 12
        assert JobPath.objects.count() == 12
        assert AnnouncedState.objects.waiting().count() == 0
        now = timezone.now()
        for state in AnnouncedState.objects.all():
            assert state.facts == facts_now(state.record, now)
        assert reconciling.reconcile() == 0

    def test_makes_jobs_that_can_be_read(self, client):
        seed(jobs=4)

        assert {client.get(job.url).status_code for job in JobPage.objects.all()} == {
            200
        }

    def test_makes_jobs_that_are_found(self):
        seed(jobs=4)

        for job in JobPage.objects.all():
            assert job in JobPage.objects.search(f"{job.company.name} {job.title}")

    def test_makes_jobs_that_differ(self):
        seed(jobs=60)

        for field in (
            "title",
            "company",
            "category",
            "workplace",
            "pay_min",
            "closes_at",
        ):
            values = JobPage.objects.values_list(field, flat=True)
            assert len(set(values)) > 2, field

    def test_tells_the_crowd_what_the_first_edit_changes(self):
        seed(jobs=3, subscribers=4)
        newest = JobPage.objects.open().newest_first().first()
        edit(newest, title="Shipwright & mate")
        AnnouncedState.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))

        call_command("deliver", once=True)

        assert len(mail.outbox) == 4
        assert {x.subject for x in mail.outbox} == {"Title changed: Shipwright & mate"}

    def test_sends_nothing_by_itself(self):
        seed(jobs=3, subscribers=4)

        assert not OutgoingEmail.objects.exists()

    def test_refuses_to_run_where_it_is_not_allowed(self, settings):
        settings.DEMO = False

        with pytest.raises(CommandError, match="development"):
            seed(jobs=1)

    @pytest.mark.parametrize("jobs", ["-1", "many"])
    def test_refuses_what_is_no_number(self, jobs):
        with pytest.raises(CommandError):
            call_command("seed", "--jobs", jobs)
