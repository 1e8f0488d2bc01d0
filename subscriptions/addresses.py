"""Email addresses: what counts as the same one, and how to show one.

An address is written to as it was typed. Its identity is its local part in lower case
and its domain as an A-label (RFC 5890); ``+tag`` and dots stay, since only the
receiving server knows what they mean.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email


def validated(address: str) -> str:
    """Answer ``address`` in the form that mail servers take.

    A domain in other letters becomes its A-label, so that every relay can send to it.

    Raises:
        ValidationError: nobody can be written to at this address. Its message tells a
            visitor how an address looks.
    """
    try:
        found = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise ValidationError(
            _(
                "That does not look like an email address. It should be like "
                "name@example.org."
            ),
            code="invalid",
        ) from error
    return f"{found.local_part}@{found.ascii_domain}"


def normalised(address: str) -> str:
    """The identity of an address, for comparing."""
    address = address.strip()
    if not address.isascii():
        # What is no address stays as it is: it only has to be the same each time.
        with contextlib.suppress(ValidationError):
            address = validated(address)
    return address.lower()


def hashed(address: str) -> str:
    """The keyed hash under which an address is looked up: 64 hexadecimal digits.

    It needs ``ADDRESS_KEY``, so that a stolen table cannot be searched for a guess.
    """
    key = settings.ADDRESS_KEY.encode()
    return hmac.new(key, normalised(address).encode(), hashlib.sha256).hexdigest()


def masked(address: str) -> str:
    """Show an address to somebody who may know it: "a•••@example.org"."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
