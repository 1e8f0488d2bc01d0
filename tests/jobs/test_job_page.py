"""A job as a page: where it may stand, what a copy takes along, what it remembers."""

import datetime as dt
from decimal import Decimal
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils import WagtailPageTestCase, page_tests
from wagtail.test.utils.form_data import nested_form_data, streamfield

from home.models import HomePage, StandardPage
from jobs import listed
from jobs.facts import changes, facts_of
from jobs.models import JobIndexPage, JobPage
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_image,
    make_job,
)

pytestmark = pytest.mark.usefixtures("indexed")


# The first backend only counts wrong passwords: nobody is signed in by it.
@mock.patch.object(page_tests, "AUTH_BACKEND", settings.AUTHENTICATION_BACKENDS[-1])
class TestPageRules(WagtailPageTestCase):
    def test_jobs_stand_below_the_list_and_nothing_below_them(self):
        self.assertAllowedParentPageTypes(JobPage, {JobIndexPage})
        self.assertAllowedSubpageTypes(JobPage, set())

    def test_the_list_stands_below_the_front_page_once(self):
        self.assertAllowedParentPageTypes(JobIndexPage, {HomePage})
        self.assertAllowedSubpageTypes(JobIndexPage, {JobPage})
        assert not JobIndexPage.can_create_at(HomePage.objects.get())

    def test_every_page_can_be_routed_to_and_rendered(self):
        job = make_job(category=make_category())

        for page in (job, make_board()):
            self.assertPageIsRoutable(page)
            self.assertPageIsRenderable(page)
        self.assertPageIsRoutable(make_board(), f"company/{job.company.slug}/")
        self.assertPageIsRenderable(make_board(), f"company/{job.company.slug}/")

    def test_every_page_can_be_previewed_in_every_mode(self):
        pages = [make_job(), make_draft(closes_at=None), make_board()]
        pages += [HomePage.objects.get(), StandardPage.objects.first()]

        for page in pages:
            for mode, _name in page.preview_modes:
                assert page.make_preview_request(preview_mode=mode).status_code == 200

    # Wagtail's assertion signs in by the first backend, and ours keeps no users.
    @override_settings(
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"]
    )
    def test_the_list_can_be_edited(self):
        regions = {"above": streamfield([]), "below": streamfield([])}
        board = make_board()
        fields = {"title": board.title, "slug": board.slug, "intro": "Words & more"}

        self.assertPageIsEditable(board, post_data=nested_form_data(fields | regions))


@pytest.mark.django_db
class TestPreview:
    def test_shows_the_job_that_is_being_written(self, editor, client):
        job = make_job()
        url = reverse("wagtailadmin_pages:preview_on_edit", args=[job.pk])
        data = editor.form_of(job) | {"title": "Baker & <b>singer</b>"}

        assert client.post(url, data).json()["is_valid"]
        page = client.get(url, {"mode": ""}).content.decode()

        assert "Baker &amp; &lt;b&gt;singer&lt;/b&gt;" in page

    def test_shows_a_job_that_has_neither_company_nor_text_yet(self, editor, client):
        url = reverse(
            "wagtailadmin_pages:preview_on_add",
            args=["jobs", "jobpage", make_board().pk],
        )
        data = editor.data(company="", body="", summary="", locations=[], apply_url="")

        assert client.post(url, data).json()["is_valid"]
        response = client.get(url, {"mode": ""})

        assert response.status_code == 200
        assert "Bread &amp; butter baker" in response.content.decode()

    def test_shows_every_block_that_a_text_may_have(self, editor, client):
        job = make_job(
            body=[
                ("paragraph", "<p>One <b>two</b> &amp; three</p>"),
                ("heading", "The <work>"),
                ("quote", {"text": "Dough & patience", "attribution": ""}),
                ("picture", make_image()),
            ]
        )

        page = client.get(job.url).content.decode()

        assert "One <b>two</b> &amp; three" in page
        assert "The &lt;work&gt;" in page
        assert "Dough &amp; patience" in page
        assert "<img" in page


@pytest.mark.django_db
class TestPage:
    def test_says_what_it_is_in_words(self, client):
        job = make_job(
            title="R&D chef <3",
            pay_min="15.20",
            pay_max=None,
            pay_period="HOUR",
            requirements=["Own knives & board", ("Norwegian", "NICE")],
            locations=["Leeds", "York"],
            workplace="HYBRID",
        )

        page = client.get(job.url).content.decode()

        for words in (
            "R&amp;D chef &lt;3",
            "£15.20 an hour",
            "Own knives &amp; board",
            "Norwegian",
            "Leeds and York, hybrid",
            "Crumb &amp; Co",
        ):
            assert words in page

    def test_names_every_place_among_its_facts(self, client):
        job = make_job(locations=["Leeds", "York", "Hull", "Bath", "Ely"])

        page = client.get(job.url).content.decode()

        assert "<dd>Leeds, York, Hull, Bath and Ely</dd>" in page
        assert "Leeds, York, Hull and 2 more" in client.get("/jobs/").content.decode()

    def test_of_a_confidential_company_names_it_nowhere(self, client):
        company = make_company(
            name="Secretive",
            is_confidential=True,
            website="https://secretive.example/",
            description="Secretive & proud",
        )
        job = make_job(company=company, apply_url="https://apply.example/7")

        page = client.get(job.url).content.decode()

        assert "Confidential company" in page
        assert "ecretive" not in page

    def test_leads_to_where_one_applies_and_says_where_that_is(self, client):
        job = make_job(apply_url="https://crumb.example/a?b=1&c=2", apply_email="")

        page = BeautifulSoup(client.get(job.url).content, "html.parser")

        button = page.select_one("#apply a.button")
        assert button.get_text() == "Apply at crumb.example"
        assert button["href"] == job.apply_url

    def test_tells_of_the_company_and_leads_to_its_jobs(self, client):
        company = make_company(name="Crumb & Co", description="Bakes <b>at</b> night.")
        job = make_job(company=company)

        page = BeautifulSoup(client.get(job.url).content, "html.parser")

        heading = page.find("h2", string="The company")
        box = heading.find_parent("section")
        assert "Crumb & Co" in box.get_text()
        assert "Bakes <b>at</b> night." in box.get_text()
        link = box.find("a", string="Its open jobs")
        assert link["href"] == f"{make_board().url}company/{company.slug}/"

    def test_of_a_closed_job_stays_and_offers_no_way_to_apply_or_follow(self, client):
        job = make_job(closes_at=in_days(-1))

        response = client.get(job.url)

        page = response.content.decode()
        assert response.status_code == 200
        # Before anything that the job says.
        assert 0 < page.find("This job closed for") < page.find('id="facts-title"')
        assert job.apply_url.replace("&", "&amp;") not in page
        assert 'name="email"' not in page

    def test_of_a_job_without_a_company_still_opens(self, client):
        job = make_job()
        job.company.delete()

        assert client.get(job.url).status_code == 200

    def test_sets_no_cookie_and_may_be_kept(self, client):
        response = client.get(make_job().url)

        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.django_db
class TestCopy:
    @pytest.fixture
    def original(self):
        job = make_job(requirements=["Own bicycle"])
        JobPage.objects.filter(pk=job.pk).update(
            posted_at=timezone.now() - dt.timedelta(days=20),
            closed_reason="FILLED",
            closed_at=timezone.now(),
            tell_followers="DO_NOT_SEND",
            change_note="The store moves in May",
        )
        return JobPage.objects.get(pk=job.pk)

    @pytest.mark.parametrize("keep_live", [False, True])
    def test_is_a_new_job_without_the_wishes_and_the_end_of_the_old_one(
        self, original, keep_live
    ):
        copy = original.copy(update_attrs={"slug": "copy"}, keep_live=keep_live)

        copy = JobPage.objects.get(pk=copy.pk)
        for page in (copy, copy.get_latest_revision_as_object()):
            assert (page.closed_reason, page.closed_at) == ("", None)
            assert (page.tell_followers, page.change_note) == ("AUTOMATIC", "")
        if keep_live:
            assert copy.posted_at > original.posted_at
        else:
            assert copy.posted_at is None

    def test_takes_along_what_the_job_asks_for(self, original):
        copy = original.copy(update_attrs={"slug": "copy"}, keep_live=False)

        assert [x.text for x in copy.must_haves] == ["Own bicycle"]
        assert copy.place == original.place

    def test_has_a_record_of_its_own_once_it_is_published(self, original):
        copy = original.copy(update_attrs={"slug": "copy"}, keep_live=False)
        assert JobPage.objects.get(pk=copy.pk).record_or_none is None

        copy.get_latest_revision().publish()

        copy = JobPage.objects.get(pk=copy.pk)
        assert copy.record_or_none != original.record


@pytest.mark.django_db
class TestPostedAt:
    def test_is_when_the_job_first_went_live(self):
        before = timezone.now()

        assert make_draft().posted_at is None
        assert before <= make_job().posted_at <= timezone.now()

    def test_stays_through_edits_drafts_and_taking_down(self):
        job = make_job()
        posted_at = job.posted_at

        edit(job, title="Other & title")
        edit(job, title="A draft", publish=False)
        JobPage.objects.get(pk=job.pk).unpublish()
        job = edit(job, title="Back & again")

        assert job.posted_at == posted_at

    def test_stays_when_an_old_revision_is_published_again(self):
        job = make_job()
        first = job.revisions.order_by("pk").first()
        edit(job, title="Other & title")

        first.publish()

        assert JobPage.objects.get(pk=job.pk).posted_at == job.posted_at


@pytest.mark.django_db
class TestRequirements:
    def test_keep_their_uuid_through_the_admin_form(self, editor):
        job = make_job(requirements=["Own bicycle", "Food hygiene", "Early riser"])
        before = facts_of(job, timezone.now())
        bicycle, hygiene, riser = (
            before["requirements"][str(x.uuid)]["text"] for x in job.must_haves
        )
        assert (bicycle, hygiene, riser) == (
            "Own bicycle",
            "Food hygiene",
            "Early riser",
        )

        job, errors = editor.edit(
            job,
            **{
                "requirements-0-text": "Own bicycle or boat",
                "requirements-0-ORDER": "3",
                "requirements-1-DELETE": "on",
                "requirements-2-ORDER": "1",
            },
        )

        told = changes(before, facts_of(job, timezone.now()))
        assert errors == {}
        assert [(x.action, (x.before or x.after)["text"]) for x in told] == [
            ("removed", "Food hygiene"),
            ("reworded", "Own bicycle"),
        ]

    def test_keep_their_uuid_through_a_draft(self, editor):
        job = make_job(requirements=["Own bicycle"])
        uuid = job.requirements.get().uuid

        job, _errors = editor.edit(job, action="draft", title="Draft & more")
        job, _errors = editor.edit(job, **{"requirements-0-text": "Own boat"})

        assert [(x.uuid, x.text) for x in job.requirements.all()] == [
            (uuid, "Own boat")
        ]


@pytest.mark.django_db
class TestSorting:
    @pytest.mark.parametrize(
        ("low", "high", "period", "per_year"),
        [
            ("26000", "28000", "YEAR", 28000),
            ("26000", None, "YEAR", 26000),
            (None, "10", "HOUR", 19500),
            ("2000", "2500", "MONTH", 30000),
            (None, None, "YEAR", None),
            ("999999999.99", None, "HOUR", Decimal("999999999999.99")),
        ],
    )
    def test_compares_pay_by_the_year(self, low, high, period, per_year):
        job = make_job(pay_min=low, pay_max=high, pay_period=period)

        assert job.pay_per_year == per_year

    def test_similar_jobs_are_of_the_same_field_first_and_never_the_job(self):
        food = make_category()
        job = make_job(category=food)
        same = make_job(category=food)
        other = make_job()
        make_job(category=food, closes_at=in_days(-1))

        found = listed.similar_to(category_id=food.pk, exclude=job.pk)

        assert [x.pk for x in found.jobs] == [same.pk, other.pk]

    def test_similar_jobs_of_a_job_without_a_field_are_the_newest(self):
        make_job(category=make_category())
        newest = make_job()

        found = listed.similar_to(category_id=None, exclude=None)

        assert found.jobs[0].pk == newest.pk
        assert not found.are_similar

    def test_similar_jobs_are_three_at_most(self):
        for _ in range(4):
            make_job()

        assert len(listed.similar_to(category_id=None, exclude=None).jobs) == 3

    def test_jobs_are_called_similar_only_if_all_are_of_its_field(self, client):
        food = make_category()
        job = make_job(category=food)
        closed = make_job(category=food, closed_reason="FILLED")
        make_job(category=food)
        make_job(category=food)

        similar = client.get(closed.url).content.decode()
        assert "Open jobs like this one</h2>" in similar
        assert "Open jobs like this one</a>" in similar
        assert "Other open jobs</h2>" not in client.get(job.url).content.decode()

        last = make_job(category=make_category())
        assert "Other open jobs</h2>" in client.get(job.url).content.decode()
        mixed = client.get(last.url).content.decode()
        assert "Other open jobs</h2>" in mixed
        assert "Similar jobs" not in mixed


@pytest.mark.django_db
def test_factories_leave_a_tree_without_a_problem():
    make_job()

    assert not any(Page.find_problems())
