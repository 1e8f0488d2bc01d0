from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page

from jobs import feeds, search
from jobs.blocks import RegionBlock
from jobs.models.pages import JobPage
from jobs.models.snippets import Company, JobCategory

JOBS_PER_PAGE = 20


class JobIndexPage(RoutablePageMixin, Page):
    """The list of open jobs, its search, and below it the companies' own lists."""

    intro = models.CharField(
        _("introduction"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences above the list."),
    )

    above = StreamField(
        RegionBlock(),
        verbose_name=_("above the list"),
        blank=True,
        help_text=_("Between the search and the jobs."),
    )
    below = StreamField(
        RegionBlock(),
        verbose_name=_("below the list"),
        blank=True,
        help_text=_("After the last job and the page numbers."),
    )

    content_panels = [*Page.content_panels, "intro", "above", "below"]

    parent_page_types = ["home.HomePage"]
    subpage_types = ["jobs.JobPage"]
    max_count = 1

    class Meta:
        verbose_name = _("job list")

    @path("", name="list")
    def job_list(self, request: HttpRequest) -> HttpResponse:
        """Answer the list, narrowed by ``q``, ``category`` and ``company``.

        What cannot be understood is ignored, so that an old or mistyped address still
        shows jobs.
        """
        query = search.clean(request.GET.get("q", ""))
        category = _by_slug(JobCategory, request.GET.get("category"))
        company = _by_slug(Company, request.GET.get("company"))
        if company and company.is_confidential:
            company = None
        jobs = JobPage.objects.open().listed().newest_first()
        if category:
            jobs = jobs.filter(category_id=category.pk)
        if company:
            jobs = jobs.filter(company_id=company.pk)
        paginator = Paginator(search.search(jobs, query), JOBS_PER_PAGE)
        return self.render(
            request,
            context_overrides={
                "jobs": paginator.get_page(request.GET.get("page")),
                "count": paginator.count,
                "query": query,
                "category": category,
                "company": company,
            },
        )

    @path("feed/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        """Answer the list's newest jobs as Atom, narrowed by the same query string."""
        query = search.clean(request.GET.get("q", ""))
        jobs = JobPage.objects.open().listed().select_related("record").newest_first()
        for name, model in (("category", JobCategory), ("company", Company)):
            found = _by_slug(model, request.GET.get(name))
            jobs = jobs.filter(**{name: found}) if found else jobs
        return feeds.answer(self, request, search.search(jobs, query)[: feeds.ENTRIES])

    @path("company/<slug:slug>/", name="company")
    def company_page(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Answer what a company says of itself and the jobs it has open."""
        company = get_object_or_404(Company, slug=slug, is_confidential=False)
        jobs = JobPage.objects.open().listed().newest_first().filter(company=company)
        return self.render(
            request,
            template="jobs/company.html",
            context_overrides={"company": company, "jobs": list(jobs[:100])},
        )


def _by_slug(model: type[models.Model], slug: str | None) -> Any:
    if not slug or "\x00" in slug:
        return None
    return model._default_manager.filter(slug=slug).first()
