from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from home import colours
from home.models import LookSettings

RULES = """\
:root {{
  --accent: {accent};
  --accent-strong: {accent_strong};
}}
@media screen and (prefers-color-scheme: dark) {{
  :root {{
    --accent: {dark};
    --accent-strong: {dark_strong};
  }}
}}
"""


@require_safe
@cache_control(public=True, max_age=300)
def look_css(request: HttpRequest) -> HttpResponse:
    """Answer the site's own accent as custom properties.

    A stylesheet of its own, because the content security policy allows no style in a
    page. A preview names the ``accent`` that is not saved yet.
    """
    accent = request.GET.get("accent", "")
    if not colours.is_colour(accent):
        accent = LookSettings.load(request_or_site=request).accent
    dark = colours.for_dark(accent)
    css = RULES.format(
        accent=accent,
        accent_strong=colours.darker(accent),
        dark=dark,
        dark_strong=colours.lighter(dark),
    )
    return HttpResponse(css, content_type="text/css; charset=utf-8")
