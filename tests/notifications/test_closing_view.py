"""Closing a job and opening it again, beside its form."""

import datetime as dt
import html

import pytest
import time_machine
from django.urls import reverse

from jobs.models import JobPage
from jobs.services import close_job
from notifications import reconciling
from notifications.forms import CloseJobForm, ExtendJobForm
from notifications.views import closing
from tests.factories import edit
from tests.notifications.conftest import TITLE, Staff
from tests.notifications.test_admin_messages import TUESDAY_14_22, said


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY_14_22, tick=False):
        yield


class TestCloseView:
    @pytest.fixture
    def url(self, followed):
        return reverse("notifications_close_job", args=[followed.pk])

    def test_it_asks_why_and_says_whom_it_will_be_told(self, url, staff):
        text = " ".join(staff.get(url).content.decode().split())

        assert "<strong>2 followers will be told.</strong>" in text
        assert "10 minutes after you confirm" in text
        assert "Why does it close?" in text

    def test_looking_changes_nothing(self, url, staff):
        staff.get(url)

        assert JobPage.objects.get().is_open

    @pytest.mark.parametrize("reason", ["FILLED", "CANCELLED"])
    def test_it_closes_the_job(self, reason, url, staff, told):
        response = staff.post(
            url, {"reason": reason, "note": "Bye & thanks"}, follow=True
        )

        assert said(response) == [
            "2 followers will be told at 14:32 that it closed. See or cancel"
        ]
        job = JobPage.objects.get()
        assert (job.live, job.closed_reason) == (True, reason)
        assert told() == f"{reason.title()}: {TITLE}"
        assert job.record.announcements.get().note == "Bye & thanks"

    def test_it_opens_the_job_again(self, url, followed, worker, staff):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        assert "Why does it close?" not in staff.get(url).content.decode()

        response = staff.post(url, {"note": ""}, follow=True)

        assert said(response) == [
            "2 followers will be told at 14:43 that it is open again. See or cancel"
        ]
        assert JobPage.objects.get().is_open

    def test_opening_it_inside_the_window_tells_nobody(self, url, followed, staff):
        close_job(page_id=followed.pk, reason="FILLED")

        assert said(staff.post(url, {"note": ""}, follow=True)) == [
            "Followers are not told: nothing they follow changed."
        ]

    def test_closing_it_twice_does_not_open_it_again(self, url, staff):
        for _ in range(2):
            response = staff.post(url, {"reason": "FILLED", "note": ""}, follow=True)

        assert "This job is closed already." in response.content.decode()
        assert JobPage.objects.get().closed_reason == "FILLED"

    def test_opening_it_twice_does_not_close_it_again(self, url, followed, staff):
        close_job(page_id=followed.pk, reason="FILLED")

        for _ in range(2):
            response = staff.post(url, {"note": ""}, follow=True)

        assert "nothing was done" in response.content.decode()
        assert JobPage.objects.get().is_open

    def test_a_reason_is_needed(self, url, staff):
        assert staff.post(url, {"reason": "BORED"}).status_code == 200
        assert JobPage.objects.get().is_open

    def test_a_draft_that_waits_stays_a_draft(self, url, followed, staff):
        edit(followed, title="Embargoed & secret", publish=False)

        staff.post(url, {"reason": "FILLED", "note": ""})

        job = JobPage.objects.get()
        assert (job.title, job.has_unpublished_changes) == (TITLE, True)
        assert job.get_latest_revision_as_object().title == "Embargoed & secret"

    @pytest.mark.parametrize(
        ("group", "may"),
        [
            ("Job editors", False),
            ("Job publishers", True),
            ("Subscriber support", False),
        ],
    )
    def test_only_who_may_publish_may_close(self, group, may, url, followed):
        person = Staff(group)
        assert person.get(url).status_code == (200 if may else 302)
        person.post(url, {"reason": "FILLED", "note": ""})
        assert JobPage.objects.get().is_open != may

        edit_url = reverse("wagtailadmin_pages:edit", args=[followed.pk])
        assert (url in person.get(edit_url).content.decode()) == may

    def test_a_job_that_is_not_public_cannot_be_closed(self, url, followed, staff):
        followed.unpublish()

        staff.post(url, {"reason": "FILLED", "note": ""})

        assert JobPage.objects.get().closed_reason == ""
        assert reconciling.reconcile() == 0

    def test_no_such_job_is_not_found(self, db, staff):
        url = reverse("notifications_close_job", args=[999999])
        assert staff.get(url).status_code == 404


def acted_before(act, form):
    """A form that is read after ``act``."""

    class ActedBefore(form):
        def is_valid(self):
            act()
            return super().is_valid()

    return ActedBefore


class TestWhatAColleagueDoesMeanwhile:
    """Between the look at the job and the change of it."""

    @pytest.fixture
    def meanwhile(self, monkeypatch):
        def meanwhile(act):
            for form in (CloseJobForm, ExtendJobForm):
                monkeypatch.setattr(closing, form.__name__, acted_before(act, form))

        return meanwhile

    @pytest.mark.parametrize("act", ["unpublish", "delete"])
    @pytest.mark.parametrize("view", ["close_job", "closing_soon"])
    def test_to_take_the_job_down_is_said(self, view, act, followed, staff, meanwhile):
        meanwhile(getattr(followed, act))
        url = reverse(f"notifications_{view}", args=[followed.pk])
        data = {"reason": "FILLED", "until": "2027-01-01", "note": ""}

        response = staff.post(url, data, follow=True)

        [message] = response.context["messages"]
        assert html.unescape(str(message)).strip() == (
            f"“{TITLE}” was taken down meanwhile, and nothing was done."
        )
        assert response.status_code == 200
        assert not JobPage.objects.live().exists()

    @pytest.mark.parametrize(
        ("closes_at", "text"),
        [
            (
                dt.datetime(2027, 3, 1, 17, tzinfo=dt.UTC),
                "was extended meanwhile: it closes Mon 1 March 2027, 17:00.",
            ),
            (None, "has no closing date any more, and was left alone."),
        ],
    )
    def test_to_extend_the_job_further_is_said(
        self, closes_at, text, followed, staff, meanwhile
    ):
        meanwhile(lambda: edit(followed, closes_at=closes_at))
        url = reverse("notifications_closing_soon", args=[followed.pk])

        response = staff.post(url, {"until": "2027-01-01", "note": ""}, follow=True)

        [message] = response.context["messages"]
        assert html.unescape(str(message)).strip() == f"“{TITLE}” {text}"
        assert JobPage.objects.get().closes_at == closes_at
