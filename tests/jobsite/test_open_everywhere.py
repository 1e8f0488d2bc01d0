"""Whether a job is open is one question: every surface answers it alike."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, PageViewRestriction

from jobs import listed
from jobs.facts import facts_now, is_open
from jobs.models import JobPage, JobRecord
from jobs.services import unlist_closed
from subscriptions import services
from tests.factories import make_board, make_category, make_job
from tests.jobs.markup import posting_in

pytestmark = pytest.mark.django_db
CLOSES = dt.datetime(2026, 6, 12, 22, 59, tzinfo=dt.UTC)
#: Seconds from the closing date: a year before to a year after, and the moment itself.
CLOCK = st.integers(-2, 2) | st.integers(-31_000_000, 31_000_000)


@pytest.fixture
def town():
    """A job, and one of the same field whose page and mails would offer it."""
    field = make_category()
    job = make_job(title="Nightbaker & mate", category=field)
    other = make_job(title="Porter", category=field, closes_at=None)
    return job, other


def answers(client, job, other):
    """What each surface says now of whether ``job`` is open."""
    board = make_board().url
    record = JobRecord.objects.get(page=job.pk)
    response = client.get(job.url)
    page = response.content.decode()
    offered = listed.similar_to(category_id=other.category_id, exclude=other.pk)
    return {
        "list": job.url in client.get(board).content.decode(),
        "search": job.url in client.get(board, {"q": "Nightbaker"}).content.decode(),
        "page": response.status_code == 200 and "#follow" in page,
        "markup": response.status_code == 200 and posting_in(page) is not None,
        "feed": f"{job.url}</link>" in client.get(f"{board}feed/").content.decode()
        or f'{job.url}"' in client.get(f"{board}feed/").content.decode(),
        "sitemap": job.url in client.get("/sitemap-jobs.xml").content.decode(),
        "offered by another job": job.url in client.get(other.url).content.decode(),
        "offered by mails": job.pk in [x.pk for x in offered.jobs],
        "told by mails": is_open(facts_now(record, timezone.now())),
        "followed": may_follow(record),
    }


def may_follow(record):
    try:
        services.subscribe(email="reader@example.org", record=record)
    except services.JobNotOpen:
        return False
    return True


@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seconds=CLOCK,
    closes=st.booleans(),
    reason=st.sampled_from(["", "", "", "FILLED", "CANCELLED"]),
    live=st.sampled_from([True, True, True, False]),
    hidden=st.sampled_from([False, False, False, True]),
)
@example(seconds=0, closes=True, reason="", live=True, hidden=False)
@example(seconds=-1, closes=True, reason="", live=True, hidden=False)
@example(seconds=0, closes=False, reason="", live=True, hidden=True)
def test_all_surfaces_agree_at_any_time(
    client, town, *, seconds, closes, reason, live, hidden
):
    job, other = town
    # A later clock may have had it unlisted.
    JobPage.objects.filter(pk=job.pk).update(closes_at=None, closed_reason="FILLED")
    JobPage.objects.filter(pk=job.pk).update(
        closes_at=CLOSES if closes else None, closed_reason=reason
    )
    Page.objects.filter(pk=job.pk).update(live=live)
    PageViewRestriction.objects.all().delete()
    if hidden:
        PageViewRestriction.objects.create(page=job, restriction_type="login")
    expected = live and not hidden and not reason and not (closes and seconds >= 0)

    with time_machine.travel(CLOSES + dt.timedelta(seconds=seconds), tick=False):
        unlist_closed(now=timezone.now())
        found = answers(client, job, other)

    assert found == dict.fromkeys(found, expected)
