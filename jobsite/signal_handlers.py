"""What the project reacts to. ``register_signal_handlers`` is the full list."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.db.models.signals import post_delete, post_migrate, post_save
from wagtail.models import Page, Site
from wagtail.signals import page_unpublished, post_page_move

from jobs import editions
from jobs.models import BoardSettings, JobPage, JobRecord
from jobsite.public import purging, watching
from notifications.models import Announcement

DEFAULT_PORTS = {"http": 80, "https": 443}


def on_migrated(sender: AppConfig, *, using: str, apps: Apps, **kwargs: Any) -> None:
    """Give the default Wagtail site the host and port of ``SITE_URL``.

    Emails and pages would otherwise name different addresses for the same board.
    """
    try:
        apps.get_model("wagtailcore", "Site")
    except LookupError:  # Wagtail was migrated back to nothing.
        return
    url = urlsplit(settings.SITE_URL)
    for site in Site.objects.using(using).filter(is_default_site=True):
        site.hostname = url.hostname or "localhost"
        site.port = url.port or DEFAULT_PORTS[url.scheme]
        site.site_name = site.site_name or BoardSettings().name
        # save(), not update(): it forgets the addresses that Wagtail remembers.
        site.save(using=using)


def on_board_saved(sender: type[Model], instance: BoardSettings, **kwargs: Any) -> None:
    """Call Wagtail's site what the board is called; the admin shows that name."""
    Site.objects.filter(is_default_site=True).update(site_name=instance.name)


def on_migrated_make_cache_tables(
    sender: AppConfig, *, using: str, **kwargs: Any
) -> None:
    """Make the table in which limits are counted, where the database has it.

    So that whatever prepares a database, and every upgrade, needs one command only.
    """
    call_command("createcachetable", database=using, verbosity=0)


def on_jobs_migrated(sender: AppConfig, *, using: str, **kwargs: Any) -> None:
    """Have the database watch what public pages show."""
    watching.install(using)


# What follows matters where a cache is shared or a proxy keeps pages: a database does
# without.


def on_shown_saved(
    sender: type[Model],
    instance: Any,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **kwargs: Any,
) -> None:
    """Begin an edition with what is saved now, unless the public does not see it."""
    watch = watching.WATCH_OF[sender]
    unseen = {*watching.FOR_EDITORS, *watch.unseen}
    is_draft = isinstance(instance, Page) and not instance.live
    is_watched = ("INSERT" if created else "UPDATE") in watch.events
    if is_draft or not is_watched or (update_fields and update_fields <= unseen):
        return
    editions.turn(frame=sender not in (JobPage, JobRecord, Announcement))
    purging.purge(instance)


def on_shown_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Begin an edition without a page, a company, a picture or the like."""
    editions.turn(frame=sender is not JobPage)
    purging.purge(instance)


def on_page_gone_or_moved(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Begin an edition in which a page is not public, or has another address."""
    editions.turn(frame=sender is not JobPage)
    purging.purge(instance)


def register_signal_handlers() -> None:
    """Connect every receiver above. Called once, from ``JobsiteConfig.ready``."""
    # Django sends post_migrate for apps with models only, so not for this one.
    post_migrate.connect(
        on_migrated,
        sender=apps.get_app_config("wagtailcore"),
        dispatch_uid="jobsite.on_migrated",
    )
    post_migrate.connect(
        on_migrated_make_cache_tables,
        sender=apps.get_app_config("wagtailcore"),
        dispatch_uid="jobsite.on_migrated_make_cache_tables",
    )
    post_migrate.connect(
        on_jobs_migrated,
        sender=apps.get_app_config("jobs"),
        dispatch_uid="jobsite.on_jobs_migrated",
    )
    post_save.connect(
        on_board_saved, sender=BoardSettings, dispatch_uid="jobsite.on_board_saved"
    )
    # What is part of a page is saved and deleted with it. No signal is asked of these,
    # without which Django deletes any number of rows at once.
    for watch in watching.WATCHES:
        if watch.model in watching.PARTS:
            continue
        uid = f"jobsite.on_shown.{watch.model._meta.label}"
        post_save.connect(on_shown_saved, sender=watch.model, dispatch_uid=uid)
        if "DELETE" in watch.events:
            post_delete.connect(on_shown_deleted, sender=watch.model, dispatch_uid=uid)
    for signal in (page_unpublished, post_page_move):
        uid = "jobsite.on_page_gone_or_moved"
        signal.connect(on_page_gone_or_moved, dispatch_uid=uid)
