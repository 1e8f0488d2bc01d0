"""The report "Jobs to look after": what is about to end, and what may be over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column

from jobs import formatting
from jobs.models import Company, JobPage
from jobs.warnings import STALE_AFTER
from notifications.job_listing import with_followers
from notifications.reports.base import CountsReport, JobColumn
from notifications.side_panels import is_locked

SOON = dt.timedelta(days=14)
#: What a job may be here for, the most urgent first, as the filter calls it.
REASONS = {
    "closing": _("Closes within 14 days"),
    "expiring": _("Page is taken down within 14 days, before the job closes"),
    "stale": _("Open without a closing date, and untouched for 60 days"),
    "closed": _("Closed, but still followed"),
    "down": _("Taken down, but still followed"),
}


def with_reasons(jobs: QuerySet[JobPage], now: dt.datetime) -> QuerySet[JobPage]:
    """Add ``followers``, each of ``REASONS`` as ``is_<reason>``, and ``urgency``."""
    soon, followed = now + SOON, Q(followers__gt=0)
    unclosed = Q(live=True, closed_reason="")
    over = Q(live=True) & (Q(closes_at__lte=now) | ~Q(closed_reason=""))
    later = Q(closes_at__isnull=True) | Q(closes_at__gt=F("expire_at"))
    conditions = {
        "closing": unclosed & Q(closes_at__gt=now, closes_at__lte=soon),
        "expiring": unclosed & later & Q(expire_at__gt=now, expire_at__lte=soon),
        "stale": unclosed
        & Q(closes_at__isnull=True, last_published_at__lt=now - STALE_AFTER),
        "closed": over & followed,
        "down": Q(live=False, first_published_at__isnull=False) & followed,
    }
    yes_or_no = {
        f"is_{name}": ExpressionWrapper(condition, output_field=BooleanField())
        for name, condition in conditions.items()
    }
    order = [
        When(**{f"is_{name}": True}, then=Value(place))
        for place, name in enumerate(conditions)
    ]
    urgency = Case(*order, default=None, output_field=IntegerField())
    jobs = with_followers(jobs).annotate(**yes_or_no)
    return jobs.annotate(urgency=urgency)


def why(job: Any) -> list[str]:
    """Say what a job is here for, from what ``with_reasons`` added."""
    followers = ngettext(
        "%(count)d person still follows it.",
        "%(count)d people still follow it.",
        job.followers,
    ) % {"count": job.followers}
    said = {
        "closing": lambda: (
            gettext("Closes %(moment)s.") % {"moment": formatting.moment(job.closes_at)}
        ),
        "expiring": lambda: (
            gettext("Its page is taken down %(moment)s, before the job closes.")
            % {"moment": formatting.moment(job.expire_at)}
        ),
        "stale": lambda: gettext(
            "Open without a closing date, and untouched for 60 days."
        ),
        "closed": lambda: f"{gettext('Closed.')} {followers}",
        "down": lambda: f"{gettext('Taken down.')} {followers}",
    }
    return [say() for name, say in said.items() if getattr(job, f"is_{name}")]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do about it, and where."""

    label: str
    url: str


def remedies(job: Any, user: Any) -> list[Remedy]:
    """What ``user`` may do about a job; nothing where that is somebody else's."""
    rights = job.permissions_for_user(user)
    may_close = job.live and rights.can_publish() and not is_locked(job, user)
    found = []
    if job.is_closing and may_close:
        url = reverse("notifications_closing_soon", args=[job.pk])
        return [Remedy(gettext("Extend or close"), url)]
    if rights.can_edit():
        url = reverse("wagtailadmin_pages:edit", args=[job.pk])
        found.append(Remedy(_edit(job), url))
    if may_close:
        url = reverse("notifications_close_job", args=[job.pk])
        found.append(Remedy(_close(job), url))
    if job.is_down and rights.can_delete():
        url = reverse("wagtailadmin_pages:delete", args=[job.pk])
        found.append(Remedy(gettext("Delete it"), url))
    return found


def _edit(job: Any) -> str:
    if job.is_closing:
        return gettext("Change the closing date")
    if job.is_stale:
        return gettext("Set a closing date")
    return gettext("Publish it again") if job.is_down else gettext("Edit the job")


def _close(job: Any) -> str:
    if job.closed_reason:
        return gettext("Open job again")
    return gettext("Say why it closed") if job.is_closed else gettext("Close job")


class WhyColumn(BaseColumn):
    cell_template_name = "notifications/admin/includes/warnings_cell.html"

    def get_cell_context_data(self, instance: JobPage, parent_context: Any) -> Any:
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"value": why(instance)}


class RemediesColumn(BaseColumn):
    cell_template_name = "notifications/admin/reports/includes/remedies_cell.html"

    def get_cell_context_data(self, instance: JobPage, parent_context: Any) -> Any:
        context = super().get_cell_context_data(instance, parent_context)
        found = remedies(instance, parent_context["request"].user)
        return context | {"remedies": found}


class UpkeepFilterSet(WagtailFilterSet):
    reason = django_filters.ChoiceFilter(
        label=_("Reason"),
        method="for_reason",
        widget=RadioSelect,
        empty_label=_("Any"),
        choices=list(REASONS.items()),
    )
    closes_at = django_filters.DateFromToRangeFilter(
        label=_("Closes"), widget=DateRangePickerWidget
    )
    company = django_filters.ModelMultipleChoiceFilter(
        label=_("Company"),
        queryset=Company.objects.order_by("name", "pk"),
        widget=CheckboxSelectMultiple,
        distinct=False,
    )

    class Meta:
        model = JobPage
        fields: list[str] = []

    def for_reason(
        self, jobs: QuerySet[JobPage], name: str, value: str
    ) -> QuerySet[JobPage]:
        return jobs.filter(**{f"is_{value}": True})


COLUMNS = [
    JobColumn("title", page_id="pk", label=_("Job"), sort_key="title"),
    Column("company", label=_("Company"), sort_key="company__name"),
    WhyColumn("why", label=_("Why"), sort_key="urgency"),
    Column("followers", label=_("Followers"), sort_key="followers"),
]


class UpkeepReport(CountsReport):
    model = JobPage
    slug = "jobs-to-look-after"
    page_title = _("Jobs to look after")
    header_icon = "warning"
    index_url_name = "notifications_report_upkeep"
    index_results_url_name = "notifications_report_upkeep_results"
    results_template_name = "notifications/admin/reports/upkeep.html"
    filterset_class = UpkeepFilterSet
    is_searchable = True
    search_fields = ["title", "company__name"]
    default_ordering = "urgency"
    empty = _("No job that fits needs looking after.")
    export_headings = {
        "title": _("Job"),
        "company": _("Company"),
        "why": _("Why"),
        "closes_at": _("Closes"),
        "followers": _("Followers"),
    }
    list_export = list(export_headings)

    @cached_property
    def columns(self) -> list[BaseColumn]:
        if not user_has_any_page_permission(self.request.user):
            return COLUMNS
        return [*COLUMNS, RemediesColumn("remedies", label=_("What to do"))]

    def get_base_queryset(self) -> QuerySet[JobPage]:
        jobs = JobPage.objects.filter(alias_of__isnull=True)
        # Rights may come with a task of a workflow: not a query for each row.
        jobs = jobs.with_locks().select_related("company").defer_streamfields()
        return with_reasons(jobs, timezone.now()).filter(urgency__isnull=False)

    def order_queryset(self, queryset: QuerySet[JobPage]) -> QuerySet[JobPage]:
        return queryset.order_by(self.ordering, "closes_at", "pk")

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        item.why = " ".join(why(item))
        row: dict[str, Any] = super().to_row_dict(item)
        return row
