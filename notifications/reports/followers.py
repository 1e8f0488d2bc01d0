"""The report "Followers": how many each job has, and how many came and went."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, DateField, Q, QuerySet
from django.db.models.functions import Trunc
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column

from jobs import formatting
from jobs.models import JobRecord
from notifications.reports.base import CompanyFilter, CountsReport, JobColumn
from notifications.reports.periods import Period, PeriodFilter
from notifications.reports.plots import Plot, Point, draw
from subscriptions import retention
from subscriptions.models import EndedReason, Subscription

#: Left by their own wish. Other ends are the job's, the address's or staff's.
STOPPED = Q(ended_reason=EndedReason.UNSUBSCRIBED, confirmed_at__isnull=False)


def with_counts(records: QuerySet[JobRecord], period: Period) -> QuerySet[JobRecord]:
    """Add how many follow each job, and how many came and went in ``period``.

    ``followers`` is of now; ``started``, ``stopped`` and ``ended`` (for another reason
    than the person's wish) are of the period. One join, one pass.
    """
    now = Q(subscriptions__confirmed_at__isnull=False)
    now &= Q(subscriptions__ended_at__isnull=True)
    gone = period.holds("subscriptions__ended_at")
    gone &= Q(subscriptions__confirmed_at__isnull=False)
    wished = Q(subscriptions__ended_reason=EndedReason.UNSUBSCRIBED)
    return records.annotate(
        followers=Count("subscriptions", filter=now),
        started=Count(
            "subscriptions", filter=period.holds("subscriptions__confirmed_at")
        ),
        stopped=Count("subscriptions", filter=gone & wished),
        ended=Count("subscriptions", filter=gone & ~wished),
    )


def per_step(
    subscriptions: QuerySet[Subscription], field: str, period: Period
) -> dict[dt.date, int]:
    """How many moments of ``field`` fall into each week or month of ``period``."""
    step = Trunc(
        field,
        period.step,
        output_field=DateField(),
        tzinfo=timezone.get_default_timezone(),
    )
    rows = subscriptions.filter(period.holds(field)).annotate(step=step)
    return dict(rows.values_list("step").annotate(Count("pk")).order_by("step"))


def plot_of(records: QuerySet[JobRecord], period: Period) -> Plot | None:
    """Draw how many came and went at ``records``, in two queries."""
    of_jobs = Subscription.objects.filter(record__in=records.values("pk"))
    started = per_step(of_jobs, "confirmed_at", period)
    stopped = per_step(of_jobs.filter(STOPPED), "ended_at", period)
    # The first may be part of a week: what was before is not in it.
    points = [
        _point(
            max(day, period.first),
            started.get(day, 0),
            stopped.get(day, 0),
            period.step,
        )
        for day in period.steps()
    ]
    title = (
        gettext("Follows and stops in each week")
        if period.step == "week"
        else gettext("Follows and stops in each month")
    )
    return draw(
        points,
        title=title,
        up=gettext("New followers"),
        down=gettext("Stopped following"),
    )


def _point(day: dt.date, started: int, stopped: int, step: str) -> Point:
    if step == "week":
        label = date_format(day, "j M")
        when = gettext("Week of %(day)s") % {"day": formatting.day_long(day)}
    else:
        label = date_format(day, "M Y")
        when = date_format(day, "F Y")
    words = gettext("%(when)s: %(started)d new, %(stopped)d stopped.")
    values = {"when": when, "started": started, "stopped": stopped}
    return Point(label, started, stopped, words % values)


class FollowersFilterSet(WagtailFilterSet):
    period = PeriodFilter()
    company = CompanyFilter()

    class Meta:
        model = JobRecord
        fields: list[str] = []


class JobPaginator(WagtailPaginator):
    """Calls its rows jobs: what a record is, no reader need know."""

    verbose_name = _("job")
    verbose_name_plural = _("jobs")


class FollowersReport(CountsReport):
    model = JobRecord
    verbose_name = JobPaginator.verbose_name
    verbose_name_plural = JobPaginator.verbose_name_plural
    paginator_class = JobPaginator
    slug = "followers"
    page_title = _("Followers of jobs")
    header_icon = "group"
    index_url_name = "notifications_report_followers"
    index_results_url_name = "notifications_report_followers_results"
    results_template_name = "notifications/admin/reports/followers.html"
    filterset_class = FollowersFilterSet
    is_searchable = True
    search_fields = ["title", "company_name"]
    default_ordering = "-followers"
    empty = _("No job that fits was followed, or stopped being followed, in this time.")
    columns = [
        JobColumn("title", page_id="page_id", label=_("Job"), sort_key="title"),
        Column("company_name", label=_("Company"), sort_key="company_name"),
        Column("followers", label=_("Followers now"), sort_key="followers"),
        Column("started", label=_("New"), sort_key="started"),
        Column("stopped", label=_("Stopped"), sort_key="stopped"),
        Column("ended", label=_("Ended otherwise"), sort_key="ended"),
    ]
    list_export = [column.name for column in columns]
    export_headings = {column.name: column.label for column in columns}

    def get_base_queryset(self) -> QuerySet[JobRecord]:
        records = with_counts(super().get_base_queryset(), self.period)
        some = Q(followers__gt=0) | Q(started__gt=0)
        return records.filter(some | Q(stopped__gt=0) | Q(ended__gt=0))

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        if self.is_export:
            return context
        # Without the counts, which the database need not add up once more.
        records = self.search_queryset(self.filter_queryset(JobRecord.objects.all()))
        kept_since = timezone.now() - retention.keep_addresses()
        return context | {
            "period": self.period,
            "plot": plot_of(records, self.period),
            "kept_since": kept_since if self.period.since < kept_since else None,
        }
