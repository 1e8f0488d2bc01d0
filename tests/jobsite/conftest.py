"""The demo's town, made once for each file of tests."""

import datetime as dt
from io import StringIO
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from time_machine import travel
from wagtail.models import Page, Revision, TaskState

from jobs.models import JobPage
from notifications import clock, reconciling

#: Half of the time that pages take goes into indexes that no test of the town reads.
DEVELOPMENT = {
    "DEMO": True,
    "TASKS": {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}},
}
OURS = ("home", "jobs", "notifications", "subscriptions")


class Town:
    """What may be done to the town, and what is asked of it."""

    def __init__(self, time_machine):
        self._time_machine = time_machine

    def run(self):
        """Run the command again; answers what it says."""
        out = StringIO()
        call_command("demo", stdout=out)
        return out.getvalue()

    def deliver(self):
        """Do all that is due by now, as the worker does."""
        call_command("deliver", once=True)

    def wait(self, **time):
        self._time_machine.move_to(timezone.now() + dt.timedelta(**time))

    def job(self, title):
        return JobPage.objects.get(title=title)

    def differing(self):
        """Titles of jobs whose followers know something else than what is public."""
        return [job.title for job in reconciling.differing()]

    def counts(self):
        """How many there are of everything."""
        models = [
            model
            for name in OURS
            for model in apps.get_app_config(name).get_models()
            if model._meta.required_db_vendor in (None, connection.vendor)
        ]
        return {
            model._meta.label: model._base_manager.count()
            for model in [*models, Page, Revision, TaskState]
        }


@pytest.fixture(scope="module")
def _morning(made_once):
    """When the town was made: whoever waits from then on does not meet midnight."""
    morning = timezone.localtime().replace(hour=9, minute=0)
    with override_settings(**DEVELOPMENT), made_once():
        with (
            travel(morning),
            mock.patch.object(clock, "database_now", timezone.now),
        ):
            call_command("demo", stdout=StringIO())
        yield morning


@pytest.fixture
def town(_morning, db, settings, monkeypatch, time_machine):
    """The town as it was made; what a test does to it is undone."""
    for name, value in DEVELOPMENT.items():
        setattr(settings, name, value)
    monkeypatch.setattr(clock, "database_now", timezone.now)
    time_machine.move_to(_morning)
    return Town(time_machine)
