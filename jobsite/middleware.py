"""What is true of every request: who sent it, and what its answer may load."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from csp.constants import UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class ClientAddressMiddleware:
    """Makes ``REMOTE_ADDR`` the address of the visitor, behind our own proxies too.

    Each proxy adds whom it speaks for to the right of X-Forwarded-For. Read from there,
    the first address that is none of ``TRUSTED_PROXIES`` is the visitor's; what stands
    to the left of it anybody may have written. A socket of this machine, which has no
    address, is trusted as a proxy is.
    """

    def __init__(
        self, get_response: "Callable[[HttpRequest], HttpResponseBase]"
    ) -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponseBase":
        said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        peer = request.META.get("REMOTE_ADDR", "")
        while said and _is_proxy(peer):
            peer, before = said.pop().strip(), peer
            if not _is_address(peer):
                peer, said = before, []
        request.META["REMOTE_ADDR"] = peer
        return self.get_response(request)


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _is_proxy(peer: str) -> bool:
    if not peer:
        return bool(settings.TRUSTED_PROXIES)
    if not _is_address(peer):
        return False
    address = ip_address(peer)
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in settings.TRUSTED_PROXIES)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Sends the policy of the settings, relaxed for the admin.

    Wagtail's editor, page explorer and reports write scripts and styles into their
    pages, and show chosen pictures from memory ("blob:"). Never add a nonce there: it
    would switch 'unsafe-inline' off.
    """

    def get_policy_parts(
        self,
        request: "HttpRequest",
        response: "HttpResponseBase",
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(reverse("wagtailadmin_home")):
            parts.update = (parts.update or {}) | {
                "script-src": [UNSAFE_INLINE],
                "style-src": [UNSAFE_INLINE],
                "img-src": ["blob:"],
            }
        return parts
