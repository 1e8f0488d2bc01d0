"""Who signs in to the demo."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Group
from wagtail.users.models import UserProfile

#: Each password is the name: these accounts exist in development only.
ACCOUNTS = {
    "admin": "",
    "editor": "Job editors",
    "publisher": "Job publishers",
    "owner": "Site owners",
    "support": "Subscriber support",
}


def accounts() -> dict[str, Any]:
    """The demo's users by name, made where they are missing."""
    return {name: _account(name, group) for name, group in ACCOUNTS.items()}


def _account(name: str, group: str) -> Any:
    model = get_user_model()
    user, created = model.objects.get_or_create(
        username=name,
        defaults={
            "email": f"{name}@marlhaven.example",
            "is_superuser": not group,
            "is_staff": not group,
        },
    )
    if created:
        # Whoever knows the name knows the password: a slow hash would protect nothing.
        # Django puts a proper one in its place at the first sign-in.
        user.password = PBKDF2PasswordHasher().encode(name, secrets.token_hex(8), 1)
        user.save()
        if group:
            user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


@contextlib.contextmanager
def nobody_is_mailed(users: dict[str, Any]) -> Iterator[None]:
    """Keep Wagtail from writing to reviewers about what the demo itself submits."""
    profiles = [UserProfile.get_for_user(user) for user in users.values()]
    wishes = {profile.pk: profile.submitted_notifications for profile in profiles}
    rows = UserProfile.objects.filter(pk__in=wishes)
    rows.update(submitted_notifications=False)
    yield
    for pk, wish in wishes.items():
        rows.filter(pk=pk).update(submitted_notifications=wish)
