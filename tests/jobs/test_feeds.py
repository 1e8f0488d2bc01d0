"""The jobs of a list as a feed, read by a parser and by the letter of RFC 4287."""

import datetime as dt
import xml.etree.ElementTree as ET

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageLogEntry, PageViewRestriction

from jobs.feeds import ENTRIES, entry_id
from jobs.models import JobPage, JobRecord
from jobs.services import close_job
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_category,
    make_company,
    make_draft,
    make_job,
    make_page,
    make_private,
    make_record,
)
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db
HOSTILE = '</title><script>]]> & "R&D" \U0001f35e \u05d0\u202e\u0001\u2028 <b>'
ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
MUST_ONCE = {"id", "title", "updated"}
AT_MOST_ONCE = {"generator", "icon", "logo", "rights", "subtitle", "published"}


def validated(xml):
    """The feed as two parsers have it, after every "MUST" of RFC 4287 that applies."""
    parsed = feedparser.parse(xml)
    assert not parsed.bozo, parsed.get("bozo_exception")
    root = ET.fromstring(xml)
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        names = [x.tag.removeprefix(ATOM) for x in element]
        assert all(names.count(name) == 1 for name in MUST_ONCE), names
        assert all(names.count(name) <= 1 for name in AT_MOST_ONCE)
        links = element.findall(f"{ATOM}link")
        kinds = [(x.get("rel"), x.get("type"), x.get("hreflang")) for x in links]
        assert len(kinds) == len(set(kinds))
        assert all(x.get("href").startswith("http") for x in links)
        assert any(x.get("rel") == "alternate" for x in links)
        assert ":" in element.find(f"{ATOM}id").text
        for name in ("updated", "published"):
            for moment in element.findall(f"{ATOM}{name}"):
                assert dt.datetime.fromisoformat(moment.text).tzinfo
    assert root.find(f"{ATOM}author/{ATOM}name").text
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(ids) == len(set(ids))
    for tombstone in root.findall(DELETED):
        assert tombstone.get("ref") not in ids
        assert dt.datetime.fromisoformat(tombstone.get("when")).tzinfo
    return parsed


def tombstones(xml):
    return {
        x.get("ref"): x.find("{http://purl.org/atompub/tombstones/1.0}comment").text
        for x in ET.fromstring(xml).findall(DELETED)
    }


@pytest.fixture
def feed(client):
    """The feed's text, with what it is narrowed by."""

    def feed(**query):
        response = client.get(f"{make_board().url}feed/", query)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        assert not response.cookies
        return response.content.decode()

    return feed


def titles(xml):
    return [entry.title for entry in validated(xml).entries]


class TestFeed:
    def test_has_open_jobs_the_newest_first_and_what_they_are(self, feed):
        food = make_category(name="Food & drink")
        first = make_job(title="Baker", category=food, locations=["Marlhaven"])
        second = make_job(title="R&D chef <3", pay_min=None, pay_max=None)
        make_job(closes_at=in_days(-1))
        make_draft()

        parsed = validated(feed())

        newest, oldest = parsed.entries
        assert newest.links[0].href == second.full_url
        assert newest.author == second.company.name
        assert oldest.links[0].href == first.full_url
        assert [tag.term for tag in oldest.tags] == ["Food & drink", "Full time"]
        assert "<li>Place: Marlhaven</li>" in oldest.summary
        assert "<li>Pay: £26,000 to £28,000 a year</li>" in oldest.summary
        assert "Pay" not in newest.summary

    def test_of_a_hostile_title_holds_and_says_it(self, feed):
        make_job(
            title=HOSTILE, summary=HOSTILE, company=make_company(name=HOSTILE[:99])
        )

        xml = feed()

        [entry] = validated(xml).entries
        said = ET.fromstring(xml).find(f"{ATOM}entry/{ATOM}title").text
        assert said == " ".join(HOSTILE.replace("\u0001", "").split())
        assert "<script>" not in entry.summary

    def test_of_a_list_that_was_published_is_as_new_as_its_newest_job(self, feed):
        make_board().save_revision().publish()
        assert validated(feed()).feed.updated

        job = make_job()

        updated = dt.datetime.fromisoformat(validated(feed()).feed.updated)
        assert updated == job.last_published_at

    def test_of_no_job_is_valid(self, feed):
        assert titles(feed(q="zeppelin")) == []

    @pytest.mark.parametrize(
        "query",
        [
            {"q": '"<&\x00'},
            {"category": "\x00"},
            {"page": "x" * 9999},
            {"pay_min": "a"},
        ],
    )
    def test_of_strange_input_is_valid(self, feed, query):
        make_job()

        validated(feed(**query))

    def test_is_narrowed_as_the_list_is(self, feed):
        food = make_category()
        wanted = make_job(title="Night porter", category=food)
        make_job(title="Night baker")

        assert titles(feed(category=food.slug)) == [wanted.title]
        assert titles(feed(q="porter")) == [wanted.title]
        assert titles(feed(company=wanted.company.slug)) == [wanted.title]

    def test_keeps_its_id_however_a_reader_spells_its_address(self, feed):
        job = make_job(category=make_category())
        food, full = job.category.slug, "FULL_TIME"
        spellings = [
            {"category": food, "type": full},
            {"type": full, "category": food},
            {"type": full.lower(), "category": food, "utm_source": "x", "q": ""},
            {"category": food, "type": full, "sort": "pay", "page": "2"},
        ]

        found = [validated(feed(**query)).feed for query in spellings]

        address = f"{make_board().full_url}feed/?category={food}&type={full}"
        assert {x.id for x in found} == {address}
        assert {x.links[1].href for x in found} == {address}

    def test_has_no_more_than_the_newest(self, feed, monkeypatch):
        monkeypatch.setattr("jobs.feeds.ENTRIES", 2)
        for title in ("one", "two", "three"):
            make_job(title=title)

        assert titles(feed()) == ["three", "two"]
        assert ENTRIES == 50

    def test_keeps_the_id_of_a_job_that_moves_and_tells_its_update(self, feed):
        job = make_job(slug="old")
        [before] = validated(feed()).entries

        edit(job, slug="new", title="Another")

        [after] = validated(feed()).entries
        assert after.id == before.id
        assert after.updated > before.updated
        assert after.published == before.published
        assert after.link != before.link


class TestTombstones:
    @pytest.mark.parametrize(
        ("end", "why"),
        [
            (lambda job: close_job(page_id=job.pk, reason="FILLED"), "Filled"),
            (lambda job: close_job(page_id=job.pk, reason="CANCELLED"), "Cancelled"),
            (lambda job: job.unpublish(), "Taken down"),
            (lambda job: job.delete(), "Taken down"),
            (make_private, "Taken down"),
            (
                lambda job: JobPage.objects.filter(pk=job.pk).update(
                    closes_at=timezone.now()
                ),
                "Closed",
            ),
        ],
    )
    def test_stand_for_a_job_that_ended(self, feed, end, why):
        job = make_job()
        [entry] = validated(feed()).entries

        end(job)

        xml = feed(q="whatever the reader asks for")
        assert validated(xml).entries == []
        assert tombstones(xml) == {entry.id: why}

    def test_stand_once_for_a_job_that_was_filled_and_then_deleted(self, feed):
        job = make_job()
        close_job(page_id=job.pk, reason="FILLED")
        JobPage.objects.get(pk=job.pk).delete()

        assert list(tombstones(feed()).values()) == ["Taken down"]

    def test_go_away_when_the_job_is_back(self, feed):
        job = make_job()
        job.unpublish()
        edit(job)

        assert tombstones(feed()) == {}
        assert len(titles(feed())) == 1

    def test_go_away_when_the_job_is_shown_to_everybody_again(self, feed):
        make_private(make_job()).delete()

        assert tombstones(feed()) == {}
        assert len(titles(feed())) == 1

    def test_stand_for_jobs_below_a_page_since_it_was_made_private(self, feed):
        above = make_page()
        inside = make_job(board=above)
        outside = make_job()
        make_private(above)

        xml = feed()

        assert titles(xml) == [outside.title]
        [tombstone] = ET.fromstring(xml).findall(DELETED)
        assert tombstone.get("ref") == entry_id(inside.record.pk)
        now = timezone.now()
        when = dt.datetime.fromisoformat(tombstone.get("when"))
        assert now - dt.timedelta(minutes=1) < when <= now

    def test_stand_for_a_private_job_for_a_month(self, feed):
        make_private(make_job())
        PageLogEntry.objects.update(timestamp=in_days(-31))

        assert tombstones(feed()) == {}

    def test_last_for_a_month(self, feed):
        make_record(gone_at=timezone.now() - dt.timedelta(days=29))
        make_record(gone_at=timezone.now() - dt.timedelta(days=31))
        old = make_job()
        close_job(page_id=old.pk, reason="FILLED")
        JobPage.objects.filter(pk=old.pk).update(closed_at=in_days(-31))

        assert len(tombstones(feed())) == 1

    def test_are_of_the_latest_endings_where_there_are_too_many(
        self, feed, monkeypatch
    ):
        monkeypatch.setattr("jobs.feeds.TOMBSTONES", 2)
        for _ in range(2):
            close_job(page_id=make_job().pk, reason="FILLED")
        JobPage.objects.update(closed_at=in_days(-20))
        make_job(closes_at=in_days(-0.05))

        assert sorted(tombstones(feed()).values()) == ["Closed", "Filled"]

    def test_stand_for_no_job_that_was_never_public(self, feed):
        job = make_draft()
        PageViewRestriction.objects.create(page=job, restriction_type="login")
        edit(job).unpublish()
        assert JobRecord.objects.exists()

        assert tombstones(feed()) == {}


#: For whoever sends a cookie nothing is kept.
KNOWN = {"cookie": "a=b"}


class TestCost:
    def test_does_not_grow_with_jobs(self, client):
        make_job()
        make_private(make_job())
        url = f"{make_board().url}feed/"
        # A process looks up the types of pages once.
        client.get(url, headers=KNOWN)
        begin_a_process()
        with CaptureQueriesContext(connection) as few:
            client.get(url, headers=KNOWN)
        for _ in range(4):
            make_job()
            make_job().unpublish()
            make_private(make_job())
            close_job(page_id=make_job().pk, reason="FILLED")
        begin_a_process()

        with CaptureQueriesContext(connection) as many:
            client.get(url, headers=KNOWN)

        assert len(many) == len(few)


class TestLink:
    def test_of_a_list_is_narrowed_as_the_list_is(self, client):
        url = make_board().url

        page = client.get(url, {"q": "R&D", "page": "1"}).content.decode()

        assert f'href="{url}feed/?q=R%26D"' in page

    def test_stands_on_every_page(self, client):
        for url in ("/", make_job().url, "/nowhere/"):
            page = client.get(url).content.decode()
            assert f'href="{make_board().url}feed/"' in page
