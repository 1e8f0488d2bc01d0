"""The number that is promised is the number that is sent, wherever it is shown."""

import re

import pytest
from django.urls import reverse

from jobs.services import close_job
from notifications.audience import Crowd, audience, crowd_of
from notifications.models import Announcement, AnnouncementSettings, Suppression
from subscriptions.addresses import hashed
from tests.factories import edit, make_job, make_subscription
from tests.notifications.bulk import bulk_url
from tests.notifications.conftest import Staff
from tests.notifications.followers_panel import panel
from tests.notifications.reading import squeezed
from tests.notifications.test_routes import form_of

pytestmark = pytest.mark.django_db

#: Two want to hear everything, one of endings only; one is not to be written to.
CHANGES, ENDINGS = 2, 3


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


@pytest.fixture
def mixed(followed):
    AnnouncementSettings.objects.update(least_gap_hours=0)
    make_subscription(job=followed, email="endings@example.org", closings_only=True)
    make_subscription(job=followed, email="bounced@example.org")
    Suppression.objects.create(
        address_hash=hashed("bounced@example.org"), reason="BOUNCED"
    )
    return followed


@pytest.fixture
def sent(worker):
    """To how many the last announcement went, once all that is due has happened."""

    def sent():
        worker.run(minutes=11)
        return Announcement.objects.latest("pk").sent

    return sent


def words(response):
    return squeezed(response.content.decode())


def messages_of(response):
    return squeezed(" ".join(str(m) for m in response.context["messages"]))


def promised(text):
    """The numbers before "follower will be told" and its like."""
    pattern = r"(\d+) (?:followers?|people|person)(?: \(| will be told|: |\.)"
    return {int(number) for number in re.findall(pattern, text)}


class TestOfAChange:
    def test_the_panel_the_preview_the_message_and_the_list(
        self, mixed, publisher, sent
    ):
        edit(mixed, pay_max=29000, publish=False)
        assert f"Publishing will tell {CHANGES} followers" in panel(publisher, mixed)
        url = reverse("notifications_preview_email", args=[mixed.pk])
        assert f"send this to {CHANGES} followers" in words(publisher.get(url))

        url, data = form_of(publisher, mixed, **{"action-publish": "publish"})
        said = messages_of(publisher.post(url, data, follow=True))
        assert f"{CHANGES} followers will be told" in said
        assert f"to {CHANGES} people: pay changed." in panel(publisher, mixed)
        waiting = words(publisher.get(reverse("notifications_announcements")))
        assert f"Preview the email {CHANGES} " in waiting

        assert sent() == CHANGES

    def test_those_who_want_endings_only_are_not_promised_it(self, worker, publisher):
        job = make_job()
        make_subscription(job=job, closings_only=True)
        worker.run()
        edit(job, pay_max=29000, publish=False)

        text = panel(publisher, job)

        assert "1 follower. They only want to hear when it closes" in text
        url, data = form_of(publisher, job, **{"action-publish": "publish"})
        said = messages_of(publisher.post(url, data, follow=True))
        assert "its followers only want to hear when it ends" in said

    def test_several_at_once(self, mixed, publisher, sent):
        url = bulk_url("extend_closing_date", mixed)
        assert f"at most {CHANGES} followers" in words(publisher.get(url))

        said = messages_of(publisher.post(url, {"days": 5}, follow=True))

        assert f"{CHANGES} followers will be told" in said
        assert sent() == CHANGES

    def test_publishing_several_drafts(self, mixed, publisher, sent):
        edit(mixed, pay_max=29000, publish=False)
        url = bulk_url("publish", mixed, make_job())

        text = words(publisher.get(url))
        publisher.post(url)

        assert f"1 job has news for {CHANGES} followers ({CHANGES} people)." in text
        assert "The email goes out 10 minutes after you confirm" in text
        assert sent() == CHANGES

    def test_publishing_what_is_not_public_below_a_page(self, mixed, sent):
        owner, board = Staff("Site owners"), mixed.get_parent()
        mixed.unpublish()
        assert sent() == ENDINGS
        url = bulk_url("publish", board)

        text = words(owner.get(url))
        owner.post(url, {"include_descendants": "on"})

        assert f"1 job has news for {ENDINGS} followers ({ENDINGS} people)." in text
        assert sent() == ENDINGS

    def test_publishing_what_followers_know_already(self, mixed, publisher):
        text = words(publisher.get(bulk_url("publish", mixed)))

        assert "No email goes out: their followers know how the jobs stand." in text


class TestOfAnEnding:
    def test_closing(self, mixed, publisher, sent):
        url = reverse("notifications_close_job", args=[mixed.pk])
        assert f"{ENDINGS} followers will be told." in words(publisher.get(url))

        said = messages_of(publisher.post(url, {"reason": "FILLED"}, follow=True))

        assert f"{ENDINGS} followers will be told" in said
        assert sent() == ENDINGS

    def test_closing_from_a_reminder(self, mixed, publisher):
        url = reverse("notifications_closing_soon", args=[mixed.pk])

        text = words(publisher.get(url))

        assert promised(text) == {CHANGES, ENDINGS}

    @pytest.mark.parametrize("act", ["unpublish", "delete"])
    def test_taking_down(self, act, mixed, publisher, sent):
        url = reverse(f"wagtailadmin_pages:{act}", args=[mixed.pk])
        assert f"{ENDINGS} followers will be told" in words(publisher.get(url))

        said = messages_of(publisher.post(url, follow=True))

        assert f"{ENDINGS} followers will be told" in said
        assert sent() == ENDINGS

    @pytest.mark.parametrize("act", ["close_as_filled", "cancel_jobs", "unpublish"])
    def test_several_at_once(self, act, mixed, publisher, sent):
        url = bulk_url(act, mixed)
        assert ENDINGS in promised(words(publisher.get(url)))

        publisher.post(url)

        assert sent() == ENDINGS

    @pytest.mark.parametrize("act", ["unpublish", "delete"])
    def test_is_no_news_of_a_job_that_closed_before(
        self, act, mixed, publisher, worker
    ):
        close_job(page_id=mixed.pk, reason="FILLED")
        worker.run(minutes=11)
        url = reverse(f"wagtailadmin_pages:{act}", args=[mixed.pk])

        text = words(publisher.get(url))
        said = messages_of(publisher.post(url, follow=True))

        assert "No email goes out: followers know that the job has ended." in text
        assert "will be told" not in said
        worker.run(minutes=11)
        assert Announcement.objects.count() == 1

    def test_is_news_again_where_it_was_cancelled_before(self, mixed, publisher, sent):
        mixed.unpublish()
        state = mixed.record.announced_state
        publisher.post(reverse("notifications_cancel", args=[state.pk]))
        url = reverse("wagtailadmin_pages:delete", args=[mixed.pk])

        text = words(publisher.get(url))
        publisher.post(url)

        assert f"{ENDINGS} followers will be told" in text
        assert sent() == ENDINGS

    def test_opening_again_reaches_them_all_too(self, mixed, publisher, sent, worker):
        close_job(page_id=mixed.pk, reason="FILLED")
        worker.run(minutes=11)
        url = reverse("notifications_close_job", args=[mixed.pk])

        assert f"{ENDINGS} followers will be told." in words(publisher.get(url))
        publisher.post(url)

        assert sent() == ENDINGS


class TestOfACorrection:
    def test_counts_who_still_follows_and_who_does_since(
        self, mixed, publisher, worker
    ):
        edit(mixed, pay_max=92000)
        worker.run(minutes=11)
        wrong = Announcement.objects.get()
        mixed.record.subscriptions.filter(closings_only=False).first().delete()
        url = reverse("notifications_correct", args=[wrong.pk])

        assert "1 person who got this email" in words(publisher.get(url))
        publisher.post(url, {"note": "It was a slip."})
        worker.run()

        assert Announcement.objects.latest("pk").sent == 1

    def test_has_nobody_to_go_to_once_all_have_left(self, mixed, publisher, worker):
        edit(mixed, pay_max=92000)
        worker.run(minutes=11)
        wrong = Announcement.objects.get()
        mixed.record.subscriptions.all().delete()

        response = publisher.get(reverse("notifications_correct", args=[wrong.pk]))

        assert response.url == reverse("notifications_announcement", args=[wrong.pk])


class TestCrowds:
    def test_count_a_person_once(self, worker):
        for _ in range(2):
            make_subscription(job=make_job(), email="same@example.org")

        assert crowd_of(audience("CHANGED")) == Crowd(followers=2, people=1)

    def test_of_nothing_are_empty(self, db):
        assert crowd_of(audience("CLOSED")) == Crowd(followers=0, people=0)
