"""An email that no server takes stops its announcement until somebody decides."""

import pytest
from django.urls import reverse

from jobs.models import BoardSettings
from notifications import services, ticking
from notifications.delivery import expansion
from notifications.delivery.sender import Sender
from notifications.delivery.transport import open_transport
from notifications.health import health
from notifications.messages import announcing
from notifications.models import Announcement, OutgoingEmail
from subscriptions.models import Subscription
from tests.factories import edit, make_job, make_subscription
from tests.notifications.conftest import Staff
from tests.notifications.sink import Sink, free_port, serve

State = OutgoingEmail.State
TOO_BIG = "552 5.3.4 message too big"


@pytest.fixture
def sink(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = free_port()
    sink = Sink()
    server = serve(sink)
    settings.EMAIL_PORT = server.port
    yield sink
    server.stop()


@pytest.fixture
def crowd(db, worker):
    """A job that ten people follow."""
    job = make_job()
    for number in range(10):
        make_subscription(job=job, email=f"reader{number}@example.org")
    worker.run()
    return job


@pytest.fixture
def stopped(sink, crowd, worker):
    """An announcement whose email is too big for the mail server."""
    sink.always = TOO_BIG
    edit(crowd, pay_max=29000)
    worker.run(minutes=11)
    return Announcement.objects.get()


def states():
    rows = OutgoingEmail.objects.order_by("pk")
    return [str(state) for state in rows.values_list("state", flat=True)]


class TestStopping:
    def test_the_sixth_refusal_of_the_message_stops_the_rest(self, stopped, sink):
        assert stopped.state == "PARKED"
        assert states() == ["FAILED"] * 6 + ["QUEUED"] * 4
        assert len(sink.raw) == 6

    def test_nothing_more_is_tried_however_long_one_waits(self, stopped, sink, worker):
        worker.run(hours=5)

        assert len(sink.raw) == 6
        stopped.refresh_from_db()
        assert stopped.state == "PARKED"

    def test_it_is_said_where_somebody_looks(self, stopped, client, staff):
        words = "1 announcement was stopped: its email is refused."
        assert words in client.get(reverse("healthz")).json()["reasons"]
        assert words in staff.get(reverse("wagtailadmin_home")).content.decode()

    def test_a_refusal_here_and_there_stops_nothing(self, sink, crowd, worker):
        sink.answers += [TOO_BIG, "250 OK"] * 7
        for number in range(4):
            make_subscription(job=crowd, email=f"late{number}@example.org")
        edit(crowd, pay_max=29000)
        worker.run(minutes=11)

        announcement = Announcement.objects.get()
        assert announcement.state == "DONE"
        assert (announcement.sent, announcement.failed) == (7, 7)

    def test_full_mailboxes_stop_nothing(self, sink, crowd, worker):
        sink.always = "552 5.2.2 mailbox full"
        edit(crowd, pay_max=29000)
        worker.run(minutes=11)

        assert Announcement.objects.get().state == "DONE"
        assert states() == ["FAILED"] * 10

    def test_a_message_that_cannot_be_made_stops_as_well(
        self, crowd, worker, monkeypatch
    ):
        def broken(announcement):
            raise ValueError("a template with a slip")

        monkeypatch.setattr(announcing, "announcement_values", broken)
        edit(crowd, pay_max=29000)
        worker.run(minutes=11)

        assert Announcement.objects.get().state == "PARKED"
        assert states() == ["FAILED"] * 6 + ["QUEUED"] * 4

    def test_other_mail_goes_on(self, stopped, sink, worker):
        sink.always = "250 OK"
        other = make_job()
        make_subscription(job=other, email="elsewhere@example.org")
        worker.run()
        edit(other, pay_max=29000)

        worker.run(minutes=11)

        assert sink.recipients[-1] == "elsewhere@example.org"
        assert len(sink.raw) == 7

    def test_a_row_that_a_worker_held_when_it_stopped_waits_too(
        self, stopped, sink, worker
    ):
        OutgoingEmail.objects.filter(state="QUEUED").update(due_at=stopped.created_at)

        worker.run()

        assert len(sink.raw) == 6
        assert states() == ["FAILED"] * 6 + ["QUEUED"] * 4

    def test_followers_of_a_deleted_job_are_kept_while_it_may_still_be_told(
        self, sink, crowd, worker
    ):
        sink.always = TOO_BIG
        crowd.delete()
        worker.run(minutes=11)

        ticking.tick()
        assert Subscription.objects.confirmed().count() == 10

        worker.wait(days=8)
        ticking.tick()
        assert Subscription.objects.confirmed().count() == 0

    def test_once_it_is_too_old_to_be_told_nobody_is_alarmed(self, stopped, worker):
        worker.run(days=8)

        assert health().stopped == 0
        assert states() == ["FAILED"] * 6 + ["SKIPPED"] * 4


def press(client, name, announcement):
    return client.post(reverse(f"notifications_{name}", args=[announcement.pk]))


def look(sender):
    """Do what one pass of a worker that goes on does, with the same sender."""
    while services.announce_next() or expansion.expand_next() or sender.step():
        pass


class TestGoingOn:
    def test_everybody_is_told_once_the_cause_is_mended(
        self, stopped, sink, worker, staff
    ):
        before = len(sink.raw)
        sink.always = "250 OK"

        press(staff, "go_on", stopped)
        worker.run()
        worker.run(minutes=2)

        assert states() == ["SENT"] * 10
        assert len(sink.raw) == before + 10
        stopped.refresh_from_db()
        assert (stopped.state, stopped.sent, stopped.failed) == ("DONE", 10, 0)

    def test_a_worker_that_kept_running_sends_the_mended_message(
        self, sink, crowd, worker, staff
    ):
        sink.always = TOO_BIG
        edit(crowd, pay_max=29000)
        worker.wait(minutes=11)
        with open_transport() as transport:
            sender = Sender(transport)
            look(sender)
            announcement = Announcement.objects.get()
            assert announcement.state == "PARKED"
            sink.raw.clear()
            sink.always = "250 OK"
            BoardSettings.objects.update(name="A board whose name is taken")

            press(staff, "go_on", announcement)
            look(sender)

        assert len(sink.raw) == 4
        assert all(b"A board whose name is taken" in raw for raw in sink.raw)

    def test_what_was_refused_goes_last(self, stopped, sink, worker, staff):
        sink.always = "250 OK"
        sink.recipients.clear()
        press(staff, "go_on", stopped)
        worker.run()
        assert states() == ["QUEUED"] * 6 + ["SENT"] * 4

    def test_it_stops_again_while_the_message_is_refused(
        self, stopped, sink, worker, staff
    ):
        press(staff, "go_on", stopped)
        worker.run()
        worker.run(minutes=2)

        stopped.refresh_from_db()
        assert stopped.state == "PARKED"

    def test_followers_who_were_not_collected_yet_are_told_too(
        self, sink, crowd, worker, staff, monkeypatch
    ):
        monkeypatch.setattr(expansion, "CHUNK", 7)
        sink.always = TOO_BIG
        edit(crowd, pay_max=29000)
        worker.run(minutes=11)
        announcement = Announcement.objects.get()
        assert (announcement.state, announcement.planned) == ("PARKED", 7)
        sink.always = "250 OK"

        press(staff, "go_on", announcement)
        worker.run()
        worker.run(minutes=2)

        announcement.refresh_from_db()
        assert (announcement.state, announcement.sent) == ("DONE", 10)

    def test_giving_up_tells_nobody_more(self, stopped, sink, worker, staff):
        sink.always = "250 OK"

        press(staff, "give_up", stopped)
        worker.run(hours=2)

        assert len(sink.raw) == 6
        stopped.refresh_from_db()
        assert (stopped.state, stopped.failed, stopped.skipped) == ("DONE", 6, 4)
        assert health().stopped == 0


class TestPage:
    def page(self, client, announcement):
        url = reverse("notifications_announcement", args=[announcement.pk])
        return client.get(url).content.decode()

    def test_it_says_what_is_wrong_and_offers_both_ways(self, stopped, staff):
        html = self.page(staff, stopped)

        assert "They say: 552 5.3.4 handing over the message." in html
        assert "Try again" in html
        assert "Give up" in html

    def test_an_announcement_that_goes_well_offers_neither(self, crowd, worker, staff):
        edit(crowd, pay_max=29000)
        worker.run(minutes=11)

        assert "Try again" not in self.page(staff, Announcement.objects.get())

    def test_it_stands_among_those_on_their_way(self, stopped, staff):
        url = reverse("notifications_announcements")
        assert (
            "Stopped by an error"
            in staff.get(url, {"state": "sending"}).content.decode()
        )

    @pytest.mark.parametrize("name", ["go_on", "give_up"])
    @pytest.mark.parametrize(
        ("group", "may"),
        [
            ("Job editors", False),
            ("Subscriber support", False),
            ("Job publishers", True),
            ("Site owners", True),
        ],
    )
    def test_only_who_may_decide_decides(self, name, group, may, stopped):
        person = Staff(group)
        assert ("Try again" in self.page(person, stopped)) == may

        press(person, name, stopped)

        stopped.refresh_from_db()
        assert (stopped.state != "PARKED") == may

    @pytest.mark.parametrize("name", ["go_on", "give_up"])
    def test_looking_changes_nothing(self, name, stopped, staff):
        url = reverse(f"notifications_{name}", args=[stopped.pk])
        assert staff.get(url).status_code == 405

    @pytest.mark.parametrize("name", ["go_on", "give_up"])
    def test_too_late_is_said(self, name, stopped, worker, staff):
        press(staff, "give_up", stopped)

        url = reverse(f"notifications_{name}", args=[stopped.pk])
        response = staff.post(url, follow=True)

        texts = [str(message).strip() for message in response.context["messages"]]
        assert "Too late: it is not stopped any more." in texts
