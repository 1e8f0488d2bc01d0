"""What a list is narrowed by, what it counts, and where its pages lead."""

import random
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jobs import choosing, counting, facets, listing
from jobs.choices import EmploymentType, PayPeriod, Workplace
from jobs.filters import SORTS, JobFilters
from jobs.models import BoardSettings, JobListing
from tests.factories import (
    in_days,
    make_board,
    make_category,
    make_company,
    make_job,
    make_jobs,
)

NAMES = [
    "q", "category", "type", "workplace", "location", "company", "pay_min",
    "pay_unstated", "closing_soon", "sort", "page", "after", "nonsense",
]  # fmt: skip


def filters(query=""):
    return JobFilters(QueryDict(query), currency="GBP")


def found(query=""):
    """The titles that a query string leaves, in its order."""
    chosen = filters(query)
    return [job.title for job in listing.first_of(listing.in_order(chosen), 100)]


def soup(client, query=""):
    response = client.get(f"{make_board().url}?{query}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


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
        for query in [*alone, *beside]:
            chosen = filters(query)
            counted = facets.count(chosen)
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


@pytest.mark.django_db
class TestChips:
    def test_take_away_one_value_each_and_keep_the_others(self, client):
        make_job(employment_type="FULL_TIME", workplace="REMOTE")
        page = soup(client, "type=FULL_TIME&type=INTERN&workplace=REMOTE&q=b%26b")

        chips = {x.text.strip(): x["href"] for x in page.select(".chip")}

        texts = ["b&b", "Full time", "Internship", "Remote"]
        assert list(chips) == [f"Remove filter: {text}" for text in texts]
        rest = parse_qs(chips["Remove filter: Internship"].partition("?")[2])
        assert rest == {"q": ["b&b"], "type": ["FULL_TIME"], "workplace": ["REMOTE"]}
        assert page.find("a", string="Clear all")["href"] == make_board().url

    def test_name_values_and_not_their_addresses(self, client):
        job = make_job(category=make_category(name="Food & drink"))

        page = soup(client, f"category={job.category.slug}&q=nothing")

        assert "Remove filter: Food & drink" in [
            x.text.strip() for x in page.select(".chip")
        ]


@pytest.mark.django_db
class TestNothingFound:
    def test_offers_near_searches_with_what_they_find(self, client):
        make_job(title="Thatcher", workplace="ON_SITE")
        make_job(title="Baker", workplace="REMOTE")

        page = soup(client, "q=thatcher&workplace=REMOTE")

        near = {x.a.text.strip(): x.span.text.strip() for x in page.select(".near li")}
        assert near == {"Remote": "1 job", "Thatcher": "1 job"}

    def test_offers_single_filters_where_two_do_not_go_together(self):
        make_job(title="Thatcher", workplace="ON_SITE", employment_type="FULL_TIME")
        chosen = filters("q=thatcher&workplace=REMOTE&type=INTERN")

        near = choosing.near(chosen, facets.count(chosen))

        assert [(link.text, link.query) for link in near] == [
            ("Thatcher", "?q=thatcher")
        ]


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def few_numbers(self, monkeypatch):
        """Three jobs a page, and two pages with numbers."""
        monkeypatch.setattr(listing, "JOBS_PER_PAGE", 3)
        monkeypatch.setattr(listing, "LAST_NUMBER", 2)
        monkeypatch.setattr(counting, "COUNT_LIMIT", 6)

    @pytest.mark.parametrize("sort", ["newest", "closing", "pay"])
    @pytest.mark.parametrize("query", ["", "type=FULL_TIME&q=baker"])
    def test_lead_through_every_job_once(self, few_numbers, client, sort, query):
        dice = random.Random(3)
        for _ in range(17):
            make_jobs(
                1,
                title="Baker",
                pay_min=dice.choice([None, 20000, 30000]),
                pay_max=None,
                closes_at=dice.choice([None, in_days(3), in_days(20)]),
            )
        url, seen = f"{make_board().url}?{query}&sort={sort}", []

        while url:
            response = client.get(url)
            seen += [job.pk for job in response.context["jobs"]]
            page = BeautifulSoup(response.content, "html.parser")
            link = page.find("a", rel="next")
            url = link["href"] if link else None

        chosen = filters(f"{query}&sort={sort}")
        wanted = [job.pk for job in listing.first_of(listing.in_order(chosen), 50)]
        assert len(wanted) == 17
        assert seen == wanted

    def test_cost_three_queries_wherever_they_are(self, few_numbers):
        make_jobs(30, locations=["York", "Hull"])
        last = str(JobListing.objects.order_by("number")[5].number)
        assert make_board().url  # Looked up once for all.
        costs = []

        for query in ("", "page=2", f"after={last}"):
            chosen, asked = filters(), dict(parse_qsl(query))
            with CaptureQueriesContext(connection) as queries:
                listing.page_of(
                    chosen,
                    facets.count(chosen).total,
                    number=asked.get("page", ""),
                    after=asked.get("after", ""),
                )
            costs.append(len(queries))

        assert costs == [3, 3, 3]

    def test_have_one_spelling_each(self, client):
        make_jobs(41)

        page = soup(client, "page=2&sort=newest&nonsense=1&type=full_time&q=")

        canonical = page.find("link", rel="canonical")["href"]
        assert canonical.endswith(f"{make_board().url}?type=FULL_TIME&page=2")

    @pytest.mark.parametrize(
        ("query", "is_kept"),
        [
            ("", True),
            ("page=2", True),
            ("type=FULL_TIME", True),
            ("type=FULL_TIME&type=INTERN", False),
            ("type=FULL_TIME&workplace=ON_SITE", False),
            ("q=job", False),
            ("sort=pay", False),
            ("pay_min=1", False),
        ],
    )
    def test_of_one_value_are_for_search_engines_and_others_are_not(
        self, client, query, is_kept
    ):
        make_jobs(41)

        robots = soup(client, query).find("meta", attrs={"name": "robots"})

        assert (robots is None) == is_kept


odd = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["0", "-1", "999999", "9" * 30, "abc", "1e9", "\x00", '"', "a" * 10_000, "١"]
    ),
    st.integers(-(2**70), 2**70).map(str),
    st.tuples(st.integers(-(2**66), 2**66), st.integers(0, 2**66)).map(
        lambda pair: f"{pair[0]}.{pair[1]}"
    ),
    st.sampled_from([*SORTS, "FULL_TIME", "REMOTE", "1"]),
)


class TestStrangeInput(TestCase):
    @classmethod
    def setUpTestData(cls):
        make_job(title="Bread & butter baker")
        make_jobs(24)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(NAMES), odd), max_size=8))
    def test_is_answered_with_a_page(self, pairs):
        url = f"/jobs/?{urlencode(pairs, errors='surrogatepass')}"

        response = self.client.get(url)

        assert response.status_code == 200
        assert b"<h1" in response.content

    def test_of_many_parameters_is_answered(self):
        many = urlencode([("type", f"x{n}") for n in range(900)] + [("location", "é")])

        assert self.client.get(f"/jobs/?{many}").status_code == 200

    def test_of_bytes_that_are_no_text_is_answered(self):
        assert self.client.get("/jobs/?q=%ff%fe&location=%c3").status_code == 200


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
