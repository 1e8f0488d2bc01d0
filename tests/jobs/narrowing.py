"""How tests narrow a list: by a query string, as visitors do."""

from bs4 import BeautifulSoup
from django.http import QueryDict

from jobs import listing
from jobs.filters import JobFilters
from tests.factories import make_board


def filters(query=""):
    return JobFilters(QueryDict(query), currency="GBP")


def found(query=""):
    """The titles that a query string leaves, in its order."""
    chosen = filters(query)
    return [job.title for job in listing.first_of(listing.in_order(chosen), 100)]


def soup(client, query=""):
    response = client.get(f"{make_board().url}?{query}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")
