"""What a list is narrowed by, and in which order it comes."""

import datetime as dt
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from jobs import choosing, facets, formatting, listing
from jobs.choices import PayPeriod
from jobs.models import BoardSettings
from tests.factories import (
    in_days,
    make_category,
    make_company,
    make_job,
    make_jobs,
)
from tests.jobs.narrowing import filters, found, soup


@pytest.mark.django_db
class TestNarrowing:
    def test_several_values_widen_and_several_filters_narrow(self):
        make_job(title="A", employment_type="FULL_TIME", workplace="REMOTE")
        make_job(title="B", employment_type="PART_TIME", workplace="REMOTE")
        make_job(title="C", employment_type="PART_TIME", workplace="ON_SITE")
        make_job(title="D", employment_type="INTERN", workplace="REMOTE")

        assert found("type=PART_TIME&type=INTERN") == ["D", "C", "B"]
        assert found("type=PART_TIME&type=INTERN&workplace=REMOTE") == ["D", "B"]

    def test_by_place_finds_towns_and_regions_in_any_case_and_each_job_once(self):
        make_job(title="A", locations=[("York", "York", "GB"), "Hull"])
        make_job(title="B", locations=["Hull"])

        assert found("location=york") == ["A"]
        assert found("location=HULL") == ["B", "A"]
        assert found("location=york&location=hull") == ["B", "A"]

    @pytest.mark.parametrize("typed", ["Århus", "århus", "ÅRHUS"])
    def test_by_place_takes_letters_beyond_english_in_any_case(self, typed):
        make_job(title="A", locations=["Århus"])

        assert found(urlencode({"location": typed})) == ["A"]

    def test_takes_remote_for_a_workplace(self):
        make_job(title="A", workplace="REMOTE")
        make_job(title="B")

        assert found("location=remote") == ["A"]

    @pytest.mark.parametrize(
        "typed", ["30000", "£30,000", "30 000", "30000.00", "30k", "£30 K", "30.0k"]
    )
    def test_by_pay_compares_what_a_year_brings(self, typed):
        make_job(title="Hour", pay_min=15, pay_max=16, pay_period=PayPeriod.HOUR)
        make_job(title="Year", pay_min=29000, pay_max=None)
        make_job(title="None", pay_min=None, pay_max=None)
        make_job(title="Krona", pay_min=300000, pay_max=None, pay_currency="SEK")

        assert found(urlencode({"pay_min": typed})) == ["Hour"]
        with_unstated = urlencode({"pay_min": typed, "pay_unstated": "1"})
        assert found(with_unstated) == ["Krona", "None", "Hour"]

    def test_by_early_closing(self):
        make_job(title="Soon", closes_at=in_days(6))
        make_job(title="Later", closes_at=in_days(8))
        make_job(title="Never", closes_at=None)

        assert found("closing_soon=1") == ["Soon"]

    @pytest.mark.parametrize("clock", [dt.time(0), dt.time(6, 22), dt.time(23, 59)])
    def test_by_early_closing_has_what_says_that_it_closes_in_seven_days(self, clock):
        # Clocks go back in between.
        today = dt.date(2026, 10, 21)
        zone = timezone.get_current_timezone()
        with time_machine.travel(dt.datetime.combine(today, clock, zone), tick=False):
            for days in (7, 8):
                for at in (dt.time(0), dt.time(23, 59, 59)):
                    day = today + dt.timedelta(days=days)
                    closes_at = dt.datetime.combine(day, at, zone)
                    said = formatting.closing_line(closes_at, timezone.now())
                    make_job(title=said, closes_at=closes_at)

            assert found("closing_soon=1") == ["Closes in 7 days, Wed 28 October"] * 2
            assert facets.count(filters()).closing_soon.number == 2

    @pytest.mark.parametrize("typed", ["york", "YORK", "York"])
    def test_by_a_place_is_one_list_however_it_is_typed(self, client, typed):
        make_job(locations=["York"])

        page = soup(client, f"location=york&location={typed}")

        [chip] = page.select(".chip")
        assert chip.text.strip() == "Remove filter: York"
        canonical = page.find("link", rel="canonical")["href"]
        assert canonical.endswith("?location=york")


@pytest.mark.django_db
class TestOrder:
    def test_by_closing_date_has_jobs_without_one_last(self):
        make_job(title="Never", closes_at=None)
        make_job(title="Late", closes_at=in_days(9))
        make_job(title="Soon", closes_at=in_days(2))

        assert found("sort=closing") == ["Soon", "Late", "Never"]

    def test_by_pay_has_jobs_without_it_last(self):
        make_job(title="Most", pay_min=40000, pay_max=None)
        make_job(title="None", pay_min=None, pay_max=None)
        make_job(title="Hour", pay_min=20, pay_max=None, pay_period=PayPeriod.HOUR)

        assert found("sort=pay") == ["Most", "Hour", "None"]

    def test_by_pay_compares_no_amounts_of_other_currencies(self):
        make_job(title="Krona", pay_min=300000, pay_max=None, pay_currency="SEK")
        make_job(title="Pound", pay_min=26000, pay_max=None)
        make_job(title="None", pay_min=None, pay_max=None)

        assert found("sort=pay") == ["Pound", "None", "Krona"]

    def test_by_pay_follows_the_currency_of_the_board(self):
        make_job(title="Krona", pay_min=300000, pay_max=None, pay_currency="SEK")
        make_job(title="Pound", pay_min=26000, pay_max=None)
        board = BoardSettings.load()
        board.default_currency = "SEK"
        board.save()

        assert found("sort=pay") == ["Krona", "Pound"]
        assert found("pay_min=30000") == ["Krona"]

    def test_by_match_prefers_a_title_to_a_text(self):
        make_job(title="Baker")
        make_job(title="Porter", body=[("paragraph", "<p>Near a baker.</p>")])

        assert found("q=baker") == ["Porter", "Baker"]
        assert found("q=baker&sort=relevance") == ["Baker", "Porter"]

    def test_by_match_is_offered_only_with_words(self):
        make_job()

        assert "Best match" not in [link.text for link in choosing.sorts(filters())]
        assert "Best match" in [link.text for link in choosing.sorts(filters("q=a"))]
        assert filters("sort=relevance").order == "newest"


@pytest.fixture(scope="class")
def crowded(made_once):
    with made_once():
        shared = {
            "category": make_category(name="Food", slug="food"),
            "company": make_company(name="Crumb", slug="crumb"),
            "title": "Baker",
            "locations": ["York"],
        }
        make_jobs(150, **shared)
        make_jobs(150, employment_type="INTERN", workplace="REMOTE")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            if connection.vendor == "postgresql":
                # Few rows are scanned more quickly; many never are.
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL enable_bitmapscan = off")
        yield


@pytest.mark.django_db
class TestPlans:
    """What the databases do for a page, by their own word."""

    QUERIES = [
        "",
        "type=FULL_TIME",
        "workplace=REMOTE",
        "category=food",
        "company=crumb",
        "location=york",
        "closing_soon=1",
        "sort=closing",
        "sort=pay",
        "q=baker",
    ]

    @pytest.mark.parametrize("query", QUERIES)
    def test_find_a_page_in_an_index_and_sort_no_more_than_it(self, crowded, query):
        rows = listing.in_order(filters(query)).values("number")[:21]

        plan = rows.explain()

        if connection.vendor == "sqlite":
            tables = [x for x in plan.splitlines() if "SCAN jobs_joblisting" in x]
            # Without an index it is read in its own order, which is the list's.
            assert not tables or query == "" or "USING INDEX" in tables[0]
            assert query == "closing_soon=1" or "TEMP B-TREE" not in plan
        else:
            assert "Seq Scan on jobs_joblisting" not in plan
            assert query in ("closing_soon=1", "q=baker") or "Sort" not in plan
