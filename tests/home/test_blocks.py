"""The blocks that pages are composed of: what each shows, and when it shows nothing."""

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.icons import get_icons
from wagtail.fields import StreamField
from wagtail.models import PageViewRestriction

from home.models import HomePage
from jobs.models import JobPage
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_image,
    make_job,
    make_jobs,
    make_page,
    make_user,
)
from tests.home.composing import BLOCKS, shown
from tests.processes import begin_a_process, cost

pytestmark = pytest.mark.django_db
CRITERIA = {
    "heading": "Closing & soon",
    "category": None,
    "workplace": "",
    "closing_within_days": None,
    "company": None,
    "employment_type": "",
    "location": "",
    "order": "",
    "look": "table",
    "count": 20,
}


def every_block():
    """Every block of every stream of ours, as its field defines it."""
    return [
        pytest.param(block, id=f"{model.__name__}.{field.name}.{name}")
        for app in ("home", "jobs")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.local_fields
        if isinstance(field, StreamField)
        for name, block in field.stream_block.child_blocks.items()
    ]


def titles(block, **value):
    """The titles of the jobs that a block shows."""
    context = BLOCKS[block].get_context(value)
    return [job.title for job in context["jobs"]]


class TestEveryBlock:
    @pytest.mark.parametrize("block", every_block())
    def test_has_icon_template_description_and_preview(self, block):
        assert block.meta.icon != "placeholder"
        assert f'id="icon-{block.meta.icon}"' in get_icons()
        assert block.meta.template
        assert block.get_description()
        assert block.is_previewable

    @pytest.mark.parametrize("block", every_block())
    @pytest.mark.parametrize("with_content", [False, True])
    def test_can_be_previewed(self, client, block, with_content):
        if with_content:
            make_job(category=make_category(), closes_at=in_days(2))
            make_image(title="Oven & loaves")
        client.force_login(make_user("Site owners"))

        response = client.get(
            reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix}
        )

        assert response.status_code == 200
        shown = BeautifulSoup(response.content, "html.parser").select_one(".main.wrap")
        assert shown.text.strip() or shown.select_one("img")

    def test_shows_a_picture_of_the_site_in_its_preview(self, client):
        client.force_login(make_user("Site owners"))
        url = reverse("wagtailadmin_block_preview")
        block = HomePage._meta.get_field("body").stream_block.child_blocks["image"]

        empty = client.get(url, {"id": block.definition_prefix}).content.decode()
        make_image(title="Oven & loaves")
        full = client.get(url, {"id": block.definition_prefix}).content.decode()

        assert "The picture that you choose stands here" in empty
        assert "<img" in full
        assert "Oven &amp; loaves" in full

    def test_stands_on_a_page_beside_the_others(self, client):
        job = make_job(closes_at=in_days(2), category=make_category())

        page = shown(
            client,
            ("hero", {"heading": "Work & <b>", "text": "", "show_search": True}),
            ("text", {"heading": "", "text": "<p>One &amp; two</p>"}),
            ("image", {"image": make_image(), "caption": "Ovens & <loaves>"}),
            ("latest_jobs", {"heading": "New & fresh", "count": 3}),
            ("jobs_by_criteria", CRITERIA | {"category": job.category}),
            ("companies", {"heading": "Who hires & when", "count": 6}),
            (
                "call_to_action",
                {
                    "heading": "Hiring & firing?",
                    "text": "Write to <us>.",
                    "button_text": "See jobs",
                    "page": make_board(),
                    "url": "",
                },
            ),
        )

        for words in (
            "Work &amp; &lt;b&gt;",
            "One &amp; two",
            "Ovens &amp; &lt;loaves&gt;",
            "New &amp; fresh",
            "Closing &amp; soon",
            "Who hires &amp; when",
            "Hiring &amp; firing?",
            "Write to &lt;us&gt;.",
        ):
            assert words in page
        assert page.count("<h1") == 1
        assert f'href="{make_board().url}">See jobs' in page

    def test_costs_the_same_for_few_jobs_and_many(self, client):
        make_job(category=make_category())
        page = make_page(
            body=[
                ("latest_jobs", {"heading": "New", "count": 12}),
                ("jobs_by_criteria", CRITERIA),
                ("companies", {"heading": "Who hires", "count": 30}),
            ]
        )
        costs = []
        for more in (2, 40):
            make_jobs(more, category=make_category(), company=make_company())
            client.get(page.url)
            with CaptureQueriesContext(connection) as queries:
                client.get(page.url)
            costs.append(len(queries))

        assert costs[0] == costs[1]


class TestJobs:
    def test_shown_are_open_ones_the_newest_first(self):
        for title in ("First", "Second"):
            make_job(title=title)
        make_job(title="Closed", closes_at=in_days(-1))
        make_job(title="Gone").unpublish()
        private = make_job(title="Private")
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        edit(JobPage.objects.get(title="First"), title="Secret", publish=False)

        for block in ("latest_jobs", "jobs_by_criteria"):
            assert titles(block, **CRITERIA) == ["Second", "First"]

    def test_are_at_most_as_many_as_wanted_and_all_are_counted(self):
        make_jobs(5)

        for block in ("latest_jobs", "jobs_by_criteria"):
            context = BLOCKS[block].get_context(CRITERIA | {"count": 3})
            assert len(context["jobs"]) == 3
        assert str(BLOCKS["latest_jobs"].get_context({"count": 3})["total"]) == "5"

    def test_by_company_type_and_place_lead_to_a_list_of_the_same(self, client):
        company = make_company()
        wanted = {"company": company, "employment_type": "INTERN"}
        make_job(title="Baker", locations=["York"], **wanted)
        make_job(title="Miller", locations=["Hull"], **wanted)
        make_job(title="Porter", locations=["York"], company=company)

        value = CRITERIA | wanted | {"location": "york"}
        query = BLOCKS["jobs_by_criteria"].get_context(value)["query"]
        page = client.get(f"{make_board().url}{query}")

        assert titles("jobs_by_criteria", **value) == ["Baker"]
        assert [job.title for job in page.context["jobs"]] == ["Baker"]

    def test_by_pay_begin_with_the_highest(self):
        make_job(title="More", pay_min=40000, pay_max=None)
        make_job(title="Less", pay_min=20000, pay_max=None)

        assert titles("jobs_by_criteria", **CRITERIA | {"order": "pay"}) == [
            "More",
            "Less",
        ]

    def test_of_a_confidential_company_are_not_gathered_under_its_name(self):
        company = make_company(is_confidential=True)
        make_job(company=company)

        assert titles("jobs_by_criteria", **CRITERIA | {"company": company}) == []

    @pytest.mark.parametrize(
        ("look", "part"),
        [("table", ".row"), ("briefs", ".brief"), ("cards", ".job-card")],
    )
    def test_look_as_the_owner_chose(self, client, look, part):
        make_jobs(2)

        page = shown(client, ("jobs_by_criteria", CRITERIA | {"look": look}))

        assert (
            len(
                BeautifulSoup(page, "html.parser").select(
                    f".rows {part}, .briefs {part}, .job-cards {part}"
                )
            )
            == 2
        )

    def test_cost_as_many_queries_for_each_block_as_for_the_first(self, client):
        make_jobs(5, company=make_company(), category=make_category())
        costs = []
        for blocks in (1, 2, 3):
            page = make_page(body=[("jobs_by_criteria", CRITERIA)] * blocks)
            client.get(page.url)
            # Else the whole page would be the one that was kept.
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                client.get(page.url)
            costs.append(len(queries))

        assert costs[1] - costs[0] == costs[2] - costs[1] == 2

    def test_by_field_and_workplace(self):
        food = make_category()
        make_job(title="Baker", category=food)
        make_job(title="Writer", category=food, workplace="REMOTE")
        make_job(title="Deckhand", workplace="REMOTE")

        remote = CRITERIA | {"workplace": "REMOTE"}

        assert titles("jobs_by_criteria", **CRITERIA | {"category": food}) == [
            "Writer",
            "Baker",
        ]
        assert titles("jobs_by_criteria", **remote | {"category": food}) == ["Writer"]

    def test_that_close_soon_stand_by_their_closing_date(self):
        for title, days in (("Later", 6), ("Soon", 1), ("Too late", 8)):
            make_job(title=title, closes_at=in_days(days))
        make_job(title="Never", closes_at=None)

        value = CRITERIA | {"closing_within_days": 7}

        assert titles("jobs_by_criteria", **value) == ["Soon", "Later"]

    def test_of_which_there_are_none_leave_no_heading(self, client):
        page = shown(
            client,
            ("latest_jobs", {"heading": "New here", "count": 3}),
            ("jobs_by_criteria", CRITERIA | {"heading": "Soon here"}),
            ("companies", {"heading": "Who hires here", "count": 6}),
        )

        assert "New here" not in page
        assert "Soon here" not in page
        assert "Who hires here" not in page

    def test_of_which_there_are_none_are_named_to_who_composes_them(self):
        page = make_page(
            body=[
                ("latest_jobs", {"heading": "New & fresh", "count": 3}),
                ("jobs_by_criteria", CRITERIA),
                ("companies", {"heading": "Who hires", "count": 6}),
            ]
        )

        preview = page.make_preview_request().rendered_content

        for words in (
            "New &amp; fresh: nothing is shown while no job is open.",
            "Closing &amp; soon: nothing is shown while no such job is open.",
            "Who hires: nothing is shown while no job is open.",
        ):
            assert words in preview


class TestCompanies:
    def counts(self, count=30):
        context = BLOCKS["companies"].get_context({"heading": "", "count": count})
        return [(x.name, x.open_jobs_count) for x in context["companies"]]

    def test_are_those_with_open_jobs_and_how_many(self):
        one, two = make_company(name="One"), make_company(name="Two & Co")
        make_company(name="None")
        for company in (one, two, two):
            make_job(company=company)
        make_job(company=one, closes_at=in_days(-1))
        make_job(company=make_company(name="Hidden", is_confidential=True))

        assert self.counts() == [("Two & Co", 2), ("One", 1)]
        assert self.counts(count=1) == [("Two & Co", 2)]

    def test_are_said_to_have_no_more_than_a_list_counts(self, client, monkeypatch):
        monkeypatch.setattr("jobs.counting.COUNT_LIMIT", 2)
        one, two = make_company(name="One"), make_company(name="Two")
        for company in (one, two, two, two):
            make_job(company=company)
        page = make_page(body=[("companies", {"heading": "Who hires", "count": 6})])

        shown = BeautifulSoup(client.get(page.url).content, "html.parser")

        said = [" ".join(card.text.split()) for card in shown.select(".org-card div")]
        assert said == ["Two 2+ open jobs", "One 1 open job"]

    def test_stand_in_alphabetical_order_where_they_have_equally_many(self):
        for name in ("B", "C", "A"):
            make_job(company=make_company(name=name))

        assert [name for name, _count in self.counts()] == ["A", "B", "C"]

    def test_cost_the_same_however_many_have_a_logo(self, client):
        def make():
            for _ in range(3):
                make_job(company=make_company(logo=make_image()))

        page = make_page(body=[("companies", {"heading": "Who hires", "count": 30})])
        costs = []
        for _ in range(2):
            make()
            client.get(page.url)
            begin_a_process()
            count, response = cost(client, page.url)
            costs.append((count, response.content.count(b"mono__logo")))

        assert costs == [(costs[0][0], 3), (costs[0][0], 6)]
