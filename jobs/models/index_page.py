from __future__ import annotations

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page

from jobs import choosing, facets, feeds, formatting, listing
from jobs.blocks import RegionBlock
from jobs.filters import NEWEST, JobFilters
from jobs.forms import LineInput
from jobs.models.pages import JobPage
from jobs.models.settings import BoardSettings
from jobs.models.snippets import Company


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

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro", widget=LineInput),
        "above",
        "below",
    ]

    parent_page_types = ["home.HomePage"]
    subpage_types = ["jobs.JobPage"]
    max_count = 1

    class Meta:
        verbose_name = _("job list")

    @path("", name="list")
    def job_list(self, request: HttpRequest) -> HttpResponse:
        """Answer the list, narrowed and ordered by the query string.

        Three queries of its own: all counts, once for each edition, which jobs are on
        the page, and what is shown of them.
        The answer is the same whole page whether htmx asks for it or a browser.
        """
        filters = self._filters(request)
        found = facets.known.get_of_edition(
            request, filters.narrowing, lambda: facets.count(filters)
        )
        after = request.GET.get("after", "")
        jobs = listing.page_of(
            filters,
            found.total,
            number=request.GET.get("page", ""),
            after=after,
            request=request,
        )
        chips, address = choosing.chips(filters, found), self.get_full_url(request)
        return self.render(
            request,
            context_overrides={
                "jobs": jobs,
                "filters": filters,
                "facets": found,
                "chosen_sort": "" if filters.order == NEWEST else filters.order,
                "chips": chips,
                "sorts": choosing.sorts(filters),
                "pages": choosing.pages(filters, jobs),
                "heading": choosing.heading(self.seo_title or self.title, chips),
                "canonical": f"{address}{choosing.here(filters, jobs, after)}",
                "near": [] if found.total else choosing.near(filters, found),
                "is_indexed": choosing.is_indexed(filters, found)
                and jobs.number is not None,
            },
        )

    @path("feed/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        """Answer the list's newest jobs as Atom, narrowed by the same query string."""
        filters = self._filters(request)
        jobs = listing.first_of(filters.narrowed(), feeds.ENTRIES, request)
        # The one spelling of it: whatever a reader wrote, it is the same feed.
        query = filters.query_string(sort=None)
        return feeds.answer(self, request, jobs, query=query)

    @path("company/<slug:slug>/", name="company")
    def company_page(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Answer what a company says of itself, has open, and has closed lately.

        A confidential company has no page. One that is archived keeps it.
        """
        companies = Company.objects.select_related("logo")
        company = get_object_or_404(companies, slug=slug, is_confidential=False)
        below = self.reverse_subpage("company", args=[company.slug])
        jobs, total = listing.of_company(company, request)
        closed = JobPage.objects.closed_lately(company)
        return self.render(
            request,
            template="jobs/company.html",
            context_overrides={
                "company": company,
                "canonical": f"{self.get_full_url(request)}{below}",
                "jobs": jobs,
                "total": total,
                "places": formatting.listed(x for job in jobs for x in job.towns),
                "closed": closed,
            },
        )

    def _filters(self, request: HttpRequest) -> JobFilters:
        currency = BoardSettings.load(request_or_site=request).default_currency
        return JobFilters(request.GET, currency=currency)
