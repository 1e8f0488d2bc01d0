"""Text that only this server can read, for places where an address must not lie open.

Encrypted with Fernet of the package ``cryptography``, with a key for each purpose that
is derived from ``SECRET_KEY``. After that key was changed nothing sealed can be read.

Only who seals or opens something carries that package, which takes six megabytes.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def seal(purpose: str, text: str) -> str:
    """Encrypt ``text``; only ``unseal`` for the same purpose reads it."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str, *, within: dt.timedelta | None = None) -> str:
    """Answer the text; "" when it was not sealed here, for this, or not in time."""
    from cryptography.fernet import InvalidToken

    ttl = int(within.total_seconds()) if within else None
    try:
        return _fernet(purpose).decrypt(sealed.encode(), ttl=ttl).decode()
    except InvalidToken:
        return ""


def _fernet(purpose: str) -> Fernet:
    from cryptography.fernet import Fernet

    digest = hashlib.sha256(f"{purpose}{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
