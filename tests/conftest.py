"""What every test may rely on."""

import gc
import os
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.test import TransactionTestCase
from wagtail.models import Page

from jobsite.bootstrap.__main__ import chromium
from tests import migrated
from tests.processes import begin_a_process

# The same examples in every run, however slow the machine is, so that a run that fails
# fails again. New ones: HYPOTHESIS_PROFILE=searching make slow
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile(
    "searching", hypothesis.settings.get_profile("steady"), derandomize=False
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


#: Of the browser's tests, those that `make test` has time for: what visitors do.
JOURNEYS = {"test_main_story.py", "test_following.py"}


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("e2e")
            if item.path.name not in JOURNEYS:
                item.add_marker("slow")


def pytest_collection_finish():
    """Collect garbage less often, and never look through what was imported.

    Looking through all of it again and again took a fourteenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings, request, django_db_keepdb):
    """Begin with a database that is migrated already, but for ``--create-db``.

    Django keeps what it finds, and has nothing left to migrate.
    """
    database = settings.DATABASES["default"]
    if django_db_keepdb or request.config.getoption("create_db"):
        return django_db_keepdb
    if not database["ENGINE"].endswith("sqlite3"):
        return False
    migrated.copy_to(Path(database["TEST"]["NAME"]))
    return True


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Each test begins as a process does: other tests had other pages."""
    begin_a_process()


@pytest.fixture(scope="session")
def made_once(django_db_setup, django_db_blocker):
    """A function: what is made under it is there for several tests, until it ends.

    For fixtures of a class or a module; what each test does to it is undone.
    """

    @contextmanager
    def made_once():
        with django_db_blocker.unblock(), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return made_once


@pytest.fixture
def unindexed(settings):
    """Half of the time that a page takes goes into indexes that few tests read."""
    dummy = "django_tasks.backends.dummy.DummyBackend"
    settings.TASKS = {"default": {"BACKEND": dummy}}


@pytest.fixture
def indexed(settings):
    """Indexes of searches and references, in a folder that has none."""
    immediate = "django_tasks.backends.immediate.ImmediateBackend"
    settings.TASKS = {"default": {"BACKEND": immediate}}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the Chromium of the machine, which cannot be in a sandbox under root."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": sandbox,
    }


@pytest.fixture(scope="module")
def redis_url():
    """An empty database of the Redis of ``REDIS_URL``, for this module alone."""
    server = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379").rstrip("/")
    mark = f"tests of jobs board {uuid4()}"
    for number in range(15, 0, -1):
        client = redis.Redis.from_url(f"{server}/{number}", decode_responses=True)
        try:
            taken = client.dbsize()
        except redis.ConnectionError:
            pytest.skip(f"Redis does not answer on {server}: apt install redis-server")
        if not taken and client.set(mark, "", nx=True) and client.dbsize() == 1:
            yield f"{server}/{number}"
            client.flushdb()
            client.close()
            return
    pytest.skip(f"Redis on {server} has no empty database")


@pytest.fixture
def committed(_rows_stay, transactional_db):
    """A database where commits are real, for threads and rollbacks.

    What a test leaves is deleted row by row: a flush would also take what migrations
    made, from every test after this one.
    """


@pytest.fixture
def _rows_stay(django_db_setup, django_db_blocker, monkeypatch):
    assert not connection.in_atomic_block, "no test beside `made_once` may commit"
    with django_db_blocker.unblock():
        there = {model: set(_keys(model)) for model in [Page, *_plain_models()]}

    def forget(test_case):
        for page in Page.objects.exclude(pk__in=there.pop(Page)).order_by("-depth"):
            page.delete()
        # Keys are looked at when the transaction ends, so the order does not matter.
        with transaction.atomic():
            for model, keys in there.items():
                rows = model._base_manager.exclude(pk__in=keys)
                rows._raw_delete(rows.db)
        # Its table is no model's.
        caches["limits"].clear()
        connection.close()

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", forget)


def _plain_models():
    """Every table but those of pages and of the search index, which follows them."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not issubclass(model, Page)
        and model._meta.app_label not in ("wagtailsearch", "modelsearch")
    ]


def _keys(model):
    return model._base_manager.values_list("pk", flat=True)
