"""After a click on several jobs: one line for all of their followers."""

import pytest
import time_machine
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications import admin_messages, clock
from notifications.clock import database_now
from notifications.models import AnnouncedState
from tests.factories import edit, make_job, make_subscription, make_user
from tests.notifications.conftest import TITLE
from tests.notifications.test_admin_messages import TUESDAY_14_22, said


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY_14_22, tick=False):
        yield


class TestInBulk:
    @pytest.fixture
    def jobs(self, followed, worker):
        """Seven jobs: the first with two followers, one of whom follows them all."""
        others = [make_job(title=f"Porter & mate {n}") for n in range(6)]
        for job in others:
            make_subscription(job=job, email="reader@example.org")
        worker.run()
        return [followed, *others]

    def bulk(self, staff, action, jobs):
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        ids = "&".join(f"id={job.pk}" for job in jobs)
        home = reverse("wagtailadmin_home")
        return said(staff.post(f"{url}?{ids}&next={home}", follow=True))

    LINE = (
        "7 jobs, 8 followers (2 people): they will be told. Each person gets one email "
        "per job. See or cancel"
    )

    @pytest.mark.parametrize("action", ["unpublish", "delete"])
    def test_one_line_counts_all_that_end(self, action, jobs, staff):
        assert self.bulk(staff, action, jobs) == [self.LINE]

    def test_one_line_counts_all_that_are_published(self, jobs, staff):
        for job in jobs:
            edit(job, pay_max=29000, publish=False)

        assert self.bulk(staff, "publish", jobs) == [self.LINE]

    def test_jobs_without_news_are_not_counted(self, jobs, staff):
        edit(jobs[0], pay_max=29000, publish=False)
        for job in jobs[1:]:
            edit(job, summary="Other words", publish=False)

        assert self.bulk(staff, "publish", jobs) == [
            f"“{TITLE}”: 2 followers will be told at 14:32 that pay changed. "
            "See or cancel"
        ]

    def test_nothing_to_tell_is_not_worth_a_line(self, jobs, staff):
        for job in jobs:
            edit(job, publish=False)

        assert self.bulk(staff, "publish", jobs) == []

    def test_who_acted_is_known_for_every_job(self, jobs, staff):
        self.bulk(staff, "unpublish", jobs)

        actors = AnnouncedState.objects.waiting().values_list("actor", flat=True)
        assert list(actors) == [staff.user.pk] * 7

    def test_seven_jobs_cost_as_much_as_two(self, jobs, monkeypatch):
        for job in jobs:
            edit(job, pay_max=29000)
        # The one of the worker asks no database.
        monkeypatch.setattr(clock, "database_now", database_now)

        assert self.cost(jobs) == self.cost(jobs[:2]) <= 15

    def cost(self, jobs):
        request = RequestFactory().get("/")
        request.user = make_user()
        request.session = {}
        request._messages = FallbackStorage(request)
        records = [job.record.pk for job in jobs]
        with CaptureQueriesContext(connection) as queries:
            admin_messages.tell_many(request, records)
        return len(queries)
