"""Every public page costs as many queries on a large board as on a small one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import BoardSettings, JobListing
from jobs.share_cards import ShareCard
from tests.factories import (
    compose_frame,
    in_days,
    make_board,
    make_category,
    make_company,
    make_home,
    make_job,
    make_jobs,
    make_page,
)
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db
FEW, MANY = 20, 2_000

#: What the list is narrowed by, or asked for; ``{after}`` is in the middle of it.
LISTS = {
    "list": "",
    "second page": "?page=2",
    "last page": "?page=999999",
    "older page": "?after={after}",
    "category": "?category=food",
    "categories": "?category=food&category=other",
    "type": "?type=FULL_TIME",
    "workplace": "?workplace=ON_SITE",
    "place": "?location=Marlhaven",
    "company": "?company=crumb",
    "pay": "?pay_min=20000",
    "pay or none": "?pay_min=20000&pay_unstated=1",
    "closing soon": "?closing_soon=1",
    "search": "?q=job",
    "best match": "?q=job&sort=relevance",
    "early ends first": "?sort=closing",
    "highest pay first": "?sort=pay",
    "several": "?category=food&workplace=ON_SITE&location=Marlhaven&q=job",
    "nothing found": "?q=zeppelin",
    "nothing found of several": "?q=job&workplace=REMOTE&type=INTERN",
}
#: Of these there may be five.
BOUND = {*LISTS, "job"}
CRITERIA = {
    "heading": "Food",
    "category": None,
    "workplace": "",
    "closing_within_days": None,
    "company": None,
    "employment_type": "",
    "location": "",
    "order": "",
    "look": "table",
    "count": 5,
}


@pytest.fixture
def shared():
    compose_frame()
    return {
        "company": make_company(name="Crumb & Co", slug="crumb"),
        "category": make_category(name="Food & drink", slug="food"),
    }


def addresses(shared):
    """One of each public page, by name."""
    list_url = make_board().url
    job = make_job(**shared)
    closed = make_job(closed_reason="FILLED", **shared)
    gone = make_job(**shared)
    gone_url = gone.url
    gone.delete()
    card = ShareCard.of(job, BoardSettings.load()).digest
    body = [
        ("latest_jobs", {"heading": "New", "count": 12}),
        ("jobs_by_criteria", CRITERIA | {"category": shared["category"]}),
        ("companies", {"heading": "Who hires", "count": 30}),
    ]
    return {
        "home": make_home().url,
        "jobs by criteria": make_page(body=body).url,
        "job": job.url,
        "job that is filled": closed.url,
        "job that closed": make_job(closes_at=in_days(-1), **shared).url,
        "job that is gone": gone_url,
        "page of a company": f"{list_url}company/crumb/",
        "feed": f"{list_url}feed/",
        "feed of a search": f"{list_url}feed/?q=job&category=food",
        "sitemap": "/sitemap.xml",
        "sitemap of jobs": "/sitemap-jobs.xml",
        "sitemap of companies": "/sitemap-companies.xml",
        "robots": "/robots.txt",
        "closing date": f"/closing-dates/{job.record.pk}.ics",
        "share card": f"/share-cards/{job.pk}-{card}.png",
    } | {name: list_url + query for name, query in LISTS.items()}


def costs(client, pages):
    """The queries of each page, of a process that has kept nothing."""
    found = {}
    numbers = JobListing.objects.order_by("number").values_list("number", flat=True)
    after = numbers[len(numbers) // 2]
    for name, url in pages.items():
        begin_a_process()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url.format(after=after))
        assert response.status_code == (410 if name == "job that is gone" else 200), url
        found[name] = len(queries)
    return found


def test_are_as_many_with_2000_jobs_as_with_20(client, shared):
    # Django tries once in each process whether SQLite knows JSON.
    assert connection.features.supports_json_field
    pages = addresses(shared)
    client.get(pages["home"])  # A logo is made small once, when it is first shown.
    make_jobs(FEW, **shared)
    few = costs(client, pages)

    make_jobs(MANY - FEW, **shared)
    many = costs(client, pages)

    assert many == few
    assert {name: n for name, n in many.items() if n > 5 and name in BOUND} == {}
