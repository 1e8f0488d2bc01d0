"""Whether the board works, for whatever watches it."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.health import health

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 and "ok", or 503 and what is wrong, in words."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database cannot be reached")
        return JsonResponse(
            {"status": "failing", "reasons": [_("The database cannot be reached.")]},
            status=503,
        )
    found = health()
    answer = {"status": "ok" if found.is_well else "failing", "email": found.as_json()}
    if found.is_well:
        return JsonResponse(answer)
    return JsonResponse(answer | {"reasons": found.reasons}, status=503)
