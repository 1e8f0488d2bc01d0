"""The report of followers: numbers that were counted by hand."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from jobs.models import JobRecord
from tests.factories import make_company, make_job, make_record
from tests.notifications.reading import squeezed
from tests.notifications.reports.reporting import (
    Reason,
    exported,
    follows,
    london,
    report,
    rows,
    url_of,
)

pytestmark = pytest.mark.django_db


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
