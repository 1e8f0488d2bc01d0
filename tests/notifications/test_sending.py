"""What counts until the moment of sending, and the mails that people wait for."""

import pytest
import requests
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend as LocMemBackend

from notifications import messages, services
from notifications.delivery import expansion
from notifications.models import OutgoingEmail
from subscriptions import services as subscriptions
from tests.factories import edit, follow, make_job, make_subscriber, make_subscription
from tests.notifications.conftest import READERS, TITLE

State = OutgoingEmail.State


class TestBetweenQueueingAndSending:
    @pytest.fixture
    def about_to_send(self, followed, worker, monkeypatch):
        """Do ``act`` after the rows are written and before the first mail is made."""

        def about_to_send(act):
            content_of = messages.content_of
            done = []

            def act_first(email):
                if not done:
                    done.append(act())
                return content_of(OutgoingEmail.objects.get(pk=email.pk))

            monkeypatch.setattr(messages, "content_of", act_first)
            edit(followed, pay_max=29000)
            worker.run(minutes=11)
            return OutgoingEmail.objects.get(key__endswith=f":{self.reader().pk}")

        return about_to_send

    def reader(self):
        return make_subscriber("reader@example.org")

    def test_who_left_is_not_mailed(self, about_to_send):
        row = about_to_send(lambda: subscriptions.stop_all(subscriber=self.reader()))

        assert [message.to for message in mail.outbox] == [["other@example.org"]]
        assert (row.state, row.last_code) == (State.SKIPPED, "no longer follows")
        assert row.announcement.skipped == 1

    def test_who_wants_endings_only_by_now_is_not_mailed(self, about_to_send):
        def change_mind():
            self.reader().subscriptions.update(closings_only=True)

        assert about_to_send(change_mind).state == State.SKIPPED

    def test_a_new_address_is_used(self, about_to_send):
        def change_address():
            subscriber = self.reader()
            subscriber.address = "moved@example.org"
            subscriber.save()

        about_to_send(change_address)
        assert ["moved@example.org"] in [message.to for message in mail.outbox]


def test_a_person_who_is_erased_leaves_a_row_that_is_not_sent(followed, worker):
    edit(followed, pay_max=29000)
    worker.wait(minutes=11)
    services.announce_next()
    expansion.expand_next()
    make_subscriber("reader@example.org").delete()
    worker.run()

    assert [message.to for message in mail.outbox] == [["other@example.org"]]
    assert OutgoingEmail.objects.get(subscriber=None).last_code == "erased"


def test_a_mail_that_cannot_be_written_does_not_stop_the_others(
    followed, worker, monkeypatch, errors
):
    content_of = messages.content_of

    def sometimes(email):
        if email.subscriber.address == "other@example.org":
            raise ValueError("cannot be written")
        return content_of(email)

    monkeypatch.setattr(messages, "content_of", sometimes)
    edit(followed, pay_max=29000)
    worker.run(minutes=11)

    assert [message.to for message in mail.outbox] == [["reader@example.org"]]
    [(logger, text)] = errors()
    assert logger == "notifications.delivery.sender"
    assert "@" not in text


class TestWhatABackendRaises:
    @pytest.fixture
    def sent(self, followed, worker, monkeypatch):
        """Tell both followers; for the first of them the backend raises ``error``."""
        send_messages = LocMemBackend.send_messages

        def sent(error):
            def sometimes(backend, emails):
                if emails[0].to == ["other@example.org"]:
                    raise error
                return send_messages(backend, emails)

            monkeypatch.setattr(LocMemBackend, "send_messages", sometimes)
            edit(followed, pay_max=29000)
            worker.run(minutes=11)
            return OutgoingEmail.objects.get(subscriber__address="other@example.org")

        return sent

    @pytest.mark.parametrize(
        ("kind", "state"),
        [(RuntimeError, "QUEUED"), (KeyError, "QUEUED"), (ValueError, "FAILED")],
    )
    def test_stops_nobody_else_and_names_nobody(self, kind, state, sent, caplog):
        row = sent(kind("Invalid address other@example.org"))

        assert [message.to for message in mail.outbox] == [["reader@example.org"]]
        assert (row.state, row.attempts) == (state, 1)
        assert kind.__name__ in caplog.text
        assert "example.org" not in caplog.text

    @pytest.mark.parametrize(
        ("status", "attempts", "others"), [(422, 1, 1), (503, 0, 0), (401, 0, 0)]
    )
    def test_is_of_one_message_or_trouble_of_the_provider(
        self, status, attempts, others, sent, caplog
    ):
        response = requests.Response()
        response.status_code = status
        response._content = b"other@example.org is not known"

        row = sent(AnymailRequestsAPIError(response=response))

        assert (row.state, row.attempts) == ("QUEUED", attempts)
        assert row.last_code == f"AnymailRequestsAPIError {status}"
        assert len(mail.outbox) == others
        assert "example.org" not in caplog.text

    def test_may_be_that_the_provider_takes_nothing_for_this_address(self, sent):
        row = sent(AnymailRecipientsRefused())

        assert (row.state, row.last_code) == ("FAILED", "refused by the provider")
        assert len(mail.outbox) == 1


class TestConfirmations:
    def test_a_request_is_answered_at_once_and_once_an_hour(self, db, worker):
        job = make_job(title=TITLE)
        for _ in range(3):
            subscriptions.subscribe(email=READERS[0], record=job.record)
            worker.run(seconds=1)

        assert [m.subject for m in mail.outbox] == [f"Confirm that you follow {TITLE}"]

        worker.wait(hours=1)
        subscriptions.subscribe(email=READERS[0], record=job.record)
        worker.run()
        assert len(mail.outbox) == 2

    def test_who_follows_already_is_told_so(self, db, worker):
        job = make_job(title=TITLE)
        make_subscription(job=job, email=READERS[0])

        subscriptions.subscribe(email=READERS[0], record=job.record)
        worker.run()

        [message] = mail.outbox
        assert message.subject == f"You already follow {TITLE}"

    def test_a_link_is_not_sent_once_it_leads_nowhere(self, db, worker):
        job = make_job()
        subscription = subscriptions.subscribe(email=READERS[0], record=job.record)
        subscriptions.stop_all(subscriber=subscription.subscriber)

        worker.run()

        assert mail.outbox == []
        assert OutgoingEmail.objects.get().last_code == "no longer asked for"

    def test_a_link_to_everything_is_sent_to_known_addresses_only(
        self, db, worker, mailoutbox
    ):
        make_subscription(email=READERS[0])
        for address in (*READERS, *READERS):
            subscriptions.request_manage_link(email=address)

        worker.run()

        subjects = {message.to[0]: message.subject for message in mailoutbox}
        assert len(mailoutbox) == len(subjects) == len(READERS)
        assert subjects[READERS[0]] != subjects[READERS[1]]
        [unknown] = [x for x in mailoutbox if x.to == [READERS[1]]]
        assert "/manage/" not in unknown.body

    @pytest.mark.parametrize(
        "address",
        ["reader@example.org\nBcc: all@example.org", "a@[127.0.0.1]", "jürgen@x.de"],
    )
    def test_an_address_that_nobody_can_write_to_never_gets_a_row(self, address, db):
        job = make_job()
        with pytest.raises(ValidationError):
            follow(job, address)

        assert not OutgoingEmail.objects.exists()
