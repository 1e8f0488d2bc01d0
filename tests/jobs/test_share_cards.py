"""What other sites show beside a link to a job."""

import io

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from wagtail.models import PageViewRestriction

from jobs import drawing
from jobs.models import BoardSettings, JobPage
from jobs.share_cards import ShareCard
from tests.factories import (
    edit,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_job,
)

HOSTILE = '</script> ]]> & "R&D" \U0001f35e \u05d0\u05d1 \u202e\u0000' + "W" * 255


def card_of(job):
    return ShareCard.of(JobPage.objects.get(pk=job.pk), BoardSettings.load())


def shared(client, url):
    """What the page says of itself to other sites, by name."""
    head = BeautifulSoup(client.get(url).content, "html.parser").head
    found = head.find_all("meta", property=True)
    return {x["property"]: x["content"] for x in found}


def path(url):
    return url.removeprefix("http://testserver")


def size_of(png):
    image = Image.open(io.BytesIO(png))
    image.verify()
    return image.format, image.size


@pytest.mark.django_db
class TestLinkToAJob:
    def test_says_what_it_is_and_shows_its_card(self, client):
        job = make_job(title="R&D baker", summary='Bakes "through" the night.')

        found = shared(client, job.url)

        assert found["og:title"] == "R&D baker"
        assert found["og:url"] == job.full_url
        assert found["og:description"] == 'Bakes "through" the night.'
        response = client.get(path(found["og:image"]))
        assert response["Content-Type"] == "image/png"
        assert "max-age=31536000" in response["Cache-Control"]
        assert size_of(response.content) == ("PNG", (1200, 630))

    def test_has_another_address_when_the_card_says_something_else(self, client):
        job = make_job()
        before = shared(client, job.url)["og:image"]

        edit(job, title="Another")
        after = shared(client, job.url)["og:image"]

        assert before != after
        old = client.get(path(before))
        assert old.content == client.get(path(after)).content
        assert "max-age=300" in old["Cache-Control"]

    def test_shows_nothing_of_what_is_not_public(self, client, admin_client):
        draft, hidden, gone = make_draft(), make_job(), make_job()
        PageViewRestriction.objects.create(page=hidden, restriction_type="login")
        gone.unpublish()

        for job in (draft, hidden, gone):
            url = f"/share-cards/{job.pk}-{card_of(job).digest}.png"
            assert client.get(url).status_code == 404
        assert shared(admin_client, hidden.url) == {}

    def test_names_no_confidential_company(self):
        job = make_job(company=make_company(name="Secretive", is_confidential=True))

        assert "ecretive" not in str(card_of(job))


@pytest.mark.django_db
def test_link_to_another_page_says_what_it_is(client):
    found = shared(client, make_board().url)

    assert found["og:title"] == make_board().title
    assert found["og:url"].endswith(make_board().url)


@pytest.mark.django_db
def test_link_to_a_narrowed_list_says_what_it_is_narrowed_to(client):
    board, job = make_board(), make_job(category=make_category(name="Food & drink"))

    found = shared(client, f"{board.url}?category={job.category.slug}")

    assert found["og:title"] == f"Food & drink: {board.title}"
    assert found["og:url"] == f"{board.full_url}?category={job.category.slug}"


@pytest.mark.django_db
def test_link_to_a_company_says_what_it_is_whatever_name_it_was_asked_by(client):
    company = make_company(name="Crumb & Co", description='Bakes "at night".')
    make_job(company=company)
    url = f"{make_board().url}company/{company.slug}/"

    page = client.get(url, headers={"host": "localhost"})

    head = BeautifulSoup(page.content, "html.parser").head
    found = {x["property"]: x["content"] for x in head.find_all("meta", property=True)}
    address = f"{make_board().full_url}company/{company.slug}/"
    assert found["og:title"] == "Crumb & Co"
    assert found["og:description"] == 'Bakes "at night".'
    assert found["og:url"] == address
    assert head.find("link", rel="canonical")["href"] == address


class TestDrawing:
    @pytest.fixture(params=["of the machine", "of Pillow"])
    def fonts(self, request, monkeypatch):
        if request.param == "of Pillow":
            monkeypatch.setattr(drawing, "SERIF", ())
            monkeypatch.setattr(drawing, "SANS", ())

    @pytest.mark.parametrize("text", ["", "Baker", HOSTILE, "one two " * 60])
    def test_holds_whatever_is_said(self, fonts, text):
        card = ShareCard(text, text, text, text, text)

        assert size_of(drawing.draw(card)) == ("PNG", (1200, 630))

    def test_writes_what_its_font_lacks_in_other_signs(self):
        face = drawing.font((), 40)

        assert drawing.drawable("£15 für \U0001f35e B\u00e4cker", face) == (
            "GBP 15 fur Backer"
        )

    def test_happens_once_for_the_same_words(self, monkeypatch):
        card = ShareCard("Board", "Baker", "Crumb & Co", "£15", "")
        first = card.png()
        monkeypatch.setattr(drawing, "draw", lambda card: pytest.fail("again"))

        assert card.png() == first

    def test_breaks_lines_where_they_end(self):
        face = drawing.font(drawing.SERIF, 88)
        width = drawing.SIZE[0] - 2 * drawing.MARGIN

        lines = drawing.wrapped("Night baker " * 9 + "W" * 300, face)

        assert all(face.getlength(line) <= width for line in lines)
        assert " ".join(lines).startswith("Night baker " * 9)
