"""The pages of a narrowed list: chips, where they lead, and whatever is asked of them."""

import random
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jobs import choosing, counting, facets, listing
from jobs.filters import SORTS
from jobs.models import JobListing
from tests.factories import (
    in_days,
    make_board,
    make_category,
    make_job,
    make_jobs,
)
from tests.jobs.narrowing import filters, soup

NAMES = [
    "q", "category", "type", "workplace", "location", "company", "pay_min",
    "pay_unstated", "closing_soon", "sort", "page", "after", "nonsense",
]  # fmt: skip


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

    def test_behind_the_last_job_is_the_last_one_that_has_a_number(
        self, few_numbers, client
    ):
        make_jobs(5)

        response = client.get(f"{make_board().url}?after=1")

        assert response.context["jobs"].number == 2
        assert len(response.context["jobs"]) == 2

    @pytest.mark.parametrize("query", ["location=Cheap+pills", "category=buy-now"])
    def test_of_what_finds_nothing_are_not_for_search_engines(self, client, query):
        make_job()

        robots = soup(client, query).find("meta", attrs={"name": "robots"})

        assert "noindex" in robots["content"]

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
