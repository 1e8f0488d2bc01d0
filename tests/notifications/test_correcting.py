"""Setting right what an email said in error."""

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import PageLogEntry

from jobs.services import close_job, reopen_job
from notifications import correcting
from notifications.forms import CorrectionForm
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    Pause,
)
from notifications.views import correcting as views
from subscriptions.models import Subscription
from tests.factories import edit, make_subscription
from tests.notifications.conftest import READERS, TITLE, Staff
from tests.notifications.reading import says, squeezed

pytestmark = pytest.mark.usefixtures("followed_once")

NOTE = "The pay of another job & its hours had slipped in."


@pytest.fixture
def wrong(followed, worker):
    """An announcement that was sent to both followers, and was wrong."""
    AnnouncementSettings.objects.update(least_gap_hours=0)
    edit(followed, pay_max=92000)
    worker.run(minutes=11)
    mail.outbox.clear()
    return Announcement.objects.get()


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


def correct(wrong, user=None):
    return correcting.correct(announcement_id=wrong.pk, note=NOTE, user=user)


def told():
    """Who was told since, and what: pairs of address and subject."""
    return sorted((m.to[0], m.subject) for m in mail.outbox)


def join(job, email, worker, **choices):
    """Somebody follows from now on, by the worker's clock."""
    subscription = make_subscription(job=job, email=email, **choices)
    rows = Subscription.objects.filter(pk=subscription.pk)
    rows.update(confirmed_at=worker.now())


class TestACorrection:
    def test_goes_to_those_who_got_the_wrong_email(self, wrong, worker):
        correct(wrong)
        worker.run()

        assert told() == [(address, f"Correction: {TITLE}") for address in READERS]
        says(mail.outbox[0], "was wrong. What is true:", NOTE)

    def test_goes_to_nobody_whose_email_came_back(self, wrong, worker):
        bounced = wrong.emails.filter(subscriber__address=READERS[0])
        bounced.update(outcome="BOUNCED")

        correct(wrong)
        worker.run()

        assert told() == [(READERS[1], f"Correction: {TITLE}")]

    def test_is_not_before_a_confirmation_by_a_clock_that_is_ahead(
        self, wrong, followed, worker
    ):
        edit(followed, pay_max=29000)
        worker.wait(seconds=2)
        join(followed, "new@example.org", worker)
        worker.wait(seconds=-2)

        correct(wrong)
        worker.run(minutes=1)

        addresses = [address for address, _subject in told()]
        assert addresses == ["new@example.org", *READERS]

    def test_takes_the_change_that_waits_along(self, wrong, followed, worker):
        edit(followed, pay_max=29000)
        correct(wrong)
        worker.run(minutes=11)

        assert told() == [(address, f"Correction: {TITLE}") for address in READERS]
        says(mail.outbox[0], "£26,000 to £29,000 a year")
        worker.run(minutes=30)
        assert len(mail.outbox) == 2

    def test_leads_on_from_what_was_announced_to_what_is_true(self, wrong, followed):
        edit(followed, pay_max=29000)

        correction = correct(wrong)

        assert correction.before == wrong.after
        assert correction.after["pay"]["high"] == "29000.00"
        assert AnnouncedState.objects.get().facts == correction.after
        assert correction.version == wrong.version + 1

    def test_without_a_change_leaves_the_facts_alone(self, wrong):
        correction = correct(wrong)

        assert correction.changes == []
        assert AnnouncedState.objects.get().facts == wrong.after

    def test_goes_to_nobody_who_left_meanwhile(self, wrong, worker):
        Subscription.objects.filter(subscriber__address=READERS[0]).end(
            reason="UNSUBSCRIBED", now=worker.now()
        )
        correct(wrong)
        worker.run()

        assert [address for address, _subject in told()] == READERS[1:]

    def test_that_changes_nothing_is_kept_from_those_who_follow_since(
        self, wrong, followed, worker
    ):
        join(followed, "new@example.org", worker)
        correct(wrong)
        worker.run()

        assert [address for address, _subject in told()] == READERS

    def test_that_tells_a_change_reaches_those_who_follow_since(
        self, wrong, followed, worker
    ):
        join(followed, "new@example.org", worker)
        join(followed, "endings@example.org", worker, closings_only=True)
        edit(followed, pay_max=29000)
        correct(wrong)
        worker.run(minutes=11)

        assert [a for a, _subject in told()] == ["new@example.org", *READERS]

    def test_of_an_ending_reaches_those_who_want_endings_only(self, followed, worker):
        make_subscription(job=followed, email="endings@example.org", closings_only=True)
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        mail.outbox.clear()
        correct(Announcement.objects.get())
        worker.run()

        assert [a for a, _s in told()] == ["endings@example.org", *READERS]

    def test_leaves_it_to_the_job_to_say_that_it_is_open_again(self, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        reopen_job(page_id=followed.pk)
        mail.outbox.clear()
        correct(Announcement.objects.get())
        worker.run()
        worker.run(minutes=11)

        subjects = [subject for _address, subject in told()]
        assert subjects.count(f"Correction: {TITLE}") == 2
        assert subjects.count(f"Open again: {TITLE}") == 2

    def test_is_noted_in_the_history_of_the_page(self, wrong, publisher):
        correct(wrong, publisher.user)

        entry = PageLogEntry.objects.get(action="notifications.corrected")
        assert entry.user == publisher.user

    def test_cannot_be_corrected_itself(self, wrong, worker):
        correction = correct(wrong)
        worker.run()
        correction.refresh_from_db()

        with pytest.raises(correcting.NotCorrectable):
            correct(correction)

    def test_needs_somebody_who_got_the_email(self, wrong):
        wrong.emails.all().delete()

        with pytest.raises(correcting.NotCorrectable):
            correct(wrong)


class TestInTheAdmin:
    def url(self, announcement):
        return reverse("notifications_correct", args=[announcement.pk])

    def test_is_offered_on_the_announcement(self, wrong, publisher):
        page = reverse("notifications_announcement", args=[wrong.pk])

        html = publisher.get(page).content.decode()

        assert self.url(wrong) in html

    def test_leads_to_the_job_that_is_still_wrong(self, wrong, followed, publisher):
        url = self.url(wrong)
        first = "and the correction tells the change too."
        assert first in publisher.get(url).content.decode()

        edit(followed, pay_max=29000)

        assert first not in publisher.get(url).content.decode()

    def test_says_to_how_many_it_goes_and_with_what(self, wrong, followed, publisher):
        edit(followed, pay_max=29000)

        html = publisher.get(self.url(wrong)).content.decode()

        assert "It goes at once to 2 people who got this email" in squeezed(html)
        assert "£29,000" in html
        assert not any(address in html for address in READERS)

    def test_waits_for_email_to_be_resumed(self, wrong, publisher):
        Pause.objects.create()

        asked = squeezed(publisher.get(self.url(wrong)).content.decode())
        response = publisher.post(self.url(wrong), {"note": NOTE}, follow=True)

        assert "It goes when email is resumed to 2 people who got this" in asked
        assert "at once" not in asked
        [message] = response.context["messages"]
        assert str(message).strip() == "The correction goes out when email is resumed."

    def test_is_sent_by_a_post(self, wrong, publisher, worker):
        publisher.get(self.url(wrong))
        assert Announcement.objects.count() == 1

        response = publisher.post(self.url(wrong), {"note": NOTE})
        worker.run()

        made = Announcement.objects.get(kind="CORRECTION")
        assert response.url == reverse("notifications_announcement", args=[made.pk])
        assert made.actor == publisher.user
        assert len(mail.outbox) == 2
        page = publisher.get(response.url).content.decode()
        assert "Corrects" in page
        assert self.url(made) not in page

    def test_pressed_twice_is_sent_once(self, wrong, publisher, worker):
        first, second = (
            publisher.post(self.url(wrong), {"note": NOTE}) for _ in range(2)
        )
        worker.run()

        assert second.url == first.url
        assert len(mail.outbox) == 2

    def test_with_another_line_by_another_or_later_is_another(
        self, wrong, publisher, worker
    ):
        publisher.post(self.url(wrong), {"note": NOTE})
        publisher.post(self.url(wrong), {"note": "And it is by the hour."})
        Staff("Job publishers").post(self.url(wrong), {"note": NOTE})
        worker.wait(hours=1)
        publisher.post(self.url(wrong), {"note": NOTE})

        assert Announcement.objects.filter(corrects=wrong).count() == 4

    def test_that_comes_too_late_is_said_to_have_nobody_to_go_to(
        self, wrong, publisher, monkeypatch
    ):
        class ComesBack(CorrectionForm):
            def is_valid(self):
                wrong.emails.update(outcome="BOUNCED")
                return super().is_valid()

        monkeypatch.setattr(views, "CorrectionForm", ComesBack)

        response = publisher.post(self.url(wrong), {"note": NOTE}, follow=True)

        assert "nobody to send a correction to" in response.content.decode()
        assert Announcement.objects.count() == 1

    def test_needs_a_line(self, wrong, publisher):
        response = publisher.post(self.url(wrong), {"note": " "})

        assert "Say in a line what is true." in response.content.decode()
        assert Announcement.objects.count() == 1

    def test_twice_is_told_apart_from_too_late(self, wrong, publisher):
        wrong.emails.all().delete()

        response = publisher.post(self.url(wrong), {"note": NOTE}, follow=True)

        assert "nobody to send a correction to" in response.content.decode()

    @pytest.mark.parametrize("group", ["Job editors", "Subscriber support"])
    def test_needs_the_right_to_decide(self, wrong, group):
        staff = Staff(group)

        response = staff.post(self.url(wrong), {"note": NOTE})

        assert response.status_code == 302
        assert Announcement.objects.count() == 1
