"""Closed, taken down, open again: what is told, and what is silent."""

import datetime as dt

import pytest
from django.core import mail
from wagtail.models import PageViewRestriction

from jobs.models import JobPage, JobRecord
from jobs.services import close_job, reopen_job
from notifications import ticking
from notifications.models import AnnouncedState, Announcement
from tests.factories import edit, follow, in_days, make_subscription
from tests.notifications.conftest import TITLE

pytestmark = pytest.mark.usefixtures("followed_once")


def subjects():
    """The subjects of all mails so far, in order, each once."""
    return list(dict.fromkeys(message.subject for message in mail.outbox))


@pytest.mark.parametrize(
    ("reason", "word"), [("FILLED", "Filled"), ("CANCELLED", "Cancelled")]
)
def test_closing_a_job_is_told_with_its_reason(reason, word, followed, told):
    close_job(page_id=followed.pk, reason=reason, note="Thank you & goodbye.")

    assert told() == f"{word}: {TITLE}"
    announcement = Announcement.objects.get()
    assert (announcement.kind, announcement.note) == ("CLOSED", "Thank you & goodbye.")


def test_closing_also_reaches_those_who_want_to_hear_nothing_else(followed, worker):
    make_subscription(job=followed, email="third@example.org", closings_only=True)
    edit(followed, pay_max=29000)
    worker.run(minutes=11)
    assert ["third@example.org"] not in [message.to for message in mail.outbox]

    close_job(page_id=followed.pk, reason="FILLED")
    worker.run(minutes=11)
    reopen_job(page_id=followed.pk)
    worker.run(minutes=11)
    JobPage.objects.get().unpublish()
    worker.run(minutes=11)

    third = [m.subject for m in mail.outbox if m.to == ["third@example.org"]]
    assert third == [f"Filled: {TITLE}", f"Open again: {TITLE}", f"Taken down: {TITLE}"]


def test_closing_and_opening_again_inside_the_window_never_happened(followed, told):
    close_job(page_id=followed.pk, reason="FILLED")
    reopen_job(page_id=followed.pk)

    assert told() is None
    assert not Announcement.objects.exists()


def test_closing_merges_with_an_edit_of_the_same_window(followed, told):
    edit(followed, pay_max=29000)
    close_job(page_id=followed.pk, reason="FILLED")

    assert told() == f"Filled: {TITLE}"
    assert Announcement.objects.get().lines == []


def test_taking_a_closed_job_down_is_silent(followed, worker):
    close_job(page_id=followed.pk, reason="FILLED")
    worker.run(minutes=11)

    JobPage.objects.get().unpublish()
    worker.run(minutes=11)
    JobPage.objects.get().delete()
    worker.run(minutes=11)

    assert subjects() == [f"Filled: {TITLE}"]
    assert AnnouncedState.objects.get().facts["availability"]["reason"] == "deleted"


def test_publishing_a_closed_job_that_was_taken_down_is_silent(followed, worker):
    followed.unpublish()
    worker.run(minutes=11)
    edit(JobPage.objects.get(), closed_reason="FILLED")
    worker.run(minutes=11)

    assert subjects() == [f"Taken down: {TITLE}"]


def test_edits_of_a_closed_job_are_silent(followed, worker):
    close_job(page_id=followed.pk, reason="FILLED")
    worker.run(minutes=11)

    edit(JobPage.objects.get(), pay_max=29000, requirements=["Steady hands"])
    worker.run(minutes=11)

    assert subjects() == [f"Filled: {TITLE}"]


def test_open_again_tells_what_is_different_since(followed, worker):
    close_job(page_id=followed.pk, reason="FILLED")
    worker.run(minutes=11)
    edit(JobPage.objects.get(), pay_max=29000)
    worker.run(minutes=11)

    reopen_job(page_id=followed.pk, note="The new baker left.")
    worker.run(minutes=11)

    assert subjects() == [f"Filled: {TITLE}", f"Open again: {TITLE}"]
    last = Announcement.objects.get(kind="OPEN_AGAIN")
    assert [(x["label"], x["after"]) for x in last.lines] == [
        ("Pay", "£26,000 to £29,000 a year")
    ]
    assert "to   £26,000 to £29,000 a year" in mail.outbox[-1].body
    assert "The new baker left." in mail.outbox[-1].body


def test_a_job_that_was_taken_down_is_open_again_when_it_is_published(followed, worker):
    followed.unpublish()
    worker.run(minutes=11)
    edit(JobPage.objects.get())
    worker.run(minutes=11)

    assert subjects() == [f"Taken down: {TITLE}", f"Open again: {TITLE}"]
    assert "nothing changed" in mail.outbox[-1].body


def test_a_job_made_private_and_public_again_is_open_again(followed, worker):
    restriction = PageViewRestriction.objects.create(
        page_id=followed.pk, restriction_type=PageViewRestriction.LOGIN
    )
    worker.run(minutes=11)
    restriction.delete()
    worker.run(minutes=11)

    assert subjects() == [f"Taken down: {TITLE}", f"Open again: {TITLE}"]


def test_what_was_published_in_private_is_known_once_the_job_is_public(
    followed, worker
):
    restriction = PageViewRestriction.objects.create(
        page_id=followed.pk, restriction_type=PageViewRestriction.LOGIN
    )
    edit(followed, title="Night & Day Baker")
    worker.run(minutes=11)
    assert subjects() == [f"Taken down: {TITLE}"]
    restriction.delete()
    worker.run(minutes=11)

    assert subjects()[1:] == ["Open again: Night & Day Baker"]
    assert JobRecord.objects.get().title == "Night & Day Baker"


class TestClosingDate:
    def test_it_has_no_window(self, followed, worker):
        JobPage.objects.update(closes_at=worker.now() + dt.timedelta(minutes=30))
        AnnouncedState.objects.update(due_at=None)

        worker.wait(minutes=29)
        ticking.notice_closing_dates()
        assert not AnnouncedState.objects.waiting().exists()

        worker.wait(minutes=2)
        ticking.notice_closing_dates()
        worker.run()

        assert subjects() == [f"Closed: {TITLE}"]
        assert "closed for applications on" in mail.outbox[0].body

    def test_it_cuts_the_window_of_an_edit_short(self, followed, worker):
        soon = worker.now() + dt.timedelta(minutes=3)
        JobPage.objects.update(closes_at=soon)
        edit(JobPage.objects.get(), pay_max=29000, closes_at=soon)
        worker.wait(minutes=4)

        ticking.notice_closing_dates()
        worker.run()

        assert subjects() == [f"Closed: {TITLE}"]

    def test_a_later_one_opens_the_job_again(self, followed, worker):
        JobPage.objects.update(closes_at=in_days(-1))
        ticking.notice_closing_dates()
        worker.run()
        edit(JobPage.objects.get(), closes_at=in_days(20))
        worker.run(minutes=11)

        assert subjects() == [f"Closed: {TITLE}", f"Open again: {TITLE}"]

    def test_moving_it_is_a_change_like_any_other(self, followed, told):
        edit(followed, closes_at=in_days(40))

        assert told() == f"Closing date changed: {TITLE}"

    def test_it_is_noticed_although_an_earlier_edit_was_cancelled(
        self, followed, worker
    ):
        AnnouncedState.objects.update(cancelled_digest="f" * 64)
        JobPage.objects.update(closes_at=in_days(-1))

        ticking.tick()
        worker.run()

        assert subjects() == [f"Closed: {TITLE}"]


def test_who_follows_after_an_edit_is_not_told_of_it(followed, worker):
    edit(followed, pay_max=29000)
    worker.run(minutes=11)
    mail.outbox.clear()

    follow(followed, "late@example.org")
    worker.run(minutes=11)

    to = [message.to[0] for message in mail.outbox]
    assert "late@example.org" not in to[1:]
    assert {m.subject for m in mail.outbox if "reader@example.org" in m.to} == set()
