"""What this app reacts to. ``register_signal_handlers`` is the full list."""

from __future__ import annotations

import logging
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, post_save, pre_delete
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import (
    init_new_page,
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from jobs import listing_sql
from jobs.models import (
    BoardSettings,
    Company,
    JobLocation,
    JobPage,
    JobPath,
    JobRecord,
)

logger = logging.getLogger(__name__)

#: What decides what a company is called.
NAMES_OF_A_COMPANY = {"name", "is_confidential"}


def on_job_published(
    sender: type[JobPage], instance: JobPage, alias: bool = False, **kwargs: Any
) -> None:
    """Bring the job's record up to date and note the path that it is public at."""
    # Wagtail also sends this for a page that is only scheduled, and for each alias.
    if alias or instance.alias_of_id or not instance.live:
        return
    try:
        with transaction.atomic():
            JobRecord.keep(instance, path=instance.get_url_parts()[2])
    except Exception:
        logger.exception("Record of job %s not kept", instance.pk)


def on_job_unpublished(sender: type[JobPage], instance: JobPage, **kwargs: Any) -> None:
    """Note since when a job's page is no longer public."""
    # Also sent while a live page is deleted, which ``on_job_deleted`` has noted.
    if not instance.live:
        _note_gone(instance)


def on_job_deleted(sender: type[JobPage], instance: JobPage, **kwargs: Any) -> None:
    """Note since when a job's page is gone, in the transaction that deletes it."""
    _note_gone(instance)


def _note_gone(page: JobPage) -> None:
    try:
        with transaction.atomic():
            if page.alias_of_id:
                # Its address leads to the job that it mirrored, or says that it is gone.
                record = JobRecord.for_page(page)
                path = page.get_url_parts()[2]
                JobPath.objects.update_or_create(path=path, defaults={"record": record})
                return
            JobRecord.objects.filter(page_id=page.pk, gone_at=None).update(
                gone_at=timezone.now()
            )
    except Exception:
        logger.exception("End of job %s not noted", page.pk)


def on_page_moved(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """Note the new paths of the jobs at and below a page that moved or was renamed."""
    try:
        with transaction.atomic():
            page = Page.objects.get(pk=instance.pk)
            JobRecord.note_paths_below(page)
    except Exception:
        logger.exception("Paths below page %s not kept", instance.pk)


def on_company_saved(
    sender: type[Company],
    instance: Company,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **kwargs: Any,
) -> None:
    """Have emails and pages call a company what it is called, or no longer name it."""
    if not created and (update_fields is None or update_fields & NAMES_OF_A_COMPANY):
        JobRecord.call_company(instance)


def on_new_page(sender: type, page: Any, **kwargs: Any) -> None:
    """Start a new job with the country, currency and pay period of the board."""
    if not isinstance(page, JobPage):
        return
    board = BoardSettings.load()
    page.pay_currency = board.default_currency
    page.pay_period = board.default_pay_period
    page.locations = [JobLocation(country=board.default_country)]


def on_migrated(sender: Any, using: str, **kwargs: Any) -> None:
    """Have the database keep the list of jobs; a migration may have undone it."""
    listing_sql.install(using)


def on_connected(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Let SQLite write in lower case what is no ASCII, as PostgreSQL does."""
    if connection.vendor == "sqlite":
        # By this name triggers find it, and where nobody gave it they find its own.
        connection.connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def register_signal_handlers() -> None:
    """Connect every receiver above. Called once, from ``JobsConfig.ready``."""
    page_published.connect(
        on_job_published, sender=JobPage, dispatch_uid="jobs.on_job_published"
    )
    page_unpublished.connect(
        on_job_unpublished, sender=JobPage, dispatch_uid="jobs.on_job_unpublished"
    )
    pre_delete.connect(
        on_job_deleted, sender=JobPage, dispatch_uid="jobs.on_job_deleted"
    )
    page_slug_changed.connect(on_page_moved, dispatch_uid="jobs.on_page_renamed")
    post_page_move.connect(on_page_moved, dispatch_uid="jobs.on_page_moved")
    post_save.connect(
        on_company_saved, sender=Company, dispatch_uid="jobs.on_company_saved"
    )
    init_new_page.connect(on_new_page, dispatch_uid="jobs.on_new_page")
    connection_created.connect(on_connected, dispatch_uid="jobs.on_connected")
    post_migrate.connect(
        on_migrated,
        sender=apps.get_app_config("jobs"),
        dispatch_uid="jobs.on_migrated",
    )
