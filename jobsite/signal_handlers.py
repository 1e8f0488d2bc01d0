"""What the project reacts to. ``register_signal_handlers`` is the full list."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_migrate
from wagtail.models import Site

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
        site.site_name = site.site_name or settings.WAGTAIL_SITE_NAME
        # save(), not update(): it forgets the addresses that Wagtail remembers.
        site.save(using=using)


def on_migrated_make_cache_tables(
    sender: AppConfig, *, using: str, **kwargs: Any
) -> None:
    """Make the table in which limits are counted, where the database has it.

    So that whatever prepares a database, and every upgrade, needs one command only.
    """
    call_command("createcachetable", database=using, verbosity=0)


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
