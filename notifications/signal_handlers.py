"""What this app reacts to. ``register_signal_handlers`` is the full list.

A page signal is a hint that a job may have news; comparing decides, later. So these
receivers note the hint with the editor's wish and line, blank both where they stood,
decide nothing but that a line of what was undone is dropped, and never raise: the
editor's click matters more, and the reconciler finds what they missed. Receivers of our
own signals run in the sender's transaction and may raise: the visitor is asked to try
again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from anymail.signals import tracking
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_unpublished

from jobs.choices import TellFollowers
from jobs.models import JobPage
from notifications import enquiring, services
from notifications.delivery import owing
from notifications.models import Suppression
from notifications.outcomes import note_outcome
from notifications.personal_data import held_about
from notifications.suppressing import reason_of, suppress
from notifications.tasks import wake_soon
from subscriptions.signals import (
    erasing_person,
    manage_link_requested,
    new_subscriber,
    personal_data_requested,
    refusal_requested,
    subscription_requested,
)

if TYPE_CHECKING:
    from subscriptions.models import Subscriber, Subscription

logger = logging.getLogger(__name__)


def on_job_published(
    sender: type[JobPage],
    instance: JobPage,
    revision: Any = None,
    alias: bool = False,
    **kwargs: Any,
) -> None:
    """Note that a job may have changed, and what the editor wishes to be told."""
    # Also sent for each alias, and (wagtail issue 13959) for a page that is only
    # scheduled.
    if alias or instance.alias_of_id or not instance.live:
        return
    with _never_raising(instance.pk):
        services.touch(
            page_id=instance.pk,
            intent=instance.tell_followers,
            note=instance.change_note,
            actor_id=revision.user_id if revision else None,
        )
        _blank_wishes(instance, revision)


def on_job_unpublished(sender: type[JobPage], instance: JobPage, **kwargs: Any) -> None:
    """Note that a job may be gone from public view."""
    # Also sent while a live page is deleted, which ``on_job_deleted`` has noted.
    if not instance.live:
        _touch(instance)


def on_job_deleted(sender: type[JobPage], instance: JobPage, **kwargs: Any) -> None:
    """Note that a job is about to disappear, whichever way it was deleted."""
    _touch(instance, going=True)


def on_privacy_changed(
    sender: type[PageViewRestriction], instance: PageViewRestriction, **kwargs: Any
) -> None:
    """Note that the jobs at and below a page may be gone from public view, or back."""
    with _never_raising(instance.page_id):
        services.touch_below(page_id=instance.page_id)


def _touch(page: JobPage, *, going: bool = False) -> None:
    with _never_raising(page.pk):
        services.touch(page_id=page.pk, intent=TellFollowers.AUTOMATIC, going=going)


@contextmanager
def _never_raising(page_id: int) -> Iterator[None]:
    try:
        # A savepoint: a failed statement must not spoil the editor's transaction.
        with transaction.atomic():
            yield
    except Exception:
        logger.exception("News of job %s not noted", page_id)


def _blank_wishes(page: JobPage, revision: Any) -> None:
    """They hold for one publication, also when a revision is published again."""
    if page.tell_followers == TellFollowers.AUTOMATIC and not page.change_note:
        return
    blank = {"tell_followers": TellFollowers.AUTOMATIC, "change_note": ""}
    JobPage.objects.filter(pk=page.pk).update(**blank)
    if revision is not None:
        # Not save(), which would look at schedules too.
        rows = page.revisions.filter(pk=revision.pk)
        rows.update(content=revision.content | blank)


def on_subscription_requested(
    sender: type[Subscription], instance: Subscription, **kwargs: Any
) -> None:
    """Owe the address a link: to confirm, or to what it follows already."""
    owing.owe_confirmation(instance)
    wake_soon()


def on_new_subscriber(
    sender: type[Subscription], instance: Subscription, **kwargs: Any
) -> None:
    """Have a state to compare the job with, and owe the company a notice."""
    services.ensure_state(record_id=instance.record_id)
    owing.owe_company_notice(instance)
    wake_soon()


def on_manage_link_requested(
    sender: type[Subscriber], address: str, **kwargs: Any
) -> None:
    """Owe the address the link to everything that it follows, if it does."""
    enquiring.owe_manage_link(address)
    wake_soon()


def on_personal_data_requested(
    sender: type[Subscriber], instance: Subscriber | None, address: str, **kwargs: Any
) -> dict[str, Any]:
    """Add which emails went to the person, and whether they must get none."""
    return held_about(address, instance)


def on_refusal_requested(
    sender: type[Subscriber], instance: Subscriber, **kwargs: Any
) -> bool:
    """Say whether the person's address gets no email."""
    rows = Suppression.objects.filter(address_hash=instance.address_hash)
    return rows.exists()


def on_erasing_person(sender: type[Subscriber], address: str, **kwargs: Any) -> None:
    """Forget that the address asked us anything; emails let go of it by their key."""
    enquiring.forget_address(address)


def on_tracking_event(sender: type, event: Any, esp_name: str, **kwargs: Any) -> None:
    """Keep what became of an email; write no more to an address that refused it."""
    note_outcome(event)
    reason = reason_of(event)
    # A provider need not say whom it is about.
    if reason is not None and event.recipient:
        suppress(address=event.recipient, reason=reason)


def register_signal_handlers() -> None:
    """Connect every receiver above. Called once, from ``NotificationsConfig.ready``."""
    # page_published and page_unpublished are plain signals, which ignore
    # "app.Model" strings: they need the class.
    page_published.connect(
        on_job_published, sender=JobPage, dispatch_uid="notifications.on_job_published"
    )
    page_unpublished.connect(
        on_job_unpublished,
        sender=JobPage,
        dispatch_uid="notifications.on_job_unpublished",
    )
    pre_delete.connect(
        on_job_deleted, sender=JobPage, dispatch_uid="notifications.on_job_deleted"
    )
    for signal in (post_save, post_delete):
        signal.connect(
            on_privacy_changed,
            sender=PageViewRestriction,
            dispatch_uid="notifications.on_privacy_changed",
        )
    subscription_requested.connect(
        on_subscription_requested,
        dispatch_uid="notifications.on_subscription_requested",
    )
    new_subscriber.connect(
        on_new_subscriber, dispatch_uid="notifications.on_new_subscriber"
    )
    tracking.connect(on_tracking_event, dispatch_uid="notifications.on_tracking_event")
    manage_link_requested.connect(
        on_manage_link_requested,
        dispatch_uid="notifications.on_manage_link_requested",
    )
    personal_data_requested.connect(
        on_personal_data_requested,
        dispatch_uid="notifications.on_personal_data_requested",
    )
    refusal_requested.connect(
        on_refusal_requested, dispatch_uid="notifications.on_refusal_requested"
    )
    erasing_person.connect(
        on_erasing_person, dispatch_uid="notifications.on_erasing_person"
    )
