"""Before a job is taken down: who will be told, and why it happens."""

import pytest
from django.core import mail
from django.urls import reverse

from jobs.models import BoardSettings, JobPage
from notifications.endings import note_ending
from notifications.models import AnnouncedState, Announcement, AnnouncementSettings
from notifications.templatetags import notification_tags
from tests.factories import edit, follow, make_board, make_draft, make_job, make_page
from tests.notifications.conftest import READERS, TITLE, Staff
from tests.notifications.reading import says, squeezed

pytestmark = pytest.mark.usefixtures("followed_once")

WHY = {"ending_because": "IN_ERROR", "ending_note": "Crumb & Co asked us to."}


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


def page_url(name, page):
    return reverse(f"wagtailadmin_pages:{name}", args=[page.pk])


def bulk_url(action, *pages):
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    return f"{url}?{'&'.join(f'id={page.pk}' for page in pages)}"


def text_of(response):
    return squeezed(response.content.decode())


class TestAsking:
    def test_unpublishing_offers_to_close_first_and_counts(self, followed, publisher):
        text = text_of(publisher.get(page_url("unpublish", followed)))

        assert "Is it filled or cancelled? Close it instead" in text
        assert "2 followers will be told that this job is gone." in text
        assert "goes out 10 minutes after you confirm" in text
        assert "A line for followers" in text

    def test_a_closed_job_is_not_offered_to_be_closed(self, followed, publisher):
        JobPage.objects.update(closed_reason="FILLED")

        text = text_of(publisher.get(page_url("unpublish", followed)))

        assert "Close it instead" not in text

    def test_a_job_that_nobody_follows_needs_no_reason(self, publisher):
        text = text_of(publisher.get(page_url("unpublish", make_job())))

        assert "No email goes out." in text
        assert "A line for followers" not in text

    @pytest.mark.parametrize(
        ("jobs", "says"),
        [
            (1, "Making it private tells 2 followers that the job is gone."),
            (2, "Making it private tells 3 followers of 2 jobs that they are gone."),
        ],
    )
    def test_making_private_says_whom_it_tells(self, jobs, says, followed, worker):
        if jobs > 1:
            follow(make_job(title="Porter"))
        make_job(title="Stoker", closed_reason="FILLED")
        worker.run()
        page = followed if jobs == 1 else make_board()

        dialog = Staff().get(page_url("set_privacy", page)).json()["html"]

        assert f"{says} The email goes out 10 minutes after" in squeezed(dialog)

    def test_of_more_than_are_told_at_once_it_says_so(self, followed, monkeypatch):
        monkeypatch.setattr(notification_tags, "TOO_MANY", 0)

        dialog = Staff().get(page_url("set_privacy", followed)).json()["html"]

        assert "no email goes out before an administrator" in squeezed(dialog)
        assert "after you confirm" not in dialog

    def test_making_private_what_nobody_follows_says_nothing(self):
        dialog = Staff().get(page_url("set_privacy", make_job())).json()["html"]

        assert "Making it private" not in dialog
        assert "Private, accessible to any logged-in users" in dialog

    def test_deleting_says_that_it_cannot_be_undone(self, followed, publisher):
        text = text_of(publisher.get(page_url("delete", followed)))

        assert "2 followers will be told that this job is gone." in text
        assert "This cannot be undone. The email goes out 10 minutes after" in text
        assert JobPage.objects.exists()

    @pytest.mark.parametrize("name", ["unpublish", "delete"])
    def test_a_parent_counts_what_is_below_it(self, followed, staff, name):
        follow(make_job(), email=READERS[0])

        text = text_of(staff.get(page_url(name, make_board())))

        assert "2 jobs, 3 followers (2 people)." in text
        assert "Each person gets one email for each job." in text

    @pytest.mark.parametrize("action", ["unpublish", "delete"])
    def test_a_bulk_action_counts_jobs_followers_and_people(
        self, followed, publisher, action
    ):
        other = make_job()
        follow(other, email=READERS[0])

        text = text_of(publisher.get(bulk_url(action, followed, other)))

        assert "2 jobs, 3 followers (2 people)." in text
        assert "A line for followers" in text

    def test_a_draft_among_several_is_said_not_to_be_public(self, followed, publisher):
        draft = make_draft(title="Stoker")

        text = text_of(publisher.get(bulk_url("unpublish", followed, draft)))

        assert "Left alone, because they are not public" in text
        assert "have permission" not in text
        nothing_left_alone = text_of(publisher.get(bulk_url("unpublish", followed)))
        assert "Left alone" not in nothing_left_alone

    @pytest.mark.parametrize("name", ["unpublish", "delete"])
    def test_a_page_without_jobs_is_asked_about_as_ever(self, staff, name):
        text = text_of(staff.get(page_url(name, make_page())))

        assert "Are you sure" in text
        assert "A line for followers" not in text
        assert "No email" not in text

    @pytest.mark.parametrize("name", ["unpublish", "delete"])
    def test_nobody_sees_an_address(self, followed, publisher, name):
        html = publisher.get(page_url(name, followed)).content.decode()

        assert not any(address in html for address in READERS)


def end(client, how, job):
    """Take a job down one way, giving the reason; answers the response."""
    urls = {
        "unpublish": page_url("unpublish", job),
        "delete": page_url("delete", job),
        "bulk unpublish": bulk_url("unpublish", job),
        "bulk delete": bulk_url("delete", job),
        "delete the parent": page_url("delete", make_board()),
    }
    return client.post(urls[how], WHY)


class TestTheReason:
    @pytest.mark.parametrize(
        "how",
        [
            "unpublish",
            "delete",
            "bulk unpublish",
            "bulk delete",
            "delete the parent",
        ],
    )
    def test_reaches_every_follower_with_the_line(self, followed, staff, how, told):
        assert end(staff, how, followed).status_code == 302

        assert told() == f"Taken down: {TITLE}"
        for message in mail.outbox:
            says(message, "published in error.", "Crumb & Co asked us to.")
        announcement = Announcement.objects.get()
        assert announcement.because == "IN_ERROR"
        assert announcement.actor == staff.user

    def test_reaches_them_when_a_parent_is_unpublished_with_its_jobs(
        self, followed, staff, told
    ):
        url = page_url("unpublish", make_board())
        staff.post(url, WHY | {"include_descendants": "on"})

        assert told() == f"Taken down: {TITLE}"
        assert Announcement.objects.get().because == "IN_ERROR"

    def test_is_not_noted_for_jobs_that_stay(self, followed, staff, told):
        staff.post(page_url("unpublish", make_board()), WHY)

        assert AnnouncedState.objects.get().due_at is None
        assert told() is None

    def test_is_forgotten_when_nothing_ends(self, followed, staff, told, worker):
        end(staff, "unpublish", followed)
        JobPage.objects.get().get_latest_revision().publish()
        worker.run(minutes=11)
        JobPage.objects.get().unpublish()

        assert told() == f"Taken down: {TITLE}"
        announcement = Announcement.objects.get()
        assert (announcement.because, announcement.note) == ("", "")

    def test_is_kept_when_a_later_step_gives_only_a_line(self, followed, staff, told):
        staff.post(page_url("unpublish", followed), {"ending_because": "IN_ERROR"})
        staff.post(page_url("delete", followed), {"ending_note": "Sorry & thanks."})

        assert told() == f"Taken down: {TITLE}"
        says(mail.outbox[0], "published in error.", "Sorry & thanks.")
        assert Announcement.objects.get().because == "IN_ERROR"

    def test_gives_way_to_a_later_one(self, followed, staff, told):
        staff.post(page_url("unpublish", followed), {"ending_because": "IN_ERROR"})
        staff.post(page_url("delete", followed), {"ending_because": "CANCELLED"})

        assert told() == f"Taken down: {TITLE}"
        assert Announcement.objects.get().because == "CANCELLED"

    @pytest.mark.parametrize("fields", [{}, {"pay_max": 29000}])
    def test_is_dropped_once_the_job_is_public_again(
        self, fields, followed, staff, told
    ):
        staff.post(page_url("unpublish", followed), {"ending_because": "IN_ERROR"})
        edit(JobPage.objects.get(), **fields)
        staff.post(page_url("delete", followed))

        assert told() == f"Taken down: {TITLE}"
        assert Announcement.objects.get().because == ""

    def test_is_there_when_a_worker_looks_before_the_page_is_gone(
        self, followed, staff, worker
    ):
        AnnouncementSettings.objects.update(quiet_minutes=0)
        data = {"ending_because": "IN_ERROR", "ending_note": ""}
        note_ending([followed], data, below=False, deletes=False, user=staff.user)
        worker.run()

        followed.unpublish()
        worker.run()

        assert Announcement.objects.get().because == "IN_ERROR"

    def test_may_be_left_out(self, followed, staff, told):
        staff.post(page_url("unpublish", followed))

        assert told() == f"Taken down: {TITLE}"
        assert Announcement.objects.get().because == ""

    def test_that_nobody_offered_takes_nothing_down_with_it(
        self, followed, staff, told
    ):
        staff.post(page_url("unpublish", followed), {"ending_because": "BORED"})

        assert told() == f"Taken down: {TITLE}"
        assert Announcement.objects.get().because == ""


class TestManyPages:
    @pytest.fixture
    def many(self, followed):
        for _ in range(10):
            make_job()

    @pytest.mark.usefixtures("many")
    @pytest.mark.parametrize("way", ["alone", "in bulk"])
    def test_are_deleted_once_the_name_is_typed_and_keep_what_was_said(
        self, staff, way
    ):
        BoardSettings.objects.update_or_create(defaults={"name": "Work & Sea"})
        board = make_board()
        url = page_url("delete", board) if way == "alone" else bulk_url("delete", board)
        assert "Please type Work & Sea to confirm." in text_of(staff.get(url))

        response = staff.post(url, WHY | {"confirm_site_name": "Jobs"})

        assert ">\nCrumb &amp; Co asked us to.</textarea>" in response.content.decode()
        assert JobPage.objects.count() == 11

        staff.post(url, WHY | {"confirm_site_name": "Work & Sea"})

        assert not JobPage.objects.exists()
        assert AnnouncedState.objects.first().because == "IN_ERROR"
