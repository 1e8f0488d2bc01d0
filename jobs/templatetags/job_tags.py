"""What templates of every app may ask about jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from jobs import formatting, listed
from jobs.fragments import Memory
from jobs.models import (
    BoardSettings,
    Company,
    JobCategory,
    JobIndexPage,
    JobPage,
    JobRecord,
)
from jobs.share_cards import ShareCard

if TYPE_CHECKING:
    from jobs.facets import Choice
    from jobs.listed import ListedJob, Offer

register = template.Library()


def _if_known(say: Callable[[Any], str]) -> Callable[[Any], str]:
    """Say nothing of a moment that nobody noted; Django's own filters do the same."""
    return lambda moment: say(moment) if moment else ""


register.filter("day", _if_known(formatting.day))
register.filter("day_long", _if_known(formatting.day_long))
register.filter("day_and_month", _if_known(formatting.day_and_month))
register.filter("moment", _if_known(formatting.moment))
register.filter("moment_long", _if_known(formatting.moment_long))


@register.simple_tag(takes_context=True)
def jobs_url(context: dict[str, Any], **query: str) -> str:
    """Answer the job list's address, with ``query`` as its query string.

    Empty when the site has no job list. Looked up once a page.
    """
    url = _index_url(context)
    given = {key: value for key, value in query.items() if value}
    return f"{url}?{urlencode(given)}" if url and given else url


@register.simple_tag(takes_context=True)
def feed_url(context: dict[str, Any], query: str = "") -> str:
    """Answer the address of the list's feed, narrowed by a query string.

    Empty when the site has no job list.
    """
    url = _index_url(context)
    return f"{url}feed/{query}" if url else ""


@register.simple_tag(takes_context=True)
def category_url(context: dict[str, Any], category: JobCategory) -> str:
    """Answer the address of the list narrowed to ``category``."""
    return jobs_url(context, category=category.slug)


@register.simple_tag(takes_context=True)
def company_url(context: dict[str, Any], company: Company | None) -> str:
    """Answer the address of a company's page; "" for a confidential one or none."""
    url = _index_url(context)
    if not url or company is None or company.is_confidential:
        return ""
    return f"{url}company/{company.slug}/"


@register.simple_tag
def calendar_url(record: JobRecord | None) -> str:
    """Answer the address of a job's closing date for calendars."""
    return reverse("jobs:closing_date", args=[record.pk]) if record else ""


@register.simple_tag
def share_card_url(job: JobPage, board: BoardSettings) -> str:
    """Answer the address, in full, of the picture that stands beside shared links."""
    digest = ShareCard.of(job, board).digest
    return urljoin(settings.SITE_URL, reverse("jobs:share_card", args=[job.pk, digest]))


@register.simple_tag(takes_context=True)
def similar_jobs(context: dict[str, Any], job: JobPage) -> Offer:
    """Offer three open jobs, of the same field first; one query."""
    return listed.similar_to(
        category_id=job.category_id, exclude=job.pk, request=context.get("request")
    )


def _index_url(context: dict[str, Any]) -> str:
    request = context.get("request")
    holder: Any = request if request is not None else context
    cached = getattr(holder, "_job_index_url", None)
    if cached is None:
        cached = _find_index_url(context.get("page"), request)
        holder._job_index_url = cached
    return cached


def _find_index_url(page: Any, request: Any) -> str:
    index = (
        page if isinstance(page, JobIndexPage) else JobIndexPage.objects.live().first()
    )
    return (index.get_url(request) or "") if index else ""


#: What "<", ">" and "&" are in JSON, so that no text ends the element it stands in.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


@register.filter
def linked_data(value: dict[str, Any] | None) -> str:
    """Write ``value`` as JSON-LD for machines; nothing for None.

    A browser runs nothing of it, so the content security policy lets it stand.
    """
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308
    )


#: Jobs as lists of this process have shown them.
shown_jobs: Memory[str] = Memory(2_000)


@register.simple_tag
def listed_job(job: ListedJob, template_name: str, **more: Any) -> str:
    """Show a job of a list by a component, which is given ``job`` and ``more``."""

    def render() -> str:
        return render_to_string(template_name, {"job": job, **more})

    if not job.has_all:
        return render()
    # "Closes tomorrow" is true for a day.
    key = (template_name, *more.items(), timezone.localdate(), job)
    return shown_jobs.get(key, render)


#: Regions as this process has shown them.
shown_regions: Memory[str] = Memory(20)


@register.simple_tag(takes_context=True)
def region(
    context: dict[str, Any], owner: BoardSettings | JobIndexPage, where: str
) -> str:
    """Show the blocks that a site owner placed around a job or the list.

    By components/region.html, which is given ``blocks``, ``where`` and ``request``.
    ``where`` is also the name of the owner's field.
    """
    blocks, request = getattr(owner, where), context.get("request")
    given = {"blocks": blocks, "where": where, "request": request}
    return shown_regions.get_of_frame(
        request,
        (type(owner), where),
        lambda: render_to_string("components/region.html", given),
    )


#: Choices as lists of this process have shown them, without their counts.
shown_boxes: Memory[str] = Memory(2_000)


@register.simple_tag
def facet_box(name: str, value: str, label: str, is_chosen: bool, form: str) -> str:
    """Show the box of a choice and its words, by components/facet_box.html.

    A list has sixty of them, of which none differs from the last one's.
    """
    return shown_boxes.get(
        (name, value, label, is_chosen, form),
        lambda: render_to_string(
            "components/facet_box.html",
            {
                "name": name,
                "value": value,
                "label": label,
                "is_chosen": is_chosen,
                "form": form,
            },
        ),
    )


#: Filters as lists of this process have shown them.
shown_groups: Memory[str] = Memory(500)


@register.simple_tag
def facet_group(name: str, heading: str, choices: list[Choice], form: str) -> str:
    """Show the choices of one filter, by components/facet.html.

    Most changes of a job, and most other filters, leave the counts as they are.
    """
    given = {"name": name, "heading": heading, "choices": choices, "form": form}
    return shown_groups.get(
        (name, heading, form, *choices),
        lambda: render_to_string("components/facet.html", given),
    )
