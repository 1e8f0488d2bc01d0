from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.forms import RadioSelect
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    TitleFieldPanel,
)
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from jobs import choices, facts, formatting, search, structured_data
from jobs.blocks import JobBodyBlock
from jobs.forms import JobPageForm, LineInput
from jobs.in_words import JobInWords
from jobs.models.children import JobRequirement, JobTag, load_children
from jobs.models.querysets import JobPageManager
from jobs.models.snippets import Company
from jobs.permissions import JobPermissionTester

if TYPE_CHECKING:
    from jobs.models.records import JobRecord

MAX_PAY_PER_YEAR = Decimal("999999999999.99")


class JobPage(JobInWords, Page):
    """One job.

    Its two ends mean two things: ``closes_at`` closes the job (the page stays and
    says so), Wagtail's ``expire_at`` takes the page down. Publishing, unpublishing
    and deleting it are events that other apps hear: see docs/signals.md.

    ``company`` is required by the form and not by the column: a draft or a scheduled
    revision may name a company that is deleted before it goes live.
    """

    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="jobs",
    )
    category = models.ForeignKey(
        "jobs.JobCategory",
        verbose_name=_("field of work"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="jobs",
    )
    summary = models.CharField(
        _("summary"),
        max_length=200,
        help_text=_("One sentence for lists. What the person will do."),
    )
    employment_type = models.CharField(
        _("type"),
        max_length=10,
        choices=choices.EmploymentType,
        default=choices.EmploymentType.FULL_TIME,
    )
    workplace = models.CharField(
        _("workplace"),
        max_length=7,
        choices=choices.Workplace,
        default=choices.Workplace.ON_SITE,
    )
    pay_min = models.DecimalField(
        _("pay from"), max_digits=11, decimal_places=2, null=True, blank=True
    )
    pay_max = models.DecimalField(
        _("pay to"), max_digits=11, decimal_places=2, null=True, blank=True
    )
    pay_currency = models.CharField(
        _("currency"),
        max_length=3,
        choices=choices.Currency,
        default=choices.Currency.GBP,
    )
    pay_period = models.CharField(
        _("pay period"),
        max_length=5,
        choices=choices.PayPeriod,
        default=choices.PayPeriod.YEAR,
    )
    pay_per_year = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, editable=False
    )
    closes_at = models.DateTimeField(
        _("closes at"),
        null=True,
        blank=True,
        help_text=_(
            "The page stays and says “closed”. To take the page away at a set time, "
            "set its expiry in the status panel instead."
        ),
    )
    closed_reason = models.CharField(
        _("closed because"),
        max_length=9,
        choices=choices.ClosedReason,
        blank=True,
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    body = StreamField(JobBodyBlock(), verbose_name=_("about this job"))
    apply_url = models.URLField(
        _("web address to apply at"), max_length=500, blank=True
    )
    apply_email = models.EmailField(_("email address to apply to"), blank=True)
    tags = ClusterTaggableManager(
        through=JobTag,
        blank=True,
        help_text=_("Words that people search for, such as “bread” or “nights”."),
    )
    tell_followers = models.CharField(
        _("tell followers"),
        max_length=11,
        choices=choices.TellFollowers,
        default=choices.TellFollowers.AUTOMATIC,
        help_text=_("Not telling them is noted in the history."),
    )
    change_note = models.CharField(
        _("a line for followers"),
        max_length=300,
        blank=True,
        help_text=_(
            "Optional. They see it under the changes, and so does everyone who reads "
            "the page of the job."
        ),
    )
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)
    words = models.TextField(default="", editable=False)

    objects = JobPageManager()

    base_form_class = JobPageForm
    exclude_fields_in_copy = [
        "tell_followers",
        "change_note",
        "posted_at",
        "closed_reason",
        "closed_at",
    ]
    content_panels = [
        TitleFieldPanel(
            "title", placeholder=_("Job title"), help_text=_("As the ad says it.")
        ),
        "company",
        FieldPanel("summary", widget=LineInput),
        FieldRowPanel(["employment_type", "workplace"]),
        InlinePanel(
            "locations",
            heading=_("Places"),
            label=_("Place"),
            help_text=_("For a remote job: the countries that one may live in."),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(["pay_min", "pay_max"]),
                FieldRowPanel(["pay_currency", "pay_period"]),
            ],
            heading=_("Pay"),
        ),
        "closes_at",
        FieldPanel("body"),
        InlinePanel("requirements", heading=_("Requirements"), label=_("Requirement")),
        MultiFieldPanel(
            [FieldRowPanel(["apply_url", "apply_email"])],
            heading=_("How to apply (one at least)"),
        ),
        FieldRowPanel(["category", "tags"]),
        MultiFieldPanel(
            [
                FieldPanel("tell_followers", widget=RadioSelect),
                FieldPanel("change_note", widget=LineInput),
            ],
            heading=_("Followers, this time"),
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.RelatedFields("company", [index.SearchField("name")]),
        index.RelatedFields(
            "locations", [index.SearchField("place"), index.SearchField("region")]
        ),
        index.FilterField("id"),
        index.FilterField("closed_reason"),
        index.FilterField("closes_at"),
        index.FilterField("posted_at"),
        index.FilterField("company_id"),
        index.FilterField("category_id"),
    ]

    parent_page_types = ["jobs.JobIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        # Public lists have a table of their own, jobs.models.listing. One column each:
        # PostgreSQL may look a key up in an index that only ends with it, and read all.
        indexes = [
            models.Index(fields=["-posted_at"], name="jobs_newest"),
            models.Index(fields=["closes_at"], name="jobs_closing"),
            models.Index(
                fields=["closed_at"],
                condition=models.Q(closed_at__isnull=False),
                name="jobs_closed",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping what lists sort by and search in step with the facts."""
        self.derive()
        if self.live and self.posted_at is None:
            self.posted_at = timezone.now()
        if not self.closed_reason:
            self.closed_at = None
        elif self.closed_at is None:
            self.closed_at = timezone.now()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Set the columns that follow from others; for those that write rows in bulk."""
        self.pay_per_year = self._pay_per_year()
        tags = [item.tag.name for item in self.tagged_items.all()]
        self.words = search.words_of(self.body.get_prep_value(), tags)

    def _pay_per_year(self) -> Any:
        amount = self.pay_max if self.pay_max is not None else self.pay_min
        if amount is None:
            return None
        periods = choices.PERIODS_A_YEAR[choices.PayPeriod(self.pay_period)]
        # A slip of nine digits an hour must not break the column, nor every list.
        return min(amount * periods, MAX_PAY_PER_YEAR)

    def with_content_json(self, content: dict[str, Any]) -> JobPage:
        """Keep the moments that belong to the job and not to a revision of it."""
        obj = super().with_content_json(content)
        obj.posted_at = self.posted_at
        obj.closed_at = self.closed_at
        return obj

    @property
    def availability(self) -> facts.Availability:
        """Open or closed. A page that is shown at all is neither gone nor private."""
        return facts.closing_of(self, timezone.now())

    @property
    def is_open(self) -> bool:
        return self.availability.is_open

    @property
    def ended_at(self) -> dt.datetime | None:
        """When a closed job closed; None while it is open."""
        if self.is_open:
            return None
        return self.closed_at if self.closed_reason else self.closes_at

    def permissions_for_user(self, user: Any) -> JobPermissionTester:
        return JobPermissionTester(user, self)

    @property
    def record_or_none(self) -> JobRecord | None:
        source = self.alias_of.specific if self.alias_of_id else self
        return getattr(source, "record", None)

    @property
    def where(self) -> list[dict[str, str]]:
        return [
            {"place": x.place, "region": x.region, "country": str(x.country)}
            for x in self.locations.all()
        ]

    @property
    def news(self) -> JobRecord | None:
        """Its record, where that was read along; nothing is looked up."""
        record: JobRecord | None = self._state.fields_cache.get("record")
        return record

    @property
    def must_haves(self) -> list[JobRequirement]:
        return self._requirements(choices.RequirementKind.MUST)

    @property
    def nice_to_haves(self) -> list[JobRequirement]:
        return self._requirements(choices.RequirementKind.NICE)

    def _requirements(self, kind: str) -> list[JobRequirement]:
        return [x for x in self.requirements.all() if x.kind == kind]

    @property
    def apply_host(self) -> str:
        return formatting.host(self.apply_url)

    def canonical_url(self, request: HttpRequest | None = None) -> str:
        """The one address, in full, that search engines are to know this job by."""
        source = self.alias_of if self.alias_of_id else None
        page = source if source is not None and source.live else self
        return page.get_full_url(request) or ""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict:
        """Add what machines may read; one query, and one for what is private."""
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        private = getattr(request, "private_paths", None)
        if private is None:
            private = facts.private_paths()
        load_children(self)
        canonical = self.canonical_url(request)
        is_seen_by_all = self.live and not facts.is_private(self, private)
        is_shared = is_seen_by_all and not getattr(request, "is_preview", False)
        is_indexed = is_shared and facts.closing_of(self, now).is_open
        posting = structured_data.job_posting(
            self, now, url=canonical, logo_url=self._logo_url()
        )
        return context | {
            "job": self,
            "canonical": canonical,
            "is_indexed": is_indexed,
            "is_shared": is_shared,
            "posting": posting if is_indexed else None,
        }

    def _logo_url(self) -> str:
        mark = self.company.mark if self.company else None
        return mark.full_url if mark else ""
