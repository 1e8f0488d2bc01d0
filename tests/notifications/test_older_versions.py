"""The editor of an older version of a job says what publishing it tells, as any other."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.factories import edit
from tests.notifications.conftest import Staff
from tests.notifications.reading import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(followed):
    """What the editor shows of a version whose line went out with a later one."""
    edit(followed, pay_max=29_000, change_note="Since May.", publish=False)
    older = followed.latest_revision
    edit(followed, pay_max=30_000, change_note="Since May.")
    url = reverse("wagtailadmin_pages:revisions_revert", args=[followed.pk, older.pk])
    page = Staff("Job publishers").get(url).content.decode()
    return BeautifulSoup(page, "html.parser")


def test_beside_it_are_the_followers_and_what_to_mend(shown):
    panel = shown.find(attrs={"data-side-panel": "followers"})

    assert "£29,000 a year" in squeezed(str(panel))
    assert shown.find(attrs={"data-side-panel": "checklist"})


def test_the_email_that_it_previews_is_its_own(shown):
    panel = shown.find(attrs={"data-side-panel": "followers"})
    section = panel.find("section", attrs={"aria-labelledby": "followers-draft"})
    link = section.find("a", string="Preview the email")

    email = squeezed(Staff("Job publishers").get(link["href"]).content.decode())

    assert "Publishing this older version would send this to 2 followers." in email
    assert "£29,000 a year" in email
    assert "£30,000 a year" not in email


@pytest.mark.parametrize("version", ["0", "older", "-1"])
def test_there_is_no_email_of_a_version_that_is_none(followed, version):
    url = reverse("notifications_preview_email", args=[followed.pk])

    assert Staff("Job publishers").get(f"{url}?version={version}").status_code == 404


def test_its_line_went_out_then_and_is_blank(shown):
    field = shown.find(attrs={"name": "change_note"})

    assert not field.get("value")
    assert not field.text.strip()
