"""What a list is narrowed by, in which order it comes, and what it counts."""

import datetime as dt
import random
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from jobs import choosing, counting, facets, formatting, listing
from jobs.choices import EmploymentType, PayPeriod, Workplace
from jobs.filters import JobFilters
from jobs.models import BoardSettings, JobListing
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

    @pytest.mark.parametrize("typed", ["30000", "£30,000", "30 000", "30000.00"])
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


def crowd(dice, number):
    companies = [make_company() for _ in range(4)]
    categories = [make_category() for _ in range(3)]
    for _ in range(number):
        make_jobs(
            1,
            title=dice.choice(["Baker", "Porter", "Night baker"]),
            company=dice.choice(companies),
            category=dice.choice([*categories, None]),
            employment_type=dice.choice(EmploymentType.values[:4]),
            workplace=dice.choice(Workplace.values),
            locations=dice.sample(["York", "Hull", "Leeds", "Ely"], dice.randint(1, 2)),
            pay_min=dice.choice([None, 20000, 30000, 40000]),
            pay_max=None,
            closes_at=dice.choice([None, in_days(3), in_days(20), in_days(-1)]),
        )
    return companies, categories


@pytest.mark.django_db
class TestStatements:
    """Lists of one kind share a statement, and answer by their own values."""

    ALIKE = [
        ("q=baker", "q=porter"),
        ("q=night+baker", 'q=baker+"night baker"'),
        ('q="night+baker"', "q=porter"),
        ("type=FULL_TIME", "type=INTERN"),
        ("type=FULL_TIME", "type=FULL_TIME&type=PART_TIME"),
        ("location=york", "location=york&location=hull"),
        ("type=FULL_TIME&type=PART_TIME", "type=PART_TIME&type=INTERN"),
        ("workplace=REMOTE&pay_min=20000", "workplace=HYBRID&pay_min=35000"),
        ("location=york", "location=HULL"),
        ("location=york&location=hull", "location=ely&location=leeds"),
        ("pay_min=25000", "pay_min=25000&pay_unstated=1"),
        ("pay_min=25000", "pay_min=1"),
        ("closing_soon=1", "closing_soon=1&type=INTERN"),
        ("company=nobody", "category=nobody"),
        ("q=night&sort=relevance", "q=baker&sort=relevance"),
        ("sort=pay", "sort=closing"),
        ("q=%26", "q=baker"),
        ("q=%25s", "q=\"'"),
    ]

    @pytest.fixture(autouse=True)
    def a_crowd(self):
        crowd(random.Random(3), 40)

    @pytest.mark.parametrize(("one", "other"), ALIKE)
    def test_find_what_each_list_finds_by_itself(self, one, other):
        for query in (one, other, one):
            chosen = filters(query)
            total = facets.count(chosen).total
            page = listing.page_of(chosen, total, number="", after="")

            titles = found(query)
            assert [job.title for job in page] == titles[: listing.JOBS_PER_PAGE]
            assert total.number == len(titles)

    def test_judge_closing_dates_by_the_moment_of_each(self):
        for now in (timezone.now(), in_days(10), in_days(-2)):
            chosen = JobFilters(QueryDict(), currency="GBP", now=now)
            open_then = JobListing.objects.open(now).count()

            assert facets.count(chosen).total.number == open_then


@pytest.mark.django_db
class TestCounts:
    def test_of_each_choice_say_how_many_jobs_it_alone_would_show(self):
        dice = random.Random(7)
        companies, categories = crowd(dice, 60)
        queries = [
            "",
            "type=FULL_TIME",
            "type=FULL_TIME&type=PART_TIME&workplace=REMOTE",
            f"company={companies[0].slug}&q=baker",
            f"category={categories[0].slug}&location=york&location=hull",
            "location=york",
            "pay_min=25000&closing_soon=1",
            "q=night",
            "q=nothing",
        ]
        for query in queries:
            chosen = filters(query)
            counted = facets.count(chosen)
            assert counted.total.number == len(found(query))
            for name, choices in counted.choices.items():
                for choice in choices:
                    alone = chosen.query_string(**{name: [choice.value]})[1:]
                    assert choice.count.number == len(found(alone)), (query, choice)
                shown = {choice.value for choice in choices if choice.count}
                assert shown == self.values_that_find(chosen, name), (query, name)

    def values_that_find(self, chosen, name):
        everything = facets.count(filters()).choices[name]
        return {
            choice.value
            for choice in everything
            if found(chosen.query_string(**{name: [choice.value]})[1:])
        }

    def test_take_one_query_whatever_is_chosen(self, django_assert_num_queries):
        crowd(random.Random(1), 5)

        for query in ("", "q=baker&type=FULL_TIME&location=york&pay_min=1&workplace=x"):
            with django_assert_num_queries(1):
                facets.count(filters(query))

    def test_stop_at_a_thousand_and_say_what_there_is_at_least(self, monkeypatch):
        monkeypatch.setattr(counting, "COUNT_LIMIT", 10)
        make_jobs(8, employment_type="INTERN")
        make_jobs(12, workplace="REMOTE")

        everything = facets.count(filters())
        remote = facets.count(filters("workplace=REMOTE"))

        assert str(everything.total) == "10+"
        [intern] = [x for x in everything.choices["type"] if x.value == "INTERN"]
        assert str(intern.count) == "8"
        assert str(remote.total) == "10+"
        [full_time] = remote.choices["type"]
        assert full_time.count.or_more

    def test_hide_a_box_that_would_find_nothing_unless_it_is_ticked(self, client):
        make_job(pay_min=20_000, closes_at=None)

        page = soup(client)
        ticked = soup(client, "closing_soon=1&pay_unstated=1")

        for box in ("#closing-soon", "#pay-unstated"):
            assert not page.select(box)
            assert ticked.select_one(box).has_attr("checked")

    @pytest.mark.parametrize("limit", [10, 59, 60])
    def test_that_stop_early_never_contradict_the_list(self, monkeypatch, limit):
        monkeypatch.setattr(counting, "COUNT_LIMIT", limit)
        monkeypatch.setattr(counting, "SAMPLE", 7)
        monkeypatch.setattr(counting, "FEW", 4)
        companies, categories = crowd(random.Random(7), 60)
        alone = ["", "type=FULL_TIME", "location=york", f"company={companies[0].slug}"]
        beside = [f"type=FULL_TIME&category={categories[0].slug}", "q=baker&pay_min=1"]
        beside += ["workplace=REMOTE&closing_soon=1&pay_min=25000"]
        for query in [*alone, *beside]:
            chosen = filters(query)
            counted = facets.count(chosen)
            assert counted.total == facets.Count.capped(len(found(query))), query
            for name, choices in counted.choices.items():
                for choice in choices:
                    only = {name: [choice.value]}
                    number = len(found(chosen.query_string(**only)[1:]))
                    count = choice.count
                    says_less = count.or_more and count.number <= number
                    assert says_less or count.number == number, (query, choice)
                    if chosen.chosen[name] == [choice.value]:
                        assert str(count) == str(counted.total)
                # A choice that finds anything is offered, however rare it is.
                if set(chosen.active) <= {name}:
                    shown = {choice.value for choice in choices if choice.count}
                    assert shown == self.values_that_find(chosen, name), (query, name)

    def test_of_pay_that_is_not_stated_go_beyond_the_newest(self, monkeypatch):
        monkeypatch.setattr(counting, "COUNT_LIMIT", 3)
        make_jobs(2, pay_min=None, pay_max=None)
        make_jobs(5)

        assert str(facets.count(filters()).unstated) == "2"

    def test_have_the_most_frequent_first_where_all_stop_early(self, monkeypatch):
        monkeypatch.setattr(counting, "COUNT_LIMIT", 10)
        monkeypatch.setattr(counting, "FEW", 2)
        for number, employment_type in ((3, "FULL_TIME"), (5, "PART_TIME")):
            make_jobs(number, employment_type=employment_type)
        make_jobs(4, employment_type="INTERN")

        types = facets.count(filters()).choices["type"]

        assert [x.value for x in types] == ["PART_TIME", "INTERN", "FULL_TIME"]
        assert [str(x.count) for x in types] == ["2+", "2+", "2+"]

    def test_write_a_thousand_with_a_comma(self):
        assert str(facets.Count.capped(1001)) == "1,000+"
        assert str(facets.Count.capped(999)) == "999"


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
