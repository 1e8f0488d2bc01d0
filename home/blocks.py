"""The blocks from which site owners compose their pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from jobs.blocks import PROSE_FEATURES, PictureBlock
from jobs.choices import Workplace
from jobs.models import Company, JobCategory, JobPage

PAGE_FEATURES = [*PROSE_FEATURES, "h3", "hr"]


class HeroBlock(blocks.StructBlock):
    """The largest words on the site, and the search."""

    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    text = blocks.TextBlock(label=_("text"), required=False, max_length=300)
    show_search = blocks.BooleanBlock(
        label=_("show the search"), required=False, default=True
    )

    class Meta:
        icon = "title"
        label = _("Opening")
        template = "home/blocks/hero.html"
        preview_value = {
            "heading": "Work in Marlhaven and along the coast",
            "text": "Follow a job and hear when it changes, when it closes, and "
            "nothing else.",
            "show_search": True,
        }
        description = _("A large heading with one sentence and the job search")


class TextBlock(blocks.StructBlock):
    """A heading in the margin and running text beside it."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=80)
    text = blocks.RichTextBlock(label=_("text"), features=PAGE_FEATURES)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "home/blocks/text.html"
        preview_value = {
            "heading": "How following works",
            "text": "<p>There is no account and no password. Leave an address at a "
            "job and press the button in the email.</p>",
        }
        description = _("A heading in the margin with running text beside it")


class ImageSectionBlock(blocks.StructBlock):
    """One picture over the whole text width, with a caption."""

    image = PictureBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "home/blocks/image.html"
        description = _("One picture with an optional caption")


class LatestJobsBlock(blocks.StructBlock):
    """The newest open jobs, in three columns."""

    heading = blocks.CharBlock(label=_("heading"), default=_("Latest jobs"))
    count = blocks.IntegerBlock(
        label=_("how many"), default=6, min_value=3, max_value=12
    )

    class Meta:
        icon = "list-ul"
        label = _("Latest jobs")
        template = "home/blocks/latest_jobs.html"
        preview_value = {"heading": "Latest jobs", "count": 6}
        description = _("The newest open jobs, in three columns")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        jobs = JobPage.objects.open().listed().newest_first()
        context["jobs"] = list(jobs[: value["count"]])
        context["total"] = JobPage.objects.open().count()
        return context


class JobsByCriteriaBlock(blocks.StructBlock):
    """Open jobs that share something: a field, a workplace, an early closing date."""

    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    category = SnippetChooserBlock(
        JobCategory, label=_("field of work"), required=False
    )
    workplace = blocks.ChoiceBlock(
        label=_("workplace"), choices=Workplace.choices, required=False
    )
    closing_within_days = blocks.IntegerBlock(
        label=_("closing within days"),
        required=False,
        min_value=1,
        max_value=60,
        help_text=_("Only jobs that close this soon, the earliest first."),
    )
    count = blocks.IntegerBlock(
        label=_("at most"), default=6, min_value=1, max_value=20
    )

    class Meta:
        icon = "filter"
        label = _("Jobs by criteria")
        template = "home/blocks/jobs_by_criteria.html"
        preview_value = {
            "heading": "Closing this week",
            "category": None,
            "workplace": "",
            "closing_within_days": 7,
            "count": 4,
        }
        description = _("A table of open jobs that share a field or a closing date")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        now = timezone.now()
        jobs = JobPage.objects.open(now).listed()
        if value["category"]:
            jobs = jobs.filter(category_id=value["category"].pk)
        if value["workplace"]:
            jobs = jobs.filter(workplace=value["workplace"])
        if value["closing_within_days"]:
            until = now + dt.timedelta(days=value["closing_within_days"])
            jobs = jobs.filter(closes_at__lte=until).closing_soonest()
        else:
            jobs = jobs.newest_first()
        context["jobs"] = list(jobs[: value["count"]])
        context["total"] = jobs.count()
        return context


class CompaniesBlock(blocks.StructBlock):
    """Companies that have open jobs, with how many."""

    heading = blocks.CharBlock(label=_("heading"), default=_("Companies hiring now"))
    count = blocks.IntegerBlock(
        label=_("at most"), default=6, min_value=3, max_value=30
    )

    class Meta:
        icon = "group"
        label = _("Companies")
        template = "home/blocks/companies.html"
        preview_value = {"heading": "Companies hiring now", "count": 6}
        description = _("Companies that have open jobs, with how many")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        open_jobs = JobPage.objects.open().values("pk")
        companies = (
            Company.objects.filter(is_confidential=False)
            .annotate(open_jobs_count=Count("jobs", filter=Q(jobs__in=open_jobs)))
            .filter(open_jobs_count__gt=0)
            .select_related("logo")
            .order_by("-open_jobs_count", "name", "pk")
        )
        context["companies"] = list(companies[: value["count"]])
        return context


class CallToActionBlock(blocks.StructBlock):
    """One sentence and one button."""

    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    text = blocks.TextBlock(label=_("text"), max_length=300)
    button_text = blocks.CharBlock(
        label=_("words on the button"),
        max_length=40,
        help_text=_("A verb and an object, such as “See all jobs”."),
    )
    page = blocks.PageChooserBlock(label=_("page"), required=False)
    url = blocks.URLBlock(
        label=_("or another address"),
        required=False,
        help_text=_("Used when no page is chosen."),
    )

    class Meta:
        icon = "arrow-right"
        label = _("Call to action")
        template = "home/blocks/call_to_action.html"
        preview_value = {
            "heading": "Hiring on the coast?",
            "text": "Write to us, and your job stands here tomorrow.",
            "button_text": "Write to us",
            "page": None,
            "url": "https://marlhaven.example/",
        }
        description = _("One sentence and one button")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        request = (parent_context or {}).get("request")
        page = value["page"]
        context["link"] = page.get_url(request) if page else value["url"]
        return context


class PageBodyBlock(blocks.StreamBlock):
    """Everything that a page may be composed of, in any order."""

    hero = HeroBlock()
    text = TextBlock()
    image = ImageSectionBlock()
    latest_jobs = LatestJobsBlock()
    jobs_by_criteria = JobsByCriteriaBlock()
    companies = CompaniesBlock()
    call_to_action = CallToActionBlock()


class LinkValue(blocks.StructValue):
    @property
    def text(self) -> str:
        """What the link says: its own words, else the page's title."""
        page = self.get("page")
        return self.get("title") or (page.title if page else "")

    @property
    def url(self) -> str:
        """Where it leads: a page's address as it is now, else the typed one."""
        page = self.get("page")
        return (page.url or "") if page else self.get("address") or ""


class LinkBlock(blocks.StructBlock):
    """A link to one of our pages or to any other address."""

    title = blocks.CharBlock(label=_("words"), required=False, max_length=40)
    page = blocks.PageChooserBlock(label=_("page"), required=False)
    address = blocks.CharBlock(
        label=_("or an address"),
        required=False,
        help_text=_("Such as https://example.org/ or /jobs/?q=bread"),
    )

    class Meta:
        icon = "link"
        value_class = LinkValue
        label = _("Link")


class LinkColumnBlock(blocks.StructBlock):
    """A heading with links below it, in the footer."""

    heading = blocks.CharBlock(label=_("heading"), max_length=40)
    links = blocks.ListBlock(LinkBlock(), label=_("links"))

    class Meta:
        icon = "list-ul"
        label = _("Column")
