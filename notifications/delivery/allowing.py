"""Holding mail back that must not leave a machine on which somebody tries things."""

from __future__ import annotations

import ipaddress

from django.conf import settings

NOT_ALLOWED = "held back: not on the list of allowed recipients"


def is_allowed(recipient: str) -> bool:
    """Whether mail to ``recipient`` may leave this machine.

    ``EMAIL_ALLOW_LIST`` names addresses and domains; empty, as in production, it
    allows everybody. It means nothing while no mail leaves anyway.
    """
    allowed = settings.EMAIL_ALLOW_LIST
    if not allowed or _stays_here():
        return True
    domain = recipient.rpartition("@")[2]
    return recipient.lower() in allowed or domain.lower() in allowed


def _stays_here() -> bool:
    """Whether mail goes to a relay on this machine, or into its files.

    A provider's interface has no host among the settings, and is far away.
    """
    host = settings.EMAIL_HOST
    try:
        near = ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = host == "localhost"
    return near and not settings.EMAIL_BACKEND.startswith("anymail.")
