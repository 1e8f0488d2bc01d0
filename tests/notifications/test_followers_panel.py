"""The panel beside a job's form: who follows, and what publishing would tell them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Workflow

from jobs import formatting
from jobs.models import JobPage
from jobs.services import close_job
from notifications.admin_messages import when
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    Pause,
)
from tests.factories import edit, in_days, make_draft, make_job, make_subscription
from tests.notifications.conftest import READERS, TITLE, Staff
from tests.notifications.followers_panel import (
    decision_url,
    edit_url,
    panel,
)
from tests.notifications.reading import squeezed
from tests.notifications.test_routes import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("followed_once")]


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


@pytest.fixture(autouse=True)
def _no_least_gap(db):
    AnnouncementSettings.objects.update(least_gap_hours=0)


class TestStages:
    def test_a_draft_cannot_be_followed_yet(self, publisher):
        assert "It can be followed once it is published." in panel(
            publisher, make_draft()
        )

    def test_a_job_that_nobody_follows_emails_no_one(self, publisher):
        text = panel(publisher, make_job())

        assert (
            "Nobody follows this job at the moment. Publishing emails no one." in text
        )

    def test_nothing_changed(self, followed, publisher):
        text = panel(publisher, followed)

        assert "2 followers. Nothing they follow has changed" in text
        assert "Publishing emails no one." in text

    def test_only_wording_changed(self, followed, publisher):
        edit(followed, title=TITLE.upper(), publish=False)

        text = panel(publisher, followed)

        assert "Only wording changed (1 place). Followers are not told." in text
        assert "Tell them anyway" in text

    def test_nothing_changed_since_they_were_told(self, followed, publisher, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        moment = formatting.moment(Announcement.objects.get().created_at)

        text = panel(publisher, followed)

        assert f"has changed since they were last told ({moment})." in text

    def test_a_difference_is_told_with_its_email(self, followed, publisher):
        edit(followed, pay_max=29000, change_note="A & B.", publish=False)

        text = panel(publisher, followed)

        assert "Publishing will tell 2 followers: pay changed." in text
        assert "£26,000 to £28,000 a year" in text
        assert "£26,000 to £29,000 a year" in text
        assert "A & B." in text
        assert "The email goes out 10 minutes after that" in text
        assert "A publisher decides" not in text

    def test_a_wish_for_silence_is_repeated(self, followed, publisher):
        edit(followed, pay_max=29000, tell_followers="DO_NOT_SEND", publish=False)

        assert "You chose not to tell them this time." in panel(publisher, followed)

    def test_edits_of_a_job_that_ended_are_silent(self, followed, publisher, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        edit(JobPage.objects.get(), pay_max=29000, publish=False)

        text = panel(publisher, followed)

        assert "They know that it has ended: editing it emails no one." in text
        assert "Choose whether to tell them" not in text

    def test_what_waits_can_be_sent_or_cancelled(self, followed, publisher):
        edit(followed, pay_max=29000)

        text = panel(publisher, followed)

        assert "(in 10 min) to 2 people: pay changed." in text
        assert "Send now" in text
        assert "Cancel" in text
        assert "If you publish" not in text

    def test_what_was_told_last_is_there_with_its_outcome(
        self, followed, publisher, worker
    ):
        edit(followed, pay_max=29000)
        AnnouncedState.objects.update(actor=publisher.user)
        worker.run(minutes=11)

        text = panel(publisher, followed)

        assert f"Pay changed: {TITLE}. By {publisher.user}. Sent " in text
        assert "2 taken by the mail server" in text

    def test_what_was_cancelled_says_by_whom_and_what_they_still_know(
        self, followed, publisher
    ):
        edit(followed, pay_max=29000)
        state = AnnouncedState.objects.get()
        publisher.post(reverse("notifications_cancel", args=[state.pk]))

        text = panel(publisher, followed)

        assert f"Cancelled by {publisher.user}, " in text
        first = formatting.moment(followed.first_published_at)
        assert f"Followers still know the job as it was {first}." in text

    def test_what_was_cancelled_is_not_said_to_be_unchanged(self, followed, publisher):
        edit(followed, pay_max=29000)
        publisher.post(decision_url("cancel"))

        text = panel(publisher, followed)

        assert "What changed was cancelled. Publishing emails no one" in text
        assert "Nothing they follow has changed" not in text
        assert "Tell them anyway" in text

    def test_after_a_cancellation_the_next_change_tells_all_of_it(
        self, followed, publisher
    ):
        edit(followed, pay_max=29000)
        publisher.post(decision_url("cancel"))
        edit(JobPage.objects.get(), workplace="HYBRID", publish=False)

        text = panel(publisher, followed)

        assert "will tell 2 followers: pay and workplace changed." in text

    def test_what_goes_out_now_is_not_decided_any_more(self, followed, publisher):
        edit(followed, pay_max=29000)
        publisher.post(decision_url("send_now"))

        text = panel(publisher, followed)

        assert "Goes out now to 2 people: pay changed." in text
        assert "Send now" not in text
        assert "Cancel" not in text

    def test_what_was_for_nobody_says_so(self, followed, publisher, worker):
        followed.record.subscriptions.update(closings_only=True)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        text = panel(publisher, followed)

        assert "there was nobody to tell" in text
        assert "0 taken" not in text

    def test_what_the_least_gap_holds_says_so(self, followed, publisher, worker):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        edit(followed, pay_max=29500)

        text = panel(publisher, followed)

        assert "this waits, and what else changes until then goes out with it" in text
        until = when(Announcement.objects.get().created_at + dt.timedelta(hours=4))
        assert until in text
        # So it does once a worker came by, and in a pause that may end before.
        worker.run(minutes=11)
        Pause.objects.create()
        text = panel(publisher, followed)
        assert "this waits, and what else changes until then goes out with it" in text
        assert f"Goes out {until} to 2 people" in text

    def test_what_goes_out_together_is_counted(self, followed, publisher, worker):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        again = edit(JobPage.objects.get(), pay_max=29500)
        edit(again, workplace="HYBRID", requirements=["Own bicycle"])

        text = panel(publisher, followed)

        assert "3 changes go out together" in text

    def test_a_draft_that_takes_back_what_waits_says_so(self, followed, publisher):
        before = followed.pay_max
        job = edit(followed, pay_max=29000)
        assert "What waits is dropped then." not in panel(publisher, job)

        edit(job, pay_max=before, publish=False)

        assert "What waits is dropped then." in panel(publisher, job)

    def test_a_draft_that_waits_for_its_day_says_which(self, followed, publisher):
        monday = in_days(4)
        edit(followed, pay_max=29000, go_live_at=monday, publish=False)

        text = panel(publisher, followed)

        assert f"set to be published {formatting.moment(monday)}. The email" in text

    def test_a_draft_that_waits_for_its_day_is_not_held_before(
        self, followed, publisher, worker
    ):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        job = edit(followed, pay_max=29000)
        worker.run(minutes=11)
        edit(job, pay_max=29500, go_live_at=in_days(4), publish=False)

        assert "not long ago" not in panel(publisher, followed)

    def test_who_cannot_edit_now_is_offered_no_choice(self, followed, publisher):
        editor = Staff("Job editors")
        job = edit(followed, pay_max=29000, publish=False)
        assert "Choose whether to tell them" in panel(editor, followed)

        Workflow.objects.get(name="Job review").start(job, editor.user)

        assert "Choose whether to tell them" not in panel(editor, followed)
        assert "Choose whether to tell them" in panel(publisher, followed)

    def test_a_pause_is_seen(self, followed, publisher):
        edit(followed, pay_max=29000, publish=False)
        Pause.objects.create(paused_by=publisher.user)

        text = panel(publisher, followed)

        assert "All email has been paused since" in text
        assert f"by {publisher.user}." in text
        assert "The email goes out when email is resumed." in text
        assert "minutes after that" not in text

    def test_what_waits_in_a_pause_goes_out_after_it(self, followed, publisher):
        Pause.objects.create(paused_by=publisher.user)
        job = edit(followed, pay_max=29000)
        until = formatting.moment(AnnouncedState.objects.get().due_at)

        text = panel(publisher, job)

        assert "Goes out when email is resumed to 2 people: pay changed." in text
        assert f"It can be cancelled until {until}." in text

    def test_an_alias_has_none(self, followed, publisher):
        alias = followed.create_alias(update_slug="again")

        html = publisher.get(edit_url(alias)).content.decode()

        assert 'data-side-panel="followers"' not in html


class TestRights:
    def test_an_editor_reads_that_a_publisher_decides(self, followed):
        editor = Staff("Job editors")
        edit(followed, pay_max=29000)
        waiting = panel(editor, followed)
        edit(followed, pay_max=29500, publish=False)
        draft = panel(editor, followed)

        for text in (waiting, draft):
            assert "A publisher decides whether to send." in text
            assert "2 followers: pay changed." in text or "to 2 people: pay" in text
            assert "Send now" not in text
            assert "Cancel" not in text

    def test_nobody_sees_an_address_there(self, followed):
        edit(followed, pay_max=29000, publish=False)

        for group in ("Job editors", "Job publishers", "Site owners"):
            html = Staff(group).get(edit_url(followed)).content.decode()
            assert not any(address in html for address in READERS)


class TestSaving:
    def test_draws_the_panel_again(self, followed, publisher):
        url, data = form_of(publisher, followed, pay_max="29000")

        answer = publisher.post(url, data, headers={"Accept": "application/json"})

        assert "Publishing will tell 2 followers" in squeezed(answer.json()["html"])

    def test_leaves_its_buttons_the_token_that_lets_them_act(self, followed, publisher):
        job = edit(followed, pay_max=29000)
        url, data = form_of(publisher, job, workplace="HYBRID")

        answer = publisher.post(url, data, headers={"Accept": "application/json"})

        html = answer.json()["html"]
        state = AnnouncedState.objects.get()
        for name in ("send_now", "cancel"):
            form = html[html.index(reverse(f"notifications_{name}", args=[state.pk])) :]
            assert "csrfmiddlewaretoken" in form[: form.index("</form>")]

    def test_costs_the_same_for_one_follower_and_for_thirty(self, worker, publisher):
        counts = []
        for followers in (1, 1, 30):
            job = make_job()
            for _ in range(followers):
                make_subscription(job=job)
            worker.run()
            edit(job, pay_max=29000, publish=False)
            with CaptureQueriesContext(connection) as captured:
                publisher.get(edit_url(job))
            counts.append(len(captured))

        assert counts[1] == counts[2]


class TestDecidingThere:
    @pytest.mark.parametrize("name", ["send_now", "cancel"])
    def test_leads_back_to_the_editor(self, followed, publisher, name):
        edit(followed, pay_max=29000)
        state = AnnouncedState.objects.get()
        url = reverse(f"notifications_{name}", args=[state.pk])

        response = publisher.post(url, {"next": edit_url(followed)})

        assert response.url == edit_url(followed)

    def test_leads_nowhere_else(self, followed, publisher):
        edit(followed, pay_max=29000)
        url = reverse("notifications_cancel", args=[AnnouncedState.objects.get().pk])

        response = publisher.post(url, {"next": "https://elsewhere.example/"})

        assert response.url == reverse("notifications_announcements")
