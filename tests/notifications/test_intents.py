"""What an editor may wish: tell, do not tell, and a line for followers."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from jobs.choices import TellFollowers
from jobs.models import JobPage
from notifications import ticking
from notifications.models import AnnouncedState, Announcement
from notifications.models.announcements import STRENGTH
from tests.factories import edit, in_days, make_user
from tests.notifications.conftest import TITLE, Staff

pytestmark = pytest.mark.usefixtures("followed_once")

SEND = TellFollowers.SEND
DO_NOT_SEND = TellFollowers.DO_NOT_SEND
NOTE = 'The store moves in May, so we can wait "a week & a day" longer.'


class TestDoNotSend:
    def test_adopts_the_change_in_silence(self, followed, told):
        edit(followed, pay_max=29000, tell_followers=DO_NOT_SEND)

        assert told() is None
        assert not Announcement.objects.exists()
        assert AnnouncedState.objects.get().facts["pay"]["high"] == "29000.00"

    def test_is_noted_in_the_history_with_who_wished_it(self, followed, worker):
        user = make_user("Job publishers", first_name="Petra")
        edit(followed, pay_max=29000, tell_followers=DO_NOT_SEND, user=user)
        worker.run(minutes=11)

        html = (
            Staff()
            .get(reverse("wagtailadmin_pages:history", args=[followed.pk]))
            .content.decode()
        )
        assert "Followers were not told, as the editor chose" in html
        assert "Petra" in html

    def test_is_not_noted_when_there_was_nothing_to_tell(self, followed, worker):
        edit(followed, tell_followers=DO_NOT_SEND)
        worker.run(minutes=11)

        html = (
            Staff()
            .get(reverse("wagtailadmin_pages:history", args=[followed.pk]))
            .content.decode()
        )
        assert "Followers were not told" not in html

    def test_gives_way_to_an_edit_of_the_same_window_that_may_be_told(
        self, followed, told
    ):
        edit(followed, pay_max=29000, tell_followers=DO_NOT_SEND)
        edit(JobPage.objects.get(), workplace="HYBRID")

        assert told() == f"Pay and workplace changed: {TITLE}"

    def test_holds_for_one_window_only(self, followed, worker, told):
        edit(followed, pay_max=29000, tell_followers=DO_NOT_SEND)
        worker.run(minutes=11)
        edit(JobPage.objects.get(), pay_max=30000)

        assert told() == f"Pay changed: {TITLE}"
        [line] = Announcement.objects.get().lines
        assert line["before"] == "£26,000 to £29,000 a year"

    def test_does_not_hold_for_taking_the_job_down(self, followed, told):
        edit(followed, tell_followers=DO_NOT_SEND)
        JobPage.objects.get().unpublish()

        assert told() == f"Taken down: {TITLE}"

    def test_does_not_hold_for_a_closing_date_that_followers_know(
        self, followed, worker
    ):
        soon = worker.now() + dt.timedelta(minutes=15)
        edit(followed, closes_at=soon, tell_followers=DO_NOT_SEND)
        worker.run(minutes=11)
        edit(JobPage.objects.get(), pay_max=29000, tell_followers=DO_NOT_SEND)
        worker.wait(minutes=5)

        ticking.notice_closing_dates()
        worker.run()

        assert {m.subject for m in mail.outbox} == {f"Closed: {TITLE}"}
        assert len(mail.outbox) == 2

    def test_holds_for_a_closing_date_that_is_set_to_the_past(self, followed, told):
        edit(followed, closes_at=in_days(-1), tell_followers=DO_NOT_SEND)

        assert told() is None

    def test_does_not_hold_for_making_the_job_private(self, followed, told):
        edit(followed, pay_max=29000, tell_followers=DO_NOT_SEND)
        PageViewRestriction.objects.create(
            page_id=followed.pk, restriction_type=PageViewRestriction.LOGIN
        )

        assert told() == f"Taken down: {TITLE}"

    def test_holds_for_publishing_a_job_that_was_taken_down(self, followed, worker):
        followed.unpublish()
        worker.run(minutes=11)
        mail.outbox.clear()

        edit(JobPage.objects.get(), tell_followers=DO_NOT_SEND)
        worker.run(minutes=11)

        assert mail.outbox == []


class TestSend:
    def test_tells_what_is_only_wording(self, followed, told):
        edit(followed, title="Bread & butter baker", tell_followers=SEND)

        assert told() == "Title changed: Bread & butter baker"

    def test_tells_that_the_description_was_reworded(self, followed, told):
        edit(followed, summary="Bakes all night & day.", tell_followers=SEND)

        assert told() == f"Wording changed: {TITLE}"
        assert "The description was reworded" in mail.outbox[0].body

    def test_needs_a_note_when_nothing_differs(self, followed, told):
        edit(followed, tell_followers=SEND)

        assert told() is None
        assert not Announcement.objects.exists()

    def test_tells_a_note_alone(self, followed, told):
        edit(followed, tell_followers=SEND, change_note=NOTE)

        assert told() == f"News about: {TITLE}"
        assert Announcement.objects.get().note == NOTE
        assert "we can wait" in mail.outbox[0].body

    def test_is_not_repeated_by_publishing_the_same_revision_again(
        self, followed, worker, told
    ):
        edit(followed, tell_followers=SEND, change_note=NOTE)
        worker.run(minutes=11)
        assert len(mail.outbox) == 2
        mail.outbox.clear()

        JobPage.objects.get().get_latest_revision().publish()

        assert told() is None


class TestStrength:
    @pytest.mark.parametrize("first", STRENGTH)
    @pytest.mark.parametrize("second", STRENGTH)
    def test_the_strongest_wish_of_a_window_wins(self, first, second, followed):
        edit(followed, tell_followers=first)
        edit(JobPage.objects.get(), tell_followers=second)

        strongest = max(first, second, key=STRENGTH.index)
        assert AnnouncedState.objects.get().intent == strongest

    def test_a_new_window_starts_without_a_wish(self, followed, worker):
        edit(followed, tell_followers=SEND, change_note=NOTE)
        worker.run(minutes=11)

        state = AnnouncedState.objects.get()
        assert (state.intent, state.note, state.actor) == ("", "", None)


class TestNote:
    def test_is_told_under_the_changes(self, followed, told):
        edit(followed, pay_max=29000, change_note=NOTE)

        assert told() == f"Pay changed: {TITLE}"
        text = " ".join(mail.outbox[0].body.split())
        assert f'From the editor: "{NOTE}"' in text

    def test_is_not_told_without_a_change(self, followed, told):
        edit(followed, change_note=NOTE)

        assert told() is None

    def test_notes_of_one_window_are_joined(self, followed, told):
        edit(followed, pay_max=29000, change_note="More pay.")
        edit(JobPage.objects.get(), workplace="HYBRID", change_note="Less travel.")

        told()
        assert Announcement.objects.get().note == "More pay. Less travel."

    def test_the_same_note_is_told_once(self, followed, told):
        edit(followed, pay_max=29000, change_note=NOTE)
        edit(JobPage.objects.get(), workplace="HYBRID", change_note=NOTE)

        told()
        assert Announcement.objects.get().note == NOTE

    def test_an_edit_without_a_note_keeps_that_of_the_window(self, followed, told):
        edit(followed, pay_max=29000, change_note=NOTE)
        edit(JobPage.objects.get(), workplace="HYBRID")

        told()
        assert Announcement.objects.get().note == NOTE


class TestWishesHoldForOnePublication:
    def test_they_are_blanked_on_the_page(self, followed):
        edit(followed, pay_max=29000, tell_followers=SEND, change_note=NOTE)

        job = JobPage.objects.get()
        assert (job.tell_followers, job.change_note) == (TellFollowers.AUTOMATIC, "")

    def test_the_editor_starts_without_them_again(self, followed):
        edit(followed, pay_max=29000, tell_followers=SEND, change_note=NOTE)

        draft = JobPage.objects.get().get_latest_revision_as_object()
        assert (draft.tell_followers, draft.change_note) == ("AUTOMATIC", "")

    def test_they_travel_with_a_scheduled_revision(self, followed, worker, told):
        soon = timezone.now() + dt.timedelta(minutes=1)
        edit(followed, pay_max=29000, change_note=NOTE, go_live_at=soon)
        with time_machine.travel(soon + dt.timedelta(minutes=1)):
            call_command("publish_scheduled", verbosity=0)

        assert told() == f"Pay changed: {TITLE}"
        assert Announcement.objects.get().note == NOTE

    def test_they_travel_through_a_review(self, followed, told):
        job = edit(followed, pay_max=29000, change_note=NOTE, publish=False)
        state = job.get_workflow().start(job, make_user("Job editors"))
        state.current_task_state.approve(user=make_user("Job publishers"))

        told()
        assert Announcement.objects.get().note == NOTE

    def test_they_are_not_copied(self, followed):
        draft = edit(followed, change_note=NOTE, tell_followers=SEND, publish=False)

        copy = draft.copy(update_attrs={"slug": "copy"}, keep_live=False)

        copied = copy.get_latest_revision_as_object()
        assert (copied.tell_followers, copied.change_note) == ("AUTOMATIC", "")


def test_an_announcement_names_who_published(followed, worker):
    user = make_user("Job publishers")
    edit(followed, pay_max=29000, user=user)

    worker.run(minutes=11)

    assert Announcement.objects.get().actor == user
