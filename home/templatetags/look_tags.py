"""What stands around every page: the same for all pages of the site, but for a mark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.images.shortcuts import get_rendition_or_not_found

from jobs.fragments import Memory
from jobs.templatetags.job_tags import jobs_url

if TYPE_CHECKING:
    from home.models import LookSettings

register = template.Library()

#: As this process has shown them: one of each for the page at hand, the pages below a
#: link, and all others.
shown: Memory[str] = Memory(50)
navigations: Memory[list[Link]] = Memory(5)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the navigation; ``current`` is a value of ``aria-current``, or ""."""

    text: str
    url: str
    current: str = ""


@register.simple_tag(takes_context=True)
def masthead(context: dict[str, Any]) -> str:
    """Show the name or the logo, and the navigation with the mark of where one is.

    ``board``, ``look`` and ``home_url`` stand in the context, as everywhere below
    base.html.
    """
    request, home_url = context.get("request"), context["home_url"]
    path = request.path if request else ""
    navigation = [
        replace(link, current=_mark(link.url, path, home_url))
        for link in navigations.get_of_frame(request, "", lambda: _links(context))
    ]
    shown_here = {"navigation": navigation, "home_url": home_url}
    return shown.get_of_frame(
        request,
        ("masthead", *navigation),
        lambda: render_to_string(
            "components/masthead.html", _settings(context) | shown_here
        ),
    )


@register.simple_tag(takes_context=True)
def footer(context: dict[str, Any]) -> str:
    """Show who runs the board, and the links at the foot of every page.

    ``board`` and ``look`` stand in the context, as everywhere below base.html.
    """
    request = context.get("request")
    return shown.get_of_frame(
        request,
        "footer",
        lambda: render_to_string(
            "components/footer.html", _settings(context) | {"request": request}
        ),
    )


@register.simple_tag(takes_context=True)
def favicon_url(context: dict[str, Any]) -> str:
    """Answer the address of the site owner's icon for browser tabs; "" without one."""
    icon = context["look"].favicon

    def find() -> str:
        return get_rendition_or_not_found(icon, "fill-64x64").url if icon else ""

    return shown.get_of_frame(context.get("request"), "favicon", find)


def _settings(context: dict[str, Any]) -> dict[str, Any]:
    return {name: context[name] for name in ("board", "look")}


def _links(context: dict[str, Any]) -> list[Link]:
    look: LookSettings = context["look"]
    if look.navigation:
        links = [Link(x.value.text, x.value.url) for x in look.navigation]
    else:
        links = [
            Link(gettext("Jobs"), jobs_url(context)),
            Link(gettext("What I follow"), reverse("subscriptions:manage")),
        ]
    return [link for link in links if link.text and link.url]


def _mark(url: str, path: str, home_url: str) -> str:
    """Whether ``url`` is the page at ``path``, or one above it; all are below home."""
    # As somebody typed it, it may lack the slash that every page has.
    address = f"{url.rstrip('/')}/"
    if address == path:
        return "page"
    return "true" if address != home_url and path.startswith(address) else ""
