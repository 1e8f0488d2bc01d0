"""What the page of a job costs that nobody has asked for before."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.factories import (
    edit,
    make_category,
    make_company,
    make_image,
    make_job,
)
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db
#: What design allows of a page: what stands around it, the job, similar ones, what
#: belongs to them, and what followers were told.
QUERIES = 5


def cold(client, url):
    """The queries of a page in a process that has just begun, without any cache."""
    begin_a_process()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return [query["sql"] for query in queries], response.content.decode()


@pytest.mark.parametrize("similar", [0, 5])
def test_is_the_same_with_a_logo_and_without_alone_and_among_others(client, similar):
    field = make_category()
    for _ in range(similar):
        make_job(category=field, locations=["Ely", "York"])
    with_logo = make_job(category=field, company=make_company(logo=make_image()))
    without = make_job(category=field, requirements=[])
    client.get(with_logo.url)

    for job in (with_logo, without):
        queries, page = cold(client, job.url)
        assert len(queries) == QUERIES, queries
        assert ("<img" in page) == (job == with_logo)


def test_shows_the_places_of_similar_jobs(client):
    field = make_category()
    make_job(category=field, locations=["Ely", "York"])
    job = make_job(category=field, locations=["Leeds"])

    _queries, page = cold(client, job.url)

    assert "Ely and York" in page
    assert "Leeds" in page


def test_makes_the_logo_once_and_finds_it_then(client):
    company = make_company(logo=make_image())
    job = make_job(company=company)
    first = cold(client, job.url)[1]

    assert company.logo.renditions.count() == 1
    again = cold(client, edit(job).url)[1]
    [mark] = company.logo.renditions.all()
    for page in (first, again):
        assert f'src="{mark.url}" width="{mark.width}" height="{mark.height}"' in page
    assert Image.open(mark.file).size == (mark.width, mark.height)
