"""Settings for tests. They do not read ``.env``, so they mean the same to everybody.

``DATABASE_URL`` may name another database, of which tests use a copy of their own.
"""

from pathlib import Path

from jobsite.settings.base import *

SITE_URL = "http://testserver"
WAGTAILADMIN_BASE_URL = SITE_URL
QUIET_MINUTES = 10
LEAST_GAP_HOURS = 0
KEEP_REQUESTS_DAYS = 7
KEEP_FOLLOWERS_DAYS = KEEP_EMAILS_DAYS = 30
KEEP_ADDRESSES_DAYS = 28
TIME_ZONE = "Europe/London"
LANGUAGE_CODE = "en-gb"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: tests begin with a copy of one (tests/migrated.py).
    _name = Path(DATABASES["default"]["NAME"])
    DATABASES["default"]["TEST"] = {"NAME": str(_name.with_name(f"test_{_name.name}"))}
else:
    # These tests do not outlive a crash of the server.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"

# A test that wants an engine names one; the table of this one is there, without the
# twenty migrations that led to it.
TASKS_BACKEND = ""
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
INSTALLED_APPS = [*dict.fromkeys([*INSTALLED_APPS, "django_tasks", "django_tasks_db"])]
MIGRATION_MODULES = {"django_tasks_database": None}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # A table of the test database, so that what one test counts the next one forgets.
    "limits": CACHES["limits"],
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEFAULT_FROM_EMAIL = "Jobs board <jobs@board.example>"

# Slow on purpose everywhere else.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = None
STORAGES["default"]["BACKEND"] = "django.core.files.storage.InMemoryStorage"
