"""Wagtail's bulk "Publish" leaves alone what the editor would refuse to publish."""

import pytest

from jobs import formatting
from jobs.choices import Strictness
from jobs.models import BoardSettings, JobPage
from tests.factories import (
    edit,
    in_days,
    make_board,
    make_draft,
    make_job,
    make_subscription,
    make_user,
)
from tests.notifications.bulk import bulk_url, fresh, text_of
from tests.notifications.conftest import Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


@pytest.fixture
def good(db):
    return make_draft(title="Baker")


def unpaid():
    BoardSettings.objects.update(missing_pay=Strictness.BLOCKS)
    return make_draft(title="Diver", pay_min=None, pay_max=None)


def without(**fields):
    """A draft as somebody leaves it in the middle of writing."""
    job = make_draft(title="Diver")
    for name, value in fields.items():
        setattr(job, name, value)
    job.save_revision(clean=False)
    return job


def nowhere():
    return edit(
        make_job(title="Diver", locations=["Hull"]), locations=[], publish=False
    )


LACKING = {
    "No pay.": unpaid,
    "No place.": nowhere,
    "The higher amount of pay stands first.": lambda: without(pay_min=50, pay_max=20),
    "No summary.": lambda: without(summary=""),
    "No company.": lambda: without(company=None),
    "No way to apply.": lambda: without(apply_url="", apply_email=""),
}


def publish_all_but(left_alone, publisher, good):
    """Publish two pages, of which one is left alone; answers what was asked before."""
    url = bulk_url("publish", good, left_alone)

    asked = publisher.get(url)
    done = publisher.post(url, follow=True)

    assert [page["item"].pk for page in asked.context["items"]] == [good.pk]
    assert "1 page has been published. 1 page stays as it is" in text_of(done)
    assert fresh(good).live
    return text_of(asked)


@pytest.mark.parametrize(("why", "make"), LACKING.items(), ids=LACKING)
def test_publishes_the_others_and_says_what_is_needed(publisher, good, why, make):
    lacking = make()

    assert f"Diver: {why}" in publish_all_but(lacking, publisher, good)
    assert fresh(lacking).has_unpublished_changes


def set_to_a_later_date(*, publish):
    job = make_job(title="Diver")
    make_subscription(job=job)
    return edit(job, pay_max=29_000, go_live_at=in_days(3), publish=publish)


@pytest.mark.parametrize("publish", [True, False], ids=["scheduled", "not yet"])
def test_what_is_set_to_a_later_date_waits_for_it(publisher, publish, worker):
    job = set_to_a_later_date(publish=publish)
    worker.run()
    url = bulk_url("publish", job)

    asked = text_of(publisher.get(url))
    publisher.post(url)

    moment = formatting.moment(job.get_latest_revision_as_object().go_live_at)
    assert f"Diver: Set to go live {moment}." in asked
    assert "has news" not in asked
    assert fresh(job).has_unpublished_changes
    assert (fresh(job).scheduled_revision is not None) is publish


def test_what_is_below_a_page_and_set_to_a_later_date_is_not_foretold(worker):
    job = set_to_a_later_date(publish=False)
    worker.run()
    job.unpublish()
    worker.run(minutes=11)

    asked = Staff().get(bulk_url("publish", make_board()))

    assert "has news" not in text_of(asked)


def test_what_somebody_else_has_locked_is_left_alone(publisher, good):
    job = edit(make_job(title="Diver"), pay_max=29_000, publish=False)
    lock = {"locked": True, "locked_by": make_user("Job editors")}
    JobPage.objects.filter(pk=job.pk).update(**lock)

    assert "Diver: Locked." in publish_all_but(job, publisher, good)
    assert fresh(job).has_unpublished_changes


def test_an_alias_is_left_to_the_page_that_it_mirrors(publisher, good):
    alias = make_job(title="Diver").create_alias(update_slug="diver-again")

    asked = publish_all_but(alias, publisher, good)

    assert "Diver: Mirrors another page: publish that one." in asked


def test_alone_it_publishes_nothing_and_shows_why(publisher):
    lacking = without(summary="")

    response = publisher.post(bulk_url("publish", lacking), follow=True)

    assert "Diver: No summary." in text_of(response)
    assert not fresh(lacking).live


def test_of_a_parent_publishes_what_is_ready_below_it(good):
    lacking = without(summary="")
    url = bulk_url("publish", make_board())

    done = Staff().post(url, {"include_descendants": "on"}, follow=True)

    assert "1 page and 1 child page have been published. 1 page stays" in text_of(done)
    assert fresh(good).live
    assert not fresh(lacking).live
