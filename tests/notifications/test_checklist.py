"""The panel beside a job's form that lists what to mend before it is published."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import BoardSettings
from notifications.checklist import ChecklistSidePanel
from tests.factories import edit, make_board, make_draft, make_job
from tests.notifications.conftest import Staff
from tests.notifications.reading import squeezed
from tests.notifications.test_routes import form_of

pytestmark = pytest.mark.django_db
COAST = ("Marlhaven", "Sable Coast", "GB")


@pytest.fixture
def editor(db):
    return Staff("Job editors")


def edit_url(job):
    return reverse("wagtailadmin_pages:edit", args=[job.pk])


def panel(client, url):
    """What the panel says, on one line."""
    html = client.get(url).content.decode()
    start = html.index('data-side-panel="checklist"')
    return squeezed(html[start : html.index("</aside>", start)])


class TestPanel:
    def test_of_a_job_in_order_says_so(self, editor):
        job = make_job(locations=[COAST])

        assert "Nothing to mend." in panel(editor, edit_url(job))

    def test_reads_the_draft_and_not_what_is_public(self, editor):
        job = make_job(locations=[COAST])
        edit(job, apply_url="", pay_min=None, pay_max=None, publish=False)

        text = panel(editor, edit_url(job))

        assert "Needed to publish No way to apply." in text
        assert "Worth mending No pay." in text

    def test_leads_to_the_job_that_it_looks_like(self, editor):
        there = make_job()
        job = make_draft(title=there.title, company=there.company)

        response = editor.get(edit_url(job))

        assert "It looks like a job that is open already:" in panel(
            editor, edit_url(job)
        )
        assert f'href="{edit_url(there)}"' in response.content.decode()

    def test_is_as_strict_as_the_board(self, editor):
        board = BoardSettings.load()
        board.missing_pay = "BLOCKS"
        board.save()
        job = make_draft(pay_min=None, pay_max=None, locations=[COAST])

        assert "Needed to publish No pay." in panel(editor, edit_url(job))

    def test_counts_what_it_found(self, editor):
        job = make_draft(pay_min=None, pay_max=None, title="Baker!", locations=[COAST])

        html = editor.get(edit_url(job)).content.decode()
        toggle = html[html.index('data-side-panel-toggle="checklist"') :]

        assert squeezed(toggle[: toggle.index("</button>")]).endswith("2")

    def test_comes_with_every_save_of_the_draft(self, editor):
        job = make_draft(locations=[COAST])
        url, data = form_of(editor, job, title="Baker wanted!")
        assert "Nothing to mend." in panel(editor, url)

        answer = editor.post(url, data, headers={"Accept": "application/json"})

        assert "The title has a “!” or a “*”." in squeezed(answer.json()["html"])

    def test_costs_two_queries(self, editor):
        job = make_draft(locations=[COAST])
        make_job(title=job.title, company=job.company)
        request = RequestFactory().get("/")

        with CaptureQueriesContext(connection) as queries:
            job.get_latest_revision_as_object()
        with_draft = len(queries)
        with CaptureQueriesContext(connection) as queries:
            draft = job.get_latest_revision_as_object()
            assert ChecklistSidePanel(draft, request).findings

        assert len(queries) - with_draft <= 3

    @pytest.mark.parametrize("name", ["checklist", "followers"])
    def test_has_its_place_beside_the_form_of_a_new_job(self, editor, name):
        url = reverse(
            "wagtailadmin_pages:add", args=["jobs", "jobpage", make_board().pk]
        )

        html = editor.get(url).content.decode()

        assert f'data-side-panel="{name}"' in html
        assert "No company." in panel(editor, url)
