"""Companies, fields of work, and the tags that lead to them."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from jobs.models import Company, JobCategory
from tests.factories import make_board, make_category, make_company, make_job

pytestmark = pytest.mark.usefixtures("indexed")


def said(template, **context):
    source = "{% load job_tags %}" + template
    return Template(source).render(Context(context))


class TestSlug:
    @pytest.mark.django_db
    @pytest.mark.parametrize("make", [make_company, make_category])
    def test_is_made_from_the_name_and_is_the_only_one(self, make):
        slugs = [make(name="Crumb & Co").slug for _ in range(3)]

        assert slugs == ["crumb-co", "crumb-co-2", "crumb-co-3"]

    @pytest.mark.django_db
    @pytest.mark.parametrize("name", ["株式会社", "&", "!!!"])
    def test_is_there_for_a_name_without_a_latin_letter(self, name):
        assert make_company(name=name).slug == "item"

    @pytest.mark.django_db
    def test_is_short_enough_for_a_long_name(self):
        assert [len(make_company(name="x" * 120).slug) for _ in range(2)] == [110, 112]

    @pytest.mark.django_db
    def test_stays_when_the_name_changes(self):
        company = make_company(name="Crumb & Co")

        company.name = "Crumb & Sons"
        company.save()

        assert Company.objects.get().slug == "crumb-co"


class TestCompany:
    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("Crumb & Co", "CC"),
            ("crumb", "CR"),
            ("The Lighthouse Museum", "TL"),
            ("& Sons", "& "),
            ("Ærø færge", "ÆF"),
            ("3 Doors Down", "3D"),
            ("X", "X"),
        ],
    )
    def test_has_two_letters_in_place_of_a_logo(self, name, letters):
        assert Company(name=name).monogram == letters

    def test_has_a_colour_that_stays_the_same(self):
        colours = [Company(slug=f"company-{n}").monogram_colour for n in range(60)]

        assert set(colours) == {1, 2, 3, 4, 5, 6}
        assert Company(slug="company-7").monogram_colour == colours[7]

    def test_keeps_its_name_to_itself_when_it_is_confidential(self):
        company = Company(name="Secretive", is_confidential=True)

        assert company.public_name == "Confidential company"

    def test_says_its_website_shortly(self):
        assert Company(website="https://www.crumb.example/x").website_host == (
            "crumb.example"
        )
        assert Company().website_host == ""

    @pytest.mark.django_db
    def test_that_is_archived_is_not_offered_and_keeps_its_jobs(self):
        job = make_job(company=make_company(is_archived=True))
        active = make_company()

        assert list(Company.objects.active()) == [active]
        assert job.company_name


@pytest.mark.django_db
class TestTags:
    def test_lead_to_the_list_the_field_and_the_company(self):
        request = RequestFactory().get("/")
        url = make_board().get_url(request)
        company = make_company(name="Crumb & Co")
        category = make_category(name="Food & drink")

        assert said("{% jobs_url %}", request=request) == url
        assert said('{% jobs_url q="a & b" page="" %}', request=request) == (
            f"{url}?q=a+%26+b"
        )
        assert said("{% company_url company %}", request=request, company=company) == (
            f"{url}company/crumb-co/"
        )
        assert said("{% category_url x %}", request=request, x=category) == (
            f"{url}?category=food-drink"
        )

    def test_lead_nowhere_for_a_confidential_company_or_none(self):
        company = make_company(is_confidential=True)

        assert said("{% company_url company %}", company=company) == ""
        assert said("{% company_url company %}", company=None) == ""

    def test_lead_nowhere_on_a_site_without_a_list(self):
        make_board().unpublish()

        assert said('{% jobs_url q="baker" %}') == ""
        assert said("{% company_url x %}", x=make_company()) == ""
        assert said("{% category_url x %}", x=JobCategory(slug="food")) == ""

    def test_look_the_list_up_once_a_page(self, django_assert_num_queries):
        request = RequestFactory().get("/")
        make_board().get_url(request)

        with django_assert_num_queries(1):
            said("{% jobs_url %}{% jobs_url %}{% jobs_url %}", request=request)

    def test_offer_three_similar_jobs(self):
        job = make_job()
        others = {make_job().pk for _ in range(4)}

        found = said(
            "{% similar_jobs job as offer %}{% for x in offer.jobs %}{{ x.pk }} {% endfor %}",
            job=job,
        )

        assert len(found.split()) == 3
        assert {int(pk) for pk in found.split()} < others

    @pytest.mark.parametrize(
        "name", ["day", "day_long", "day_and_month", "moment", "moment_long"]
    )
    def test_say_nothing_of_a_moment_that_nobody_noted(self, name):
        assert said("{{ moment|" + name + " }}", moment=None) == ""
