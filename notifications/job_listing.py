"""The list of all jobs in the admin: where each stands, and who follows it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.ui.tables.pages import PageTitleColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet

from jobs import facts, formatting
from jobs.models import BoardSettings, Company, JobCategory, JobPage
from jobs.warnings import warnings_of
from notifications.exporting import PlainExport
from notifications.models import Announcement
from notifications.ordering import TiesByKey
from subscriptions.models import Subscription

if TYPE_CHECKING:
    from jobs.models.querysets import JobPageQuerySet

#: Columns that a query adds, by which a search cannot sort.
ADDED_UP = ("followers", "told_at")
#: Columns of moments; a job that has none comes last, whichever way they are sorted.
MOMENTS = ("closes_at", "told_at")


def job_status(job: Any) -> str:
    """Say in a few words where a job stands, and what its draft waits for.

    Of a job from the listing, which annotated it.
    """
    stands = _availability(job)
    if job.approved_schedule:
        return gettext("%(stands)s, scheduled") % {"stands": stands}
    if job.workflow_in_progress:
        return gettext("%(stands)s, in review") % {"stands": stands}
    return str(stands)


def _availability(job: Any) -> Any:
    if not job.live:
        return _("Taken down") if job.first_published_at else _("Draft")
    if job.is_private:
        return _("Private")
    words = {
        "filled": _("Filled"),
        "cancelled": _("Cancelled"),
        "closing_date": _("Closed"),
    }
    reason = facts.closing_of(job, timezone.now()).reason
    return words.get(reason, _("Open"))


def in_state(state: str, now: dt.datetime) -> JobPageQuerySet:
    """The jobs, aliases too, of which ``job_status`` begins with ``state``.

    Args:
        state: one of the choices of ``JobFilterSet``; "closing" is a part of "open".
        now: the moment to judge a closing date by.
    """
    jobs: JobPageQuerySet = JobPage.objects.all()
    if state in ("down", "draft"):
        is_draft = state == "draft"
        return jobs.filter(live=False, first_published_at__isnull=is_draft)
    if state == "private":
        return _private_jobs().filter(live=True)
    public = Q(live=True) & ~Q(pk__in=_private_jobs().values("pk"))
    still_open = jobs.not_closed(now)
    if state == "closed":
        return jobs.filter(public).exclude(pk__in=still_open.values("pk"))
    if state == "closing":
        still_open = still_open.closing_within(days=7, now=now)
    return still_open.filter(public)


def _private_jobs() -> JobPageQuerySet:
    """Jobs that not everybody may see; an alias is as private as its source."""
    where = Q(pk__in=[])
    for path in facts.private_paths():
        where |= Q(path__startswith=path) | Q(alias_of__path__startswith=path)
    jobs: JobPageQuerySet = JobPage.objects.filter(where)
    return jobs


def closes(job: JobPage) -> str:
    return formatting.day(job.closes_at) if job.closes_at else ""


def last_told(job: Any) -> str:
    """When followers were last told something, from what the listing annotated."""
    return formatting.day(job.told_at) if job.told_at else ""


def to_mend(job: JobPage, request: HttpRequest) -> list[str]:
    """What an editor may want to mend, each in a few words."""
    # Kept on the request: one query for all rows.
    board = BoardSettings.load(request_or_site=request)
    return warnings_of(job, timezone.now(), missing_pay=board.missing_pay)


def with_followers(jobs: QuerySet[JobPage]) -> QuerySet[JobPage]:
    """Add ``followers`` and ``told_at`` to each job; no further query."""
    following = Subscription.objects.confirmed().filter(record__page=OuterRef("pk"))
    count = following.order_by().values("record").annotate(people=Count("pk"))
    told = Announcement.objects.heard().filter(record__page=OuterRef("pk"))
    last = told.order_by("-version").values("created_at")
    return jobs.annotate(
        followers=Coalesce(Subquery(count.values("people")), 0),
        told_at=Subquery(last[:1], output_field=DateTimeField()),
    )


class JobFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="in_state",
        widget=RadioSelect,
        empty_label=_("Any"),
        choices=[
            ("open", _("Open")),
            ("closing", _("Closes within a week")),
            ("closed", _("Closed")),
            ("private", _("Private")),
            ("down", _("Taken down")),
            ("draft", _("Draft")),
        ],
    )
    closes_at = django_filters.DateFromToRangeFilter(
        label=_("Closes"), widget=DateRangePickerWidget
    )
    company = django_filters.ModelMultipleChoiceFilter(
        label=_("Company"),
        queryset=Company.objects.order_by("name", "pk"),
        widget=CheckboxSelectMultiple,
    )
    category = django_filters.ModelMultipleChoiceFilter(
        label=_("Field of work"),
        queryset=JobCategory.objects.order_by("name", "pk"),
        widget=CheckboxSelectMultiple,
    )
    followed = django_filters.ChoiceFilter(
        label=_("Followers"),
        method="is_followed",
        widget=RadioSelect,
        empty_label=_("Any"),
        choices=[("yes", _("Followed")), ("no", _("Followed by nobody"))],
    )

    class Meta:
        model = JobPage
        fields: list[str] = []

    def in_state(self, jobs: Any, name: str, value: str) -> Any:
        # By key: a search can do no other.
        return jobs.filter(pk__in=in_state(value, timezone.now()).values("pk"))

    def is_followed(self, jobs: Any, name: str, value: str) -> Any:
        # By key: a search cannot filter by what a query adds up.
        followed = Subscription.objects.confirmed().filter(record__page__isnull=False)
        pages = followed.values("record__page")
        if value == "yes":
            return jobs.filter(pk__in=pages)
        return jobs.exclude(pk__in=pages)


class JobIndexView(PlainExport, TiesByKey, IndexView):
    def annotate_queryset(self, pages: QuerySet[JobPage]) -> QuerySet[JobPage]:
        # Not select_related(): Wagtail fetches each row anew as its own class.
        pages = with_followers(super().annotate_queryset(pages))
        private = _private_jobs().filter(pk=OuterRef("pk"))
        return pages.annotate(is_private=Exists(private)).prefetch_related("company")

    def get_valid_orderings(self) -> Any:
        orderings = super().get_valid_orderings()
        if not self.is_searching:
            return orderings
        return [o for o in orderings if o.lstrip("-") not in ADDED_UP]

    def order_queryset(self, queryset: Any) -> Any:
        name = (self.ordering or "").lstrip("-")
        if name in MOMENTS and not self.is_searching:
            moment = F(name)
            order = moment.asc if self.ordering == name else moment.desc
            return queryset.order_by(order(nulls_last=True), "pk")
        return super().order_queryset(queryset)

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        item.job_status = job_status(item)
        item.to_mend = "; ".join(to_mend(item, self.request))
        row: dict[str, Any] = super().to_row_dict(item)
        return row


class PagesMenuItem(MenuItem):
    """An entry for those who may do something with a page; others would be refused."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(user_has_any_page_permission(request.user))


class JobTitleColumn(PageTitleColumn):
    """Wagtail's, which would count nothing as "1-0 of 0 jobs"."""

    header_template_name = "notifications/admin/includes/job_title_header.html"


class AddedUpColumn(Column):
    """Offers no order while a search could not follow it."""

    def get_header_context_data(self, parent_context: Any) -> Any:
        context = super().get_header_context_data(parent_context)
        if parent_context.get("is_searching"):
            context["is_orderable"] = False
        return context


class WarningsColumn(BaseColumn):
    """What an editor may want to mend, one warning under the other."""

    cell_template_name = "notifications/admin/includes/warnings_cell.html"

    def get_cell_context_data(self, instance: JobPage, parent_context: Any) -> Any:
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"value": to_mend(instance, parent_context["request"])}


class JobListingViewSet(PageListingViewSet):
    model = JobPage
    index_view_class = JobIndexView
    menu_item_class = PagesMenuItem
    filterset_class = JobFilterSet
    icon = "doc-full-inverse"
    menu_label = _("Jobs")
    menu_order = 100
    add_to_admin_menu = True
    columns = [
        PageListingViewSet.columns[0],
        JobTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("company", label=_("Company"), accessor="company"),
        Column("job_status", label=_("State"), accessor=job_status),
        Column(
            "closes_at",
            label=_("Closes"),
            accessor=closes,
            sort_key="closes_at",
            classname="day",
        ),
        AddedUpColumn("followers", label=_("Followers"), sort_key="followers"),
        AddedUpColumn(
            "told_at",
            label=_("Last told"),
            accessor=last_told,
            sort_key="told_at",
            classname="day",
        ),
        WarningsColumn("warnings", label=_("To mend")),
    ]
    list_export = [
        "title",
        "company",
        "job_status",
        "closes_at",
        "followers",
        "told_at",
        "to_mend",
        "posted_at",
        "full_url",
    ]
    export_headings = {
        "title": _("Title"),
        "company": _("Company"),
        "job_status": _("State"),
        "closes_at": _("Closes"),
        "followers": _("Followers"),
        "told_at": _("Last told"),
        "to_mend": _("To mend"),
        "posted_at": _("Posted"),
        "full_url": _("Address"),
    }
    export_filename = "jobs"


job_listing_viewset = JobListingViewSet("jobs_listing")
