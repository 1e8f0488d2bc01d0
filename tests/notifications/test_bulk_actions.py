"""One change to several jobs at once: what is asked, done, and told."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from jobs.models import JobPage
from notifications import bulk_actions, bulk_choosing
from notifications.models import AnnouncedState, AnnouncementSettings, Pause
from tests.factories import (
    edit,
    follow,
    in_days,
    make_board,
    make_company,
    make_job,
    make_subscription,
)
from tests.notifications.bulk import (
    ACTIONS,
    bulk_url,
    fresh,
    state_of,
    text_of,
)
from tests.notifications.conftest import READERS, TITLE, Staff

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


class TestAsking:
    @pytest.mark.parametrize("action", ACTIONS)
    def test_counts_jobs_followers_and_people(self, followed, publisher, action):
        other = make_job(title="R&D chef")
        follow(other, email=READERS[0])

        text = text_of(publisher.get(bulk_url(action, followed, other)))

        # A closing date or a company that a job has already is not changed.
        at_most = "" if action in ("close_as_filled", "cancel_jobs") else "at most "
        assert f"2 jobs, {at_most}3 followers (2 people)." in text
        assert "Each person gets one email for each job." in text
        assert "goes out 10 minutes after you confirm" in text
        assert "A line for followers" in text
        assert "R&D chef" in text
        assert "Left alone" not in text

    @pytest.mark.parametrize("action", ACTIONS)
    def test_that_nobody_follows_asks_for_no_line(self, publisher, action):
        text = text_of(publisher.get(bulk_url(action, make_job())))

        assert "1 job, 0 followers (0 people). No email goes out." in text
        assert "A line for followers" not in text

    @pytest.mark.parametrize(
        ("action", "told"),
        [("close_as_filled", "3"), ("extend_closing_date", "at most 2")],
    )
    def test_counts_who_wants_to_hear_of_endings_only_where_one_is(
        self, followed, publisher, action, told
    ):
        make_subscription(job=followed, closings_only=True)

        text = text_of(publisher.get(bulk_url(action, followed)))

        assert f"1 job, {told} followers" in text

    def test_does_not_count_followers_of_a_closed_job(self, followed, publisher):
        JobPage.objects.update(closed_reason="FILLED")

        text = text_of(publisher.get(bulk_url("change_company", followed)))

        assert "1 job, 0 followers (0 people)." in text

    def test_says_when_a_change_waits_for_the_last_one(
        self, followed, publisher, worker
    ):
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)
        make_subscription(job=make_job())

        text = text_of(publisher.get(bulk_url("extend_closing_date", followed)))
        closing = text_of(publisher.get(bulk_url("close_as_filled", followed)))

        assert "That of 1 job goes out later" in text
        assert "goes out later" not in closing

    def test_says_that_all_email_is_paused(self, followed, publisher):
        Pause.objects.create(paused_by=publisher.user)

        text = text_of(publisher.get(bulk_url("close_as_filled", followed)))

        assert "All email is paused: the email goes out when that ends." in text
        assert "For 10 minutes it can be cancelled under Announcements." in text

    def test_says_that_drafts_keep_waiting(self, publisher):
        job = make_job()
        edit(job, title="Not yet", publish=False)

        text = text_of(publisher.get(bulk_url("close_as_filled", job)))

        assert "1 job has edits in a draft. They keep waiting." in text

    @pytest.mark.parametrize("action", ACTIONS)
    def test_shows_no_address(self, followed, publisher, action):
        html = publisher.get(bulk_url(action, followed)).content.decode()

        assert not any(address in html for address in READERS)

    def test_of_a_page_that_is_gone_finds_nothing(self, publisher):
        url = bulk_url("close_as_filled", id=404)

        assert publisher.get(url).status_code == 404
        assert publisher.get(bulk_url("close_as_filled", id="x")).status_code == 404

    def test_is_offered_in_both_lists(self, publisher):
        make_job()
        lists = [
            reverse("jobs_listing:index"),
            reverse("wagtailadmin_explore", args=[make_board().pk]),
        ]

        for url in lists:
            html = publisher.get(url).content.decode()
            for action in bulk_actions.JOB_BULK_ACTIONS:
                assert f"/{action.action_type}/" in html


class TestClosing:
    @pytest.mark.parametrize(
        ("action", "reason"),
        [("close_as_filled", "FILLED"), ("cancel_jobs", "CANCELLED")],
    )
    def test_closes_each_and_tells_with_the_line(
        self, followed, publisher, told, action, reason
    ):
        other = make_job()

        note = {"note": "Thanks &\r\nbye."}
        publisher.post(bulk_url(action, followed, other), note)

        assert fresh(followed).closed_reason == fresh(other).closed_reason == reason
        assert fresh(followed).live
        assert fresh(followed).latest_revision.user == publisher.user
        assert told() == f"{reason.capitalize()}: {TITLE}"
        assert all("Thanks & bye." in message.body for message in mail.outbox)

    def test_waits_for_the_quiet_window_under_the_name_of_who_did_it(
        self, followed, publisher
    ):
        url = bulk_url("close_as_filled", followed)

        text = text_of(publisher.post(url, follow=True))

        state = AnnouncedState.objects.get()
        assert state.due_at is not None
        assert state.actor == publisher.user
        assert "1 job is closed as filled." in text
        assert "2 followers will be told" in text

    def test_says_how_many_jobs_and_people_that_is(self, followed, publisher, worker):
        other = make_job()
        make_subscription(job=other, email=READERS[0])
        worker.run(minutes=11)

        url = bulk_url("cancel_jobs", followed, other)
        text = text_of(publisher.post(url, follow=True))

        assert "2 jobs are cancelled." in text
        assert "2 jobs, 3 followers (2 people): they will be told." in text

    @pytest.mark.usefixtures("followed")
    def test_goes_back_to_where_it_came_from(self, publisher):
        back = reverse("wagtailadmin_explore", args=[make_board().pk])

        response = publisher.post(bulk_url("cancel_jobs", make_job(), next=back))

        assert response.url == back

    def test_twice_changes_nothing_more(self, followed, publisher):
        url = bulk_url("close_as_filled", followed)
        publisher.post(url)
        before = state_of(followed)

        response = publisher.post(url)

        assert response.status_code == 200
        assert state_of(followed) == before

    def test_of_what_went_away_meanwhile_changes_the_others(
        self, publisher, monkeypatch
    ):
        gone, job = make_job(), make_job()
        chosen = bulk_choosing.choose(
            [gone.pk, job.pk], user=publisher.user, wants_open=True, is_closing=True
        )
        gone.unpublish()
        monkeypatch.setattr(bulk_actions, "choose", lambda *args, **kwargs: chosen)

        url = bulk_url("close_as_filled", gone, job)
        text = text_of(publisher.post(url, follow=True))

        assert fresh(gone).closed_reason == ""
        assert fresh(job).closed_reason == "FILLED"
        assert "1 job is closed as filled. 1 job stays as it is." in text


class TestExtending:
    def test_to_a_day_ends_a_minute_before_midnight(self, publisher):
        job = make_job(closes_at=in_days(10))
        day = timezone.localdate() + dt.timedelta(days=40)

        publisher.post(bulk_url("extend_closing_date", job), {"until": str(day)})

        closes_at = fresh(job).closes_at.astimezone(LONDON)
        assert closes_at == dt.datetime.combine(day, dt.time(23, 59), tzinfo=LONDON)

    def test_keeps_a_later_date_and_says_so(self, publisher):
        early, late = make_job(closes_at=in_days(10)), make_job(closes_at=in_days(90))
        day = timezone.localdate() + dt.timedelta(days=40)
        before = state_of(late)

        url = bulk_url("extend_closing_date", early, late)
        text = text_of(publisher.post(url, {"until": str(day)}, follow=True))

        assert state_of(late) == before
        assert fresh(early).closes_at > early.closes_at
        assert "1 job closes later. 1 keeps its own closing date." in text

    @pytest.mark.usefixtures("worker")
    @time_machine.travel("2026-10-20 12:00Z")
    def test_by_days_keeps_the_time_of_day_when_summer_time_ends(self, publisher):
        closes_at = dt.datetime(2026, 10, 23, 23, 59, tzinfo=LONDON)
        job = make_job(closes_at=closes_at)

        publisher.post(bulk_url("extend_closing_date", job), {"days": "7"})

        after = fresh(job).closes_at.astimezone(LONDON)
        assert after == dt.datetime(2026, 10, 30, 23, 59, tzinfo=LONDON)

    def test_by_days_counts_for_each_job_from_its_own_date(self, publisher):
        jobs = [make_job(closes_at=in_days(days)) for days in (3, 30)]

        publisher.post(bulk_url("extend_closing_date", *jobs), {"days": "2"})

        assert [fresh(job).closes_at - job.closes_at for job in jobs] == [
            dt.timedelta(days=2)
        ] * 2

    def test_tells_followers(self, followed, publisher, told):
        publisher.post(
            bulk_url("extend_closing_date", followed),
            {"days": "7", "note": "One more."},
        )

        assert told() == f"Closing date changed: {TITLE}"
        assert "One more." in mail.outbox[0].body

    @pytest.mark.parametrize(
        ("asked", "error"),
        [
            ({}, "Enter a day, or a number of days; one of them."),
            (
                {"until": "2099-01-01", "days": "3"},
                "Enter a day, or a number of days; one of them.",
            ),
            ({"until": "2020-02-29"}, "This day has passed. Choose a later one."),
            ({"until": "soon"}, "Enter a valid date."),
            ({"days": "0"}, "greater than or equal to 1"),
            ({"days": "366"}, "less than or equal to 365"),
        ],
    )
    def test_is_refused_in_words(self, followed, publisher, asked, error):
        before = state_of(followed)

        url = bulk_url("extend_closing_date", followed)
        text = text_of(publisher.post(url, asked | {"note": "A & B."}))

        assert error in text
        assert "2 followers" in text
        assert (
            "A &amp; B.</textarea>"
            in publisher.post(url, asked | {"note": "A & B."}).content.decode()
        )
        assert state_of(followed) == before


class TestChangingCompany:
    def test_names_another_one_and_tells(self, followed, publisher, told):
        company = make_company(name="Loaf & Son")

        url = bulk_url("change_company", followed)
        publisher.post(url, {"company": company.pk})

        assert fresh(followed).company == company
        assert told() == f"Company changed: {TITLE}"

    def test_leaves_jobs_that_name_it_already(self, publisher):
        company = make_company()
        there, here = make_job(company=company), make_job()
        before = state_of(there)

        url = bulk_url("change_company", there, here)
        text = text_of(publisher.post(url, {"company": company.pk}, follow=True))

        assert state_of(there) == before
        assert "1 job names another company now. 1 job stays as it is." in text

    @pytest.mark.parametrize(
        "fields", [{"closed_reason": "FILLED"}, {"closes_at": in_days(-1)}]
    )
    def test_changes_closed_jobs_too(self, publisher, fields):
        job, company = make_job(**fields), make_company()

        publisher.post(bulk_url("change_company", job), {"company": company.pk})

        assert fresh(job).company == company

    def test_refuses_a_company_that_no_longer_hires(self, publisher):
        job = make_job()
        before = state_of(job)
        archived = make_company(is_archived=True)

        url = bulk_url("change_company", job)
        text = text_of(publisher.post(url, {"company": archived.pk}))

        assert "Select a valid choice." in text
        assert state_of(job) == before
