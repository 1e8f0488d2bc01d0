"""Headers that differ between the public pages and the admin."""

from typing import TYPE_CHECKING

from csp.constants import UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


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
