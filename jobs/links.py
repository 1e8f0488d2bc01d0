r"""Which addresses somebody may type into a link of the site.

A list of what is allowed, since a browser runs some of the rest ("javascript:") and
reads others differently than they look: it drops tabs and line breaks, and takes "\"
for "/" (WHATWG URL Standard, 4.4), so that "/\example.org" leaves the site.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _

WEB = URLValidator(schemes=["http", "https"])
EMAIL = EmailValidator()
#: RFC 3966, 3: digits with visual separators, then parameters such as ";ext=12".
PHONE = re.compile(r"tel:\+?[0-9][0-9().-]*(;[a-z-]+=[0-9a-z.-]+)*", re.IGNORECASE)
OWN_PATH = re.compile(r"/(?!/)[^\s\\\x00-\x1f\x7f]*")


def validate_link(address: str) -> None:
    """Refuse all but http(s), mailto, tel and paths of this site.

    Raises:
        ValidationError: what an address begins with, and the one that was meant where
            it can be guessed.
    """
    if is_link(address):
        return
    near = next(filter(is_link, _near(address)), "")
    words = _(
        "An address begins with https://, mailto: or tel:, or with / for a page of "
        "this site."
    )
    if near:
        words += " " + _("Did you mean %(address)s?") % {"address": near}
    raise ValidationError(words, code="link")


def is_link(address: str) -> bool:
    """Whether ``address`` may stand in a link."""
    scheme, _colon, rest = address.partition(":")
    match scheme.lower():
        case "http" | "https":
            return _passes(WEB, address)
        case "mailto":
            mailbox, _mark, query = rest.partition("?")
            return _passes(EMAIL, unquote(mailbox)) and not re.search(r"\s", query)
        case "tel":
            return PHONE.fullmatch(address) is not None
    return OWN_PATH.fullmatch(address) is not None


def _passes(validator: URLValidator | EmailValidator, value: str) -> bool:
    try:
        validator(value)
    except ValidationError:
        return False
    return True


def _near(address: str) -> list[str]:
    """What may have been meant, the likeliest first."""
    together = re.sub(r"\s", "", address)
    if address.lower().startswith("tel:"):
        return [together]
    if ":" in address or not address:
        return []
    bare = address.lstrip("/")
    return [f"tel:{together}", f"mailto:{bare}", f"https://{bare}", f"/{bare}"]
