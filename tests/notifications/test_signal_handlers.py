"""What happens around an editor's click, and around a visitor's."""

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models.signals import pre_delete
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageLogEntry
from wagtail.signals import page_published, page_unpublished

from jobs import signal_handlers as jobs_handlers
from jobs.models import JobPage, JobRecord
from notifications import reconciling, services, signal_handlers
from notifications.delivery import expansion
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from subscriptions import services as subscriptions
from subscriptions import tokens
from subscriptions.models import Subscriber, Subscription
from subscriptions.signals import (
    manage_link_requested,
    new_subscriber,
    subscription_requested,
)
from tests.factories import (
    edit,
    make_board,
    make_job,
    make_page,
    make_private,
    make_subscription,
)
from tests.notifications.conftest import READERS, TITLE
from tests.subscriptions.visiting import sealed_note

PAGE_SIGNALS = {
    "on_job_published": page_published,
    "on_job_unpublished": page_unpublished,
    "on_job_deleted": pre_delete,
}
#: What an editor's click may cost on top of Wagtail's own queries, savepoints
#: counted; and what blanking a wish for followers, and comparing lest its line is of
#: an act that is undone, cost on top of that.
ADDED_QUERIES = 8
HEEDING = 6


def broken(**kwargs):
    raise RuntimeError("broken on purpose")


class TestRollback:
    def test_a_deletion_that_is_rolled_back_leaves_no_row_and_sends_no_mail(
        self, committed, worker
    ):
        job = make_job(title=TITLE)
        make_subscription(job=job)
        worker.run()

        with transaction.atomic():
            JobPage.objects.get().delete()
            assert AnnouncedState.objects.get().due_at is not None
            transaction.set_rollback(True)
        worker.run(minutes=11)

        assert AnnouncedState.objects.get().due_at is None
        assert JobRecord.objects.get().page == job
        assert not OutgoingEmail.objects.exists()
        assert mail.outbox == []

    def test_a_deletion_that_is_committed_sends_one(self, committed, worker):
        job = make_job(title=TITLE)
        make_subscription(job=job)
        worker.run()

        JobPage.objects.get().delete()
        worker.run(minutes=11)

        assert [m.subject for m in mail.outbox] == [f"Taken down: {TITLE}"]


class TestPageSignals:
    def test_a_receiver_that_fails_leaves_publishing_whole(
        self, followed, staff, monkeypatch, errors
    ):
        edit(followed, pay_max=29000, publish=False)
        PageLogEntry.objects.all().delete()
        monkeypatch.setattr(services, "touch", broken)

        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = staff.post(f"{url}?id={followed.pk}")

        assert response.status_code == 302
        assert JobPage.objects.get().pay_max == 29000
        assert PageLogEntry.objects.filter(action="wagtail.publish").exists()
        assert errors() == [
            ("notifications.signal_handlers", f"News of job {followed.pk} not noted")
        ]

    @pytest.mark.parametrize("action", ["unpublish", "delete"])
    def test_a_receiver_that_fails_leaves_the_end_of_a_job_whole(
        self, action, followed, staff, monkeypatch, errors
    ):
        monkeypatch.setattr(services, "touch", broken)

        response = staff.post(
            reverse(f"wagtailadmin_pages:{action}", args=[followed.pk])
        )

        assert response.status_code == 302
        assert not JobPage.objects.live().exists()
        assert errors() == [
            ("notifications.signal_handlers", f"News of job {followed.pk} not noted")
        ]

    def test_a_statement_that_fails_does_not_spoil_the_editors_transaction(
        self, followed, monkeypatch
    ):
        def fail(**kwargs):
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column FROM notifications_announcement")

        monkeypatch.setattr(services, "touch", fail)
        with transaction.atomic():
            followed.delete()

        assert not JobPage.objects.exists()

    def test_what_a_receiver_missed_is_told_all_the_same(
        self, followed, monkeypatch, told
    ):
        with monkeypatch.context() as patch:
            patch.setattr(services, "touch", broken)
            edit(followed, pay_max=29000)

        assert told() == f"Pay changed: {TITLE}"

    def test_a_click_writes_one_row_and_decides_nothing(self, followed):
        edit(followed, pay_max=29000)

        assert AnnouncedState.objects.get().due_at is not None
        assert not Announcement.objects.exists()
        assert not OutgoingEmail.objects.exists()

    def test_an_alias_is_no_job_of_its_own(self, followed, told):
        alias = followed.create_alias(update_slug="bread-again")
        edit(followed)
        alias.refresh_from_db()
        alias.unpublish()
        alias.delete()

        assert JobRecord.objects.count() == 1
        assert told() is None


class TestCostOfAClick:
    CLICKS = {
        "publish": lambda job: job.get_latest_revision().publish(),
        "unpublish": lambda job: job.unpublish(),
        "delete": lambda job: job.delete(),
    }

    @pytest.fixture(params=CLICKS)
    def click(self, request):
        return self.CLICKS[request.param]

    def queries(self, click, *, followers, wish=""):
        job = make_job()
        record = JobRecord.for_page(job)
        for _ in range(followers):
            make_subscription(record=record)
        expansion.expand_next()
        if wish:
            services.ensure_state(record_id=record.pk)
            edit(job, tell_followers=wish, change_note="A & B", publish=False)
        job = JobPage.objects.get(pk=job.pk)
        with CaptureQueriesContext(connection) as captured:
            click(job)
        return len(captured)

    def test_it_does_not_grow_with_the_number_of_followers(self, db, click):
        # A first one, since some things are looked up once.
        self.queries(click, followers=1)

        assert self.queries(click, followers=50) == self.queries(click, followers=1)

    @pytest.mark.parametrize(("wish", "more"), [("", 0), ("SEND", HEEDING)])
    def test_it_is_a_handful_of_queries(self, db, click, wish, more):
        self.queries(click, followers=1, wish=wish)
        heard = self.queries(click, followers=1, wish=wish)
        for name, signal in PAGE_SIGNALS.items():
            for app in ("jobs", "notifications"):
                uid = f"{app}.{name}"
                assert signal.disconnect(sender=JobPage, dispatch_uid=uid)
        try:
            unheard = self.queries(click, followers=1, wish=wish)
        finally:
            jobs_handlers.register_signal_handlers()
            signal_handlers.register_signal_handlers()

        assert 0 < heard - unheard <= ADDED_QUERIES + more


class TestOurOwnSignals:
    @pytest.fixture
    def refuse(self):
        """Connect a receiver that raises to a signal, for one test."""
        connected = []

        def refuse(signal):
            signal.connect(broken)
            connected.append(signal)

        yield refuse
        for signal in connected:
            signal.disconnect(broken)

    def test_a_request_is_undone_when_a_receiver_raises(self, committed, refuse):
        record = JobRecord.for_page(make_job())
        refuse(subscription_requested)

        with pytest.raises(RuntimeError):
            subscriptions.subscribe(email=READERS[0], record=record)

        assert not Subscriber.objects.exists()
        assert not OutgoingEmail.objects.exists()

    def test_a_confirmation_is_undone_when_a_receiver_raises(self, committed, refuse):
        pending = make_subscription(confirmed=False)
        refuse(new_subscriber)

        with pytest.raises(RuntimeError):
            subscriptions.confirm(token=tokens.confirm_token(pending))

        assert Subscription.objects.get().confirmed_at is None
        assert not OutgoingEmail.objects.exists()
        assert AnnouncedState.objects.get().facts is None

    def test_a_link_is_not_owed_when_a_receiver_raises(self, committed, refuse):
        make_subscription(email=READERS[0])
        refuse(manage_link_requested)

        with pytest.raises(RuntimeError):
            subscriptions.request_manage_link(email=READERS[0])

        assert not OutgoingEmail.objects.exists()

    def test_a_visitor_is_asked_to_try_again(self, committed, refuse, client):
        job = make_job()
        record = JobRecord.for_page(job)
        refuse(subscription_requested)
        client.raise_request_exception = False

        response = client.post(
            reverse("subscriptions:follow", args=[record.pk]),
            {"email": READERS[0], "note": sealed_note(f"follow-{record.pk}")},
            headers={"Origin": "http://testserver"},
        )

        assert response.status_code == 500
        assert not Subscription.objects.exists()


def test_a_job_whose_facts_are_missing_adopts_them_when_somebody_follows(db, worker):
    job = make_job(title=TITLE)
    AnnouncedState.objects.all().delete()
    pending = make_subscription(job=job, confirmed=False)

    subscriptions.confirm(token=tokens.confirm_token(pending))

    assert AnnouncedState.objects.get().facts["title"] == TITLE
    assert reconciling.reconcile() == 0


class TestPrivacy:
    @pytest.mark.parametrize("above", [False, True], ids=["the job", "what is above"])
    def test_made_private_it_waits_and_public_again_in_time_nobody_is_told(
        self, above, followed, worker
    ):
        private = make_private(make_board() if above else followed)
        worker.run(minutes=9)
        assert mail.outbox == []

        private.delete()
        worker.run(minutes=11)
        assert mail.outbox == []

        make_private(followed)
        worker.run(minutes=11)
        assert {m.subject for m in mail.outbox} == {f"Taken down: {TITLE}"}

    def test_of_too_many_the_reconciler_decides(self, followed, worker, monkeypatch):
        monkeypatch.setattr(services, "TOO_MANY", 0)

        make_private(make_board())

        assert AnnouncedState.objects.get().due_at is None

    def test_those_that_have_closed_are_not_too_many(
        self, followed, worker, monkeypatch
    ):
        make_job(title="Stoker", closed_reason="FILLED")
        worker.run()
        monkeypatch.setattr(services, "TOO_MANY", 1)

        make_private(make_board())

        states = AnnouncedState.objects.waiting()
        assert [state.record.title for state in states] == [TITLE]

    def test_another_page_made_private_is_none_of_our_business(self, followed):
        make_private(make_page(title="Elsewhere"))

        assert AnnouncedState.objects.get().due_at is None

    def test_it_is_made_private_although_the_receiver_fails(
        self, followed, monkeypatch, errors
    ):
        monkeypatch.setattr(services, "touch_below", broken)

        private = make_private(followed)

        assert private.pk
        assert errors() == [
            ("notifications.signal_handlers", f"News of job {followed.pk} not noted")
        ]
