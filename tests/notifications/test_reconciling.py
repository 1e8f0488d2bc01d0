"""Finding news that no signal brought, and not believing too much of it at once."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import JobLocation, JobPage, JobRecord, JobRequirement
from notifications import reconciling, services, ticking
from notifications.delivery import expansion
from notifications.models import AnnouncedState, Announcement, Heartbeat, OutgoingEmail
from tests.factories import (
    edit,
    in_days,
    make_job,
    make_jobs,
    make_private,
    make_subscription,
    make_user,
)
from tests.notifications.conftest import TITLE


@pytest.fixture
def many(db, worker, monkeypatch):
    """Three followed jobs that all differ, where two are too many."""
    monkeypatch.setattr(reconciling, "TOO_MANY", 2)
    for _ in range(3):
        make_subscription(job=make_job())
    worker.run()
    JobPage.objects.update(pay_max=29000)


def trouble():
    beat = Heartbeat.objects.filter(name=reconciling.NAME).first()
    return beat.trouble if beat else ""


def test_it_says_look_here_and_decides_nothing(followed, worker):
    JobPage.objects.update(pay_max=29000)

    assert reconciling.reconcile() == 1

    assert AnnouncedState.objects.get().due_at is not None
    assert not Announcement.objects.exists()


def test_what_waits_already_keeps_its_moment(followed, worker):
    edit(followed, pay_max=29000)
    due_at = AnnouncedState.objects.get().due_at

    assert reconciling.reconcile() == 0
    assert AnnouncedState.objects.get().due_at == due_at


def test_wording_is_no_news(followed):
    JobPage.objects.update(
        summary="Bakes all night & day.", title="Bread & butter baker"
    )

    assert reconciling.reconcile() == 0


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (JobRequirement, {"text": "A full driving licence"}),
        (JobRequirement, {"kind": "NICE"}),
        (JobLocation, {"place": "Port Sable"}),
        (JobLocation, {"country": "FR"}),
        (JobPage, {"workplace": "REMOTE"}),
        (JobPage, {"apply_email": "hiring@crumb.example"}),
    ],
)
def test_every_kind_of_fact_is_compared(followed, model, values):
    model.objects.filter(pk=model.objects.first().pk).update(**values)

    assert reconciling.reconcile() == 1


def test_since_when_a_job_is_gone_is_noted_too(followed, worker):
    JobPage.objects.update(live=False)
    reconciling.reconcile()
    worker.run()

    assert JobRecord.objects.get().gone_at == Announcement.objects.get().created_at


def test_a_job_that_became_private_is_not_gone(followed, worker):
    make_private(followed)
    worker.run(minutes=11)

    assert Announcement.objects.get().kind == Announcement.Kind.TAKEN_DOWN
    assert JobRecord.objects.get().gone_at is None


def test_any_number_of_jobs_costs_the_same_queries(followed):
    counts = []
    for _ in range(2):
        make_jobs(20)
        reconciling.reconcile()
        with CaptureQueriesContext(connection) as queries:
            assert reconciling.reconcile() == 0
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


def test_many_jobs_are_looked_at_a_few_at_a_time(followed, monkeypatch):
    monkeypatch.setattr(reconciling, "CHUNK", 2)
    make_jobs(4)
    for _ in range(3):
        reconciling.reconcile()
    JobRequirement.objects.filter(page=JobPage.objects.last()).update(text="A van")

    assert reconciling.reconcile() == 1


def test_imported_jobs_get_a_record_and_a_state_in_silence(db, worker, told):
    make_jobs(3)

    assert reconciling.reconcile() == 0

    assert JobRecord.objects.count() == 3
    assert AnnouncedState.objects.exclude(facts=None).count() == 3
    assert told() is None


def test_a_second_look_finds_nothing_new(followed, worker):
    JobPage.objects.update(pay_max=29000)
    reconciling.reconcile()
    worker.run()

    assert reconciling.reconcile() == 0


class TestTooMany:
    def test_nobody_is_told_and_somebody_is_asked(self, many, worker, errors):
        with pytest.raises(reconciling.TooManyDifferencesError):
            reconciling.reconcile()
        worker.run(minutes=11)

        assert mail.outbox == []
        assert trouble() == "More than 2 jobs differ from what their followers know."
        assert [name for name, _text in errors()] == ["notifications.reconciling"]

    def test_the_command_says_what_to_do(self, many):
        with pytest.raises(CommandError, match="--accept or --announce"):
            call_command("reconcile")

    def test_looking_names_them_and_changes_nothing(self, many, capsys):
        call_command("reconcile", "--dry-run")

        assert len(capsys.readouterr().out.splitlines()) == 3
        assert not AnnouncedState.objects.waiting().exists()

    def test_announcing_tells_everybody(self, many, worker):
        call_command("reconcile", "--announce")
        worker.run()

        assert len(mail.outbox) == 3
        assert trouble() == ""

    def test_accepting_tells_nobody(self, many, worker):
        with pytest.raises(reconciling.TooManyDifferencesError):
            reconciling.reconcile()

        call_command("reconcile", "--accept")
        assert reconciling.reconcile() == 0
        worker.run(minutes=11)

        assert mail.outbox == []
        assert trouble() == ""
        assert not Announcement.objects.exists()


def test_the_command_counts(followed, capsys):
    JobPage.objects.update(pay_max=29000)

    call_command("reconcile")

    assert capsys.readouterr().out == "1 jobs have news that no signal brought.\n"


def test_after_a_restore_nothing_old_is_told_or_sent(followed, worker, capsys):
    edit(followed, pay_max=29000)
    OutgoingEmail.objects.create(
        kind="MANAGE_LINK",
        key="old",
        subscriber=followed.record.subscriptions.first().subscriber,
        due_at=worker.now(),
    )

    call_command("reconcile", "--after-restore")
    worker.run(minutes=11)
    reconciling.reconcile()
    worker.run(minutes=11)

    assert mail.outbox == []
    assert OutgoingEmail.objects.get().state == OutgoingEmail.State.SKIPPED
    assert capsys.readouterr().out == "1 jobs taken for told, 1 emails dropped.\n"

    edit(JobPage.objects.get(), pay_max=30000)
    worker.run(minutes=11)
    assert [m.subject for m in mail.outbox] == [f"Pay changed: {TITLE}"] * 2
    [line] = Announcement.objects.get().lines
    assert line["before"] == "£26,000 to £29,000 a year"


def test_after_a_restore_nobody_is_reminded_a_second_time(db, worker):
    """The reminders went out after the backup was made, which does not hold them."""
    author = make_user("Job publishers", email="author@board.example")
    job = make_job(user=author, closes_at=in_days(10))
    make_subscription(job=job, remind_before_closing=True)
    worker.run()
    worker.wait(days=8)

    call_command("reconcile", "--after-restore")
    ticking.tick()
    worker.run()

    assert mail.outbox == []
    kinds = OutgoingEmail.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["CLOSING_SOON", "REMINDER"]


def test_after_a_restore_half_collected_followers_are_left_alone(
    followed, worker, monkeypatch
):
    monkeypatch.setattr(expansion, "CHUNK", 1)
    edit(followed, pay_max=29000)
    worker.wait(minutes=11)
    services.announce_next()
    expansion.expand_next()
    assert OutgoingEmail.objects.count() == 1

    call_command("reconcile", "--after-restore")
    worker.run()

    assert mail.outbox == []
    assert Announcement.objects.get().state == Announcement.State.DONE
