"""What stands before a page that is private: Wagtail's rules, in the look of the board."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from tests.factories import make_job, make_user

pytestmark = pytest.mark.django_db
TITLE = "Keeper of a secret"


@pytest.fixture
def restrict():
    def restrict(kind, **fields):
        job = make_job(title=TITLE, slug="quiet")
        PageViewRestriction.objects.create(page=job, restriction_type=kind, **fields)
        return job

    return restrict


def sign_in(client, asked, password):
    data = {"username": "reader", "password": password, "next": asked}
    return client.post("/_util/login/", data, follow=True)


@pytest.mark.parametrize("kind", ["password", "login"])
def test_it_tells_nothing_of_the_page(client, restrict, kind):
    job = restrict(kind, password="bread")

    response = client.get(job.url, follow=True)
    page = BeautifulSoup(response.content, "html.parser")

    assert TITLE not in response.text
    assert page.find("link", href=True, rel="stylesheet")["href"].endswith("base.css")
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert not page.find("link", rel="canonical")
    assert not page.find("meta", property="og:title")
    assert page.find("label", string="Password")


def test_a_wrong_password_is_told_and_the_right_one_opens_the_page(client, restrict):
    job = restrict("password", password="bread")
    page = BeautifulSoup(client.get(job.url).content, "html.parser")
    form = page.find("main").find("form")
    data = {"return_url": form.find("input", {"name": "return_url"})["value"]}

    wrong = client.post(form["action"], data | {"password": "cake"})
    right = client.post(form["action"], data | {"password": "bread"}, follow=True)

    assert "is not correct" in wrong.text
    assert "cake" not in wrong.text
    assert BeautifulSoup(right.content, "html.parser").h1.get_text() == TITLE


def test_signing_in_leads_to_the_page(client, restrict):
    job = restrict("login")
    make_user(username="reader")

    wrong = sign_in(client, job.url, "guess")
    right = sign_in(client, job.url, "password")

    assert "do not go together" in wrong.text
    assert 'value="reader"' in wrong.text
    assert BeautifulSoup(right.content, "html.parser").h1.get_text() == TITLE


def test_an_account_that_may_not_read_it_is_told_so(client, restrict):
    job = restrict("groups")
    job.view_restrictions.get().groups.add(Group.objects.get(name="Site owners"))
    client.force_login(make_user("Job editors"))

    assert "Your account may not read it." in client.get(job.url, follow=True).text
