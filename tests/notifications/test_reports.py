"""Reports: numbers that were counted by hand, and nobody's address."""

import csv
import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from jobs.models import JobPage, JobRecord
from jobs.services import close_job
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.reports import REPORTS, periods
from notifications.reports.plots import Point, draw
from subscriptions.models import EndedReason
from tests.factories import (
    in_days,
    make_company,
    make_draft,
    make_job,
    make_record,
    make_subscription,
)
from tests.notifications.conftest import READERS, Staff
from tests.notifications.reading import squeezed

pytestmark = pytest.mark.django_db
#: A Monday, the day after clocks went forward in London.
NOW = dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC)
MOST_QUERIES = 15
NAMES = [report.slug for report in REPORTS]
Kind = Announcement.Kind
Reason = EndedReason


def url_of(slug, suffix=""):
    [report] = [report for report in REPORTS if report.slug == slug]
    return reverse(f"{report.index_url_name}{suffix}")


@pytest.fixture
def editor(db):
    return Staff("Job editors")


@pytest.fixture
def support(db):
    return Staff("Subscriber support")


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def report(client, slug, **query):
    response = client.get(url_of(slug), query)
    assert response.status_code == 200
    return response


def rows(client, slug, **query):
    return list(report(client, slug, **query).context["object_list"])


def exported(client, slug, **query):
    response = client.get(url_of(slug), query | {"export": "csv"})
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


def london(month, day, hour=12, minute=0):
    zone = ZoneInfo("Europe/London")
    return dt.datetime(2026, month, day, hour, minute, tzinfo=zone)


def follows(record, count=1, **fields):
    return [make_subscription(record=record, **fields) for _ in range(count)]


def told(record, *, at=None, version=1, kind=Kind.CHANGED, **fields):
    created_at = at or timezone.now()
    defaults = {
        "before": {},
        "after": {},
        "subject": f"Pay changed: {record.title}",
        "created_at": created_at,
        "expires_at": created_at + dt.timedelta(days=7),
        "state": Announcement.State.DONE,
    }
    return Announcement.objects.create(
        record=record, version=version, kind=kind, **defaults | fields
    )


def queue(key, **fields):
    defaults = {"due_at": timezone.now(), "kind": OutgoingEmail.Kind.ANNOUNCEMENT}
    return OutgoingEmail.objects.create(key=key, **defaults | fields)


class TestFollowers:
    @pytest.fixture
    def baker(self, at_noon):
        """Five came and three went in twelve weeks; one came before, one after."""
        record = make_record(title="Night baker", company_name="Crumb & Co")
        follows(record, confirmed_at=london(1, 5), ended_at=None)
        follows(record, 2, confirmed_at=london(3, 16))
        follows(record, confirmed_at=london(3, 30, 0, 30))
        follows(
            record,
            confirmed_at=london(3, 17),
            ended_at=london(3, 29, 23, 30),
            ended_reason=Reason.UNSUBSCRIBED,
        )
        follows(
            record,
            confirmed_at=london(3, 2),
            ended_at=london(3, 24),
            ended_reason=Reason.BOUNCED,
        )
        follows(
            record,
            confirmed_at=london(1, 2),
            ended_at=london(1, 5),
            ended_reason=Reason.UNSUBSCRIBED,
        )
        follows(
            record,
            confirmed=False,
            ended_at=london(3, 20),
            ended_reason=Reason.UNSUBSCRIBED,
        )
        return record

    def numbers(self, client, **query):
        [found] = rows(client, "followers", **query)
        return found.followers, found.started, found.stopped, found.ended

    @pytest.mark.usefixtures("baker")
    def test_come_and_go_in_twelve_weeks(self, editor):
        assert self.numbers(editor) == (4, 5, 1, 1)

    @pytest.mark.usefixtures("baker")
    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2026-01-01", "2026-03-30", (4, 7, 2, 1)),
            ("2026-03-30", "2026-03-30", (4, 1, 0, 0)),
            ("2026-03-29", "2026-03-29", (4, 0, 1, 0)),
            ("2026-03-16", "", (4, 4, 1, 1)),
            ("", "2026-01-06", (4, 2, 1, 0)),
            ("2026-03-17", "2026-03-16", (4, 3, 0, 0)),
            ("nonsense", "", (4, 5, 1, 1)),
        ],
    )
    def test_in_the_days_that_were_chosen(self, editor, first, last, expected):
        query = {"period_from": first, "period_to": last}

        assert self.numbers(editor, **query) == expected

    @pytest.mark.usefixtures("baker")
    def test_are_counted_as_jobs(self, editor):
        html = editor.get(url_of("followers")).content.decode()

        pages = BeautifulSoup(html, "html.parser").select_one("nav.pagination")
        assert "1 job" in pages.text
        assert "record" not in pages.text

    @pytest.mark.usefixtures("baker")
    def test_are_drawn_week_by_week_in_the_time_of_the_site(self, editor):
        plot = report(editor, "followers").context["plot"]

        drawn = {
            bar.point.label: (bar.point.up, bar.point.down)
            for bar in plot.bars
            if bar.point.up or bar.point.down
        }
        assert len(plot.bars) == 13
        assert drawn == {
            "2 Mar": (1, 0),
            "16 Mar": (3, 0),
            "23 Mar": (0, 1),
            "30 Mar": (1, 0),
        }
        assert "Week of 16 March 2026: 3 new, 0 stopped." in plot.description

    @pytest.mark.usefixtures("baker")
    def test_of_part_of_a_week_bear_its_first_day(self, editor):
        plot = report(editor, "followers", period_from="2026-03-19").context["plot"]

        labels = [bar.point.label for bar in plot.bars]
        assert labels == ["19 Mar", "23 Mar", "30 Mar"]

    @pytest.mark.usefixtures("baker")
    def test_are_drawn_month_by_month_over_a_year(self, editor):
        response = report(editor, "followers", period_from="2025-04-01")

        bars = response.context["plot"].bars
        drawn = {bar.point.label: (bar.point.up, bar.point.down) for bar in bars}
        assert len(bars) == 12
        assert drawn["Jan 2026"] == (2, 1)
        assert drawn["Mar 2026"] == (5, 1)

    @pytest.mark.usefixtures("baker")
    def test_are_said_in_words_beside_the_picture(self, editor):
        html = report(editor, "followers").content.decode()

        assert 'role="img"' in html
        assert "<desc" in html
        assert "From 6 January 2026 to 30 March 2026." in squeezed(html)
        assert "Before 2 March 2026 more may have stopped" in squeezed(html)
        [shown] = [row for row in html.split("<tr>") if ">23 Mar</th>" in row]
        assert squeezed(shown).startswith("23 Mar 0 1")

    @pytest.mark.usefixtures("baker")
    def test_of_a_time_from_which_nobody_is_forgotten_need_no_excuse(self, editor):
        html = report(editor, "followers", period_from="2026-03-10").content.decode()

        assert "may have stopped" not in html

    @pytest.mark.usefixtures("baker")
    def test_are_found_by_job_and_by_company(self, editor):
        company = make_company(name="Sable Ferries")
        follows(JobRecord.for_page(make_job(title="Deckhand", company=company)))
        make_record(title="Followed by nobody")

        def titles(**query):
            return [record.title for record in rows(editor, "followers", **query)]

        assert titles() == ["Night baker", "Deckhand"]
        assert titles(ordering="title") == ["Deckhand", "Night baker"]
        assert titles(q="bak") == ["Night baker"]
        assert titles(q="crumb") == ["Night baker"]
        assert titles(company=company.pk) == ["Deckhand"]
        assert titles(company=make_company(name="Crumb & Co").pk) == ["Night baker"]

    @pytest.mark.usefixtures("baker")
    def test_of_the_jobs_that_were_found_are_drawn_and_no_others(self, editor):
        follows(make_record(title="Deckhand"), confirmed_at=london(3, 11))

        plot = report(editor, "followers", q="deck").context["plot"]

        assert (plot.total_up, plot.total_down) == (1, 0)

    @pytest.mark.usefixtures("baker")
    def test_can_be_downloaded(self, editor):
        assert exported(editor, "followers") == [
            [
                "Job",
                "Company",
                "Followers now",
                "New",
                "Stopped",
                "Ended otherwise",
            ],
            ["Night baker", "Crumb & Co", "4", "5", "1", "1"],
        ]

    def test_lead_to_the_editor_only_those_who_have_one(self, editor, support):
        job = make_job()
        follows(JobRecord.for_page(job))
        link = reverse("wagtailadmin_pages:edit", args=[job.pk])

        assert link in report(editor, "followers").content.decode()
        assert link not in report(support, "followers").content.decode()


class TestPeriods:
    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            (None, None, ("2026-01-06", "2026-03-30")),
            (dt.date(1, 1, 1), dt.date(9999, 12, 31), ("2021-04-01", "2026-03-30")),
            (dt.date(9999, 12, 31), dt.date(1, 1, 1), ("2021-04-01", "2026-03-30")),
            (None, dt.date(1, 1, 1), ("2021-04-01", "2021-04-01")),
        ],
    )
    @pytest.mark.usefixtures("at_noon")
    def test_end_where_there_is_nothing_to_see(self, first, last, expected):
        found = periods.Period.between(
            first, last, days=periods.DEFAULT_DAYS, most=periods.MOST_DAYS
        )

        assert (str(found.first), str(found.last)) == expected


class TestPlots:
    def test_are_none_where_nothing_happened(self):
        assert draw([Point("a", 0, 0, "a")], title="t", up="u", down="d") is None

    def test_keep_bars_inside_and_in_proportion(self):
        points = [Point("a", 30, 0, ""), Point("b", 15, 5, "")]

        plot = draw(points, title="t", up="u", down="d")

        high, low = plot.bars
        assert high.up_height == pytest.approx(2 * low.up_height, abs=0.2)
        assert low.down_height == pytest.approx(high.up_height / 6, abs=0.2)
        assert high.up_y + high.up_height == pytest.approx(plot.axis_y, abs=0.2)
        assert low.x + low.width < plot.right


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


@pytest.fixture(scope="class")
def _jobs(made_once):
    """Jobs in every state, made once: a dozen publications take a second."""
    with made_once():
        make_jobs_to_look_after()
        yield


def make_jobs_to_look_after():
    def followed(**fields):
        job = make_job(**fields)
        follows(JobRecord.for_page(job), 2)
        return job

    followed(title="Soon", closes_at=in_days(13))
    make_job(title="Later", closes_at=in_days(15))
    expires = {"closes_at": in_days(40), "expire_at": in_days(13)}
    make_job(title="Expires", **expires).create_alias(update_slug="twice")
    make_job(title="Ends twice", closes_at=in_days(20), expire_at=in_days(21))
    stale = make_job(title="Stale", closes_at=None)
    make_job(title="Fresh", closes_at=None)
    long_ago = timezone.now() - dt.timedelta(days=61)
    JobPage.objects.filter(pk=stale.pk).update(last_published_at=long_ago)
    close_job(page_id=followed(title="Filled").pk, reason="FILLED")
    close_job(page_id=make_job(title="Filled, alone").pk, reason="FILLED")
    past = followed(title="Past")
    JobPage.objects.filter(pk=past.pk).update(closes_at=in_days(-1))
    followed(title="Down").unpublish()
    make_job(title="Down, alone").unpublish()
    make_draft(title="Draft", closes_at=in_days(3))


class TestJobsToLookAfter:
    @pytest.fixture
    def jobs(self, _jobs, db):
        """What a test does to them is undone."""

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            ("", ["Soon", "Expires", "Stale", "Past", "Filled", "Down"]),
            ("closing", ["Soon"]),
            ("expiring", ["Expires"]),
            ("stale", ["Stale"]),
            ("closed", ["Past", "Filled"]),
            ("down", ["Down"]),
        ],
    )
    def test_are_these_the_most_urgent_first(self, editor, reason, expected):
        found = rows(editor, "jobs-to-look-after", reason=reason)

        assert [job.title for job in found] == expected

    @pytest.mark.usefixtures("jobs")
    def test_say_why_and_what_to_do(self):
        html = report(Staff("Job publishers"), "jobs-to-look-after").content.decode()

        said = {
            title: squeezed(row)
            for row in html.split("<tr")
            for title in ("Soon", "Expires", "Stale", "Filled", "Past", "Down")
            if f">{title}" in row.replace("\n", "").replace(" ", "")
        }
        assert said["Soon"].endswith("2 Extend or close: Soon")
        assert "Its page is taken down" in said["Expires"]
        assert "untouched for 60 days" in said["Stale"]
        assert "Set a closing date: Stale" in said["Stale"]
        assert "2 people still follow it." in said["Filled"]
        assert "Open job again: Filled" in said["Filled"]
        assert "Say why it closed: Past" in said["Past"]
        assert "Publish it again: Down Delete it: Down" in said["Down"]

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize(
        ("groups", "offered"),
        [
            (["Job editors"], "Change the closing date: Soon"),
            (["Job publishers"], "Extend or close: Soon"),
            (["Site owners"], "Extend or close: Soon"),
        ],
    )
    def test_offer_what_the_reader_may_do(self, groups, offered):
        client = Staff(*groups)
        soup = BeautifulSoup(
            report(client, "jobs-to-look-after").content, "html.parser"
        )
        cells = soup.find_all("td", class_="remedies")
        [cell] = [cell for cell in cells if "Soon" in cell.parent.td.text]

        links = cell.find_all("a")

        assert [link.text for link in links] == [offered]
        assert all(client.get(link["href"]).status_code == 200 for link in links)

    @pytest.mark.usefixtures("jobs")
    def test_offer_nothing_to_who_may_do_nothing(self, support):
        assert (
            "What to do" not in report(support, "jobs-to-look-after").content.decode()
        )

    @pytest.mark.usefixtures("jobs")
    def test_are_found_by_words_company_and_closing_date(self, editor):
        slug, soon = "jobs-to-look-after", JobPage.objects.get(title="Soon")
        day = timezone.localdate(soon.closes_at).isoformat()

        for query in (
            {"q": "soo"},
            {"company": soon.company_id},
            {"closes_at_from": day, "closes_at_to": day},
        ):
            assert [job.title for job in rows(editor, slug, **query)] == ["Soon"]

    @pytest.mark.usefixtures("jobs")
    @pytest.mark.parametrize("key", ["title", "company__name", "followers", "urgency"])
    def test_are_sorted_both_ways(self, editor, key):
        up = rows(editor, "jobs-to-look-after", ordering=key)
        down = rows(editor, "jobs-to-look-after", ordering=f"-{key}")

        assert len(up) == len(down) == 6
        assert up != down

    @pytest.mark.usefixtures("jobs")
    def test_can_be_downloaded(self, editor):
        [_head, first, *_others] = exported(editor, "jobs-to-look-after")

        assert first[0] == "Soon"
        assert first[2].startswith("Closes ")
        assert first[4] == "2"


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


EVERYBODY = {"Job editors", "Job publishers", "Site owners", "Subscriber support"}
ALLOWED = dict.fromkeys(NAMES, EVERYBODY) | {"delivery": {"Subscriber support"}}


class TestWhoMayRead:
    @pytest.mark.parametrize("slug", NAMES)
    @pytest.mark.parametrize("group", sorted([*EVERYBODY, "Editors", "Moderators"]))
    def test_which_in_every_form(self, slug, group):
        client = Staff(group)
        may = group in ALLOWED[slug]
        page, results = url_of(slug), url_of(slug, "_results")

        for url in (page, results):
            for export in ("", "?export=csv", "?export=xlsx"):
                response = client.get(f"{url}{export}")
                assert response.status_code == (200 if may else 302)
                if not may:
                    assert response.url == reverse("wagtailadmin_home")
        menu = client.get(reverse("wagtailadmin_home")).content.decode()
        assert (page in menu) is may

    @pytest.mark.parametrize("slug", NAMES)
    def test_an_administrator_reads_all_and_a_stranger_none(self, slug, client):
        assert Staff().get(url_of(slug)).status_code == 200
        assert client.get(url_of(slug)).status_code == 302

    @pytest.mark.parametrize("slug", NAMES)
    def test_no_address_anywhere(self, slug, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)
        client = Staff()

        for suffix in ("", "_results"):
            text = client.get(url_of(slug, suffix)).content.decode()
            assert not any(address in text for address in READERS)
        assert escape(followed.title) in text or slug == "delivery"
        assert not any(address in str(exported(client, slug)) for address in READERS)

    @pytest.mark.parametrize("slug", NAMES)
    def test_a_report_with_nothing_to_say_says_so(self, slug):
        response = Staff().get(url_of(slug))

        [found] = [report for report in REPORTS if report.slug == slug]
        assert str(found.empty) in squeezed(response.content.decode())

    @pytest.mark.parametrize("slug", NAMES)
    def test_comes_as_a_spreadsheet_too(self, slug, followed, worker):
        close_job(page_id=followed.pk, reason="FILLED")
        worker.run(minutes=11)

        response = Staff().get(url_of(slug), {"export": "xlsx"})

        assert response.getvalue().startswith(b"PK")
        assert f'filename="{slug}.xlsx"' in response["Content-Disposition"]
