"""A running board with its worker and a mail server, and browsers to look at it.

These tests run in a call of their own (``make e2e``). Each of them commits, so each
starts from what the migrations made.
"""

import json
import os

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import expect

from jobsite.signal_handlers import on_migrated
from notifications.models import AnnouncementSettings
from tests.e2e.browsing import Watch
from tests.e2e.readers import make_followed
from tests.e2e.smtp import HOST, MailServer
from tests.factories import make_user

# Playwright keeps an event loop in this thread, which Django takes for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A machine that does something else beside the tests is no reason to fail.
expect.set_options(timeout=20_000)

QUIET_CHROMIUM = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Let Chromium ask nobody but the board."""
    arguments = [*browser_type_launch_args["args"], *QUIET_CHROMIUM]
    return {**browser_type_launch_args, "args": arguments}


@pytest.fixture(scope="session")
def django_db_setup(playwright, django_db_setup):
    """Make the database after Playwright's loop, inside which connections are others.

    What the migrations made is remembered on the connection. Triggers write editions
    of the public pages when it is put back, so those are not remembered.
    """
    rows = json.loads(connection._test_serialized_contents)
    connection._test_serialized_contents = json.dumps(
        [row for row in rows if row["model"] != "jobs.publicchange"]
    )


@pytest.fixture
def board(live_server, django_db_serialized_rollback, settings):
    """The address of a running board as the migrations leave it."""
    settings.SITE_URL = settings.WAGTAILADMIN_BASE_URL = live_server.url
    # Wagtail saves drafts while one types. These editors type faster than anybody,
    # and would press "Publish" in the middle of that.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    on_migrated(apps.get_app_config("wagtailcore"), using="default", apps=apps)
    # Its table is no model's, so nobody else empties it.
    caches["limits"].clear()
    return live_server.url


@pytest.fixture
def followed(board):
    """A job that two people follow."""
    return make_followed()


@pytest.fixture
def smtp(settings):
    """A mail server that the board sends through."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, server.port
    yield server
    server.stop()


@pytest.fixture
def no_quiet_window(board):
    """Followers are told as soon as the worker looks."""
    announcements = AnnouncementSettings.load()
    announcements.quiet_minutes = 0
    announcements.save()


@pytest.fixture
def deliver(board):
    """The worker, which does what is due and ends."""

    def deliver():
        call_command("deliver", once=True)

    return deliver


@pytest.fixture
def watch(board):
    """What browsers complained about, and whom else they asked; nothing, by the end."""
    watch = Watch(board)
    yield watch
    assert watch.complaints == []


@pytest.fixture
def open_browser(new_context, board, watch):
    """Open a browser of somebody new, who has no cookie yet."""

    def open_browser(**options):
        context = new_context(base_url=board, locale="en-GB", **options)
        watch.follow(context)
        return context.new_page()

    return open_browser


@pytest.fixture
def sign_in(board, open_browser):
    """Sign in somebody of ``groups`` in a browser of their own; answer its page."""

    def sign_in(*groups, **fields):
        user = make_user(*groups, **fields)
        page = open_browser()
        page.goto("/admin/login/")
        page.locator("#id_username").fill(user.username)
        page.locator("#id_password").fill("password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{board}/admin/")
        return page

    return sign_in
