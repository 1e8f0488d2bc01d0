"""The blocks from which site owners compose their pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from jobs import facets, formatting, listing
from jobs.blocks import (
    CallToActionBlock,
    GoalBlock,
    GoalPageBlock,
    GoalValue,
    ImageSectionBlock,
    TextBlock,
)
from jobs.choices import EmploymentType, Workplace
from jobs.filters import JobFilters
from jobs.models import Company, JobCategory, JobListing


class HeroBlock(blocks.StructBlock):
    """The largest words on the site, and the search."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    show_search = blocks.BooleanBlock(
        label=_("Show the search"), required=False, default=True
    )

    class Meta:
        icon = "title"
        label = _("Opening")
        label_format = "{heading}"
        template = "home/blocks/hero.html"
        preview_value = {
            "heading": "Work in Marlhaven and along the coast",
            "text": "Follow a job and hear when it changes, when it closes, and "
            "nothing else.",
            "show_search": True,
        }
        description = _("A large heading with one sentence and the job search")


class LatestJobsBlock(blocks.StructBlock):
    """The newest open jobs, in three columns. Three queries."""

    heading = blocks.CharBlock(label=_("Heading"), default=_("Latest jobs"))
    count = blocks.IntegerBlock(
        label=_("How many"), default=6, min_value=3, max_value=12
    )

    class Meta:
        icon = "list-ul"
        label = _("Latest jobs")
        template = "home/blocks/latest_jobs.html"
        preview_value = {"heading": "Latest jobs", "count": 6}
        description = _("The newest open jobs, in three columns")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        jobs = JobListing.objects.open().order_by("-number")
        request = context.get("request")
        context["jobs"] = listing.first_of(jobs, value["count"], request)
        context["total"] = facets.count_each([jobs])[0]
        return context


class JobsByCriteriaBlock(blocks.StructBlock):
    """Open jobs that share something, such as a field of work or an early closing date.

    Two queries. A confidential company's jobs are not shown by its name.
    """

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    category = SnippetChooserBlock(
        JobCategory, label=_("Field of work"), required=False
    )
    company = SnippetChooserBlock(Company, label=_("Company"), required=False)
    employment_type = blocks.ChoiceBlock(
        label=_("Type"), choices=EmploymentType.choices, required=False
    )
    workplace = blocks.ChoiceBlock(
        label=_("Workplace"), choices=Workplace.choices, required=False
    )
    location = blocks.CharBlock(
        label=_("Place"),
        required=False,
        max_length=100,
        help_text=_("The name of a town or a region, as the jobs have it."),
    )
    closing_within_days = blocks.IntegerBlock(
        label=_("Closing within days"), required=False, min_value=1, max_value=60
    )
    order = blocks.ChoiceBlock(
        label=_("Order"),
        choices=[
            ("newest", _("Newest first")),
            ("closing", _("Closing soonest first")),
            ("pay", _("Highest pay first")),
        ],
        required=False,
        help_text=_("Where none is chosen: the newest, or what closes soonest."),
    )
    look = blocks.ChoiceBlock(
        label=_("Shown as"),
        choices=[
            ("table", _("Table, one row each")),
            ("briefs", _("Briefs, in three columns")),
            ("cards", _("Cards, with a summary")),
        ],
        default="table",
    )
    count = blocks.IntegerBlock(
        label=_("At most"), default=6, min_value=1, max_value=20
    )

    class Meta:
        icon = "sliders"
        label = _("Jobs by criteria")
        label_format = "{heading}"
        template = "home/blocks/jobs_by_criteria.html"
        preview_value = {
            "heading": "Closing this week",
            "category": None,
            "company": None,
            "employment_type": "",
            "workplace": "",
            "location": "",
            "closing_within_days": 7,
            "order": "",
            "look": "table",
            "count": 4,
        }
        description = _(
            "Open jobs of a field, company, place or type, or that close soon"
        )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        days = value.get("closing_within_days")
        order = value.get("order") or ("closing" if days else "newest")
        filters = _filters(value, order, is_soon=days == formatting.WEEK_DAYS)
        jobs = listing.in_order(filters)
        if days:
            until = formatting.midnight_after(days, filters.now)
            jobs = jobs.filter(closes_at__lt=until)
        request = context.get("request")
        context["jobs"] = listing.first_of(jobs, value["count"], request)
        context["query"] = filters.query_string()
        context["narrowed_by_one_field"] = filters.active == ["category"]
        return context


def _filters(value: Any, order: str, *, is_soon: bool) -> JobFilters:
    """What a block shares with the list, which a link then leads to."""
    data = QueryDict(mutable=True)
    for name in ("category", "company"):
        if value.get(name):
            data[name] = value[name].slug
    data["type"] = value.get("employment_type") or ""
    data["workplace"] = value.get("workplace") or ""
    data["location"] = value.get("location") or ""
    data["closing_soon"] = "1" if is_soon else ""
    data["sort"] = order
    return JobFilters(data, currency="")


class CompaniesBlock(blocks.StructBlock):
    """Companies that have open jobs, with how many. Three queries."""

    heading = blocks.CharBlock(label=_("Heading"), default=_("Companies hiring now"))
    count = blocks.IntegerBlock(
        label=_("At most"), default=6, min_value=3, max_value=30
    )

    class Meta:
        icon = "group"
        label = _("Companies")
        template = "home/blocks/companies.html"
        preview_value = {"heading": "Companies hiring now", "count": 6}
        description = _("Companies that have open jobs, with how many")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        jobs = JobListing.objects.open().filter(company=OuterRef("pk")).order_by()
        number = jobs.values("company").annotate(n=Count("pk")).values("n")
        companies = (
            Company.objects.named()
            .with_marks()
            .annotate(open_jobs_count=Subquery(number))
            .filter(open_jobs_count__gt=0)
            .order_by("-open_jobs_count", "name", "pk")
        )
        context["companies"] = list(companies[: value["count"]])
        for company in context["companies"]:
            company.open_jobs = facets.Count.capped(company.open_jobs_count)
        return context


class RetentionBlock(blocks.StructBlock):
    """How long we keep what of a follower: by the settings, so that it stays true."""

    heading = blocks.CharBlock(label=_("Heading"), default=_("For how long"))

    class Meta:
        icon = "time"
        label = _("How long we keep what")
        template = "home/blocks/retention.html"
        preview_value = {"heading": "For how long"}
        description = _(
            "What we keep of a follower and for how long, always up to date"
        )


class PageBodyBlock(blocks.StreamBlock):
    """Everything that a page may be composed of, in any order."""

    hero = HeroBlock()
    text = TextBlock()
    image = ImageSectionBlock()
    latest_jobs = LatestJobsBlock()
    jobs_by_criteria = JobsByCriteriaBlock()
    companies = CompaniesBlock()
    call_to_action = CallToActionBlock()
    retention = RetentionBlock()

    class Meta:
        # The search stands once on a page, and its fields have one name each.
        block_counts = {"hero": {"max_num": 1}}


class LinkValue(GoalValue):
    @property
    def text(self) -> str:
        """What the link says: its own words, else the page's title."""
        page = self.get("page")
        return self.get("title") or (page.title if page else "")

    @property
    def url(self) -> str:
        """Where it leads; "" where that is nowhere, and the link is then left out."""
        return self.goal


class LinkBlock(GoalBlock):
    """A link to one of our pages or to any other address."""

    page = GoalPageBlock(label=_("Page"), required=False)
    address = blocks.CharBlock(
        label=_("Or an address"),
        required=False,
        max_length=500,
        help_text=_("Such as https://example.org/ or /jobs/?q=bread"),
    )
    title = blocks.CharBlock(
        label=_("Words"),
        required=False,
        max_length=40,
        help_text=_("Without them a page is named by its title."),
    )

    class Meta:
        icon = "link"
        value_class = LinkValue
        label = _("Link")
        template = "home/blocks/link.html"
        preview_template = "home/blocks/link_preview.html"
        preview_value = {
            "page": None,
            "address": "/about/",
            "title": "About the board",
        }
        description = _("A page of the site, or any other address")

    def clean(self, value: Any) -> Any:
        """Refuse an address without words, beside what every goal has to be."""
        cleaned = super().clean(value)
        if cleaned["address"] and not cleaned["title"]:
            words = ValidationError(_("Say what the link reads."))
            raise StructBlockValidationError({"title": words})
        return cleaned


class LinkColumnBlock(blocks.StructBlock):
    """A heading with links below it, in the footer."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=40)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"))

    class Meta:
        icon = "list-ul"
        label = _("Column")
        label_format = "{heading}"
        template = "home/blocks/link_column.html"
        preview_value = {
            "heading": "Find work",
            "links": [
                {"page": None, "address": "/", "title": "All jobs"},
                {"page": None, "address": "/?q=nights", "title": "Night work"},
            ],
        }
        description = _("A heading with links below it")
