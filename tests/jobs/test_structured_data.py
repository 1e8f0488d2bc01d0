"""What search engines read of a job, read back from the page as they do."""

import datetime as dt
import json

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction

from jobs import choices
from jobs.models import Company, JobPage
from jobs.structured_data import job_posting, missing
from tests.factories import (
    build_job,
    in_days,
    make_board,
    make_company,
    make_image,
    make_job,
)
from tests.jobs.markup import check, posting_in

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
HOSTILE = '</script><!-- ]]> & "R&D" \U0001f35e \u05d0\u202e\u2028 \\u003c'
ELEMENT = Template("{% load job_tags %}{{ posting|linked_data }}")


def built(**fields):
    """What is built of a job that is not in the database."""
    fields = {
        "company": Company(name="Crumb & Co", slug="crumb"),
        "live": True,
    } | fields
    job = build_job(posted_at=NOW - dt.timedelta(days=3), **fields)
    if "closes_at" not in fields:
        job.closes_at = NOW + dt.timedelta(days=9)
    return job_posting(job, NOW, url="https://board.example/jobs/baker/")


def through_the_page(posting):
    return posting_in(ELEMENT.render(Context({"posting": posting})))


@pytest.mark.django_db
class TestPageOfAnOpenJob:
    def test_has_what_google_asks_for(self, client):
        company = make_company(name="Crumb & Co", logo=make_image())
        job = make_job(
            title="R&D baker",
            company=company,
            locations=[("Marlhaven", "Sable Coast", "GB"), ("Cork", "", "IE")],
            requirements=["Own <bicycle> & lock", ("Norwegian", "NICE")],
            pay_min="15.20",
            pay_max=None,
            pay_period="HOUR",
            employment_type="PART_TIME",
            body=[
                ("paragraph", "<p>The <b>ovens</b> &amp; <a href='/'>us</a></p>"),
                ("heading", "The <work>"),
            ],
        )

        posting = posting_in(client.get(job.url).content.decode())

        check(posting)
        assert posting["title"] == "R&D baker"
        assert posting["description"] == (
            "<p>The ovens &amp; us</p><p>The &lt;work&gt;</p>"
            "<p>You must have</p><ul><li>Own &lt;bicycle&gt; &amp; lock</li></ul>"
            "<p>Nice to have</p><ul><li>Norwegian</li></ul>"
        )
        assert posting["url"] == job.full_url
        assert posting["identifier"]["value"] == str(job.translation_key)
        assert posting["hiringOrganization"]["sameAs"] == company.website
        assert posting["hiringOrganization"]["logo"].startswith("http")
        assert posting["validThrough"] == timezone.localtime(job.closes_at).isoformat()
        assert posting["employmentType"] == "PART_TIME"
        assert posting["baseSalary"]["value"] == {
            "@type": "QuantitativeValue",
            "unitText": "HOUR",
            "value": 15.2,
        }
        assert [x["address"] for x in posting["jobLocation"]] == [
            {
                "@type": "PostalAddress",
                "addressLocality": "Marlhaven",
                "addressRegion": "Sable Coast",
                "addressCountry": "GB",
            },
            {
                "@type": "PostalAddress",
                "addressLocality": "Cork",
                "addressCountry": "IE",
            },
        ]

    def test_keeps_a_hostile_title_as_it_is(self, client):
        job = make_job(title=HOSTILE, summary=HOSTILE, requirements=[HOSTILE])

        html = client.get(job.url).content.decode()

        assert "</script><!--" not in html
        posting = posting_in(html)
        check(posting)
        assert posting["title"] == " ".join(HOSTILE.replace("!", "").split())
        assert BeautifulSoup(html, "html.parser").h1.get_text() == HOSTILE

    def test_names_no_confidential_company(self, client):
        company = make_company(name="Secretive", is_confidential=True)

        posting = posting_in(client.get(make_job(company=company).url).content.decode())

        assert posting["hiringOrganization"] == {
            "@type": "Organization",
            "name": "confidential",
        }
        assert "ecretive" not in json.dumps(posting)


@pytest.mark.django_db
class TestMarkup:
    @pytest.mark.parametrize(
        "row",
        [
            {"closes_at": in_days(-1)},
            {"closed_reason": "FILLED"},
            {"closed_reason": "CANCELLED"},
        ],
    )
    def test_is_gone_the_moment_a_job_closes_and_the_page_is_not_indexed(
        self, client, row
    ):
        job = make_job()
        assert posting_in(client.get(job.url).content.decode())
        assert "noindex" not in client.get(job.url).content.decode()

        JobPage.objects.filter(pk=job.pk).update(**row)

        html = client.get(job.url).content.decode()
        assert posting_in(html) is None
        assert '<meta name="robots" content="noindex">' in html

    @pytest.mark.parametrize("of_the_list", [False, True])
    def test_of_a_private_job_is_not_even_for_those_who_may_see_it(
        self, admin_client, of_the_list
    ):
        job = make_job()
        page = make_board() if of_the_list else job
        PageViewRestriction.objects.create(page=page, restriction_type="login")

        html = admin_client.get(job.url).content.decode()

        assert job.title.replace("&", "&amp;") in html
        assert posting_in(html) is None
        assert "noindex" in html

    def test_of_a_job_that_lacks_its_place_is_not_there_at_all(self, client):
        job = make_job()
        job.locations.all().delete()
        job.locations.commit()

        html = client.get(job.url).content.decode()

        assert posting_in(html) is None
        assert "noindex" not in html

    def test_of_a_mirror_points_to_the_job(self, client):
        job = make_job()
        mirror = job.create_alias(parent=make_board(), update_slug="mirrored")

        html = client.get(mirror.url).content.decode()

        assert posting_in(html)["url"] == job.full_url
        assert f'<link rel="canonical" href="{job.full_url}">' in html

    def test_is_on_no_list(self, client):
        make_job()

        assert posting_in(client.get(make_board().url).content.decode()) is None


class TestBuilder:
    @pytest.mark.parametrize(
        "fields",
        [
            {"live": False},
            {"closes_at": NOW},
            {"closed_reason": "FILLED"},
            {"title": "!*!"},
            {"company": None},
            {"body": []},
            {"body": [("paragraph", "<p> </p>")]},
            {"title": "Baker", "body": [("heading", "Baker")]},
            {"locations": []},
            {"locations": [("", "", "GB")]},
            {"locations": ["Ely", ("Ely", "", "")]},
            {"workplace": "REMOTE", "locations": []},
        ],
    )
    def test_makes_nothing_rather_than_something_incomplete(self, fields):
        assert built(**fields) is None

    def test_says_of_remote_work_where_one_may_live(self):
        posting = built(
            workplace="REMOTE",
            locations=[("", "", "IE"), ("Leeds", "", "GB"), ("York", "", "GB")],
        )

        check(posting)
        assert [x["name"] for x in posting["applicantLocationRequirements"]] == [
            "IE",
            "GB",
        ]

    @pytest.mark.parametrize("workplace", ["ON_SITE", "HYBRID"])
    def test_calls_no_other_work_remote(self, workplace):
        posting = built(workplace=workplace)

        check(posting)
        assert "jobLocationType" not in posting

    def test_leaves_out_an_end_that_there_is_not(self):
        assert "validThrough" not in built(closes_at=None)

    @pytest.mark.parametrize(
        ("low", "high", "value"),
        [
            ("26000", "28000", {"minValue": 26000, "maxValue": 28000}),
            ("26000", "26000", {"value": 26000}),
            ("26000.50", None, {"value": 26000.5}),
        ],
    )
    def test_says_pay_in_numbers(self, low, high, value):
        salary = built(pay_min=low, pay_max=high)["baseSalary"]

        kind = {"@type": "QuantitativeValue", "unitText": "YEAR"}
        assert salary["value"] == kind | value

    @pytest.mark.parametrize(("low", "high"), [(None, None), (None, "28000")])
    def test_says_no_pay_that_google_cannot_read(self, low, high):
        assert "baseSalary" not in built(pay_min=low, pay_max=high)

    @pytest.mark.parametrize(
        ("email", "url", "direct"),
        [
            ("jobs@crumb.example", "", True),
            ("jobs@crumb.example", "https://crumb.example/", True),
            ("", "https://crumb.example/", False),
        ],
    )
    def test_calls_only_an_address_on_the_page_direct(self, email, url, direct):
        assert built(apply_email=email, apply_url=url)["directApply"] is direct

    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<p>One<br/>two</p>", "<p>One<br>two</p>"),
            ("<ol><li>a</li></ol>", "<ul><li>a</li></ul>"),
            ('<h3 class="x">T</h3>', "<p>T</p>"),
            ('<p><a href="/a>b">c</a></p>', "<p>c</p>"),
            ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ],
    )
    def test_brings_text_down_to_what_google_reads(self, html, text):
        posting = built(body=[("paragraph", html)], requirements=[])

        assert posting["description"] == text

    words = st.text(min_size=1, max_size=40)

    @settings(
        deadline=None,
        max_examples=500,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(data=st.data())
    def test_makes_something_complete_or_nothing(self, data):
        """500 jobs, each written into its element and read back from it."""
        draw = data.draw
        amount = st.none() | st.decimals(1, 10**9 - 1, places=2)
        low, high = draw(amount), draw(amount)
        if low is not None and high is not None:
            low, high = sorted((low, high))
        job = build_job(
            live=True,
            posted_at=NOW,
            title=draw(self.words),
            company=draw(
                st.none()
                | st.builds(
                    Company,
                    name=self.words,
                    website=st.sampled_from(["", "https://crumb.example/?a=1&b=%3C"]),
                    is_confidential=st.booleans(),
                )
            ),
            workplace=draw(st.sampled_from(choices.Workplace.values)),
            employment_type=draw(st.sampled_from(choices.EmploymentType.values)),
            pay_min=low,
            pay_max=high,
            pay_currency=draw(st.sampled_from(choices.Currency.values)),
            pay_period=draw(st.sampled_from(choices.PayPeriod.values)),
            closes_at=draw(st.none() | st.just(NOW + dt.timedelta(days=1))),
            body=[("heading", draw(self.words)), ("paragraph", draw(self.words))],
            requirements=draw(
                st.lists(st.tuples(self.words, st.sampled_from(["MUST", "NICE"])))
            ),
            locations=draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(["", "Ely", "Bury & <b>"]),
                        st.sampled_from(["", "Fens"]),
                        st.sampled_from(["", "GB", "IE"]),
                    ),
                    max_size=3,
                )
            ),
        )

        posting = job_posting(job, NOW, url="https://board.example/jobs/x/?a=1&b=2")

        assert (posting is None) == bool(missing(job))
        if posting is not None:
            check(posting)
        assert through_the_page(posting) == posting
