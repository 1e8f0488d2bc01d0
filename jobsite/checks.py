"""House rules that stop a wrongly configured board before it misleads anybody."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import connections
from wagtail.models import Site


@checks.register(checks.Tags.database)
def one_site(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[checks.CheckMessage]:
    """There is exactly one Wagtail site, the one that ``SITE_URL`` names."""
    errors: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if Site._meta.db_table not in connection.introspection.table_names():
            continue  # Nothing has been migrated yet.
        count = Site.objects.using(alias).count()
        if count != 1:
            errors.append(
                checks.Error(
                    f"This board needs one Wagtail site, and there are {count}.",
                    hint="Links in emails could not tell them apart. Keep the default "
                    "site, in the admin under Settings, Sites.",
                    id="jobsite.E001",
                )
            )
    return errors


@checks.register()
def one_language_and_true_time(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Settings that this project relies on have not been turned."""
    errors: list[checks.CheckMessage] = []
    if settings.WAGTAIL_I18N_ENABLED:
        errors.append(
            checks.Error(
                "WAGTAIL_I18N_ENABLED must stay off.",
                hint="A translated job would be another job, with other followers.",
                id="jobsite.E002",
            )
        )
    if not settings.USE_TZ:
        errors.append(
            checks.Error(
                "USE_TZ must stay on.",
                hint="Closing dates are compared across the change of summer time.",
                id="jobsite.E003",
            )
        )
    errors += [
        checks.Error(
            f"ATOMIC_REQUESTS must stay off (database {alias!r}).",
            hint="On SQLite it takes the write lock for every GET.",
            id="jobsite.E004",
        )
        for alias, database in settings.DATABASES.items()
        if database.get("ATOMIC_REQUESTS")
    ]
    return errors


@checks.register()
def tasks_leave_the_request(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """An engine that ``TASKS_BACKEND`` names is the one that gets the tasks."""
    backend = settings.TASKS["default"]["BACKEND"]
    if not settings.TASKS_BACKEND or not backend.endswith(".ImmediateBackend"):
        return []
    return [
        checks.Error(
            "TASKS_BACKEND names an engine, and TASKS runs tasks in the request.",
            hint="Visitors would wait until their mail is sent. Let the default "
            "backend of TASKS be the engine's, or leave TASKS_BACKEND empty.",
            id="jobsite.E005",
        )
    ]
