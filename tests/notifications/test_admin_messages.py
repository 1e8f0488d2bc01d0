"""After the click: what the editor is told that followers will be told."""

import datetime as dt
import html
import re

import pytest
import time_machine
from django.urls import reverse

from jobs.models import JobPage
from notifications import admin_messages, foretelling, services
from notifications.models import AnnouncedState, AnnouncementSettings, Pause
from tests.factories import (
    edit,
    make_board,
    make_draft,
    make_job,
    make_subscription,
    make_user,
)
from tests.notifications.conftest import TITLE
from tests.notifications.reading import squeezed
from tests.notifications.test_routes import form_of

TUESDAY_14_22 = dt.datetime(2026, 6, 9, 13, 22, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY_14_22, tick=False):
        yield


@pytest.fixture
def fourteen(followed):
    """A job that fourteen people follow."""
    for _ in range(12):
        make_subscription(job=followed)
    return followed


def said(response):
    """The messages that are ours, without their links' addresses."""
    texts = [str(message) for message in response.context["messages"]]
    plain = [html.unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in texts]
    return [
        text
        for text in plain
        if "follow" in text.lower() and "published" not in text.split(".")[0]
    ]


def publish(staff, job, **changes):
    url, data = form_of(staff, job, **changes, **{"action-publish": "publish"})
    response = staff.post(url, data, follow=True)
    assert response.redirect_chain, response.context["form"].errors
    return said(response)


def click(staff, name, page, **data):
    url = reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
    return said(staff.post(url, data, follow=True))


class TestPublishing:
    def test_it_says_to_how_many_when_and_what(self, fourteen, staff):
        job = JobPage.objects.get()
        first = job.requirements.first()
        changes = {"pay_max": "29000", "requirements-0-text": "Food hygiene, level 3"}

        assert publish(staff, fourteen, **changes) == [
            "14 followers will be told at 14:32 that pay and 1 requirement changed. "
            "See or cancel"
        ]
        [reworded] = JobPage.objects.get().requirements.filter(uuid=first.uuid)
        assert reworded.text == "Food hygiene, level 3"

    def test_see_or_cancel_leads_to_the_announcements(self, followed, staff):
        url, data = form_of(
            staff, followed, pay_max="29000", **{"action-publish": "publish"}
        )
        response = staff.post(url, data, follow=True)

        texts = [str(message) for message in response.context["messages"]]
        link = f'<a href="{reverse("notifications_announcements")}">See or cancel</a>'
        assert [text for text in texts if link in text]

    def test_nothing_that_matters_is_said_to_be_nothing(self, fourteen, staff):
        assert publish(staff, fourteen, summary="Bakes all night & day.") == [
            "Followers are not told: nothing they follow changed."
        ]

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (
                {"pay_max": "29000"},
                "2 followers will be told that pay changed, after it is published "
                "Fri 12 June, 08:00.",
            ),
            ({"title": TITLE.upper()}, "It emails no one when it is published."),
        ],
    )
    def test_it_says_what_a_schedule_will_tell(self, change, says, followed, staff):
        url, data = form_of(staff, followed, **change, go_live_at="2026-06-12 08:00")
        response = staff.post(url, data | {"action-publish": "publish"}, follow=True)

        text = html.unescape(response.content.decode())
        assert says in text
        assert "Followers are not told" not in text

    def test_it_says_what_scheduling_a_job_that_was_taken_down_will_tell(
        self, followed, staff, worker
    ):
        worker.run()
        followed.unpublish()
        worker.run(minutes=11)
        url, data = form_of(staff, followed, go_live_at="2026-06-12 08:00")

        response = staff.post(url, data | {"action-publish": "publish"}, follow=True)

        says = "2 followers will be told that it is open again, after it is published"
        assert f"{says} Fri 12 June, 08:00." in squeezed(response.content.decode())

    def test_scheduling_a_first_publication_says_nothing(self, worker, staff, followed):
        url, data = form_of(staff, make_draft(title="Baker"))
        data |= {"go_live_at": "2026-06-12 08:00", "action-publish": "publish"}

        response = staff.post(url, data, follow=True)

        assert "has been scheduled for publishing" in response.content.decode()
        assert "emails no one" not in response.content.decode()

    def test_its_message_has_the_icon_that_it_asks_for(self, fourteen, staff):
        url, data = form_of(staff, fourteen, pay_max="30000")
        page = staff.post(url, data | {"action-publish": "publish"}, follow=True)
        drawn = staff.get(reverse("wagtailadmin_sprite")).content.decode()

        asked = set(re.findall(r'href="#icon-([\w-]+)"', page.content.decode()))
        assert {"info", "success"} <= asked
        assert [x for x in asked if f'id="icon-{x}"' not in drawn] == []

    def test_a_first_publication_says_nothing(self, db, worker, staff):
        assert publish(staff, make_draft()) == []


class TestOutlook:
    """The same sentence, without the admin around it."""

    def foretold(self, job):
        return admin_messages.outlook_text(foretelling.outlook(record=job.record))

    def test_one_follower_is_one_follower(self, followed):
        followed.record.subscriptions.first().delete()
        edit(followed, pay_max=29000)

        assert self.foretold(followed) == (
            "1 follower will be told at 14:32 that pay changed."
        )

    def test_a_wish_not_to_tell_is_repeated(self, followed):
        edit(followed, pay_max=29000, tell_followers="DO_NOT_SEND")

        assert self.foretold(followed) == "Followers are not told, as you chose."

    def test_what_was_cancelled_is_not_said_to_be_unchanged(self, followed, staff):
        edit(followed, pay_max=29000)
        state = AnnouncedState.objects.get()
        services.cancel(state_id=state.pk, user=staff.user)
        edit(JobPage.objects.get())

        assert self.foretold(followed) == (
            "Followers are not told: this news was cancelled."
        )

    def test_a_pause_is_counted_in(self, followed, staff):
        Pause.objects.create(paused_by=staff.user)
        edit(followed, pay_max=29000)

        assert self.foretold(followed) == (
            "2 followers will be told when email is resumed that pay changed."
        )

    def test_a_note_alone_is_named(self, followed):
        edit(followed, tell_followers="SEND", change_note="Please read & smile")

        assert self.foretold(followed) == (
            "2 followers will be told at 14:32 that there is a note from you."
        )

    def test_without_followers_no_email_goes_out(self, db, worker):
        job = make_job()
        worker.run()
        edit(job, pay_max=29000)

        assert self.foretold(job) == (
            "Nobody follows this job at the moment. No email goes out."
        )

    def test_an_open_window_is_counted_in(self, followed):
        edit(followed, pay_max=29000)
        edit(followed, workplace="HYBRID")

        assert self.foretold(followed) == (
            "2 followers will be told at 14:32 that pay and workplace changed."
        )

    @pytest.mark.parametrize(
        ("minutes", "when"), [(0, "at once"), (24 * 60, "on Wed 10 June, 14:22")]
    )
    def test_it_says_when_in_the_terms_of_the_window(self, minutes, when, followed):
        AnnouncementSettings.objects.update(quiet_minutes=minutes)
        edit(followed, pay_max=29000)

        assert self.foretold(followed) == (
            f"2 followers will be told {when} that pay changed."
        )


class TestLeastGap:
    @pytest.fixture
    def told(self, followed, worker):
        """Followers were told of a change at 14:33, and the gap is four hours."""
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        return JobPage.objects.get()

    def test_a_change_is_told_when_the_gap_is_over(self, told, staff):
        assert publish(staff, told, pay_max="30000") == [
            "2 followers will be told at 18:33 that pay changed. See or cancel"
        ]

    def test_the_list_of_what_waits_says_so_too(self, told, staff):
        edit(told, pay_max=30000)

        html = staff.get(reverse("notifications_announcements")).content.decode()
        assert "18:33" in html

    def test_an_end_does_not_wait(self, told, staff):
        [text] = click(staff, "unpublish", told)
        assert text.startswith("2 followers will be told at 14:43 that it was taken")

    def test_what_somebody_sends_at_once_does_not_wait(self, told, worker, staff):
        edit(told, pay_max=30000)
        state = AnnouncedState.objects.get()
        services.send_now(state_id=state.pk, user=staff.user)

        outlook = foretelling.outlook(record=told.record)
        assert outlook.due_at <= worker.now()


class TestEnding:
    TAKEN_DOWN = (
        "2 followers will be told at 14:32 that it was taken down. See or cancel"
    )

    def test_unpublishing(self, followed, staff):
        assert click(staff, "unpublish", followed) == [self.TAKEN_DOWN]

    def test_deleting(self, followed, staff):
        assert click(staff, "delete", followed) == [self.TAKEN_DOWN]

    def test_unpublishing_the_parent(self, followed, staff):
        board = make_board()
        assert click(staff, "unpublish", board, include_descendants="on") == [
            self.TAKEN_DOWN
        ]

    def test_unpublishing_the_parent_alone_ends_nothing(self, followed, staff):
        assert click(staff, "unpublish", make_board()) == []

    def test_unpublishing_the_parent_alone_takes_over_no_edit(self, followed, staff):
        author = make_user()
        edit(followed, pay_max=29000, user=author)

        assert click(staff, "unpublish", make_board()) == []

        assert AnnouncedState.objects.get().actor == author

    @pytest.mark.parametrize("action", ["unpublish", "publish"])
    @pytest.mark.parametrize("below", [{}, {"include_descendants": "on"}])
    def test_the_parent_in_bulk_takes_over_what_it_changes(
        self, action, below, followed, staff
    ):
        author = make_user()
        edit(followed, pay_max=29000, user=author)
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        next_url = reverse("wagtailadmin_home")

        response = staff.post(
            f"{url}?id={make_board().pk}&next={next_url}", below, follow=True
        )

        ends = action == "unpublish" and bool(below)
        assert said(response) == ([self.TAKEN_DOWN] if ends else [])
        actor = AnnouncedState.objects.get().actor
        assert actor == (staff.user if ends else author)

    @pytest.mark.parametrize("action", ["unpublish", "delete"])
    def test_in_bulk(self, action, followed, staff):
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        next_url = reverse("wagtailadmin_home")

        response = staff.post(f"{url}?id={followed.pk}&next={next_url}", follow=True)

        assert said(response) == [self.TAKEN_DOWN]

    def test_looking_at_the_question_says_nothing(self, followed, staff):
        url = reverse("wagtailadmin_pages:delete", args=[followed.pk])
        assert staff.get(url).status_code == 200
        response = staff.get(reverse("wagtailadmin_home"))
        assert said(response) == []

    def test_an_end_that_was_told_before_is_not_told_again(
        self, followed, worker, staff
    ):
        followed.unpublish()
        worker.run(minutes=11)

        assert click(staff, "delete", followed) == []

    def test_nobody_to_tell_is_not_worth_a_line(self, db, worker, staff):
        job = make_job()
        worker.run()

        assert click(staff, "unpublish", job) == []


def test_who_acted_is_known_to_the_announcement(followed, worker, staff):
    click(staff, "unpublish", followed)
    worker.run(minutes=11)

    assert followed.record.announcements.get().actor == staff.user


class TestApproving:
    def test_says_what_publishing_says(self, followed, staff):
        draft = edit(followed, pay_max=29000, publish=False)
        review = followed.get_workflow().start(draft, staff.user)
        action = {
            "action-workflow-action": "true",
            "workflow-action-name": "approve",
        }
        assert review.status == "in_progress"

        url, data = form_of(staff, draft, pay_max="29000", **action)

        assert said(staff.post(url, data, follow=True)) == [
            "2 followers will be told at 14:32 that pay changed. See or cancel"
        ]
