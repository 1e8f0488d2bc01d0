"""The story of a person with a job: why each email was sent, or was not."""

import pytest
from django.urls import reverse

from notifications import clock, correcting, services
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from notifications.support.tracing import subscription_for_trace, trace
from notifications.support.verdicts import may_resend
from notifications.suppressing import suppress
from subscriptions import services as subscriptions
from subscriptions.models import Subscriber, Subscription
from tests.factories import edit, make_subscription
from tests.notifications.conftest import Staff

pytestmark = pytest.mark.usefixtures("followed_once")

READER = "reader@example.org"


@pytest.fixture
def follow(followed):
    return Subscriber.objects.with_address(READER).subscriptions.get()


@pytest.fixture
def told(follow, followed, worker):
    """A follower who was told of a change."""
    edit(followed, pay_max=29000)
    worker.run(minutes=11)
    return follow


def story(follow):
    """Its entries, the oldest first, as the desk would show them now."""
    found = subscription_for_trace(follow.pk)
    return trace(found, clock.database_now()).entries[::-1]


def announced(follow):
    return [entry for entry in story(follow) if entry.announcement]


def verdict(follow):
    """What became of the newest announcement for this person."""
    found = announced(follow)[-1].verdict
    return found.word, found.why


class TestAnEmailThatWentOut:
    def test_tells_the_edit_who_made_it_and_each_step(self, follow, followed, worker):
        editor = Staff("Job publishers").user
        edit(followed, pay_max=29000, user=editor)
        worker.run(minutes=11)

        [entry] = announced(follow)
        assert entry.by == str(editor)
        assert entry.lines
        assert entry.verdict.word == "Sent"
        assert [step.text for step in entry.steps] == [
            "Owed to this person.",
            "It was handed over.",
        ]

    def test_comes_after_the_edit_that_led_to_it(self, follow, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        *_, edited, told = story(follow)
        assert edited.title == "Published"
        assert edited.text == ""
        assert told.announcement

    def test_tells_every_attempt_and_its_answer(self, follow, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        email = OutgoingEmail.objects.get(subscriber=follow.subscriber)
        email.failures.create(
            made_at=email.created_at, answer="450 4.2.2", uncertain=True
        )
        OutgoingEmail.objects.update(last_code="250 2.0.0")

        steps = [step.text for step in announced(follow)[0].steps]

        assert steps[1] == (
            "The mail server did not take it yet: the mailbox is full (450 4.2.2). "
            "It may have arrived all the same."
        )
        assert steps[2] == "The mail server took it (250 2.0.0)."


class TestAnEmailThatWasOwedAndDidNotGo:
    @pytest.mark.parametrize(
        ("values", "word", "why"),
        [
            (
                {"state": "FAILED", "last_code": "550 5.1.1"},
                "Given up",
                "no such mailbox",
            ),
            ({"state": "SKIPPED", "last_code": "suppressed"}, "Not sent", "is blocked"),
            ({"state": "QUEUED"}, "Waiting", "when it is its turn"),
            (
                {"state": "QUEUED", "attempts": 1, "last_code": "450 4.2.2"},
                "Put off",
                "mailbox is full (450 4.2.2). Tried again on",
            ),
        ],
    )
    def test_says_why(self, values, word, why, told):
        OutgoingEmail.objects.update(**{"last_code": "", "attempts": 0} | values)

        said = verdict(told)

        assert said[0] == word
        assert why in said[1]


class TestNoEmail:
    """An announcement that led to no email for this person."""

    def announce(self, followed, worker, **fields):
        edit(followed, pay_max=29000)
        worker.run(minutes=11, **fields)

    def test_for_who_confirmed_later(self, followed, worker):
        late = make_subscription(job=followed, confirmed=False)
        self.announce(followed, worker)
        Subscription.objects.filter(pk=late.pk).update(confirmed_at=worker.now())

        assert verdict(late)[0] == "Not sent"
        assert "followed only from" in verdict(late)[1]

    def test_for_who_has_not_confirmed(self, followed, worker):
        pending = make_subscription(job=followed, confirmed=False)
        self.announce(followed, worker)

        assert "had not confirmed" in verdict(pending)[1]

    def test_for_who_asked_for_endings_only(self, follow, followed, worker):
        Subscription.objects.update(closings_only=True)
        self.announce(followed, worker)

        assert "only when it closes" in verdict(follow)[1]

    def test_for_who_had_left(self, follow, followed, worker):
        subscriptions.unsubscribe(token=follow.token)
        self.announce(followed, worker)

        why = verdict(follow)[1]
        assert "They no longer followed the job since" in why
        assert why.endswith(": stopped following.")

    @pytest.mark.parametrize(
        ("reason", "says"),
        [("BOUNCED", "does not take email"), ("BLOCKED", "by staff")],
    )
    def test_for_an_address_that_gets_none(
        self, reason, says, follow, followed, worker
    ):
        suppress(address=READER, reason=reason)
        Subscription.objects.filter(pk=follow.pk).update(ended_at=None, ended_reason="")
        self.announce(followed, worker)

        word, why = verdict(follow)
        assert word == "Not sent"
        assert "gets no email since" in why
        assert says in why

    def test_when_it_was_cancelled(self, follow, followed, worker):
        edit(followed, pay_max=29000)
        services.cancel(state_id=AnnouncedState.objects.get().pk, user=Staff().user)

        assert "Nobody was told: it was cancelled." in verdict(follow)[1]

    def test_when_it_was_too_old(self, follow, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(days=9)

        assert "too old to be news" in verdict(follow)[1]

    def test_of_a_correction_of_what_they_did_not_get(self, followed, worker):
        self.announce(followed, worker)
        late = make_subscription(
            job=followed, email="late@example.org", confirmed_at=worker.now()
        )
        Subscription.objects.filter(pk=late.pk).update(requested_at=worker.now())
        correcting.correct(
            announcement_id=Announcement.objects.get().pk,
            note="It is not so.",
            user=Staff().user,
        )
        worker.run(minutes=1)

        assert "did not get the email that it corrects" in verdict(late)[1]

    def test_that_is_known_any_more(self, follow, followed, worker):
        self.announce(followed, worker)
        OutgoingEmail.objects.all().delete()
        worker.wait(days=31)

        assert verdict(follow) == (
            "Not known",
            "Which email went to whom is kept for 30 days.",
        )


class TestAnEditThatLedToNothing:
    def last(self, follow):
        return story(follow)[-1]

    def test_of_wording_says_so(self, follow, followed, worker):
        edit(followed, summary="Bakes through the whole night.")
        worker.run(minutes=11)

        assert "only its wording had" in self.last(follow).text

    def test_yet_says_when_it_is_looked_at(self, follow, followed, worker):
        edit(followed, pay_max=29000)

        assert "Compared on" in self.last(follow).text
        assert (
            "An edit of the job waits"
            in Staff().get(reverse("support_trace", args=[follow.pk])).text
        )

    def test_by_itself_says_that_the_next_one_may_be_compared_with_it(
        self, follow, followed, worker
    ):
        followed = edit(followed, pay_max=29000)
        edit(followed, pay_max=30000)
        worker.run(minutes=11)

        first, _second, told = story(follow)[-3:]
        assert "both edits were compared together" in first.text
        assert told.verdict.word == "Sent"

    def test_because_the_editor_said_no_says_that(self, follow, followed, worker):
        edit(followed, pay_max=29000, tell_followers="DO_NOT_SEND")
        worker.run(minutes=11)

        titles = [entry.title for entry in story(follow)]
        assert "Followers were not told, as the editor chose" in titles


class TestTheRest:
    def test_begins_with_what_the_person_asked_for(self, follow):
        titles = [entry.title for entry in story(follow)]

        assert titles[:2] == ["Asked to follow", "Follows from here on"]

    def test_tells_of_links_and_reminders_too(self, followed, worker):
        pending = subscriptions.subscribe(
            email="new@example.org", record=followed.record
        )
        worker.run()

        [entry] = [e for e in story(pending) if e.steps]
        assert (entry.title, entry.verdict.word) == ("Confirm", "Sent")

    def test_goes_on_when_the_page_is_gone(self, follow, followed, worker):
        followed.delete()
        worker.run(minutes=11)

        assert announced(follow)[-1].announcement.kind == "TAKEN_DOWN"
        assert verdict(follow)[0] == "Sent"

    def test_offers_to_send_what_was_missed(self, follow, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        client = Staff("Subscriber support")
        url = reverse("support_trace", args=[follow.pk])
        assert "Send it to them now" not in client.get(url).text

        OutgoingEmail.objects.update(state="FAILED", last_code="550 5.2.2")

        assert "Send it to them now" in client.get(url).text
        announcement = Announcement.objects.get()
        now = clock.database_now()
        assert may_resend(announcement, follow, None, None, now)
