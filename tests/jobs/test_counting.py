"""What the choices of a list count, and the statements that count them."""

import random

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import counting, facets, listing
from jobs.choices import EmploymentType, Workplace
from jobs.filters import JobFilters
from jobs.models import JobListing
from tests.factories import (
    in_days,
    make_category,
    make_company,
    make_job,
    make_jobs,
)
from tests.jobs.narrowing import filters, found, soup


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


@pytest.fixture(
    params=[counting.RARE, -1] if connection.vendor == "postgresql" else [0],
    ids=lambda rare: "found at once" if rare > 0 else "in order",
)
def way_to_words(request, monkeypatch):
    """How words are looked for; PostgreSQL knows two ways, which find the same."""
    monkeypatch.setattr(counting, "RARE", request.param)


@pytest.mark.django_db
@pytest.mark.usefixtures("way_to_words")
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
@pytest.mark.usefixtures("way_to_words")
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
            with CaptureQueriesContext(connection) as queries:
                facets.count(filters(query))
            # PostgreSQL says first how many jobs it expects to have the words.
            counting_them = [x for x in queries if "EXPLAIN" not in x["sql"]]
            assert len(counting_them) == 1
            assert len(queries) <= 2

    @pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="needs PostgreSQL: SQLite knows one way to words.",
    )
    def test_find_at_once_what_is_expected_to_be_rare(self):
        with CaptureQueriesContext(connection) as queries:
            facets.count(filters("q=baker"))

        is_at_once = "jobs_joblisting AS MATERIALIZED" in queries[-1]["sql"]
        assert is_at_once is (counting.RARE > 0)

    @pytest.mark.usefixtures("many_are_ten")
    def test_stop_at_a_thousand_and_say_what_there_is_at_least(self):
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

    @pytest.fixture
    def many_are_ten(self, monkeypatch):
        monkeypatch.setattr(counting, "COUNT_LIMIT", 10)
        monkeypatch.setattr(counting, "SAMPLE", 4)

    @pytest.mark.usefixtures("many_are_ten")
    def test_of_too_many_look_at_the_newest(self):
        make_jobs(8, workplace="REMOTE", employment_type="INTERN", pay_min=30000)
        make_jobs(3, workplace="REMOTE", employment_type="PART_TIME", pay_min=30000)
        make_jobs(3, workplace="HYBRID", employment_type="CONTRACTOR", pay_min=30000)

        remote = facets.count(filters("workplace=REMOTE&pay_min=1"))

        counts = {x.value: str(x.count) for x in remote.choices["type"]}
        assert counts == {"PART_TIME": "3+", "INTERN": "1+"}

    @pytest.mark.usefixtures("many_are_ten")
    def test_of_a_filter_in_use_are_exact_further_without_others(self):
        make_jobs(6, workplace="REMOTE", pay_min=30000)
        make_jobs(1, workplace="HYBRID", pay_min=30000)

        alone = facets.count(filters("workplace=HYBRID"))
        beside = facets.count(filters("workplace=HYBRID&pay_min=1"))

        counts = [
            {x.value: str(x.count) for x in counted.choices["workplace"]}
            for counted in (alone, beside)
        ]
        assert counts == [
            {"REMOTE": "6", "HYBRID": "1"},
            {"REMOTE": "4+", "HYBRID": "1"},
        ]

    @pytest.mark.usefixtures("many_are_ten")
    def test_of_too_many_with_a_word_look_at_as_many_of_them(self):
        make_jobs(8, title="Baker", employment_type="INTERN", pay_min=30000)
        make_jobs(3, title="Baker", employment_type="PART_TIME", pay_min=30000)
        make_jobs(3, title="Porter", employment_type="CONTRACTOR", pay_min=30000)

        baker = facets.count(filters("q=baker&pay_min=1"))

        assert str(baker.total) == "10+"
        counts = {x.value: x.count for x in baker.choices["type"]}
        assert counts.keys() <= {"PART_TIME", "INTERN"}
        assert sum(x.number for x in counts.values()) == 4
        if connection.vendor == "sqlite":
            # Its index answers in the order of the list.
            assert [str(x) for x in counts.values()] == ["3+", "1+"]
        assert all(x.or_more for x in counts.values())

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


def jobs_read_by(plan):
    """The most jobs that any step of a plan of PostgreSQL found in their table."""
    own = plan["Actual Rows"] if plan.get("Relation Name") == "jobs_joblisting" else 0
    return max([own, *map(jobs_read_by, plan.get("Plans", []))])


@pytest.mark.django_db
@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="needs PostgreSQL: SQLite stops in its index of words.",
)
def test_jobs_with_a_rare_word_are_read_no_further_than_counted(monkeypatch):
    monkeypatch.setattr(counting, "COUNT_LIMIT", 10)
    monkeypatch.setattr(counting, "SAMPLE", 4)
    make_jobs(40, title="Baker", pay_min=30000)

    with CaptureQueriesContext(connection) as queries:
        facets.count(filters("q=baker&pay_min=1"))

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {queries[-1]['sql']}")
        ((explained,),) = cursor.fetchone()
    assert 0 < jobs_read_by(explained["Plan"]) <= counting.COUNT_LIMIT + 1
