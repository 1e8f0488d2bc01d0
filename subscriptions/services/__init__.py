"""What may happen to people and their subscriptions. Every change goes through here."""

from subscriptions.services.audience import (
    followers_of,
    last_confirmed_at,
    recipients,
)
from subscriptions.services.choosing import Choices, change_choices
from subscriptions.services.following import (
    JobNotOpen,
    confirm,
    confirm_waiting,
    follow_with_consent,
    subscribe,
    waiting,
)
from subscriptions.services.privacy import (
    erase,
    personal_data,
    purge_finished,
    purge_unconfirmed,
    request_manage_link,
)
from subscriptions.services.stopping import (
    CannotFollowAgain,
    Obstacle,
    end_for_job,
    end_for_subscriber,
    end_one,
    follow_again,
    obstacle,
    stop_all,
    stop_one,
    unsubscribe,
)

__all__ = [
    "CannotFollowAgain",
    "Choices",
    "JobNotOpen",
    "Obstacle",
    "change_choices",
    "confirm",
    "confirm_waiting",
    "end_for_job",
    "end_for_subscriber",
    "end_one",
    "erase",
    "follow_again",
    "follow_with_consent",
    "followers_of",
    "last_confirmed_at",
    "obstacle",
    "personal_data",
    "purge_finished",
    "purge_unconfirmed",
    "recipients",
    "request_manage_link",
    "stop_all",
    "stop_one",
    "subscribe",
    "unsubscribe",
    "waiting",
]
