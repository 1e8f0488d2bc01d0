"""Every way in which a job can end, change or stay: one mail each, or none."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction
from wagtail.test.utils.form_data import (
    nested_form_data,
    querydict_from_html,
    rich_text,
    streamfield,
)

from jobs.models import JobIndexPage, JobPage
from notifications.models import AnnouncedState, Announcement, OutgoingEmail
from tests.factories import (
    edit,
    in_order,
    make_board,
    make_draft,
    make_job,
    make_user,
    requirement,
)
from tests.notifications.conftest import TITLE

pytestmark = pytest.mark.usefixtures("followed_once")


def bulk(staff, action, page, **data):
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    response = staff.post(f"{url}?id={page.pk}", data)
    assert response.status_code == 302


def click(staff, name, page, **data):
    response = staff.post(reverse(f"wagtailadmin_pages:{name}", args=[page.pk]), data)
    assert response.status_code == 302


def form_of(staff, job, **changes):
    """What the browser would send from the job's editor, with ``changes``."""
    url = reverse("wagtailadmin_pages:edit", args=[job.pk])
    html = staff.get(url).content.decode()
    data = querydict_from_html(html, form_id="page-edit-form").dict()
    body = [("paragraph", rich_text("<p>The ovens are lit at ten.</p>"))]
    return url, data | nested_form_data({"body": streamfield(body)}) | changes


def publish_in_admin(staff, job, **changes):
    url, data = form_of(staff, job, **changes, **{"action-publish": "publish"})
    response = staff.post(url, data)
    assert response.status_code == 302, response.context["form"].errors


def expire(staff, job):
    past = timezone.now() - dt.timedelta(minutes=1)
    JobPage.objects.filter(pk=job.pk).update(expire_at=past)
    call_command("publish_scheduled", verbosity=0)


def unpublish_then_delete(staff, job):
    job.unpublish()
    JobPage.objects.get(pk=job.pk).delete()


def make_private(page):
    PageViewRestriction.objects.create(
        page_id=page.pk, restriction_type=PageViewRestriction.LOGIN
    )


def make_private_in_the_admin(staff, page):
    url = reverse("wagtailadmin_pages:set_privacy", args=[page.pk])
    response = staff.post(url, {"restriction_type": PageViewRestriction.LOGIN})
    assert response.json()["is_public"] is False


def make_another_list():
    other = JobIndexPage(title="Elsewhere", slug="elsewhere")
    make_board().get_parent().add_child(instance=other)
    return other


def move(staff, job):
    job.move(make_another_list(), pos="last-child")


def move_below_a_private_list(staff, job):
    other = make_another_list()
    make_private(other)
    job.move(other, pos="last-child")


def with_an_alias(act):
    """The same to a job that is also shown at a second address."""

    def acted(staff, job):
        job.create_alias(update_slug="bread-again")
        act(job)

    return acted


ENDS = {
    "unpublish": lambda staff, job: job.unpublish(),
    "unpublish in the admin": lambda staff, job: click(staff, "unpublish", job),
    "unpublish the parent with all below it": lambda staff, job: click(
        staff, "unpublish", make_board(), include_descendants="on"
    ),
    "bulk unpublish": lambda staff, job: bulk(staff, "unpublish", job),
    "bulk unpublish of the parent with all below it": lambda staff, job: bulk(
        staff, "unpublish", make_board(), include_descendants="on"
    ),
    "bulk delete": lambda staff, job: bulk(staff, "delete", job),
    "delete in the admin": lambda staff, job: click(staff, "delete", job),
    "delete": lambda staff, job: job.delete(),
    "delete the base page": lambda staff, job: Page.objects.get(pk=job.pk).delete(),
    "delete the parent": lambda staff, job: make_board().delete(),
    "delete the parent in the admin": lambda staff, job: click(
        staff, "delete", make_board()
    ),
    "queryset delete": lambda staff, job: JobPage.objects.filter(pk=job.pk).delete(),
    "queryset delete of the base": lambda staff, job: Page.objects.filter(
        pk=job.pk
    ).delete(),
    "unpublish, then delete": unpublish_then_delete,
    "expiry": expire,
    "made private": lambda staff, job: make_private(job),
    "parent made private": lambda staff, job: make_private(make_board()),
    "made private in the admin": make_private_in_the_admin,
    "moved below a private list": move_below_a_private_list,
    "unpublish the source of an alias": with_an_alias(JobPage.unpublish),
    "delete the source of an alias": with_an_alias(JobPage.delete),
    "queryset update": lambda staff, job: JobPage.objects.filter(pk=job.pk).update(
        live=False
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_every_follower_is_told_once_when_a_job_ends(end, followed, staff, told):
    end(staff, followed)

    assert told() == f"Taken down: {TITLE}"


def publish_by_schedule(staff, job):
    soon = timezone.now() + dt.timedelta(minutes=5)
    edit(job, pay_max=29000, go_live_at=soon)
    assert JobPage.objects.get(pk=job.pk).pay_max == 28000
    with time_machine.travel(soon + dt.timedelta(minutes=1)):
        call_command("publish_scheduled", verbosity=0)


def submit_for_review(job):
    job = edit(job, pay_max=29000, publish=False)
    workflow = job.get_workflow()
    return workflow.start(job, make_user("Job editors")).current_task_state


def approve(staff, job):
    submit_for_review(job).approve(user=make_user("Job publishers"))


def approve_in_admin(staff, job):
    state = submit_for_review(job)
    url = reverse(
        "wagtailadmin_pages:workflow_action", args=[job.pk, "approve", state.pk]
    )
    assert staff.post(url).status_code == 302


def bulk_publish_of_a_draft(staff, job):
    edit(job, pay_max=29000, publish=False)
    bulk(staff, "publish", job)


def publish_while_it_is_reviewed(staff, job):
    submit_for_review(job)
    JobPage.objects.get(pk=job.pk).get_latest_revision().publish()


def with_an_earlier_revision(job):
    """Have the followers know other facts than an earlier revision has."""
    draft = edit(job, pay_max=29000, publish=False).get_latest_revision()
    edit(job, pay_max=28000, publish=False)
    return draft


def publish_an_earlier_revision_again(staff, job):
    with_an_earlier_revision(job).publish()


def revert_in_the_admin(staff, job):
    revision = with_an_earlier_revision(job)
    url = reverse("wagtailadmin_pages:revisions_revert", args=[job.pk, revision.pk])
    html = staff.get(url).content.decode()
    data = querydict_from_html(html, form_id="page-edit-form").dict()
    body = [("paragraph", rich_text("<p>The ovens are lit at ten.</p>"))]
    data |= nested_form_data({"body": streamfield(body)})
    edit_url = reverse("wagtailadmin_pages:edit", args=[job.pk])
    response = staff.post(edit_url, data | {"action-publish": "publish"})
    assert response.status_code == 302, response.context["form"].errors


CHANGES = {
    "publish": lambda staff, job: edit(job, pay_max=29000),
    "publish in the admin": lambda staff, job: publish_in_admin(
        staff, job, pay_max="29000"
    ),
    "scheduled publish": publish_by_schedule,
    "approval in a workflow": approve,
    "approval in the admin": approve_in_admin,
    "source of an alias": with_an_alias(lambda job: edit(job, pay_max=29000)),
    "publish while it is reviewed": publish_while_it_is_reviewed,
    "an earlier revision again": publish_an_earlier_revision_again,
    "an earlier revision again in the admin": revert_in_the_admin,
    "bulk publish of a draft": bulk_publish_of_a_draft,
    "queryset update": lambda staff, job: JobPage.objects.update(pay_max=29000),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_follower_is_told_once_when_pay_changes(change, followed, staff, told):
    change(staff, followed)

    assert told() == f"Pay changed: {TITLE}"


def schedule_a_draft(staff, job):
    draft = make_draft(title="Night & Day Porter")
    edit(draft, go_live_at=timezone.now() + dt.timedelta(days=1))


def schedule_a_change(staff, job):
    edit(job, pay_max=29000, go_live_at=timezone.now() + dt.timedelta(days=1))


def autosave(staff, job):
    url, data = form_of(staff, job, pay_max="29000")
    response = staff.post(url, data, headers={"Accept": "application/json"})
    assert response.json()["success"]


def bulk_publish_from_above(staff, job):
    """Wagtail publishes what is not live below it, and no draft of what is."""
    edit(job, pay_max=29000, publish=False)
    bulk(staff, "publish", make_board(), include_descendants="on")


def unschedule(staff, job):
    schedule_a_change(staff, job)
    revision = job.revisions.get(approved_go_live_at__isnull=False)
    url = reverse("wagtailadmin_pages:revisions_unschedule", args=[job.pk, revision.pk])
    assert staff.post(url).status_code == 302
    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        call_command("publish_scheduled", verbosity=0)
    assert JobPage.objects.get(pk=job.pk).pay_max == 28000


def cancel_a_review(staff, job):
    submit_for_review(job).workflow_state.cancel(user=staff.user)


def reject_a_review(staff, job):
    submit_for_review(job).reject(user=staff.user)


def make_alias(job):
    return JobPage.objects.get(pk=job.create_alias(update_slug="bread-again").pk)


def convert_an_alias(staff, job):
    alias = make_alias(job)
    click(staff, "convert_alias", alias)
    edit(JobPage.objects.get(pk=alias.pk), pay_max=29000)


def copy_and_publish(staff, job):
    copy = job.copy(update_attrs={"slug": "bread-again"}, keep_live=True)
    assert copy.live


def reorder_requirements(staff, job):
    job = job.get_latest_revision_as_object()
    job.requirements = in_order(reversed(job.requirements.all()))
    job.save_revision().publish()
    texts = [x.text for x in JobPage.objects.get(pk=job.pk).requirements.all()]
    assert texts == ["Own bicycle", "Food hygiene, level 2"]


def rename_the_company(staff, job):
    job.company.name = "Crumb & Sons"
    job.company.save()
    edit(job)


def rename_the_category(staff, job):
    job.category.name = "Baking & cakes"
    job.category.save()
    edit(job)


def type_a_requirement_again(staff, job):
    job = job.get_latest_revision_as_object()
    job.requirements = [requirement(x.text) for x in job.requirements.all()]
    job.save_revision().publish()


def learn_a_new_fact(staff, job):
    """What an upgrade does that adds a field to the facts."""
    state = AnnouncedState.objects.get()
    del state.facts["apply"], state.facts["workplace"]
    state.save()
    edit(job)


SILENT = {
    "first publish": lambda staff, job: make_job(title="Night & Day Porter"),
    "scheduling a draft": schedule_a_draft,
    "scheduling a change": schedule_a_change,
    "draft save": lambda staff, job: edit(job, pay_max=29000, publish=False),
    "autosave": autosave,
    "publish without a change": lambda staff, job: edit(job),
    "publish in the admin without a change": publish_in_admin,
    "bulk publish of unchanged jobs": lambda staff, job: bulk(staff, "publish", job),
    "bulk publish of the parent with all below it": bulk_publish_from_above,
    "copy": lambda staff, job: job.copy(update_attrs={"slug": "x"}, keep_live=False),
    "copy and publish": copy_and_publish,
    "a schedule cancelled": unschedule,
    "a review cancelled": cancel_a_review,
    "a review rejected": reject_a_review,
    "an alias unpublished": lambda staff, job: make_alias(job).unpublish(),
    "an alias deleted": lambda staff, job: make_alias(job).delete(),
    "an alias made a page of its own": convert_an_alias,
    "making an alias": lambda staff, job: job.create_alias(update_slug="x"),
    "move": move,
    "reorder of requirements": reorder_requirements,
    "a requirement deleted and typed again": type_a_requirement_again,
    "company renamed": rename_the_company,
    "category renamed": rename_the_category,
    "summary": lambda staff, job: edit(job, summary="Bakes all night & day."),
    "body": lambda staff, job: edit(job, body=[("paragraph", "<p>Now at nine.</p>")]),
    "only case and punctuation": lambda staff, job: edit(
        job, title="Bread & butter baker!"
    ),
    "tags": lambda staff, job: edit(job, tags=["bread", "nights"]),
    "slug": lambda staff, job: edit(job, slug="bread-and-butter"),
    "a new field in the facts": learn_a_new_fact,
    "unpublishing the parent alone": lambda staff, job: make_board().unpublish(),
}


@pytest.mark.parametrize("act", SILENT.values(), ids=SILENT)
def test_nobody_is_told_and_nothing_is_queued_when_nothing_matters(
    act, followed, staff, told
):
    act(staff, followed)

    assert told() is None
    assert not Announcement.objects.exists()
    assert not OutgoingEmail.objects.exists()
    assert not AnnouncedState.objects.waiting().exists()
