"""What the quiet window merges, and what it lets go by in silence."""

import datetime as dt

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from jobs.models import JobPage
from jobs.services import close_job, reopen_job
from notifications import reconciling, services
from notifications.models import AnnouncedState, Announcement, AnnouncementSettings
from tests.factories import (
    build_job,
    edit,
    make_board,
    make_company,
    make_job,
    make_subscription,
)
from tests.notifications.conftest import TITLE, Staff


def texts(announcement):
    return [
        " ".join(filter(None, (x["verb"], x["text"], x["before"], x["after"])))
        for x in announcement.lines
    ]


def test_nothing_goes_out_before_the_window_has_passed(followed, worker):
    edit(followed, pay_max=29000)

    worker.run(minutes=9)
    assert mail.outbox == []

    worker.run(minutes=2)
    assert len(mail.outbox) == 2


def test_each_edit_starts_the_window_again(followed, worker):
    edit(followed, pay_max=29000)
    worker.run(minutes=9)
    edit(JobPage.objects.get(), pay_max=30000)
    worker.run(minutes=9)
    assert mail.outbox == []

    worker.run(minutes=2)
    assert len(mail.outbox) == 2


def test_the_length_of_the_window_is_a_setting(followed, worker):
    AnnouncementSettings.objects.update(quiet_minutes=0)
    edit(followed, pay_max=29000)

    worker.run()

    assert len(mail.outbox) == 2


def test_a_job_that_comes_back_inside_the_window_was_never_gone(followed, told):
    followed.unpublish()
    edit(JobPage.objects.get())

    assert told() is None
    assert not Announcement.objects.exists()


def test_three_edits_make_one_mail_with_the_net_difference(followed, told):
    edit(followed, pay_max=29000, requirements=["Own bicycle", "Steady hands"])
    edit(JobPage.objects.get(), pay_max=30000, workplace="HYBRID")
    edit(JobPage.objects.get(), workplace="ON_SITE")

    assert told() == f"Pay and requirements changed: {TITLE}"
    assert texts(Announcement.objects.get()) == [
        "Changed £26,000 to £28,000 a year £26,000 to £30,000 a year",
        "Added Steady hands",
        "Removed Food hygiene, level 2",
    ]


def test_an_edit_undone_inside_the_window_was_never_made(followed, told):
    edit(followed, pay_max=29000)
    edit(JobPage.objects.get(), pay_max=28000)

    assert told() is None
    assert not Announcement.objects.exists()


def test_an_edit_undone_after_it_was_told_is_told_as_well(followed, worker, told):
    first = followed.get_latest_revision()
    edit(followed, pay_max=29000)
    worker.run(minutes=11)
    mail.outbox.clear()

    first.as_object().save_revision().publish()

    assert told() == f"Pay changed: {TITLE}"
    [_first, second] = Announcement.objects.order_by("version")
    assert texts(second) == [
        "Changed £26,000 to £29,000 a year £26,000 to £28,000 a year"
    ]


def test_announcements_lead_from_the_first_facts_to_the_present_ones(followed, worker):
    first = AnnouncedState.objects.get().facts
    for pay in (29000, 30000, 31000):
        edit(JobPage.objects.get(), pay_max=pay)
        worker.run(minutes=11)

    facts = first
    for announcement in Announcement.objects.order_by("version"):
        assert announcement.before == facts
        facts = announcement.after
    assert facts == AnnouncedState.objects.get().facts
    assert facts["pay"]["high"] == "31000.00"


def test_a_draft_never_leaks_through_a_job_that_was_taken_down(followed, worker):
    followed.unpublish()
    edit(JobPage.objects.get(), title="Embargoed & secret", publish=False)

    worker.run(minutes=11)

    assert [m.subject for m in mail.outbox] == [f"Taken down: {TITLE}"] * 2
    for message in mail.outbox:
        assert "Embargoed" not in message.body + message.alternatives[0].content
    announcement = Announcement.objects.get()
    assert "Embargoed" not in str([announcement.after, announcement.lines])


def test_a_draft_of_an_open_job_is_nobodys_business(followed, worker):
    edit(followed, pay_max=29000)
    edit(JobPage.objects.get(), title="Embargoed & secret", publish=False)

    worker.run(minutes=11)

    assert [m.subject for m in mail.outbox] == [f"Pay changed: {TITLE}"] * 2
    assert "Embargoed" not in mail.outbox[0].body


def test_a_first_publication_adopts_the_facts_in_silence(db, worker):
    make_job(title=TITLE)
    state = AnnouncedState.objects.get()
    assert state.facts is None

    worker.run()

    state.refresh_from_db()
    assert state.facts["title"] == TITLE
    assert (state.due_at, state.version) == (None, 0)


def test_an_edit_before_the_facts_were_adopted_is_part_of_them(db, worker, told):
    job = make_job(title=TITLE)
    make_subscription(job=job)
    edit(job, pay_max=29000)

    assert told() is None
    assert AnnouncedState.objects.get().facts["pay"]["high"] == "29000.00"


def test_who_confirmed_by_a_clock_that_is_ahead_followed_before_all_the_same(
    followed, worker
):
    make_subscription(
        job=followed,
        email="ahead@example.org",
        confirmed_at=worker.now() + dt.timedelta(minutes=20),
    )
    edit(followed, pay_max=29000)

    worker.run(minutes=11)

    assert ["ahead@example.org"] in [message.to for message in mail.outbox]


def test_one_broken_job_does_not_stop_the_others(followed, worker, monkeypatch, errors):
    broken = make_job(title="Broken & bent")
    worker.run()
    edit(broken, pay_max=29000)
    edit(JobPage.objects.get(pk=followed.pk), pay_max=29000)
    facts_now = services.facts_now

    def sometimes(record, now):
        if record.title == broken.title:
            raise ValueError("cannot be compared")
        return facts_now(record, now)

    monkeypatch.setattr(services, "facts_now", sometimes)
    worker.run(minutes=11)

    assert len(mail.outbox) == 2
    assert errors() == [
        ("notifications.services", f"Job {broken.record.pk} could not be compared")
    ]


def test_an_edit_that_comes_just_before_the_comparison_starts_the_window_again(
    followed, worker, monkeypatch
):
    edit(followed, pay_max=29000)
    worker.wait(minutes=11)
    lock = services._lock

    def edit_then_lock(*args):
        edit(JobPage.objects.get(), pay_max=30000)
        return lock(*args)

    monkeypatch.setattr(services, "_lock", edit_then_lock)

    assert not services.announce_next()
    assert not Announcement.objects.exists()


LINE = "We found somebody & are glad."


class TestALine:
    """What an editor added for followers, once the act that it was about is undone."""

    def test_of_a_close_is_not_sent_with_a_change_of_pay(self, followed, told):
        close_job(page_id=followed.pk, reason="FILLED", note=LINE)
        reopen_job(page_id=followed.pk)
        edit(JobPage.objects.get(), pay_max=29000)

        assert told() == f"Pay changed: {TITLE}"
        assert Announcement.objects.get().note == ""

    def test_of_a_close_is_not_sent_with_another_one(self, followed, told):
        close_job(page_id=followed.pk, reason="FILLED", note=LINE)
        reopen_job(page_id=followed.pk)
        close_job(page_id=followed.pk, reason="CANCELLED")

        assert told() == f"Cancelled: {TITLE}"
        assert Announcement.objects.get().note == ""

    def test_of_the_act_that_undoes_is_not_kept_either(self, followed, told):
        close_job(page_id=followed.pk, reason="FILLED")
        reopen_job(page_id=followed.pk, note=LINE)
        edit(JobPage.objects.get(), pay_max=29000)

        assert told() == f"Pay changed: {TITLE}"
        assert Announcement.objects.get().note == ""

    def test_ends_with_the_transaction_that_undoes(self, followed, told):
        close_job(page_id=followed.pk, reason="FILLED", note=LINE)
        with transaction.atomic():
            reopen_job(page_id=followed.pk)
            transaction.set_rollback(True)

        assert told() == f"Filled: {TITLE}"
        assert Announcement.objects.get().note == LINE

    def test_joins_the_next_while_both_have_news(self, followed, told):
        edit(followed, pay_max=29000, change_note="More pay.")
        edit(JobPage.objects.get(), workplace="HYBRID", change_note="And less way.")

        assert told() == f"Pay and workplace changed: {TITLE}"
        assert Announcement.objects.get().note == "More pay. And less way."

    def test_stays_where_only_part_is_undone(self, followed, told):
        edit(followed, pay_max=29000, workplace="HYBRID", change_note=LINE)
        edit(JobPage.objects.get(), workplace="ON_SITE")

        assert told() == f"Pay changed: {TITLE}"
        assert Announcement.objects.get().note == LINE

    def test_that_is_to_be_sent_by_itself_outlives_a_publication(self, followed, told):
        edit(followed, tell_followers="SEND", change_note=LINE)
        edit(JobPage.objects.get())

        assert told() is not None
        assert Announcement.objects.get().note == LINE

    def test_on_wording_waits_for_somebody_to_ask_for_it(self, followed, told):
        edit(followed, body=[("paragraph", "<p>At nine.</p>")], change_note=LINE)
        edit(JobPage.objects.get(), tell_followers="SEND")

        assert told() is not None
        assert Announcement.objects.get().note == LINE


class TestCancelling:
    @pytest.fixture
    def cancelled(self, followed, worker):
        """A job whose raise of pay was cancelled in its window."""
        edit(followed, pay_max=29000)
        state = AnnouncedState.objects.get()
        assert services.cancel(state_id=state.pk, user=Staff().user)
        return JobPage.objects.get()

    def test_followers_keep_the_state_that_they_know(self, cancelled, told):
        assert told() is None
        assert AnnouncedState.objects.get().facts["pay"]["high"] == "28000.00"
        assert Announcement.objects.get().state == Announcement.State.CANCELLED

    def test_the_next_edit_tells_the_whole_difference(self, cancelled, told):
        edit(cancelled, workplace="HYBRID")

        assert told() == f"Pay and workplace changed: {TITLE}"

    def test_what_was_cancelled_is_not_brought_up_again(self, cancelled, worker):
        assert reconciling.reconcile() == 0
        worker.run(hours=1)
        assert mail.outbox == []

    def test_it_can_come_true_again_after_something_else_was_told(
        self, cancelled, worker
    ):
        JobPage.objects.update(live=False)
        reconciling.reconcile()
        worker.run()
        JobPage.objects.update(live=True)
        reconciling.reconcile()
        worker.run()

        subjects = [message.subject for message in mail.outbox[::2]]
        assert subjects == [f"Taken down: {TITLE}", f"Open again: {TITLE}"]

    def test_a_closing_date_that_passes_afterwards_is_told(self, cancelled, worker):
        soon = worker.now() + dt.timedelta(hours=1)
        JobPage.objects.update(closes_at=soon)
        worker.wait(hours=2)

        reconciling.reconcile()
        worker.run()

        assert [m.subject for m in mail.outbox] == [f"Closed: {TITLE}"] * 2

    def test_it_is_noted_in_the_history_of_the_job(self, cancelled):
        staff = Staff()
        url = reverse("wagtailadmin_pages:history", args=[cancelled.pk])
        assert "The announcement to followers was cancelled" in (
            staff.get(url).content.decode()
        )

    def test_it_is_too_late_once_the_announcement_is_made(self, followed, worker):
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        state = AnnouncedState.objects.get()
        assert not services.cancel(state_id=state.pk, user=None)
        assert not services.send_now(state_id=state.pk, user=None)

    def test_a_window_that_holds_nothing_just_closes(self, followed, told):
        edit(followed)
        state = AnnouncedState.objects.get()

        assert services.cancel(state_id=state.pk, user=None)
        assert not Announcement.objects.exists()
        assert told() is None

    def test_what_nobody_was_to_be_told_is_adopted_as_it_would_have_been(
        self, followed, told
    ):
        edit(followed, pay_max=29000, tell_followers="DO_NOT_SEND")
        state = AnnouncedState.objects.get()

        assert services.cancel(state_id=state.pk, user=None)

        assert not Announcement.objects.exists()
        assert AnnouncedState.objects.get().facts["pay"]["high"] == "29000.00"
        assert told() is None
        edit(JobPage.objects.get(), workplace="HYBRID")
        assert told() == f"Workplace changed: {TITLE}"

    def test_a_second_time_is_not_announced_again(self, cancelled, told):
        edit(cancelled)
        state = AnnouncedState.objects.get()

        assert services.cancel(state_id=state.pk, user=None)

        assert Announcement.objects.count() == 1
        assert told() is None

    def test_no_such_job_is_too_late_as_well(self, db):
        assert not services.cancel(state_id=0, user=None)


def test_send_now_ends_the_window(followed, worker):
    user = Staff().user
    edit(followed, pay_max=29000)

    assert services.send_now(state_id=AnnouncedState.objects.get().pk, user=user)
    worker.run()

    assert len(mail.outbox) == 2
    assert Announcement.objects.get().actor == user


def test_a_company_that_goes_is_told_by_name(followed, told):
    before = followed.company.name
    edit(followed, company=make_company(name="Loaf & Sons"))

    assert told() == f"Company changed: {TITLE}"
    assert texts(Announcement.objects.get()) == [f"Changed {before} Loaf & Sons"]


def test_a_job_made_without_any_signal_can_be_followed_and_told(db, worker):
    job = build_job(title=TITLE)
    make_board().add_child(instance=job)
    JobPage.objects.update(live=True)
    reconciling.reconcile()
    make_subscription(job=JobPage.objects.get())

    edit(JobPage.objects.get(), pay_max=29000)
    worker.run(minutes=11)

    assert [m.subject for m in mail.outbox] == [f"Pay changed: {TITLE}"]
