"""The list of jobs, its search, its filters, and what it costs."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction
from wagtail.search.backends import get_search_backend

from jobs.models import JobPage
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_job,
    make_jobs,
    make_subscription,
)
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db

#: Of any page, by design.
QUERIES = 5

ODD_WORDS = [
    '"',
    '""',
    '"baker',
    'ba"ker',
    "'",
    "' OR 1=1 --",
    "\x00",
    "ba\x00ker",
    " ",
    "\t\n",
    "*",
    "bak*",
    "-",
    "-baker",
    "^baker",
    "(",
    ")",
    "(baker",
    "NEAR(a b)",
    "AND",
    "OR NOT",
    "baker AND",
    ":",
    "title:",
    "title:baker",
    'title:"',
    "{baker",
    "\\",
    "%",
    "_",
    "&",
    "!|&",
    "🍞",
    "C++",
    "ﬁ",
    "\u202e",
    "x" * 10_000,
    '"' * 10_000,
    "a " * 5_000,
]


def listed(client, **query):
    """The titles that the list shows."""
    response = client.get(make_board().url, query)
    assert response.status_code == 200
    return [job.title for job in response.context["jobs"]]


def queries_of(client, url, query=None):
    """How many queries a page takes in a process that knows where the board is."""
    begin_a_process()
    client.get(make_board().url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url, query or {}).status_code == 200
    return len(queries)


class TestList:
    def test_shows_open_jobs_only_the_newest_first(self, client):
        make_job(title="First & oldest")
        make_job(title="Second")
        make_job(title="Closed", closes_at=in_days(-1))
        make_job(title="Taken down").unpublish()
        make_draft(title="Draft")
        private = make_job(title="Private")
        PageViewRestriction.objects.create(page=private, restriction_type="login")

        assert listed(client) == ["Second", "First & oldest"]

    def test_shows_no_word_of_a_draft(self, client):
        edit(make_job(), title="Secret", summary="Secret", publish=False)

        assert "Secret" not in client.get(make_board().url).content.decode()

    def test_is_answered_on_an_empty_board(self, client):
        response = client.get(make_board().url)

        page = response.content.decode()
        assert "No open jobs today" in page
        assert "Show jobs" not in page

    def test_has_pages_of_twenty(self, client):
        make_jobs(41)

        sizes = [len(listed(client, page=number)) for number in (1, 2, 3)]

        assert sizes == [20, 20, 1]

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            ("", 1),
            ("abc", 1),
            ("1.5", 1),
            ("\x00", 1),
            ("²", 1),
            ("9" * 10_000, 2),
            ("0", 1),
            ("-1", 1),
            ("999999", 2),
            ("9" * 40, 2),
        ],
    )
    def test_answers_any_page_number_with_a_page_that_there_is(
        self, client, asked, number
    ):
        make_jobs(21)

        response = client.get(make_board().url, {"page": asked})

        assert response.status_code == 200
        assert response.context["jobs"].number == number

    def test_answers_head(self, client):
        assert client.head(make_board().url).status_code == 200


class TestFilter:
    def test_by_category(self, client):
        food = make_category(name="Food & drink")
        make_job(title="Baker", category=food)
        make_job(title="Deckhand")

        assert listed(client, category=food.slug) == ["Baker"]

    def test_by_company(self, client):
        company = make_company()
        make_job(title="Baker", company=company)
        make_job(title="Deckhand")

        assert listed(client, company=company.slug) == ["Baker"]

    def test_by_both_and_words(self, client):
        company, food = make_company(), make_category()
        make_job(title="Night baker", company=company, category=food)
        make_job(title="Cook", company=company, category=food)
        make_job(title="Night porter", company=company)

        found = listed(
            client, q="baker night", category=food.slug, company=company.slug
        )

        assert found == ["Night baker"]

    def test_by_a_confidential_company_would_name_it_and_finds_nothing(self, client):
        company = make_company(name="Secretive", is_confidential=True)
        make_job(title="Spy", company=company)
        make_job(title="Baker")

        response = client.get(make_board().url, {"company": company.slug})

        assert len(response.context["jobs"]) == 0
        assert "Secretive" not in response.content.decode()

    @pytest.mark.parametrize("name", ["category", "company", "location"])
    def test_by_what_there_is_not_says_that_nothing_matches(
        self, client, name, subtests
    ):
        make_job(title="Baker")

        for value in ("nobody", "'\"", "🍞", "../..", "%", "x" * 120):
            with subtests.test(value[:20]):
                page = client.get(make_board().url, {name: value})

                assert page.status_code == 200
                assert "No open jobs match" in page.content.decode()
                assert [link.text for link in page.context["near"]] == ["All jobs"]

    @pytest.mark.parametrize("name", ["category", "type", "location", "pay_min"])
    @pytest.mark.parametrize("value", ["", " ", "\x00", "a\x00b", "x" * 10_000])
    def test_by_what_cannot_be_meant_shows_all(self, client, name, value):
        make_job(title="Baker")

        assert listed(client, **{name: value}) == ["Baker"]


class TestSearch:
    @pytest.fixture
    def baker(self):
        return make_job(
            title="Bread & butter baker",
            summary="Works by night.",
            company=make_company(name="Crumb & Cie"),
            locations=["Marlhaven", ("Port Sable", "Coastland", "GB")],
            body=[("paragraph", "<p>The ovens are lit at ten.</p>")],
        )

    @pytest.mark.parametrize(
        "words",
        [
            "baker",
            "BREAD",
            "Cie",
            "marlhaven",
            "Port Sable",
            "Coastland",
            "night",
            "ovens",
            "butter marlhaven",
            "  baker\t",
            '"butter baker"',
            "Bread & butter",
        ],
    )
    def test_finds_by_title_company_place_and_text(self, client, baker, words):
        make_job(title="Deckhand", locations=["Hull"], summary="At sea.", body=[])

        assert listed(client, q=words) == [baker.title]

    def test_wants_every_word(self, client, baker):
        assert listed(client, q="baker deckhand") == []

    def test_finds_open_jobs_only_the_newest_first(self, client):
        make_job(title="Baker baker baker, old")
        make_job(title="Baker, new")
        make_job(title="Baker, closed", closes_at=in_days(-1))
        make_job(title="Baker, gone").unpublish()
        edit(make_job(title="Miller"), title="Baker, in a draft", publish=False)
        private = make_job(title="Baker, private")
        PageViewRestriction.objects.create(page=private, restriction_type="login")

        assert listed(client, q="baker") == ["Baker, new", "Baker baker baker, old"]

    def test_says_what_was_not_found_as_it_was_typed(self, client, baker):
        page = client.get(make_board().url, {"q": "<b>nobody</b> & co"})

        assert "&lt;b&gt;nobody&lt;/b&gt; &amp; co" in page.content.decode()

    def test_answers_whatever_is_typed(self, client, baker, subtests):
        for words in ODD_WORDS:
            with subtests.test(words[:20]):
                assert client.get(make_board().url, {"q": words}).status_code == 200

    @pytest.mark.parametrize("words", [" ", "\x00", "\t\n "])
    def test_for_nothing_shows_all(self, client, baker, words):
        assert listed(client, q=words) == [baker.title]


class TestCompanyPage:
    def test_shows_what_a_company_says_and_has_open(self, client):
        company = make_company(name="Crumb & Co", description="Bakes & sells.")
        make_job(title="Baker", company=company)
        make_job(title="Closed", company=company, closes_at=in_days(-1))
        make_job(title="Deckhand")

        page = client.get(f"{make_board().url}company/{company.slug}/")

        assert "Bakes &amp; sells." in page.content.decode()
        assert [job.title for job in page.context["jobs"]] == ["Baker"]

    def test_shows_what_closed_lately_once_and_why(self, client):
        company = make_company()
        filled = make_job(title="Filled & gone", company=company)
        edit(filled, closed_reason="FILLED")
        passed = make_job(title="Passed", company=company, closes_at=in_days(-3))
        passed.create_alias(update_slug="mirror")
        make_job(title="Long ago", company=company, closes_at=in_days(-100))
        make_job(title="Of another", closes_at=in_days(-3))
        make_job(title="Gone", company=company, closes_at=in_days(-3)).unpublish()

        page = client.get(f"{make_board().url}company/{company.slug}/")

        shown = BeautifulSoup(page.content, "html.parser").select(".rows .row")
        texts = [" ".join(row.text.split()) for row in shown]
        assert [text.split(" Marlhaven ")[0] for text in texts] == [
            "Filled & gone",
            "Passed",
        ]
        assert "Marlhaven Filled, " in texts[0]
        assert "Marlhaven Closing date passed, " in texts[1]

    def test_says_where_its_jobs_are_each_place_once(self, client):
        company = make_company()
        make_job(company=company, locations=["York", "Hull"])
        make_job(company=company, locations=["York"], workplace="REMOTE")
        make_job(company=company, locations=["Hull"])

        page = client.get(f"{make_board().url}company/{company.slug}/")

        assert page.context["places"] == "Hull, remote and York"

    def test_of_an_archived_company_stays(self, client):
        company = make_company(is_archived=True)
        url = f"{make_board().url}company/{company.slug}/"

        empty = client.get(url).content.decode()
        make_job(company=company)
        full = client.get(url).content.decode()

        assert "has no open job today" in empty
        assert "noindex" in empty
        assert "noindex" not in full

    def test_shows_fifty_and_leads_to_all(self, client):
        company = make_company()
        make_jobs(51, company=company)

        page = client.get(f"{make_board().url}company/{company.slug}/")

        assert len(page.context["jobs"]) == 50
        assert f'href="{make_board().url}?company={company.slug}">All 51 jobs' in (
            page.content.decode()
        )

    def test_of_a_confidential_company_is_not_found(self, client):
        company = make_company(is_confidential=True)

        response = client.get(f"{make_board().url}company/{company.slug}/")

        assert response.status_code == 404


class TestCost:
    def grown(self, client, url, query=None):
        """What a page costs with 20 jobs and with 200."""
        company, food = make_company(), make_category()
        fields = {"company": company, "category": food, "locations": ["York", "Hull"]}
        costs = []
        for more in (20, 180):
            jobs = make_jobs(more, **fields)
            index = get_search_backend().get_index_for_model(JobPage)
            index.add_items(JobPage, jobs)
            costs.append(queries_of(client, url, query))
        return costs

    @pytest.mark.parametrize(
        "query", [{}, {"page": "999"}, {"q": "job"}, {"q": "job", "page": "999"}]
    )
    def test_of_the_list_does_not_grow_with_jobs(self, client, query):
        few, many = self.grown(client, make_board().url, query)

        assert few == many <= QUERIES

    def test_of_a_filtered_list_does_not_grow_with_jobs(self, client):
        job = make_job(category=make_category())
        query = {"category": job.category.slug, "company": job.company.slug}

        few, many = self.grown(client, make_board().url, query)

        assert few == many <= QUERIES

    def test_of_a_job_does_not_grow_with_jobs(self, client):
        job = make_job(category=make_category())

        few, many = self.grown(client, job.url)

        assert few == many <= QUERIES

    def test_of_a_job_does_not_grow_with_what_it_says_and_who_follows(self, client):
        short = make_job(requirements=["A"], locations=["York"])
        long = make_job(
            requirements=[f"Thing {n}" for n in range(30)],
            locations=[f"Town {n}" for n in range(10)],
        )
        for _ in range(5):
            make_subscription(job=long)

        assert queries_of(client, short.url) == queries_of(client, long.url)

    def test_of_a_company_does_not_grow_with_jobs(self, client):
        company = make_company()
        url = f"{make_board().url}company/{company.slug}/"
        make_jobs(2, company=company)
        few = queries_of(client, url)

        make_jobs(40, company=company)

        assert queries_of(client, url) == few
