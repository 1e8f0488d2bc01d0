"""What site owners place around the facts of every job, and around the list."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from jobs.models import BoardSettings
from tests.factories import in_days, make_board, make_job, make_user

pytestmark = pytest.mark.django_db


def text(words):
    return [("text", {"heading": f"On {words}", "text": f"<p>{words} &amp; more</p>"})]


def place(**regions):
    """Place ``regions`` around every job."""
    board = BoardSettings.objects.get()
    for name, blocks in regions.items():
        setattr(board, name, blocks)
    board.save()
    return board


def soup(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


class TestAroundAJob:
    def test_stand_in_the_order_in_which_they_are_read(self, client):
        place(above=text("Strikes"), beside=text("Rooms"), below=text("Reading"))

        page = soup(client, make_job().url).get_text()

        order = [
            "Strikes & more",
            "The facts",
            "About this job",
            "Follow this job",
            "Rooms & more",
            "Reading & more",
        ]
        places = [page.index(words) for words in order]
        assert places == sorted(places)

    def test_leave_no_trace_where_there_are_none(self, client):
        page = soup(client, make_job().url)

        assert not page.select(".region")

    def test_stay_when_the_job_is_closed(self, client):
        place(above=text("Strikes"))

        page = soup(client, make_job(closes_at=in_days(-1)).url)

        assert "Strikes & more" in page.get_text()

    def test_cost_no_query_for_text_however_much(self, client):
        job = make_job()
        without = cost(client, job.url)

        place(above=text("A"), beside=text("B") * 5, below=text("C") * 20)

        assert cost(client, job.url) == without

    def test_are_not_on_the_list(self, client):
        make_job()
        place(above=text("Strikes"))

        assert "Strikes" not in client.get(make_board().url).content.decode()


class TestAroundTheList:
    def test_stand_above_and_below_it(self, client):
        make_board(above=text("Strikes"), below=text("Reading"))
        make_job(title="Baker & more")

        page = soup(client, make_board().url)
        words = page.get_text()

        assert words.index("Strikes") < words.index("1 open job")
        assert words.index("Baker & more") < words.index("Reading")
        assert page.select_one('link[href*="css/text"]')

    def test_leave_no_trace_where_there_are_none(self, client):
        page = soup(client, make_board().url)

        assert not page.select(".region, link[href*='css/text']")

    def test_cost_no_query_for_text(self, client):
        without = cost(client, make_board().url)

        make_board(above=text("Strikes"), below=text("Reading") * 9)

        assert cost(client, make_board().url) == without


class TestForm:
    FIELDS = {
        "name": "Board & more",
        "contact_address": "",
        "postal_address": "",
        "default_country": "GB",
        "default_currency": "GBP",
        "default_pay_period": "YEAR",
        "missing_pay": "WARNS",
        "likely_duplicate": "WARNS",
    }

    def data(self, **regions):
        empty = {name: streamfield([]) for name in ("above", "beside", "below")}
        return nested_form_data(self.FIELDS | empty | regions)

    def url(self, name):
        pk = BoardSettings.objects.get().pk
        args = ["jobs", "boardsettings", pk]
        return reverse(f"wagtailsettings:{name}", args=args)

    def test_saves_what_stands_around_every_job(self, client):
        client.force_login(make_user("Site owners"))
        block = ("text", {"heading": "", "text": rich_text("<p>Rooms</p>")})

        response = client.post(self.url("edit"), self.data(beside=streamfield([block])))

        assert response.status_code == 302
        assert "Rooms" in client.get(make_job().url).content.decode()

    def test_shows_the_newest_job_as_it_would_be(self, client):
        job = make_job(title="Baker & singer")
        client.force_login(make_user("Site owners"))
        block = ("text", {"heading": "", "text": rich_text("<p>Rooms</p>")})
        data = self.data(above=streamfield([block]))

        assert client.post(self.url("preview_on_edit"), data).json()["is_valid"]
        page = client.get(self.url("preview_on_edit"), {"mode": ""}).content.decode()

        assert "Baker &amp; singer" in page
        assert "Rooms" in page
        assert "Board &amp; more" in page
        assert "Rooms" not in client.get(job.url).content.decode()

    def test_offers_no_preview_while_there_is_no_job(self, client):
        client.force_login(make_user("Site owners"))

        assert not BoardSettings.objects.get().is_previewable()
        assert client.get(self.url("edit")).status_code == 200

    def test_is_for_site_owners(self, client):
        client.force_login(make_user("Job publishers"))

        assert client.get(self.url("edit")).status_code == 302
