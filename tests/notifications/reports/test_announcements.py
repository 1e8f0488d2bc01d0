"""The report of announcements: what each of them cost."""

import datetime as dt

import pytest

from jobs.models import JobRecord
from notifications.models import Announcement
from tests.factories import make_company, make_job, make_record
from tests.notifications.reading import squeezed
from tests.notifications.reports.reporting import (
    Kind,
    Reason,
    exported,
    follows,
    london,
    report,
    rows,
    told,
)

pytestmark = pytest.mark.django_db


def everybody_stops(record, since=None):
    """Who hears all, and who wants endings only; after ``since`` one more of each."""
    moments = [london(3, 1), *([since] if since else [])]
    stop = {"ended_at": london(3, 11), "ended_reason": Reason.UNSUBSCRIBED}
    for confirmed_at in moments:
        for only in (True, False):
            follows(record, confirmed_at=confirmed_at, closings_only=only, **stop)


class TestAnnouncements:
    def test_say_what_they_cost(self, at_noon, editor):
        record = make_record(title="Night baker")
        other = make_record(title="Deckhand")
        told(record, at=london(3, 10), planned=21, sent=20, failed=1)
        stop = {"confirmed_at": london(3, 1), "ended_reason": Reason.UNSUBSCRIBED}
        follows(record, ended_at=london(3, 10, 13), **stop)
        follows(record, ended_at=london(3, 17, 11, 59), **stop)
        # Too late, too early, another job, another reason, never told.
        follows(record, ended_at=london(3, 17, 12), **stop)
        follows(record, ended_at=london(3, 10, 11), **stop)
        follows(other, ended_at=london(3, 11), **stop)
        bounced = stop | {"ended_reason": Reason.BOUNCED}
        follows(record, ended_at=london(3, 11), **bounced)
        later = stop | {"confirmed_at": london(3, 12)}
        follows(record, ended_at=london(3, 13), **later)

        [found] = rows(editor, "announcements")

        assert found.stopped == 2
        text = squeezed(report(editor, "announcements").content.decode())
        assert "Pay changed: Night baker Changed Tue 10 March, 12:00 21 20 1 0" in text
        assert "1 0 2 (10.0%)" in text

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            (london(3, 28), "1 (50.0%) so far"),
            (london(3, 20), "1 (50.0%)"),
            (london(3, 1), "at least 1 (50.0%)"),
        ],
    )
    def test_say_whether_that_is_all(self, at_noon, editor, day, said):
        record = make_record()
        told(record, at=day, sent=2)
        ended = day + dt.timedelta(hours=1)
        stop = {"ended_at": ended, "ended_reason": Reason.UNSUBSCRIBED}
        follows(record, confirmed_at=london(2, 1), **stop)

        text = squeezed(report(editor, "announcements").content.decode())

        assert f"2 0 0 {said} " in f"{text} "

    @pytest.mark.parametrize(
        ("kind", "stopped"),
        [
            (Kind.CHANGED, 1),
            (Kind.CLOSED, 2),
            (Kind.TAKEN_DOWN, 2),
            (Kind.OPEN_AGAIN, 2),
        ],
    )
    def test_cost_nobody_who_does_not_get_them(self, at_noon, editor, kind, stopped):
        record = make_record()
        told(record, at=london(3, 10), kind=kind, sent=2)
        everybody_stops(record)

        assert [found.stopped for found in rows(editor, "announcements")] == [stopped]

    @pytest.mark.parametrize(
        ("corrected", "changes", "stopped"),
        [
            (Kind.CHANGED, [], 1),
            (Kind.CHANGED, [{}], 2),
            (Kind.CLOSED, [], 2),
            (Kind.CLOSED, [{}], 3),
        ],
    )
    def test_that_correct_cost_those_who_got_what_was_wrong(
        self, at_noon, editor, corrected, changes, stopped
    ):
        record = make_record()
        wrong = told(record, at=london(3, 9), kind=corrected)
        told(
            record,
            at=london(3, 10),
            kind=Kind.CORRECTION,
            version=2,
            corrects=wrong,
            changes=changes,
        )
        everybody_stops(record, since=london(3, 9, 18))

        found = {x.kind: x.stopped for x in rows(editor, "announcements")}

        assert found["CORRECTION"] == stopped

    def test_that_reached_nobody_have_no_share(self, editor):
        told(make_record())

        [_head, row] = exported(editor, "announcements")

        assert row[4:] == ["0", "0", "0", "0", "0", ""]

    def test_are_those_that_were_told(self, at_noon, editor):
        record = make_record()
        for number, state in enumerate(Announcement.State.values):
            told(record, version=number, state=state)
        told(record, version=99, at=london(1, 5))

        states = {found.state for found in rows(editor, "announcements")}

        assert states == {"EXPANDING", "SENDING", "DONE", "PARKED"}
        assert len(rows(editor, "announcements", period_from="2026-01-01")) == 5

    def test_are_found_by_kind_company_and_words(self, editor):
        company = make_company()
        record = JobRecord.for_page(make_job(title="Deckhand", company=company))
        told(record, kind=Kind.CLOSED)
        told(make_record(title="Night baker"), kind=Kind.TAKEN_DOWN)
        told(make_record(title="Day baker"), sent=3)

        def found(**query):
            return sorted(
                x.record.title for x in rows(editor, "announcements", **query)
            )

        assert found(kind=["CLOSED", "CHANGED"]) == ["Day baker", "Deckhand"]
        assert found(company=company.pk) == ["Deckhand"]
        assert found(q="baker") == ["Day baker", "Night baker"]
        most = rows(editor, "announcements", ordering="-sent")
        assert most[0].record.title == "Day baker"

    def test_name_what_happened_whatever_the_email_is_called(self, editor):
        told(make_record(), subject="Hello", heading="Filled: Deckhand")

        assert "Filled: Deckhand" in report(editor, "announcements").content.decode()
        assert exported(editor, "announcements")[1][0] == "Filled: Deckhand"
