"""What a follower chose to be told, and to have passed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from subscriptions.models import Subscription

if TYPE_CHECKING:
    from subscriptions.models import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a follower asked to be told, and to have passed on."""

    closings_only: bool = False
    remind_before_closing: bool = False
    share_address: bool = False

    @classmethod
    def of(cls, subscription: Subscription) -> Choices:
        """Those that ``subscription`` has."""
        return cls(
            closings_only=subscription.closings_only,
            remind_before_closing=subscription.remind_before_closing,
            share_address=subscription.share_address,
        )


@transaction.atomic
def change_choices(*, subscriber: Subscriber, choices: Mapping[int, Choices]) -> int:
    """Change what a person is told of the jobs they follow; answer how many changed.

    They count for every email that is not sent yet.

    Args:
        subscriber: the person.
        choices: by the key of the subscription; one that is not theirs, or that has
            ended, is passed over.
    """
    rows = Subscription.objects.confirmed().filter(subscriber=subscriber)
    changed = 0
    for row in rows.select_for_update().filter(pk__in=choices).order_by("pk"):
        if Choices.of(row) != choices[row.pk]:
            Subscription.objects.filter(pk=row.pk).update(**asdict(choices[row.pk]))
            changed += 1
    return changed
