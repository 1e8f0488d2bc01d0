"""The steps on the admin's front page: whose they are, and when they go away."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.models import BoardSettings, Company
from jobsite.first_steps import panel_for
from notifications.models import OutgoingEmail
from tests.factories import make_company, make_job, make_user

pytestmark = pytest.mark.django_db
ALL = [
    "Name the board",
    "Say who runs it",
    "Add a company",
    "Publish a job",
    "See an email arrive",
]


def steps(user):
    """The titles of the panel's steps with their ticks; {} for no panel."""
    panel = panel_for(type(user).objects.get(pk=user.pk))
    return {str(x.title): x.is_done for x in panel.steps} if panel else {}


def finish():
    BoardSettings.objects.update(
        name="Jobs & Co", contact_address="us@x.example", postal_address="4 Quay"
    )
    make_job()
    OutgoingEmail.objects.create(
        kind="CONFIRM", key="one", due_at=timezone.now(), sent_at=timezone.now()
    )


class TestSteps:
    def test_are_all_open_on_a_new_board(self):
        assert steps(make_user("Site owners")) == dict.fromkeys(ALL, False)
        assert steps(make_user()) == dict.fromkeys(ALL, False)

    def test_are_ticked_one_by_one(self):
        owner = make_user("Site owners")

        BoardSettings.objects.update(name="Jobs & Co")
        assert [x for x, done in steps(owner).items() if done] == ["Name the board"]
        make_company()
        assert steps(owner)["Add a company"]
        BoardSettings.objects.update(contact_address="us@x.example")
        assert not steps(owner)["Say who runs it"]
        BoardSettings.objects.update(postal_address="4 Quay")
        assert steps(owner)["Say who runs it"]

    def test_do_not_count_a_draft_and_an_email_that_only_waits(self):
        owner = make_user("Site owners")
        make_job().unpublish()
        OutgoingEmail.objects.create(kind="CONFIRM", key="one", due_at=timezone.now())

        assert not steps(owner)["Publish a job"]
        assert not steps(owner)["See an email arrive"]

    def test_go_away_when_all_are_done(self, client):
        owner = make_user("Site owners")
        client.force_login(owner)
        before = client.get(reverse("wagtailadmin_home")).content.decode()
        finish()

        assert "First steps" in before
        assert steps(owner) == {}
        assert (
            "First steps"
            not in client.get(reverse("wagtailadmin_home")).content.decode()
        )

    def test_are_only_those_that_one_may_take(self):
        mine = ["Add a company", "Publish a job"]

        assert list(steps(make_user("Job publishers"))) == mine
        assert list(steps(make_user("Job editors"))) == mine
        assert steps(make_user("Subscriber support")) == {}

    def test_lead_to_pages_that_open(self, client):
        owner = make_user("Site owners")
        client.force_login(owner)

        panel = panel_for(owner)

        for step in panel.steps:
            assert client.get(step.url, follow=True).status_code == 200

    def test_cost_at_most_six_queries(self):
        owner = make_user("Site owners")
        Company.objects.bulk_create(
            Company(name=f"Crumb {n}", slug=f"crumb-{n}") for n in range(50)
        )
        for user in (owner, make_user()):
            fresh = type(user).objects.get(pk=user.pk)
            with CaptureQueriesContext(connection) as queries:
                panel = panel_for(fresh)
                panel.render_html({"request": RequestFactory().get("/")})

            assert len(queries) <= 6
