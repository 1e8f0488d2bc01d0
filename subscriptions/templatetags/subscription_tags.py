"""What templates of every app may ask about following."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse

from jobs.fragments import Memory
from subscriptions import limits, retention, tokens
from subscriptions.forms import FollowForm, HumanForm, purpose_of

if TYPE_CHECKING:
    from jobs.models import JobPage

register = template.Library()


#: The fields of the form on pages of jobs: they differ by the company's name at most.
shown_fields: Memory[str] = Memory(200)


@register.inclusion_tag("subscriptions/includes/follow_form.html", takes_context=True)
def follow_form(context: dict[str, Any], job: JobPage) -> dict[str, Any]:
    """Show the form with which a visitor follows ``job``.

    Empty for a job that has closed, and for one that was never published: it has no
    record that could be followed.
    """
    record = job.record_or_none if job.is_open else None
    if record is None:
        return {}
    given = {
        "has_closing_date": job.closes_at is not None,
        "privacy_url": privacy_url(context),
    }

    def fields() -> str:
        form = FollowForm(record=record, company_name=job.company_name)
        return render_to_string(
            "subscriptions/includes/follow_fields.html", {"form": form, **given}
        )

    key = (job.company_name, *given.values())
    return {
        "job": job,
        "record": record,
        "form": HumanForm(purpose=purpose_of(record), on_cached_page=True),
        "fields": shown_fields.get_of_frame(context.get("request"), key, fields),
        "action": reverse("subscriptions:follow", args=[record.pk]),
    }


@register.simple_tag
def kept_for() -> dict[str, int]:
    """For how many days we keep what, and how long links work: the settings' numbers.

    The names are those of the settings, in short: ``requests``, ``followers``,
    ``addresses``, ``emails``; and ``manage_link``. In minutes: ``counts``, which limit
    how often forms are used.
    """
    return {
        "requests": retention.keep_requests().days,
        "followers": retention.keep_followers().days,
        "addresses": retention.keep_addresses().days,
        "emails": retention.keep_emails().days,
        "manage_link": tokens.MANAGE_WITHIN.days,
        "counts": math.ceil(limits.kept_for().total_seconds() / 60),
    }


def privacy_url(context: dict[str, Any]) -> str:
    """The privacy page's address, from the site settings in the template's context."""
    settings = context.get("settings")
    page = settings["home"]["LookSettings"].public_privacy_page if settings else None
    return page.get_url(context.get("request")) or "" if page else ""
