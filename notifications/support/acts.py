"""What support may do for a person. Each act is in Wagtail's log, and names nobody."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from notifications import clock
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.support import verdicts
from notifications.suppressing import suppress, unsuppress
from notifications.tasks import wake_soon
from subscriptions import services
from subscriptions.addresses import hashed
from subscriptions.models import EndedReason, Subscriber, Subscription

Priority = OutgoingEmail.Priority
State = OutgoingEmail.State

#: What Wagtail's log calls each act: its name, its label, and what was done.
LOG_ACTIONS = (
    ("support.look", _("Look at a follower"), _("Looked at the person")),
    ("support.add", _("Add a follower"), _("Added a job that they follow")),
    ("support.resend", _("Send an email again"), _("Sent an email again")),
    ("support.stop", _("Stop following"), _("Stopped a job that they followed")),
    ("support.stop_all", _("Stop everything"), _("Stopped all that they followed")),
    ("support.block", _("Block an address"), _("Blocked the address")),
    ("support.unblock", _("Unblock an address"), _("Unblocked the address")),
    ("support.erase", _("Erase a person"), _("Erased the person")),
    ("support.download", _("Download a person"), _("Downloaded what is held of them")),
    ("support.export", _("Export followers"), _("Exported followers to a file")),
)


class NotResendable(Exception):
    """Nobody is waiting for it, or it is too late to send it."""


def look(*, subscriber: Subscriber, user: Any) -> None:
    """Note that ``user`` saw who this person is and what they were sent."""
    log(instance=subscriber, action="support.look", user=user)


@transaction.atomic
def resend_confirmation(*, subscription: Subscription, user: Any) -> None:
    """Send the link to confirm once more, at once.

    Raises:
        NotResendable: the person follows already, or the request has ended.
    """
    if subscription.confirmed_at or subscription.ended_at:
        raise NotResendable
    email = _owe_again("confirm", subscription.pk, subscription.subscriber)
    email.subscriptions.add(subscription)
    log(instance=subscription.subscriber, action="support.resend", user=user)
    wake_soon()


@transaction.atomic
def resend_manage_link(*, subscriber: Subscriber, user: Any) -> None:
    """Send the link to everything that the person follows, at once."""
    _owe_again("manage_link", subscriber.pk, subscriber)
    log(instance=subscriber, action="support.resend", user=user)
    wake_soon()


def _owe_again(kind: str, number: int, subscriber: Subscriber) -> OutgoingEmail:
    """Owe a link although it was owed before, since staff were asked for it.

    Once a minute at most, so that a second press of the button changes nothing.
    """
    now = clock.database_now()
    email, _created = OutgoingEmail.objects.get_or_create(
        key=f"again:{kind}:{number}:{now:%Y%m%d%H%M}",
        defaults={
            "kind": OutgoingEmail.Kind(kind.upper()),
            "subscriber": subscriber,
            "priority": Priority.CONFIRMATION,
            "created_at": now,
            "due_at": now,
        },
    )
    return email


@transaction.atomic
def resend_announcement(
    *, announcement: Announcement, subscription: Subscription, user: Any
) -> None:
    """Send an announcement's email to a follower who did not get it.

    Its counters are counted again: it is on its way until this email is settled.

    Raises:
        NotResendable: see ``verdicts.may_resend``.
    """
    now = clock.database_now()
    key = f"a:{announcement.pk}:{subscription.subscriber_id}"
    # Nobody else may send it again, or settle the announcement, meanwhile.
    announcement = Announcement.objects.select_for_update().get(pk=announcement.pk)
    email = OutgoingEmail.objects.select_for_update().filter(key=key).first()
    silence = verdicts.silence_of(subscription.subscriber.address_hash)
    if not verdicts.may_resend(announcement, subscription, email, silence, now):
        raise NotResendable
    queued = {"state": State.QUEUED, "due_at": now, "attempts": 0, "last_code": ""}
    if email is not None:
        OutgoingEmail.objects.filter(pk=email.pk).update(**queued)
    else:
        ending = announcement.is_for_everyone
        OutgoingEmail.objects.create(
            kind=OutgoingEmail.Kind.ANNOUNCEMENT,
            key=key,
            announcement=announcement,
            subscriber_id=subscription.subscriber_id,
            priority=Priority.ENDING if ending else Priority.CHANGE,
            created_at=now,
            **queued,
        )
        announcement.planned = F("planned") + 1
    announcement.state = Announcement.State.SENDING
    announcement.save(update_fields=["planned", "state"])
    log(instance=subscription.subscriber, action="support.resend", user=user)
    wake_soon()


@transaction.atomic
def stop(*, subscription: Subscription, user: Any) -> bool:
    """End one subscription; False if it had ended."""
    ended = services.end_one(subscription=subscription, reason=EndedReason.STAFF)
    if ended:
        log(instance=subscription.subscriber, action="support.stop", user=user)
    return ended


@transaction.atomic
def stop_all(*, subscriber: Subscriber, user: Any) -> int:
    """End everything that a person follows; answer how many subscriptions ended."""
    ended = services.end_for_subscriber(subscriber=subscriber, reason=EndedReason.STAFF)
    log(instance=subscriber, action="support.stop_all", user=user)
    return ended


@transaction.atomic
def block(*, address: str, user: Any) -> None:
    """Write to ``address`` no more, whoever asks for it; also to one nobody knows."""
    suppress(address=address, reason=Suppression.Reason.BLOCKED)
    log(instance=_known_by(address), action="support.block", user=user)


@transaction.atomic
def unblock(*, address: str, user: Any) -> bool:
    """Let ``address`` have email again; False if nothing kept it from that.

    What it followed does not come back by itself.
    """
    if not Suppression.objects.filter(address_hash=hashed(address)).exists():
        return False
    # Before its row goes, which may be all that stands for the address.
    log(instance=_known_by(address), action="support.unblock", user=user)
    return unsuppress(address=address)


def _known_by(address: str) -> Subscriber | Suppression:
    """What stands for an address in the log: the person, or else only its hash."""
    subscriber = Subscriber.objects.with_address(address)
    if subscriber is not None:
        return subscriber
    return Suppression.objects.get(address_hash=hashed(address))


@transaction.atomic
def erase(*, subscriber: Subscriber, user: Any) -> None:
    """Delete a person with everything that is held about them, at once."""
    log(instance=subscriber, action="support.erase", user=user, deleted=True)
    services.erase(email=subscriber.address)


@transaction.atomic
def download(*, subscriber: Subscriber, user: Any) -> dict[str, Any]:
    """Everything that is held about a person, to be handed to them."""
    log(instance=subscriber, action="support.download", user=user)
    return services.personal_data(email=subscriber.address)


def note_export(*, user: Any) -> None:
    """Note that ``user`` took a list of people away in a file."""
    log(instance=user, action="support.export", user=user)
