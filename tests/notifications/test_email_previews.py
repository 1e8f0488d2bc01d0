"""The email to followers, as staff see it before it is sent."""

import pytest
from django.urls import reverse

from jobs.models import JobPage
from notifications.models import AnnouncedState
from tests.factories import edit
from tests.notifications.conftest import READERS, Staff
from tests.notifications.reading import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


class TestPreview:
    def url(self, job):
        return reverse("notifications_preview_email", args=[job.pk])

    def test_shows_the_email_of_the_newest_draft(self, followed, publisher):
        edit(followed, pay_max=29000, publish=False)

        html = publisher.get(self.url(followed)).content.decode()

        assert "would send this to 2 followers" in html
        assert "£29,000" in html
        assert not any(address in html for address in READERS)
        assert JobPage.objects.get().pay_max == 28000

    def test_of_what_waits_is_not_that_of_the_draft(self, followed, publisher):
        edit(followed, pay_max=29000)
        edit(followed, workplace="HYBRID", publish=False)
        state = AnnouncedState.objects.get()
        url = reverse("notifications_preview_waiting", args=[state.pk])

        text = squeezed(publisher.get(url).content.decode())

        assert "This waits to be sent to 2 followers." in text
        assert "£29,000" in text
        assert "Hybrid" not in text
        assert AnnouncedState.objects.values().get()["due_at"] == state.due_at

    def test_says_when_there_is_none(self, followed, publisher):
        text = publisher.get(self.url(followed)).content.decode()

        assert "would send no email" in text

    def test_is_for_those_who_may_edit_the_job(self, followed):
        supporter = Staff("Subscriber support")

        assert supporter.get(self.url(followed)).status_code == 302
        assert Staff("Job editors").get(self.url(followed)).status_code == 200
