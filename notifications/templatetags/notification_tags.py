"""What templates of every app may ask about announcements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext_lazy as _

from jobs.models import JobPage
from jobs.wording import ChangeLine, ended_word
from notifications.endings import EndingForm, ending_of
from notifications.models import Announcement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wagtail.models import Page

register = template.Library()

ENDING_VERBS: dict[str, Any] = {
    Announcement.Kind.CLOSED: _("Closed"),
    Announcement.Kind.TAKEN_DOWN: _("Taken down"),
    Announcement.Kind.OPEN_AGAIN: _("Open again"),
    Announcement.Kind.CORRECTION: _("Corrected"),
}


@register.inclusion_tag("notifications/includes/timeline.html")
def job_timeline(job: JobPage) -> dict[str, Any]:
    """Show everything that followers of ``job`` were told, the newest first.

    One query, whatever the number of announcements.
    """
    record = job.record_or_none
    told = (
        Announcement.objects.told().filter(record=record).order_by("-version")
        if record
        else []
    )
    entries = [timeline_entry(announcement) for announcement in told]
    if job.posted_at is not None:
        entries.append({"date": job.posted_at, "lines": [], "first_posted": True})
    return {"entries": entries, "job": job}


def timeline_entry(announcement: Announcement) -> dict[str, Any]:
    """One announcement as the timeline and the change component show it."""
    return {
        "date": announcement.created_at,
        "lines": [*ending_lines(announcement), *announcement.lines],
        "note": announcement.note,
    }


def ending_lines(announcement: Announcement) -> list[dict[str, str]]:
    """The line that says that a job ended or opened again; none for a change."""
    verb = ENDING_VERBS.get(announcement.kind)
    if verb is None:
        return []
    word = ended_word(announcement.after)
    return [ChangeLine("availability", str(verb), "", text=word).as_json()]


@register.inclusion_tag("notifications/admin/includes/ending.html", takes_context=True)
def fields_of_ending(context: Any, page: Page) -> dict[str, Any]:
    """Say who is told when ``page`` is unpublished, and ask why it is."""
    found = _ending(context, [page], deletes=False)
    return found | {"with_children": not isinstance(page, JobPage)}


@register.inclusion_tag("notifications/admin/includes/ending.html", takes_context=True)
def bulk_fields_of_ending(
    context: Any, items: list[dict[str, Any]], deletes: bool
) -> dict[str, Any]:
    """Say who is told when several pages are taken down, and ask why they are.

    ``items`` are those of Wagtail's bulk actions.
    """
    return _ending(context, [item["item"] for item in items], deletes=deletes)


def _ending(context: Any, pages: Iterable[Page], *, deletes: bool) -> dict[str, Any]:
    request = context["request"]
    # What was typed stays when a form comes back.
    form = EndingForm(request.POST) if request.method == "POST" else None
    return {"ending": ending_of(pages, form=form), "deletes": deletes}
