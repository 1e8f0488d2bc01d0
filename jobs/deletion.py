"""What may not be deleted while something needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from wagtail.admin import messages

from jobs import formatting
from jobs.models import Company, JobPage


def refuse_company_in_use(
    request: HttpRequest, instances: Sequence[Any]
) -> HttpResponse | None:
    """Refuse to delete a company that a job names, before anything is asked.

    Covers the single and the bulk deletion of snippets. Jobs would otherwise stay
    without a company, and their followers be told so.
    """
    companies = [x for x in instances if isinstance(x, Company)]
    jobs = JobPage.objects.filter(company__in=companies)
    names = set(jobs.values_list("company__name", flat=True))
    if not names:
        return None
    text = ngettext(
        "%(names)s still has jobs. Archive the company instead of deleting it.",
        "%(names)s still have jobs. Archive such companies instead of deleting them.",
        len(names),
    )
    messages.error(request, text % {"names": formatting.listed(sorted(names))})
    return redirect("wagtailsnippets_jobs_company:list")
