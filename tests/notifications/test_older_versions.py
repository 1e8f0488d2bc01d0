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


def test_its_line_went_out_then_and_is_blank(shown):
    field = shown.find(attrs={"name": "change_note"})

    assert not field.get("value")
    assert not field.text.strip()
