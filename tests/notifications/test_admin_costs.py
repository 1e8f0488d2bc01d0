"""No page of the admin that is ours costs more queries with more rows."""

from fnmatch import fnmatch

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import JobPage
from tests.factories import make_subscription
from tests.notifications.admin_pages import (
    bulk_path,
    crowd,
    every_page,
    furnish,
    is_a_page,
    panels,
)
from tests.notifications.admin_urls import our_page_actions
from tests.notifications.conftest import Staff

pytestmark = pytest.mark.django_db

FEW, MANY = 5, 45
#: So many queries at most, of the pages whose names fit.
MOST = {
    "notifications_report_*": 15,
    "jobs_listing:*": 30,
    "wagtailsnippets_subscriptions_*": 15,
    "support_*": 15,
    "email-log_modeladmin_index": 20,
}
#: Wagtail itself asks for each page: its rights, what is below it, what refers to it.
COST_BY_THE_PAGE = {
    f"bulk: {name}" for name in ("delete", "move", "publish", "unpublish")
}
#: Pages that list what there is more of.
LISTS = (
    "bulk: *",
    "email-log_modeladmin_index",
    "jobs_listing:index*",
    "notifications_announcements",
    "notifications_report_*",
    "wagtailsnippetchoosers_jobs_*:choose*",
    "wagtailsnippets_jobs_*:list*",
    "wagtailsnippets_subscriptions_*:list*",
    "wagtailsnippets_subscriptions_subscriber:inspect",
)


@pytest.fixture
def job(worker, settings):
    # From so many pages on, deleting asks for the board's name, which is looked up.
    settings.WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = FEW
    job = furnish(worker.run)
    crowd(job, FEW)
    return job


def costs_of(client, job):
    """What each page of the admin costs that ``client`` may open."""
    pages = every_page(job)
    jobs = JobPage.objects.order_by("pk")
    pages |= {f"bulk: {name}": bulk_path(name, jobs) for name in our_page_actions()}
    return counted(client, pages)


def counted(client, pages):
    """Queries and length of what each page answers that ``client`` may open."""
    found = {}
    for name, path in pages.items():
        # What is remembered once a process or a person is not counted.
        response = client.get(path)
        if response.status_code != 200:
            continue
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        found[name] = len(queries), len(response.content)
    return found


def test_what_shows_no_page_is_known_and_every_form_has_its_token(job, subtests):
    """Of forms, those that post to an address of their own."""
    client = Staff()
    answers = {name: client.get(path) for name, path in every_page(job).items()}

    with subtests.test("what shows no page is known"):
        assert [
            name
            for name, answer in answers.items()
            if is_whole(answer) != is_a_page(name)
        ] == []

    forms = [
        (name, form)
        for name, answer in answers.items()
        if is_a_page(name)
        for form in BeautifulSoup(answer.content, "html.parser").select(
            "main form[method=post i][action]"
        )
    ]
    with subtests.test("every form has its token"):
        assert {x for x, _form in forms} >= {"front page", "job: edit", "support_trace"}
        assert [
            (name, form["action"])
            for name, form in forms
            if not form.select_one("[name=csrfmiddlewaretoken]")
        ] == []


def is_whole(response):
    return response.status_code == 200 and b"</html>" in response.content


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "pages"),
    [
        ("", 80),
        ("Job editors", 40),
        ("Job publishers", 50),
        ("Site owners", 65),
        ("Subscriber support", 40),
    ],
)
def test_a_page_costs_the_same_with_five_rows_and_with_fifty(group, pages, job):
    client = Staff(*filter(None, [group]))

    few = costs_of(client, job)
    crowd(job, MANY)
    many = costs_of(client, job)

    assert len(few) >= pages
    assert few.keys() == many.keys()
    assert dearer(few, many) == {}
    assert too_dear(many) == {}
    assert still_as_short(few, many) == []


@pytest.mark.slow
def test_the_panel_of_followers_costs_the_same_in_each_of_its_states(worker):
    client = Staff()
    jobs = panels(worker.run)
    pages = {
        name: reverse("wagtailadmin_pages:edit", args=[job.pk])
        for name, job in jobs.items()
    }

    few = counted(client, pages)
    for job in jobs.values():
        for number in range(MANY if job.first_published_at else 0):
            make_subscription(job=job, email=f"crowd{number}@example.org")
    many = counted(client, pages)

    assert few.keys() == jobs.keys()
    assert dearer(few, many) == {}


def dearer(few, many):
    return {
        name: (few[name][0], many[name][0])
        for name in few.keys() - COST_BY_THE_PAGE
        if few[name][0] != many[name][0]
    }


def too_dear(many):
    return {
        name: queries
        for name, (queries, _length) in many.items()
        for pattern, most in MOST.items()
        if fnmatch(name, pattern) and queries > most
    }


def still_as_short(few, many):
    """Lists in which nothing came to be seen: they would cost the same anyway."""
    lists = [name for name in few if fits(name, LISTS)]
    return [name for name in lists if many[name][1] < few[name][1] + 1_000]


def fits(name, patterns):
    return any(fnmatch(name, pattern) for pattern in patterns)
