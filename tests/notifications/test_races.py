"""Several workers, ticks and people at the same time, each with its own connection."""

import contextlib
import threading
from collections import Counter
from functools import partial

import pytest
from django.core import mail
from django.db import connection, transaction

from jobs.models import JobPage, JobRecord
from notifications import correcting, reconciling, services, ticking
from notifications.delivery import expansion, outbox, owing
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import work
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from subscriptions import services as subscriptions
from subscriptions import tokens
from tests.factories import edit, make_company, make_job, make_subscription
from tests.notifications.conftest import TITLE

FOLLOWERS = 12


@pytest.fixture
def together():
    """Run functions at the same moment, each in a thread; answers what they answered."""

    def together(*functions):
        barrier = threading.Barrier(len(functions))
        answers, errors = [], []

        def run(function):
            try:
                barrier.wait(timeout=10)
                answers.append(function())
            except Exception as error:  # noqa: BLE001  # raised below
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(f,)) for f in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
            assert not thread.is_alive()
        if errors:
            raise errors[0]
        return answers

    return together


@pytest.fixture
def changed(committed, worker):
    """A followed job whose quiet window has passed."""
    job = make_job(title=TITLE)
    for number in range(FOLLOWERS):
        make_subscription(job=job, email=f"reader{number}@example.org")
    worker.run()
    edit(job, pay_max=29000)
    worker.wait(minutes=11)
    return job


def expand():
    while expansion.expand_next():
        pass


def deliver():
    with open_transport() as transport:
        return work(transport)


def test_workers_that_compare_at_once_announce_once(changed, together):
    together(*[services.announce_next] * 4)

    assert Announcement.objects.count() == 1
    assert AnnouncedState.objects.get().version == 1


def test_a_correction_that_is_sent_twice_at_once_is_one(changed, together):
    deliver()
    wrong = Announcement.objects.get()
    correct = partial(
        correcting.correct, announcement_id=wrong.pk, note="It is less.", user=None
    )

    first, second = together(correct, correct)

    assert first == second
    assert Announcement.objects.filter(corrects=wrong).count() == 1


def test_workers_that_expand_at_once_write_no_row_twice(changed, together, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 2)
    services.announce_next()

    together(*[expand] * 4)

    assert OutgoingEmail.objects.count() == FOLLOWERS
    assert Announcement.objects.get().planned == FOLLOWERS


def test_workers_that_claim_at_once_share_the_rows(changed, together):
    services.announce_next()
    expand()

    leases = together(*[lambda: outbox.claim(FOLLOWERS // 3)] * 4)

    taken = Counter(email.pk for lease in leases if lease for email in lease.emails)
    assert set(taken.values()) == {1}
    assert len(taken) <= FOLLOWERS


def test_whole_workers_at_once_mail_everybody_once(changed, together):
    together(*[deliver] * 3)
    deliver()

    to = Counter(message.to[0] for message in mail.outbox)
    assert to == {f"reader{number}@example.org": 1 for number in range(FOLLOWERS)}
    announcement = Announcement.objects.get()
    assert (announcement.state, announcement.sent) == ("DONE", FOLLOWERS)


def test_two_ticks_at_once_do_the_work_once(committed, together, monkeypatch):
    done = []
    both_asked = threading.Event()

    def slow_step():
        done.append(1)
        both_asked.wait(timeout=5)

    def tick():
        answer = ticking.tick()
        both_asked.set()
        return answer

    monkeypatch.setattr(ticking, "STEPS", (slow_step,))

    assert sorted(together(tick, tick)) == [False, True]
    assert done == [1]


def test_a_link_used_twice_at_once_counts_once(committed, together, worker):
    pending = make_subscription(confirmed=False)
    token = tokens.confirm_token(pending)

    def use():
        with contextlib.suppress(tokens.TokenUsed):
            return subscriptions.confirm(token=token)

    assert together(use, use, use).count(None) == 2
    deliver()

    assert len(mail.outbox) == 1


def test_who_confirms_while_facts_are_compared_is_told_or_knows_them(
    changed, together, worker
):
    late = make_subscription(job=changed, email="late@example.org", confirmed=False)
    token = tokens.confirm_token(late)

    together(services.announce_next, lambda: subscriptions.confirm(token=token))
    deliver()

    late.refresh_from_db()
    announcement = Announcement.objects.get()
    told = ["late@example.org"] in [message.to for message in mail.outbox]
    assert told == (late.confirmed_at <= announcement.created_at)


def test_a_company_hears_once_of_two_first_followers_at_the_same_moment(
    committed, together, worker, monkeypatch
):
    company = make_company(email="hiring@crumb.example")
    jobs = [make_job(company=company) for _ in range(2)]
    tokens_ = [
        tokens.confirm_token(make_subscription(job=job, confirmed=False))
        for job in jobs
    ]
    both_look = threading.Barrier(2)
    due_at = owing.notice_due_at

    def look_together(*args, **before):
        with contextlib.suppress(threading.BrokenBarrierError):
            both_look.wait(timeout=1)
        return due_at(*args, **before)

    monkeypatch.setattr(owing, "notice_due_at", look_together)

    together(*[partial(subscriptions.confirm, token=token) for token in tokens_])

    notice = OutgoingEmail.objects.get(company=company)
    assert notice.subscriptions.count() == 2


@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="needs PostgreSQL: SQLite has one writer at a time",
)
def test_a_job_that_somebody_is_confirming_is_passed_over(changed):
    holding, enough = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            JobRecord.objects.select_for_update().get()
            holding.set()
            enough.wait(timeout=10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(timeout=10)
    assert not services.announce_next()
    enough.set()
    thread.join()

    assert services.announce_next()


def test_an_edit_while_facts_are_compared_is_not_lost(changed, together, worker):
    together(services.announce_next, lambda: edit(changed, pay_max=30000))
    deliver()
    worker.run(hours=5)

    told = Announcement.objects.order_by("version").last()
    assert told.after["pay"]["high"] == "30000.00"
    assert AnnouncedState.objects.get().facts["pay"]["high"] == "30000.00"


def test_others_may_write_while_somebody_looks_for_missed_news(
    changed, together, monkeypatch
):
    monkeypatch.setattr(reconciling, "CHUNK", 1)
    services.announce_next()
    for _ in range(3):
        make_subscription(job=make_job())
    while services.announce_next():
        pass
    JobPage.objects.update(pay_max=31000)

    found = reconciling.differing()
    next(found)
    together(deliver)

    assert reconciling.accept() == 4
