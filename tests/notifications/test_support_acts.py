"""What support does for a person: done once, noted, and seen by the person."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.support import acts
from notifications.support.links import person_url
from notifications.suppressing import suppress
from subscriptions import services as subscriptions
from subscriptions.models import Subscriber, Subscription
from tests.factories import edit, make_subscription
from tests.notifications.conftest import READERS, TITLE, Staff

pytestmark = pytest.mark.usefixtures("followed_once")

READER = "reader@example.org"


@pytest.fixture
def support(db):
    return Staff("Subscriber support")


@pytest.fixture
def person(followed):
    return Subscriber.objects.with_address(READER)


@pytest.fixture
def follow(person):
    return person.subscriptions.get()


def noted():
    rows = ModelLogEntry.objects.order_by("pk").exclude(action="support.look")
    return [row.action for row in rows]


def mailed(address=READER):
    return [message.subject for message in mail.outbox if message.to == [address]]


class TestSendingTheLink:
    def test_goes_out_again_although_one_went_just_now(self, person, support, worker):
        subscriptions.request_manage_link(email=READER)
        worker.run()

        response = support.post(
            reverse("support_send_link", args=[person.pk]), follow=True
        )
        worker.run()

        assert "goes out to them now" in response.text
        assert len(mailed()) == 2
        assert noted() == ["support.resend"]

    def test_pressed_twice_goes_out_once(self, person, support, worker):
        for _ in range(2):
            support.post(reverse("support_send_link", args=[person.pk]))
        worker.run()

        assert len(mailed()) == 1

    def test_cannot_be_asked_for_by_a_link(self, person, support):
        url = reverse("support_send_link", args=[person.pk])

        assert support.get(url).status_code == 405
        assert not OutgoingEmail.objects.exists()


class TestSendingAConfirmationAgain:
    def test_goes_out_to_who_has_not_confirmed(self, followed, support, worker):
        pending = subscriptions.subscribe(
            email="new@example.org", record=followed.record
        )
        worker.run()
        OutgoingEmail.objects.update(state="FAILED")

        support.post(reverse("support_resend_confirmation", args=[pending.pk]))
        worker.run()

        assert mailed("new@example.org") == [f"Confirm that you follow {TITLE}"] * 2
        assert noted() == ["support.resend"]

    def test_is_offered_in_the_words_that_are_seen(self, followed, support):
        pending = subscriptions.subscribe(
            email="new@example.org", record=followed.record
        )

        page = BeautifulSoup(
            support.get(person_url(pending.subscriber.pk)).content, "html.parser"
        )

        buttons = page.select("td .button[aria-label]")
        assert {button.text for button in buttons} == {"Send the link again", "Stop"}
        assert all(button["aria-label"].startswith(button.text) for button in buttons)

    def test_goes_to_nobody_who_follows_already(self, follow, support):
        response = support.post(
            reverse("support_resend_confirmation", args=[follow.pk]), follow=True
        )

        assert "nothing left to confirm" in response.text
        assert noted() == []


class TestSendingAnAnnouncementAgain:
    @pytest.fixture
    def announcement(self, followed, worker):
        """The reader's email was refused, the other one's was taken."""
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        mail.outbox.clear()
        OutgoingEmail.objects.filter(subscriber__address=READER).update(
            state="FAILED", attempts=3, last_code="550 5.2.2", sent_at=None
        )
        return Announcement.objects.get()

    def send(self, client, announcement, follow):
        url = reverse("support_resend_announcement", args=[follow.pk, announcement.pk])
        return client.post(url, follow=True)

    def test_goes_to_who_did_not_get_it_and_to_nobody_else(
        self, announcement, follow, support, worker
    ):
        response = self.send(support, announcement, follow)
        worker.run(minutes=1)

        assert "It goes out to them now." in response.text
        assert [message.to for message in mail.outbox] == [[READER]]
        announcement.refresh_from_db()
        assert (announcement.state, announcement.planned) == ("DONE", 2)
        assert (announcement.sent, announcement.failed) == (2, 0)
        assert noted() == ["support.resend"]

    def test_keeps_when_the_announcement_was_finished(
        self, announcement, follow, support, worker
    ):
        self.send(support, announcement, follow)
        worker.run(hours=1)

        before = announcement.finished_at
        announcement.refresh_from_db()
        assert announcement.finished_at == before

    def test_goes_to_who_confirmed_after_it_too(
        self, announcement, followed, support, worker
    ):
        late = make_subscription(
            job=followed, email="late@example.org", confirmed_at=worker.now()
        )

        self.send(support, announcement, late)
        worker.run(minutes=1)

        assert [message.to for message in mail.outbox] == [["late@example.org"]]
        announcement.refresh_from_db()
        assert announcement.planned == 3

    def test_pressed_twice_goes_out_once(self, announcement, follow, support, worker):
        self.send(support, announcement, follow)
        assert "Too late" in self.send(support, announcement, follow).text
        worker.run(minutes=1)

        assert len(mail.outbox) == 1

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(
                lambda follow: suppress(address=READER, reason="BOUNCED"), id="bounced"
            ),
            pytest.param(
                lambda follow: Suppression.objects.create(
                    address_hash=follow.subscriber.address_hash, reason="BLOCKED"
                ),
                id="followed although blocked",
            ),
            pytest.param(
                lambda follow: subscriptions.unsubscribe(token=follow.token), id="left"
            ),
            pytest.param(
                lambda follow: Announcement.objects.update(expires_at=timezone.now()),
                id="too old",
            ),
            pytest.param(
                lambda follow: Announcement.objects.update(state="CANCELLED"),
                id="cancelled",
            ),
            pytest.param(
                lambda follow: OutgoingEmail.objects.update(state="SENT"), id="got it"
            ),
            pytest.param(
                lambda follow: Subscription.objects.update(closings_only=True),
                id="endings only",
            ),
        ],
    )
    def test_is_refused_when_it_must_not_be_sent(
        self, change, announcement, follow, support, worker
    ):
        change(follow)

        assert "Too late" in self.send(support, announcement, follow).text
        worker.run(minutes=1)
        assert mail.outbox == []
        assert noted() == []

    def test_is_not_found_for_another_job(self, announcement, support):
        elsewhere = make_subscription()

        assert self.send(support, announcement, elsewhere).status_code == 404


class TestStopping:
    def test_asks_first(self, follow, support):
        response = support.get(reverse("support_stop", args=[follow.pk]))

        assert "can follow it again" in response.text
        assert Subscription.objects.confirmed().count() == 2

    def test_ends_one_by_staff(self, follow, support, followed, worker):
        support.post(reverse("support_stop", args=[follow.pk]))
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        follow.refresh_from_db()
        assert follow.ended_reason == "STAFF"
        assert [m.to for m in mail.outbox] == [[x] for x in READERS if x != READER]
        assert noted() == ["support.stop"]

    def test_twice_is_noted_once(self, follow, support):
        for _ in range(2):
            support.post(reverse("support_stop", args=[follow.pk]))

        assert noted() == ["support.stop"]

    def test_ends_everything(self, person, support):
        make_subscription(email=READER)

        support.post(reverse("support_act", args=[person.pk, "stop-all"]))

        assert not person.subscriptions.confirmed().exists()
        assert noted() == ["support.stop_all"]


class TestBlocking:
    def test_ends_what_they_follow_and_keeps_mail_from_them(
        self, person, followed, support, worker
    ):
        support.post(reverse("support_act", args=[person.pk, "block"]))
        subscriptions.subscribe(email=READER, record=followed.record)
        worker.run()

        assert mailed() == []
        assert Suppression.objects.get().reason == "BLOCKED"
        assert not person.subscriptions.confirmed().exists()
        assert noted() == ["support.block"]

    def test_is_undone_by_unblocking(self, person, followed, support, worker):
        support.post(reverse("support_act", args=[person.pk, "block"]))
        support.post(reverse("support_act", args=[person.pk, "unblock"]))
        subscriptions.subscribe(email=READER, record=followed.record)
        worker.run()

        assert mailed() == [f"Confirm that you follow {TITLE}"]
        assert noted() == ["support.block", "support.unblock"]

    def test_that_is_not_there_cannot_be_undone(self, person, support):
        assert not acts.unblock(address=READER, user=support.user)
        assert noted() == []


class TestErasing:
    def test_says_beforehand_what_they_follow(self, person, follow, support):
        url = reverse("support_act", args=[person.pk, "erase"])
        assert "They follow 1 job at present." in support.get(url).text

        subscriptions.unsubscribe(token=follow.token)

        assert "They follow nothing at present." in support.get(url).text

    def test_asks_first(self, person, support):
        response = support.get(reverse("support_act", args=[person.pk, "erase"]))

        assert "cannot be undone" in response.text
        assert Subscriber.objects.with_address(READER) == person

    def test_leaves_a_log_that_names_nobody(self, person, support):
        response = support.post(
            reverse("support_act", args=[person.pk, "erase"]), follow=True
        )

        assert "Erased." in response.text
        assert Subscriber.objects.with_address(READER) is None
        [entry] = ModelLogEntry.objects.filter(action="support.erase")
        assert entry.deleted
        assert entry.label == f"Subscriber {person.pk}"

    def test_keeps_a_block_that_stood_before(self, person, support):
        support.post(reverse("support_act", args=[person.pk, "block"]))
        support.post(reverse("support_act", args=[person.pk, "erase"]))

        assert Suppression.objects.get().reason == "BLOCKED"

    def test_needs_a_right_of_its_own(self, person):
        client = Staff("Subscriber support")
        [group] = client.user.groups.all()
        group.permissions.remove(group.permissions.get(codename="delete_subscriber"))

        client.post(reverse("support_act", args=[person.pk, "erase"]))

        assert Subscriber.objects.with_address(READER) == person


class TestWhoMayNot:
    """Every act needs the right to see people and one of its own."""

    @pytest.fixture
    def presses(self, followed, person, follow, worker):
        """Press everything as somebody of support without a right; answer where to."""
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        OutgoingEmail.objects.update(state="FAILED", last_code="550 5.2.2")
        announcement = Announcement.objects.get()
        buttons = [
            ("send_link", [person.pk]),
            ("resend_confirmation", [follow.pk]),
            ("resend_announcement", [follow.pk, announcement.pk]),
            ("stop", [follow.pk]),
            ("act", [person.pk, "block"]),
            ("act", [person.pk, "unblock"]),
            ("act", [person.pk, "stop-all"]),
            ("block_unknown", []),
        ]

        def presses(right):
            client = Staff("Subscriber support")
            [group] = client.user.groups.all()
            group.permissions.remove(group.permissions.get(codename=right))
            email = {"email": "new@example.org"}
            return {
                client.post(reverse(f"support_{name}", args=args), email).url
                for name, args in buttons
            }

        return presses

    @pytest.mark.parametrize("right", ["view_subscriber", "change_subscriber"])
    def test_does_nothing_to_anybody(self, presses, right):
        assert presses(right) == {reverse("wagtailadmin_home")}

        assert noted() == []
        assert Subscription.objects.confirmed().count() == 2
        assert not Suppression.objects.exists()
        assert set(OutgoingEmail.objects.values_list("state")) == {("FAILED",)}

    def test_sees_no_story(self, follow):
        client = Staff("Subscriber support")
        [group] = client.user.groups.all()
        group.permissions.remove(group.permissions.get(codename="view_subscriber"))

        response = client.get(reverse("support_trace", args=[follow.pk]))

        assert response.url == reverse("wagtailadmin_home")


def test_an_act_that_nobody_knows_is_refused(person, support):
    response = support.post(reverse("support_act", args=[person.pk, "bless"]))

    assert response.url == reverse("wagtailadmin_home")
    assert person.subscriptions.confirmed().exists()


def test_what_is_done_and_not_committed_is_not_noted(person, support, monkeypatch):
    def broken(**kwargs):
        raise RuntimeError

    monkeypatch.setattr(acts.services, "end_for_subscriber", broken)
    with pytest.raises(RuntimeError):
        acts.stop_all(subscriber=person, user=support.user)

    assert noted() == []
    assert timezone.now() - person.created_at < dt.timedelta(days=1)
