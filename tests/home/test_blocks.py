"""The blocks that pages are composed of: what each shows, and when it shows nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageViewRestriction

from home.blocks import LinkBlock, PageBodyBlock
from jobs.blocks import JobBodyBlock
from jobs.models import JobPage
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_home,
    make_image,
    make_job,
    make_jobs,
    make_page,
    make_user,
)

pytestmark = pytest.mark.django_db
BLOCKS = PageBodyBlock().child_blocks
CRITERIA = {
    "heading": "Closing & soon",
    "category": None,
    "workplace": "",
    "closing_within_days": None,
    "count": 20,
}


def shown(client, *body):
    """A page made of ``body``, as a visitor gets it."""
    response = client.get(make_page(body=body).url)
    assert response.status_code == 200
    return response.content.decode()


def titles(block, **value):
    """The titles of the jobs that a block shows."""
    context = BLOCKS[block].get_context(value)
    return [job.title for job in context["jobs"]]


class TestEveryBlock:
    @pytest.mark.parametrize("stream", [PageBodyBlock, JobBodyBlock])
    def test_has_icon_template_and_description(self, stream):
        for block in stream().child_blocks.values():
            assert block.meta.icon != "placeholder"
            assert block.meta.template
            assert block.get_description()

    @pytest.mark.parametrize(
        "block",
        [
            pytest.param(block, id=f"{stream.__name__} {name}")
            for stream in (PageBodyBlock, JobBodyBlock)
            for name, block in stream().child_blocks.items()
        ],
    )
    @pytest.mark.parametrize("with_jobs", [False, True])
    def test_can_be_previewed(self, client, block, with_jobs):
        if with_jobs:
            make_job(category=make_category())
        client.force_login(make_user("Site owners"))
        of_page = _definition(block)

        response = client.get(
            reverse("wagtailadmin_block_preview"), {"id": of_page.definition_prefix}
        )

        assert response.status_code == 200
        assert "main wrap" in response.content.decode()

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


def _definition(block):
    """The block as the page's own field defines it, which is what editors preview."""
    for field in (
        make_home()._meta.get_field("body"),
        JobPage._meta.get_field("body"),
    ):
        for own in field.stream_block.child_blocks.values():
            if type(own) is type(block):
                return own
    raise AssertionError(block)


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
            assert (len(context["jobs"]), context["total"]) == (3, 5)

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

    def test_stand_in_alphabetical_order_where_they_have_equally_many(self):
        for name in ("B", "C", "A"):
            make_job(company=make_company(name=name))

        assert [name for name, _count in self.counts()] == ["A", "B", "C"]


class TestCallToAction:
    def link(self, **value):
        value = {"page": None, "url": ""} | value
        return BLOCKS["call_to_action"].get_context(value)["link"]

    def test_leads_to_its_page_first_and_then_to_its_address(self):
        page = make_page()

        assert self.link(page=page, url="https://x.example/") == page.url
        assert self.link(url="https://x.example/") == "https://x.example/"

    def test_has_no_button_once_its_page_is_gone(self, client):
        goal = make_page()
        value = {"heading": "Hiring?", "text": "", "button_text": "See it", "url": ""}
        page = make_page(body=[("call_to_action", value | {"page": goal})])
        goal.delete()

        shown = client.get(page.url).content.decode()

        assert "Hiring?" in shown
        assert "See it" not in shown


class TestLink:
    def link(self, **value):
        block = LinkBlock()
        return block.to_python({"title": "", "page": None, "address": ""} | value)

    def test_says_its_own_words_or_the_pages_title(self):
        page = make_page(title="About & more")

        assert self.link(page=page.pk).text == "About & more"
        assert self.link(page=page.pk, title="Us").text == "Us"
        assert self.link(title="Us").text == "Us"

    def test_leads_to_the_page_as_it_is_now(self):
        page = make_page(slug="old")
        link = self.link(page=page.pk, address="https://x.example/")
        page.slug = "new"
        page.save()

        assert self.link(page=page.pk).url == "/new/"
        assert self.link(address="/jobs/?q=bread").url == "/jobs/?q=bread"
        assert self.link().url == ""
        assert link.text

    def test_to_a_page_that_is_gone_leads_nowhere(self):
        page = make_page()
        pk = page.pk
        page.delete()

        assert self.link(page=pk).url == ""
        assert self.link(page=pk).text == ""
