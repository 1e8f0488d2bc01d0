"""The report of delivery."""

import pytest

from notifications.models import Announcement, OutgoingEmail, Suppression
from tests.factories import make_record
from tests.notifications.reading import squeezed
from tests.notifications.reports.reporting import (
    exported,
    london,
    queue,
    report,
    rows,
    told,
)

pytestmark = pytest.mark.django_db


class TestDelivery:
    @pytest.fixture
    def emails(self, at_noon):
        kinds, states = OutgoingEmail.Kind, OutgoingEmail.State
        sent = {"state": states.SENT, "last_code": "250 2.0.0"}
        # Half past midnight in London is the day before in UTC.
        queue("1", sent_at=london(3, 30, 0, 30), **sent)
        queue("2", sent_at=london(3, 30, 9), **sent)
        queue("3", sent_at=london(3, 28), **sent)
        queue("4", sent_at=london(3, 28), kind=kinds.CONFIRM, **sent)
        gone = "550 5.1.1 naming the recipient"
        queue("5", due_at=london(3, 28), state=states.FAILED, last_code=gone)
        queue("6", due_at=london(3, 28), state=states.SKIPPED, last_code="left")
        queue("7", sent_at=london(2, 20), **sent)
        queue("8")
        Suppression.objects.create(address_hash="a", reason="BOUNCED")
        Suppression.objects.create(address_hash="b", reason="BOUNCED")
        Suppression.objects.create(address_hash="c", reason="BLOCKED")
        told(make_record(), at=london(1, 2), sent=40, failed=2, skipped=1)
        told(make_record(), state=Announcement.State.CANCELLED)

    @pytest.mark.usefixtures("emails")
    def test_is_told_by_day_and_kind(self, support):
        found = [
            (str(row["day"]), row["kind"], row["sent"], row["failed"], row["skipped"])
            for row in rows(support, "delivery")
        ]

        assert found == [
            ("2026-03-30", "ANNOUNCEMENT", 2, 0, 0),
            ("2026-03-28", "ANNOUNCEMENT", 1, 1, 1),
            ("2026-03-28", "CONFIRM", 1, 0, 0),
        ]

    @pytest.mark.usefixtures("emails")
    def test_is_drawn_day_by_day(self, support):
        plot = report(support, "delivery").context["plot"]

        assert len(plot.bars) == 30
        assert (plot.total_up, plot.total_down) == (4, 1)
        assert plot.description == (
            "28 March 2026: 2 sent, 1 given up. 30 March 2026: 2 sent, 0 given up."
        )

    @pytest.mark.usefixtures("emails")
    def test_says_answers_suppressed_addresses_and_all_announcements(self, support):
        response = report(support, "delivery")
        text = squeezed(response.content.decode())

        answers = [tuple(row.values()) for row in response.context["answers"]]
        assert answers == [
            ("250 2.0.0", "Sent", 4),
            ("550 5.1.1 naming the recipient", "Given up", 1),
            ("left", "Not sent", 1),
        ]
        assert "Does not take email 2 Marked us as spam 0 Blocked by staff 1" in text
        assert "1 announcement since 2 January 2026." in text
        assert "40 emails sent, 2 given up, 1 not sent." in text

    def test_counts_one_email_as_one(self, db, support):
        told(make_record(), sent=1)

        text = squeezed(report(support, "delivery").content.decode())

        assert "1 email sent, 0 given up, 0 not sent." in text

    @pytest.mark.usefixtures("emails")
    def test_looks_back_as_far_as_emails_are_kept(self, support, settings):
        settings.KEEP_EMAILS_DAYS = 2

        assert str(report(support, "delivery").context["period"].first) == "2026-03-29"

    @pytest.mark.usefixtures("emails")
    def test_is_narrowed_to_a_kind_and_to_days(self, support):
        kind = report(support, "delivery", kind="CONFIRM")
        days = report(support, "delivery", period_from="2026-03-29")
        early = report(support, "delivery", period_from="2020-01-01")

        assert [row["kind"] for row in kind.context["object_list"]] == ["CONFIRM"]
        assert [row["count"] for row in kind.context["answers"]] == [1]
        assert kind.context["plot"].total_up == 1
        assert len(days.context["plot"].bars) == 2
        assert str(early.context["period"].first) == "2026-03-01"

    @pytest.mark.usefixtures("emails")
    def test_can_be_downloaded(self, support):
        assert exported(support, "delivery")[:2] == [
            ["Day", "Kind", "Sent", "Given up", "Not sent"],
            ["2026-03-30", "Announcement", "2", "0", "0"],
        ]
