"""Helpers for tests of one change to several jobs."""

from django.urls import reverse

from jobs.models import JobPage
from tests.factories import (
    make_company,
)
from tests.notifications.reading import squeezed

#: For a job without edits in a draft; nearly all are Wagtail's, to save and publish.
MOST_QUERIES = 75
ACTIONS = ["close_as_filled", "cancel_jobs", "extend_closing_date", "change_company"]


def bulk_url(action, *pages, **query):
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    asked = [f"id={page.pk}" for page in pages]
    query = {"next": reverse("jobs_listing:index")} | query
    asked += [f"{name}={value}" for name, value in query.items()]
    return f"{url}?{'&'.join(asked)}"


def text_of(response):
    return squeezed(response.content.decode())


def wanted(action):
    """What a form must hold for ``action`` to change any job."""
    values = {
        "extend_closing_date": lambda: {"days": "7"},
        "change_company": lambda: {"company": make_company().pk},
    }
    return values.get(action, dict)()


def fresh(job):
    return JobPage.objects.get(pk=job.pk)


def state_of(job):
    page = fresh(job)
    return (page.closed_reason, page.closes_at, page.company_id, page.revisions.count())
