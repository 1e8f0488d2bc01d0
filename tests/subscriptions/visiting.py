"""A person who opens a form, types and presses the button, as a test would have it."""

from __future__ import annotations

import re
import time

from django.core import signing
from django.test import Client

FOLLOW = re.compile(r"/subscriptions/jobs/(\d+)/$")
MANAGE = re.compile(r"/subscriptions/manage/$")


def sealed_note(purpose, *, seconds=60):
    """What a form carries that was made ``seconds`` ago."""
    made_at = int(time.time()) - seconds
    signer = signing.Signer(salt="subscriptions.robots", sep="~")
    return signer.sign(f"{purpose}-{made_at}")


def purpose_of(path):
    """For which form a POST to ``path`` is; None if for none that asks."""
    followed = FOLLOW.search(path)
    if followed:
        return f"follow-{followed[1]}"
    return "manage" if MANAGE.search(path) else None


class Visitor(Client):
    """A browser whose forms carry what the page put there a minute ago.

    A test that is about just that posts a ``note`` of its own.
    """

    def post(self, path, data=None, *args, **kwargs):
        purpose = purpose_of(path)
        if purpose is not None and (data is None or isinstance(data, dict)):
            data = {"note": sealed_note(purpose), **(data or {})}
        return super().post(path, data, *args, **kwargs)
