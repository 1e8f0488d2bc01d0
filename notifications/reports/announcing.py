"""The report "Announcements": how each one went out, and what it cost in followers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from jobs import formatting
from notifications.models import Announcement
from notifications.reports.base import CompanyFilter, CountsReport
from notifications.reports.followers import STOPPED
from notifications.reports.periods import PeriodFilter
from subscriptions import retention
from subscriptions.models import Subscription

Kind = Announcement.Kind
#: Who stops following within this time of an announcement is counted as its cost.
COUNTED_FOR = dt.timedelta(days=7)
READ_FOR_EMAIL_ONLY = (
    "before", "after", "changes", "lines", "opening", "closing", "note",
)  # fmt: skip


def with_cost(announcements: QuerySet[Announcement]) -> QuerySet[Announcement]:
    """Add ``stopped``: who followed when it was made, got it and stopped soon after.

    By the choices of the followers, not by the emails, which are not kept that long:
    who asked for endings only hears of no change, and a correction goes to those who
    got what it corrects, and with a change to those who follow since.
    """
    week_later = ExpressionWrapper(
        OuterRef("created_at") + Value(COUNTED_FOR), output_field=DateTimeField()
    )
    everyone = Subscription.objects.filter(
        STOPPED,
        record=OuterRef("record"),
        confirmed_at__lte=OuterRef("created_at"),
        ended_at__gte=OuterRef("created_at"),
        ended_at__lt=week_later,
    )
    hear_changes = Q(closings_only=False)
    were_there = Q(confirmed_at__lte=OuterRef("corrects__created_at"))
    corrects, of_change = Q(corrects__isnull=False), Q(corrects__kind=Kind.CHANGED)
    tells_more = ~Q(changes=[])
    stopped = Case(
        When(
            Q(kind=Kind.CHANGED) | of_change & tells_more,
            then=_count(everyone.filter(hear_changes)),
        ),
        When(of_change, then=_count(everyone.filter(hear_changes, were_there))),
        When(
            corrects & tells_more,
            then=_count(everyone.filter(were_there | hear_changes)),
        ),
        When(corrects, then=_count(everyone.filter(were_there))),
        default=_count(everyone),
    )
    return announcements.annotate(stopped=stopped)


def _count(stops: QuerySet[Subscription]) -> Coalesce:
    count = stops.order_by().values("record").annotate(people=Count("pk"))
    return Coalesce(Subquery(count.values("people")), 0)


def share(announcement: Any) -> float | None:
    """The part of those who got it that stopped, in per cent."""
    if not announcement.sent:
        return None
    return round(100 * announcement.stopped / announcement.sent, 1)


def cost(announcement: Any) -> str:
    """Say what it cost: "2 (4.5%)", and whether that is all that can be known."""
    now = timezone.now()
    values = {"count": announcement.stopped, "share": share(announcement)}
    said = gettext("%(count)d (%(share)s%%)") if values["share"] else "%(count)d"
    words = said % values
    if announcement.created_at > now - COUNTED_FOR:
        return gettext("%(words)s so far") % {"words": words}
    if announcement.created_at < now - retention.keep_addresses():
        return gettext("at least %(words)s") % {"words": words}
    return words


def heading(announcement: Announcement) -> str:
    """What happened to which job, whatever the email's subject says."""
    return announcement.heading or announcement.subject


class AnnouncementsFilterSet(WagtailFilterSet):
    period = PeriodFilter()
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"),
        choices=Announcement.Kind.choices,
        widget=CheckboxSelectMultiple,
        distinct=False,
    )
    company = CompanyFilter(record="record__")

    class Meta:
        model = Announcement
        fields: list[str] = []


class AnnouncementsReport(CountsReport):
    model = Announcement
    slug = "announcements"
    page_title = _("Announcements and their cost")
    header_icon = "mail"
    index_url_name = "notifications_report_announcements"
    index_results_url_name = "notifications_report_announcements_results"
    results_template_name = "notifications/admin/reports/announcements.html"
    filterset_class = AnnouncementsFilterSet
    is_searchable = True
    search_fields = ["subject", "record__title", "record__company_name"]
    default_ordering = "-created_at"
    empty = _("Followers were told nothing that fits in this time.")
    columns = [
        TitleColumn(
            "heading",
            label=_("Announcement"),
            accessor=heading,
            url_name="notifications_announcement",
        ),
        Column("kind", label=_("Kind"), accessor="get_kind_display", sort_key="kind"),
        Column(
            "created_at",
            label=_("Decided"),
            accessor=lambda row: formatting.moment(row.created_at),
            sort_key="created_at",
            classname="moment",
        ),
        Column("planned", label=_("People"), sort_key="planned"),
        Column("sent", label=_("Sent"), sort_key="sent"),
        Column("failed", label=_("Given up"), sort_key="failed"),
        Column("skipped", label=_("Left before"), sort_key="skipped"),
        Column(
            "stopped",
            label=_("Stopped within 7 days"),
            accessor=cost,
            sort_key="stopped",
        ),
    ]
    export_headings = {
        "heading": _("Announcement"),
        "record": _("Job"),
        "get_kind_display": _("Kind"),
        "created_at": _("Decided"),
        "planned": _("People"),
        "sent": _("Sent"),
        "failed": _("Given up"),
        "skipped": _("Left before"),
        "stopped": _("Stopped within 7 days"),
        "share": _("Stopped, per cent of sent"),
    }
    list_export = list(export_headings)

    def get_base_queryset(self) -> QuerySet[Announcement]:
        rows = Announcement.objects.told().filter(self.period.holds("created_at"))
        return with_cost(rows.select_related("record").defer(*READ_FOR_EMAIL_ONLY))

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        part = share(item)
        item.share = "" if part is None else part
        item.heading = heading(item)
        row: dict[str, Any] = super().to_row_dict(item)
        return row

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(*args, **kwargs) | {"period": self.period}
