"""Who gets a row when an announcement goes to its followers."""

import datetime as dt

import pytest
from django.utils import timezone

from notifications.delivery import expansion
from notifications.models import Announcement, OutgoingEmail, Suppression
from tests.factories import make_job, make_subscription

Kind = Announcement.Kind
State = Announcement.State
Priority = OutgoingEmail.Priority


@pytest.fixture
def job(db):
    return make_job()


def make_announcement(job, *, kind=Kind.CHANGED, version=1):
    return Announcement.objects.create(
        record=job.record,
        version=version,
        kind=kind,
        before={},
        after={"availability": {"state": "open", "reason": ""}},
        subject="Pay changed",
        created_at=timezone.now(),
        expires_at=timezone.now() + dt.timedelta(days=3),
    )


def expand():
    steps = 0
    while expansion.expand_next():
        steps += 1
    return steps


def addresses():
    return sorted(OutgoingEmail.objects.values_list("subscriber__address", flat=True))


def test_every_confirmed_follower_gets_one_row(job):
    for number in range(3):
        make_subscription(job=job, email=f"reader{number}@example.org")
    make_subscription(email="elsewhere@example.org")
    announcement = make_announcement(job)

    expand()

    assert addresses() == [f"reader{number}@example.org" for number in range(3)]
    announcement.refresh_from_db()
    assert (announcement.planned, announcement.state) == (3, State.SENDING)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"confirmed": False}, id="pending"),
        pytest.param({"ended_at": timezone.now()}, id="ended"),
        pytest.param(
            {"confirmed_at": timezone.now() + dt.timedelta(hours=1)}, id="later"
        ),
        pytest.param({"closings_only": True}, id="closings only"),
    ],
)
def test_who_is_not_meant_gets_none(fields, job):
    make_subscription(job=job, **fields)
    make_announcement(job)

    expand()

    assert addresses() == []


@pytest.mark.parametrize("kind", Announcement.ENDINGS)
def test_who_wants_endings_only_is_told_of_every_ending(kind, job):
    make_subscription(job=job, email="reader@example.org", closings_only=True)
    make_announcement(job, kind=kind)

    expand()

    assert addresses() == ["reader@example.org"]


def test_who_must_not_be_mailed_gets_none(job):
    subscription = make_subscription(job=job)
    Suppression.objects.create(
        address_hash=subscription.subscriber.address_hash, reason="BOUNCED"
    )
    announcement = make_announcement(job)

    expand()

    assert addresses() == []
    announcement.refresh_from_db()
    assert announcement.planned == 0


def priorities():
    rows = OutgoingEmail.objects.order_by("announcement")
    return list(rows.values_list("priority", flat=True))


def test_endings_are_more_urgent_than_changes(job):
    other = make_job()
    for followed in (job, other):
        make_subscription(job=followed)
    make_announcement(job)
    make_announcement(other, kind=Kind.CLOSED)

    expand()

    assert priorities() == [Priority.CHANGE, Priority.ENDING]


def test_an_ending_does_not_overtake_what_its_own_job_told_before(job, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 2)
    for _ in range(3):
        make_subscription(job=job)
    make_announcement(job)
    expand()
    assert priorities() == [Priority.CHANGE] * 3

    make_announcement(job, kind=Kind.CLOSED, version=2)
    expand()

    assert priorities() == [Priority.ENDING] * 6
    rows = OutgoingEmail.objects.claimable(timezone.now())
    versions = rows.values_list("announcement__version", flat=True)
    assert list(versions) == [1, 1, 1, 2, 2, 2]


def test_announcements_of_one_job_are_expanded_one_after_the_other(job, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 1)
    for _ in range(2):
        make_subscription(job=job)
    # Written in the other order, as no key promises.
    make_announcement(job, kind=Kind.CLOSED, version=2)
    make_announcement(job, version=1)

    assert expansion.expand_next()

    [row] = OutgoingEmail.objects.select_related("announcement")
    assert row.announcement.version == 1


def test_rows_are_written_in_chunks_and_nobody_is_left_out(job, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 3)
    wanted = sorted(f"reader{number}@example.org" for number in range(7))
    for address in wanted:
        make_subscription(job=job, email=address)
    announcement = make_announcement(job)

    assert expand() == 3

    assert addresses() == wanted
    announcement.refresh_from_db()
    assert (announcement.planned, announcement.state) == (7, State.SENDING)


def test_a_full_last_chunk_leaves_nobody_out(job, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 2)
    for _ in range(4):
        make_subscription(job=job)
    make_announcement(job)

    expand()

    assert OutgoingEmail.objects.count() == 4


def test_doing_it_twice_adds_nothing(job):
    make_subscription(job=job)
    announcement = make_announcement(job)
    expand()
    before = list(OutgoingEmail.objects.values())

    Announcement.objects.update(state=State.EXPANDING, cursor=0)
    expand()

    assert list(OutgoingEmail.objects.values()) == before
    announcement.refresh_from_db()
    assert announcement.planned == 1


def test_a_row_is_ready_to_go(job):
    subscription = make_subscription(job=job)
    announcement = make_announcement(job)

    expand()

    row = OutgoingEmail.objects.get()
    assert row.key == f"a:{announcement.pk}:{subscription.subscriber_id}"
    assert row.state == OutgoingEmail.State.QUEUED
    assert (row.kind, row.attempts, row.lease) == ("ANNOUNCEMENT", 0, "")
    assert row.lease_until is None
    assert row.due_at == row.created_at
    assert abs(row.due_at - timezone.now()) < dt.timedelta(minutes=1)


def test_each_row_has_a_message_id_of_its_own(job):
    for _ in range(3):
        make_subscription(job=job)
    make_announcement(job)

    expand()

    ids = set(OutgoingEmail.objects.values_list("message_id", flat=True))
    assert len(ids) == 3
    assert all(len(value) == 32 and int(value, 16) for value in ids)


def test_the_oldest_announcement_goes_first(job):
    make_subscription(job=job)
    first = make_announcement(job)
    make_announcement(job, version=2)

    expansion.expand_next()

    assert OutgoingEmail.objects.get().announcement == first
