"""A title that would break out of wherever it stands, read back by other parsers."""

import email
import email.policy
import xml.etree.ElementTree as ET

import feedparser
import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse

from jobs.models import JobRecord
from notifications.delivery.transport import open_transport
from notifications.delivery.worker import work
from subscriptions import services
from tests.factories import make_board, make_job
from tests.jobs.ics import entry_in
from tests.jobs.markup import check, posting_in

pytestmark = pytest.mark.django_db
ODD = '</script></title>]]>&amp;<!-- "R&D" \\n;, \U0001f35e \U0001fae8 \u05d0\u05d1\u202e {{ x }} %s '
TITLES = [ODD.strip(), (ODD + "W" * 255)[:255], "\U0001f35e" * 255]


@pytest.fixture(params=TITLES, ids=["odd", "long", "wide"])
def job(request):
    return make_job(title=request.param, slug="hostile")


def one_line(text):
    return " ".join(text.split())


def test_stands_on_pages_as_it_is(client, job):
    for url in (job.url, make_board().url):
        soup = BeautifulSoup(client.get(url).content, "html.parser")
        assert job.title in [x.get_text() for x in soup.select("h1, h3 a")]


def test_is_what_machines_read(client, job):
    posting = posting_in(client.get(job.url).content.decode())

    check(posting)
    assert posting["title"] == one_line(job.title.replace("!", ""))


def test_is_in_the_feed(client, job):
    xml = client.get(f"{make_board().url}feed/").content

    assert not feedparser.parse(xml).bozo
    title = ET.fromstring(xml).find("{*}entry/{*}title").text
    assert title == one_line(job.title)


def test_leaves_the_sitemap_whole(client, job):
    root = ET.fromstring(client.get("/sitemap-jobs.xml").content)

    assert [x.text for x in root.iterfind("{*}url/{*}loc")] == [job.full_url]


def test_is_in_the_calendar(client, job):
    url = reverse("jobs:closing_date", args=[JobRecord.objects.get().pk])

    assert one_line(job.title) in entry_in(client.get(url).content)["SUMMARY"]


def test_is_in_the_mail(job):
    services.subscribe(email="reader@example.org", record=JobRecord.objects.get())
    with open_transport() as transport:
        work(transport)

    [message] = mail.outbox
    parsed = email.message_from_bytes(
        message.message().as_bytes(), policy=email.policy.default
    )
    plain, html = (parsed.get_body([kind]) for kind in ("plain", "html"))
    assert one_line(job.title)[:40] in one_line(parsed["Subject"])
    assert one_line(job.title) in one_line(plain.get_content())
    words = BeautifulSoup(html.get_content(), "html.parser").get_text(" ")
    assert one_line(job.title) in one_line(words)


def test_is_said_when_the_job_is_gone(client, job):
    url, title = job.url, job.title
    job.delete()

    response = client.get(url)

    assert response.status_code == 410
    heading = BeautifulSoup(response.content, "html.parser").h1.get_text()
    assert heading == f"{title} is no longer here"
