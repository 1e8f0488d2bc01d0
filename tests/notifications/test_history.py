"""What the page of a job says of its past."""

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.template import Context, Template
from django.utils import timezone

from jobs.formatting import day_and_month
from jobs.models import JobPage
from jobs.services import close_job
from notifications.models import Announcement
from tests.factories import edit, make_job, make_subscription

pytestmark = pytest.mark.django_db
HISTORY = Template("{% load notification_tags %}{% job_history job as history %}")


@pytest.fixture
def job(worker):
    job = make_job(requirements=["Own bicycle", "Early riser"])
    make_subscription(job=job)
    worker.run(hours=1)
    return job


def shown(client, job):
    return BeautifulSoup(client.get(job.url).content, "html.parser")


def words(element):
    return " ".join(element.get_text(" ").split()) if element else ""


def ago(days):
    moment = timezone.now() - dt.timedelta(days=days)
    Announcement.objects.update(created_at=moment)
    cache.clear()
    return moment


class TestPageOfAJob:
    def test_that_never_changed_says_when_it_was_posted(self, client, job):
        page = shown(client, job)

        assert "First posted." in words(page.select_one("#changes"))
        assert page.select(".job-head__flag a") == []
        assert page.select(".req__mark") == []

    def test_says_what_changed_and_its_flag_jumps_there(self, client, job, worker):
        edit(job, pay_min=30000, pay_max=31000, change_note="The store & the sea")
        worker.run(hours=1)
        ago(2)

        page = shown(client, job)

        flag = page.select_one(".job-head__flag a")
        assert words(flag) == "Pay changed 2 days ago"
        assert page.select_one(flag["href"]).name == "section"
        told = words(page.select_one("#changes"))
        assert "£26,000 to £28,000 a year" in told
        assert "£30,000 to £31,000 a year" in told
        assert "“The store & the sea”" in told

    def test_keeps_the_direction_of_each_text_to_itself(self, client, job, worker):
        edit(job, reword={"Own bicycle": "\u202eOwn boat"}, title="\u05d0 mate")
        worker.run(hours=1)
        edit(job, requirements=["Early riser", "\u05d0\u202e cook"], title="Mate")
        worker.run(hours=9)

        told = shown(client, job).select_one("#changes")

        turned = told.find_all(string=re.compile("[\u202e\u05d0]"))
        assert len(turned) == 5
        assert {text.parent.name for text in turned} == {"bdi"}

    def test_marks_for_a_fortnight_what_is_asked_for_anew(self, client, job, worker):
        edit(job, requirements=["Own bicycle", ("Own <boat> & oars", "NICE")])
        worker.run(hours=1)

        moment = ago(13)
        marked = shown(client, job).select(".req__mark")
        assert [words(x.parent) for x in marked] == [
            f"Own <boat> & oars Added {day_and_month(moment)}"
        ]

        ago(15)
        page = shown(client, job)
        assert page.select(".req__mark") == []
        assert page.select(".job-head__flag a") == []
        assert "Own <boat> & oars" in words(page.select_one("#changes"))

    def test_does_not_tell_what_an_editor_cancelled(self, client, job, worker):
        edit(job, pay_min=30000, pay_max=31000)
        worker.run(hours=1)
        Announcement.objects.update(state=Announcement.State.CANCELLED)

        page = shown(client, job)

        assert "£30,000 to £31,000" not in words(page.select_one("#changes"))
        assert page.select(".job-head__flag a") == []

    def test_does_not_claim_to_know_more_than_followers_were_told(self, client, job):
        edit(job, pay_min=26000)

        page = shown(client, job)

        assert "£26,000" in words(page)
        assert words(page.select_one("#changes .history__lead")) == (
            "Each change that its followers were told of."
        )
        assert words(page.select_one("#changes ol")).endswith("First posted.")

    def test_says_above_it_that_a_mistake_was_corrected(self, client, job, worker):
        edit(job, pay_min=30000, pay_max=31000)
        worker.run(hours=1)
        Announcement.objects.update(kind=Announcement.Kind.CORRECTION)
        cache.clear()

        flag = shown(client, job).select_one(".job-head__flag a")

        assert words(flag) == "Corrected today"

    def test_that_closed_in_silence_does_not_say_that_anybody_was_told(
        self, client, job, worker
    ):
        edit(job, closed_reason="FILLED", tell_followers="DO_NOT_SEND")
        worker.run(hours=1)

        page = words(shown(client, job))

        assert "This job was filled on" in page
        assert "told by email" not in page

    def test_keeps_its_past_when_it_closes(self, client, job, worker):
        close_job(page_id=job.pk, reason="FILLED")
        worker.run(hours=1)

        page = shown(client, job)

        assert "Closed Filled" in words(page.select_one("#changes"))
        assert page.select(".job-head__flag") == []

    @pytest.mark.parametrize("count", [0, 9])
    def test_asks_once_however_much_was_told(
        self, job, count, django_assert_num_queries
    ):
        now = timezone.now()
        record = job.record_or_none
        Announcement.objects.bulk_create(
            Announcement(
                record=record,
                version=100 + n,
                kind="CHANGED",
                before={},
                after={},
                created_at=now,
                expires_at=now,
            )
            for n in range(count)
        )
        list(job.requirements.all())
        job.requirements.get_object_list()

        with django_assert_num_queries(1):
            HISTORY.render(Context({"job": job}))


class TestPageOfAJobThatIsGone:
    def test_says_why_and_what_the_editor_wrote(self, client, job, worker):
        url = job.url
        job.unpublish()
        worker.run(hours=1)
        Announcement.objects.update(because="IN_ERROR", note="The store & the sea")

        page = words(shown(client, job))

        assert ": published in error." in page
        assert "“The store & the sea”" in page
        assert "Everyone who followed it is told by email." in page
        assert client.get(url).status_code == 410

    def test_says_no_more_before_followers_are_told(self, client, job):
        job.unpublish()

        page = words(shown(client, job))

        assert "It was taken down on" in page
        assert "“" not in page
        assert "told by email" not in page

    @pytest.mark.parametrize("closes", [False, True])
    def test_says_nothing_of_an_end_that_was_not_the_last(
        self, client, job, worker, closes
    ):
        job.unpublish()
        worker.run(hours=1)
        Announcement.objects.update(because="IN_ERROR", note="The store & the sea")
        job = edit(job)
        worker.run(hours=1)
        if closes:
            close_job(page_id=job.pk, reason="CANCELLED")
            worker.run(hours=1)

        JobPage.objects.get().unpublish()

        page = words(shown(client, job))
        assert "It was taken down on" in page
        assert "published in error" not in page
        assert "The store & the sea" not in page
