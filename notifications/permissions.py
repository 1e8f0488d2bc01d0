"""Who may see people and their emails in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from notifications.models import OutgoingEmail, Suppression
from subscriptions.models import Subscriber, Subscription


class OnlyPolicy(ModelPermissionPolicy):
    """Allows the given actions to whoever has their right, and no other to anybody."""

    def __init__(self, model: Any, *actions: str) -> None:
        super().__init__(model)
        self.actions = frozenset(actions)

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        return action in self.actions and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: AbstractBaseUser, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Any) -> Any:
        return super().users_with_any_permission(self.actions & set(actions))


def register_policies() -> None:
    """Register the policies; before anything asks for one, so on top of the hooks."""
    register_permission_policy(Subscriber, OnlyPolicy(Subscriber, "view"))
    register_permission_policy(Subscription, OnlyPolicy(Subscription, "view", "add"))
    register_permission_policy(Suppression, OnlyPolicy(Suppression, "view"))
    register_permission_policy(OutgoingEmail, OnlyPolicy(OutgoingEmail, "view"))


def may_decide(user: Any) -> bool:
    """Whether ``user`` may send announcements at once, cancel and correct them."""
    return bool(user.has_perm("notifications.decide_announcement"))


def may_pause(user: Any) -> bool:
    """Whether ``user`` may pause and resume all email."""
    return bool(user.has_perm("notifications.pause_email"))


def may_see_announcements(user: Any) -> bool:
    return bool(user.has_perm("notifications.view_announcement"))


def may_change_texts(user: Any) -> bool:
    """Whether ``user`` may change what emails say."""
    return bool(user.has_perm("notifications.change_emailtext"))


def may_see_emails(user: Any) -> bool:
    """Whether ``user`` may look at what became of single emails."""
    return bool(user.has_perm("notifications.view_outgoingemail"))


def may_see_people(user: Any) -> bool:
    """Whether ``user`` may see who follows what, addresses included."""
    return bool(user.has_perm("subscriptions.view_subscriber"))


def may_help_people(user: Any) -> bool:
    """Whether ``user`` may send emails again, stop, block and unblock."""
    return bool(user.has_perm("subscriptions.change_subscriber"))


def may_erase_people(user: Any) -> bool:
    return bool(user.has_perm("subscriptions.delete_subscriber"))


def may_export_people(user: Any) -> bool:
    """Whether ``user`` may take what is held about people away in a file."""
    return bool(user.has_perm("subscriptions.export_subscriber"))
