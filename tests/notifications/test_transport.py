"""Over a real SMTP server: what is on the wire, and what its answers mean."""

import datetime as dt
import logging
import re
from email import message_from_bytes
from email.policy import default

import pytest
from django.utils import translation

from jobs.models import BoardSettings
from notifications import messages, services
from notifications.delivery import expansion, preparing, skeleton
from notifications.delivery.skeleton import Skeleton
from notifications.messages import announcing
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.rendering import content_bytes
from subscriptions import services as subscriptions
from subscriptions.addresses import hashed
from subscriptions.models import Subscriber, Subscription
from tests.factories import (
    edit,
    follow,
    make_company,
    make_job,
    make_subscription,
)
from tests.notifications.conftest import READERS, TITLE
from tests.notifications.sink import HANG_UP, Sink, free_port, serve

State = OutgoingEmail.State
SIGNED = re.compile(r"~[\w-]+~[\w-]+")


@pytest.fixture
def smtp(settings):
    """Send over SMTP on loopback, to a server that is not there yet."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = free_port()
    return settings


@pytest.fixture
def sink(smtp):
    sink = Sink()
    server = serve(sink)
    smtp.EMAIL_PORT = server.port
    yield sink
    server.stop()


@pytest.fixture
def job(db, worker):
    """A job with one follower."""
    BoardSettings.objects.update(
        name="Marlhaven Jobs & Trades", contact_address="desk@board.example"
    )
    job = make_job(title=TITLE)
    make_subscription(job=job, email="Reader.1+jobs@example.org")
    worker.run()
    return job


@pytest.fixture
def changed(job, worker):
    """Change the pay, and have the worker look once the window has passed."""

    def changed():
        edit(job, pay_max=29000)
        worker.run(minutes=11)
        return OutgoingEmail.objects.get()

    return changed


def header_lines(raw):
    """The header lines as bytes on the wire, folded ones in pieces."""
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


class TestOnTheWire:
    def test_the_message_is_what_mail_servers_want(self, sink, changed):
        row = changed()

        [message] = sink.messages
        subscription = row.subscriber.subscriptions.get()
        stop = f"http://testserver/subscriptions/unsubscribe/{subscription.token}/"
        assert sink.recipients == ["Reader.1+jobs@example.org"]
        assert message["To"] == "Reader.1+jobs@example.org"
        assert message["From"] == "Marlhaven Jobs & Trades <jobs@board.example>"
        assert message["Reply-To"] == "desk@board.example"
        assert message["Subject"] == f"Pay changed: {TITLE}"
        assert message["Message-ID"] == f"<{row.message_id}@board.example>"
        assert message["List-Unsubscribe"] == f"<{stop}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Id"] == f"<job-{subscription.record_id}.board.example>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"]

    def test_it_is_text_and_html_alike(self, sink, changed):
        changed()

        [message] = sink.messages
        kinds = [part.get_content_type() for part in message.walk()]
        assert kinds == ["multipart/alternative", "text/plain", "text/html"]
        text, html = (part.get_content() for part in message.iter_parts())
        assert TITLE in text
        assert "Bread &amp; Butter Baker" in html

    def test_no_long_header_is_folded(self, sink, changed, settings):
        settings.SITE_URL = f"https://jobs.{'long-' * 10}name.example"
        changed()

        lines = header_lines(sink.raw[0])
        [line] = [x for x in lines if x.startswith(b"List-Unsubscribe:")]
        assert re.fullmatch(rb"List-Unsubscribe: <https://\S+/unsubscribe/\w+/>", line)
        assert len(line) > 78

    def test_no_line_is_longer_than_smtp_allows(self, sink, changed, job):
        edit(job, apply_url=f"https://crumb.example/{'long' * 100}")
        changed()

        assert max(map(len, sink.raw[0].split(b"\r\n"))) <= 998

    def test_only_mail_that_one_follows_can_be_stopped_by_a_header(
        self, sink, job, worker
    ):
        subscriptions.subscribe(email=READERS[0], record=job.record)
        worker.run()

        [message] = sink.messages
        assert message["Subject"] == f"Confirm that you follow {TITLE}"
        assert message["List-Unsubscribe"] is None
        assert message["List-Id"] is None
        assert message["Auto-Submitted"] == "auto-generated"

    def test_a_title_with_line_breaks_starts_no_new_header(self, sink, job, worker):
        title = "Baker\r\nBcc: all@example.org\r\n\r\nBread & butter"
        edit(job, title=title)
        worker.run(minutes=11)

        [message] = sink.messages
        subject = "Title changed: Baker Bcc: all@example.org Bread & butter"
        assert message["Bcc"] is None
        assert message["Subject"] == Announcement.objects.get().subject == subject
        assert sink.recipients == ["Reader.1+jobs@example.org"]

    def test_a_name_with_line_breaks_starts_no_new_header(self, sink, changed):
        BoardSettings.objects.update(name="Jobs\r\nBcc: all@example.org")
        changed()

        [message] = sink.messages
        assert message["Bcc"] is None
        assert message["From"].addresses[0].addr_spec == "jobs@board.example"

    def test_letters_beyond_ascii_arrive(self, sink, job, worker):
        edit(job, title="Bäcker & Köchin – “nights”")
        worker.run(minutes=11)

        [message] = sink.messages
        assert message["Subject"] == "Title changed: Bäcker & Köchin – “nights”"
        assert "Bäcker & Köchin – “nights”" in message.get_body(["plain"]).get_content()

    def test_a_domain_in_other_letters_is_written_in_ascii(self, sink, worker, job):
        subscriptions.subscribe(email="leser@bäckerei.example", record=job.record)
        worker.run()

        assert sink.recipients == ["leser@xn--bckerei-5wa.example"]

    def test_each_person_gets_a_message_of_their_own(self, sink, job, worker):
        make_subscription(job=job, email=READERS[0])
        edit(job, pay_max=29000)
        worker.run(minutes=11)

        for message in sink.messages:
            others = {*READERS, "Reader.1+jobs@example.org"} - {message["To"]}
            parts = [part.get_content() for part in message.iter_parts()]
            assert not [x for x in others if any(x in part for part in parts)]
        tokens = [message["List-Unsubscribe"] for message in sink.messages]
        assert len(set(tokens)) == 2

    def test_a_message_that_cannot_be_made_once_is_made_for_each(
        self, sink, changed, monkeypatch
    ):
        def lose(content):
            raise skeleton.MarkLostError("since")

        monkeypatch.setattr(preparing, "skeleton_of", lose)
        row = changed()

        [message] = sink.messages
        assert message["To"] == "Reader.1+jobs@example.org"
        assert message["Message-ID"] == f"<{row.message_id}@board.example>"
        assert message["List-Unsubscribe"]

    def test_made_once_or_for_each_it_is_the_same_message(self, sink, changed):
        row = changed()

        ordinary = content_bytes(messages.compose(row))
        found, wanted = sink.messages[0], message_from_bytes(ordinary, policy=default)
        for part, other in zip(found.walk(), wanted.walk(), strict=True):
            if not part.is_multipart():
                # Signed links hold the moment at which they were made.
                assert SIGNED.sub("", part.get_content().replace("\r", "")) == (
                    SIGNED.sub("", other.get_content().replace("\r", ""))
                )
        varying = {"Date", "Content-Type", "X-Peer", "X-MailFrom", "X-RcptTo"}
        assert {k: v for k, v in found.items() if k not in varying} == {
            k: v for k, v in wanted.items() if k not in varying
        }


class TestOtherLanguages:
    """March is the month whose name is not ASCII in German."""

    FOLLOWS_SINCE = dt.datetime(2026, 3, 12, 12, tzinfo=dt.UTC)

    @pytest.fixture
    def german(self, job):
        announcing.day_and_month.cache_clear()
        Subscription.objects.update(confirmed_at=self.FOLLOWS_SINCE)
        with translation.override("de"):
            yield
        announcing.day_and_month.cache_clear()

    @pytest.fixture(params=["8bit", "7bit"])
    def offered(self, request, sink):
        """Offer that letters beyond ASCII may come as they are, or offer nothing."""

        async def handle(server, session, envelope, name, responses):
            session.host_name = name
            if request.param == "8bit":
                return responses
            return [line for line in responses if "8BITMIME" not in line]

        sink.handle_EHLO = handle
        return request.param

    @pytest.mark.parametrize("title", ["Bäcker", "Baker"])
    @pytest.mark.usefixtures("german", "offered")
    def test_a_day_with_letters_beyond_ascii_arrives(self, title, sink, job, changed):
        edit(job, title=title)
        row = changed()

        assert (row.state, row.attempts) == (State.SENT, 1)
        [message] = sink.messages
        for part in message.iter_parts():
            assert part.get_content_charset() == "utf-8"
            assert "12 März" in part.get_content()

    @pytest.mark.usefixtures("german")
    def test_the_message_is_still_made_once(self, sink, changed, monkeypatch):
        monkeypatch.setattr(preparing.messages, "compose", None)

        assert changed().state == State.SENT

    @pytest.mark.usefixtures("german")
    def test_a_part_that_holds_ascii_only_is_made_for_each(
        self, sink, job, changed, monkeypatch
    ):
        ascii_only = Skeleton(texts=(b"", b""), gaps=("since",))
        monkeypatch.setattr(preparing, "skeleton_of", lambda content: ascii_only)

        assert changed().state == State.SENT
        assert "März" in sink.messages[0].get_body().get_content()


class TestAnswers:
    def test_taken_is_sent(self, sink, changed):
        row = changed()

        assert (row.state, row.attempts) == (State.SENT, 1)
        assert row.last_code.startswith("250")
        assert row.announcement.state == "DONE"
        assert row.announcement.sent == 1

    @pytest.mark.parametrize("where", ["recipient", "message"])
    def test_a_refusal_for_now_is_tried_again_as_the_same_message(
        self, where, sink, changed, worker
    ):
        if where == "recipient":
            sink.refused["Reader.1+jobs@example.org"] = "450 4.2.1 mailbox busy"
        else:
            sink.answers.append("451 4.3.0 try later")
        row = changed()
        assert (row.state, row.attempts) == (State.QUEUED, 1)
        assert row.last_code.startswith("45")
        assert row.due_at > worker.now()
        first = sink.messages

        sink.refused.clear()
        worker.run(minutes=10)

        row.refresh_from_db()
        assert (row.state, row.attempts) == (State.SENT, 2)
        ids = {message["Message-ID"] for message in [*first, *sink.messages]}
        assert ids == {f"<{row.message_id}@board.example>"}

    @pytest.mark.parametrize("where", ["recipient", "message"])
    def test_a_refusal_for_good_is_given_up(self, where, sink, changed, worker):
        if where == "recipient":
            sink.refused["Reader.1+jobs@example.org"] = "550 5.1.1 no such user"
        else:
            sink.answers.append("554 5.6.0 cannot be delivered")
        row = changed()

        assert row.state == State.FAILED
        assert row.last_code.startswith("55")
        # What ends a person's following is that there is no such mailbox.
        assert row.subscriber.subscriptions.confirmed().exists() == (where == "message")
        assert Suppression.objects.exists() == (where == "recipient")
        before = len(sink.raw)
        worker.run(days=1)
        assert len(sink.raw) == before
        row.announcement.refresh_from_db()
        assert (row.announcement.state, row.announcement.failed) == ("DONE", 1)

    def test_a_company_without_a_mailbox_is_not_written_to_again(
        self, sink, db, worker
    ):
        company = make_company(email="hiring@crumb.example")
        sink.refused[company.email] = "550 5.1.1 no such user"
        follow(make_job(company=company))
        worker.run()

        kept = Suppression.objects.get()
        assert kept.reason == "BOUNCED"
        assert kept.address_hash == hashed(company.email)

    def test_one_refusal_does_not_stop_the_others(self, sink, job, worker):
        make_subscription(job=job, email=READERS[0])
        make_subscription(job=job, email=READERS[1])
        sink.refused[READERS[0]] = "550 5.1.1 no such user"
        edit(job, pay_max=29000)
        worker.run(minutes=11)

        assert sorted(sink.recipients) == ["Reader.1+jobs@example.org", READERS[1]]

    def test_a_relay_that_is_not_there_costs_no_attempt(self, smtp, changed, worker):
        row = changed()

        assert (row.state, row.attempts) == (State.QUEUED, 0)
        assert row.due_at > worker.now()
        assert row.due_at < worker.now() + dt.timedelta(minutes=10)

    def test_what_waited_for_the_relay_goes_out_when_it_is_back(
        self, smtp, changed, worker
    ):
        row = changed()
        sink = Sink()
        server = serve(sink)
        smtp.EMAIL_PORT = server.port

        worker.run(minutes=10)
        server.stop()

        row.refresh_from_db()
        assert row.state == State.SENT
        assert len(sink.raw) == 1

    def test_a_server_that_hangs_up_before_it_answers_leaves_it_uncertain(
        self, sink, changed, worker
    ):
        sink.answers.append(HANG_UP)
        row = changed()
        assert (row.state, row.uncertain) == (State.QUEUED, True)
        assert row.due_at > worker.now()

        worker.run(minutes=30)

        row.refresh_from_db()
        assert row.state == State.SENT
        assert len({message["Message-ID"] for message in sink.messages}) == 1

    def test_a_connection_that_was_closed_meanwhile_costs_nothing(self, sink, changed):
        sink.hang_ups = 1
        row = changed()

        assert (row.state, row.attempts, row.uncertain) == (State.SENT, 1, False)
        assert len(sink.raw) == 1

    def test_a_server_that_always_hangs_up_is_left_alone(self, sink, changed, worker):
        sink.hang_ups = 20
        row = changed()

        assert (row.state, row.attempts) == (State.QUEUED, 0)
        assert row.due_at > worker.now()
        assert sink.senders < 5

    def test_a_server_that_closes_says_nothing_about_the_recipient(self, sink, changed):
        sink.answers.append("421 4.3.2 closing")
        row = changed()

        assert (row.state, row.attempts) == (State.QUEUED, 0)


def leave(subscriber):
    subscriptions.stop_all(subscriber=subscriber)


def want_endings_only(subscriber):
    subscriber.subscriptions.update(closings_only=True)


def complain(subscriber):
    Suppression.objects.create(
        address_hash=subscriber.address_hash, reason="COMPLAINED"
    )


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (leave, "no longer follows"),
        (want_endings_only, "no longer follows"),
        (complain, "suppressed"),
        (Subscriber.delete, "erased"),
    ],
)
def test_what_happens_between_queueing_and_sending_still_counts(
    act, reason, sink, job, worker
):
    edit(job, pay_max=29000)
    worker.wait(minutes=11)
    services.announce_next()
    expansion.expand_next()
    act(Subscriber.objects.get())

    worker.run()

    assert sink.raw == []
    row = OutgoingEmail.objects.get()
    assert (row.state, row.last_code) == (State.SKIPPED, reason)
    assert row.announcement.skipped == 1


def test_no_log_line_holds_an_address(sink, changed, caplog):
    caplog.set_level(logging.DEBUG, logger="notifications")
    sink.refused["Reader.1+jobs@example.org"] = (
        "550 5.1.1 <Reader.1+jobs@example.org> unknown"
    )
    row = changed()

    lines = [x.getMessage() for x in caplog.records if x.name.startswith("notif")]
    assert lines
    assert not [line for line in lines if "example.org" in line]
    assert "example.org" not in row.last_code
