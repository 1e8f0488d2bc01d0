"""Before an edit is approved, its dialog says who will be told; afterwards a message."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupApprovalTask, WorkflowTask

from jobs.models import JobPage
from notifications.models import Pause
from tests.factories import edit, make_page, make_user
from tests.notifications.conftest import READERS, Staff
from tests.notifications.reading import squeezed
from tests.notifications.test_admin_messages import said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("followed_once")]
#: What Wagtail offers, in the editor and on the front page of the admin.
DIALOGS = ["collect_workflow_action_data", "workflow_action"]
DASHBOARD = "/admin/"


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


@pytest.fixture
def review(followed):
    """An edit of the pay, which waits for review."""
    draft = edit(followed, pay_max=29000, publish=False)
    editor = make_user("Job editors")
    return draft.get_workflow().start(draft, editor).current_task_state


def address(name, review, action="approve"):
    page = review.revision.content_object
    return reverse(f"wagtailadmin_pages:{name}", args=[page.pk, action, review.pk])


def dialog(client, name, review, action="approve"):
    return squeezed(client.get(address(name, review, action)).json()["html"])


@pytest.mark.parametrize("name", DIALOGS)
class TestDialog:
    def test_says_how_many_are_told_what_and_when(self, name, review, publisher):
        text = dialog(publisher, name, review)

        assert "Approve and publish" in text
        assert "Publishing will tell 2 followers: pay changed." in text
        assert "£26,000 to £29,000 a year" in text
        assert "The email goes out 10 minutes after that" in text
        assert not any(reader in text for reader in READERS)

    def test_says_why_nobody_is_told(self, name, review, followed, publisher):
        edit(followed, pay_max=28000, publish=False)

        text = dialog(publisher, name, review)

        assert "2 followers. Nothing they follow has changed" in text

    def test_says_that_all_email_is_paused(self, name, review, publisher):
        Pause.objects.create(paused_by=publisher.user)

        assert "All email has been paused since" in dialog(publisher, name, review)

    def test_promises_nothing_before_the_last_review(self, name, review, publisher):
        workflow = review.workflow_state.workflow
        second = GroupApprovalTask.objects.create(name="Second look")
        second.groups.add(Group.objects.get(name="Site owners"))
        WorkflowTask.objects.create(workflow=workflow, task=second, sort_order=9)

        text = dialog(publisher, name, review)

        assert text.startswith("Approve ")
        assert "Approve and publish" not in text
        assert "follower" not in text

    def test_for_changes_speaks_of_no_follower(self, name, review, publisher):
        text = dialog(publisher, name, review, "reject")

        assert "Request changes" in text
        assert "follower" not in text


class TestApproval:
    def test_from_the_front_page_says_who_will_be_told(self, review, publisher):
        url = address("workflow_action", review)

        publisher.post(url, {"next": DASHBOARD, "comment": "Well done."})

        assert JobPage.objects.get().pay_max == 29000
        [message] = said(publisher.get(DASHBOARD))
        assert message.startswith("2 followers will be told at ")

    def test_that_does_not_publish_yet_says_nothing(self, review, publisher):
        workflow = review.workflow_state.workflow
        second = GroupApprovalTask.objects.create(name="Second look")
        WorkflowTask.objects.create(workflow=workflow, task=second, sort_order=9)

        publisher.post(address("workflow_action", review), {"next": DASHBOARD})

        assert JobPage.objects.get().pay_max == 28000
        assert said(publisher.get(DASHBOARD)) == []

    def test_is_refused_to_editors(self, review):
        editor = Staff("Job editors")

        for name in DIALOGS:
            assert editor.get(address(name, review)).status_code == 302
        editor.post(address("workflow_action", review))

        assert JobPage.objects.get().pay_max == 28000


class TestWaysToApprove:
    def in_the_editor(self, client, review):
        page = review.revision.content_object
        url = reverse("wagtailadmin_pages:edit", args=[page.pk])
        soup = BeautifulSoup(client.get(url).content, "html.parser")
        return soup.select("[data-workflow-action-name=approve]")

    def on_the_front_page(self, client):
        soup = BeautifulSoup(client.get(DASHBOARD).content, "html.parser")
        return soup.select("[data-workflow-action-url*='/approve/']")

    def test_of_a_job_are_one_and_ask_first(self, review, publisher):
        [in_the_editor] = self.in_the_editor(publisher, review)
        [on_the_front_page] = self.on_the_front_page(publisher)

        assert in_the_editor.text.strip() == "Approve and Publish"
        assert in_the_editor.has_attr("data-workflow-action-modal-url")
        assert on_the_front_page.text.strip() == "Approve"
        assert on_the_front_page.has_attr("data-launch-modal")

    def test_of_other_pages_are_wagtails_own(self, followed, staff):
        page = make_page()
        page.title = "Changed"
        page.save_revision()
        workflow = followed.get_workflow()
        review = workflow.start(page, make_user("Job editors")).current_task_state

        assert len(self.in_the_editor(staff, review)) == 2
        assert len(self.on_the_front_page(staff)) == 2
