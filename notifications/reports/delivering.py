"""The report "Delivery": what became of emails, by day and kind; for who may see them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from jobs import formatting
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.permissions import may_see_emails
from notifications.reports.base import CountsReport
from notifications.reports.periods import Period, PeriodFilter, period_of
from notifications.reports.plots import Plot, Point, draw
from subscriptions import retention

State = OutgoingEmail.State
MOST_ANSWERS = 10


def settled_in(period: Period) -> QuerySet[Any, Any]:
    """Emails that were sent or given up in ``period``, with the ``day`` of it.

    What was never sent settled when it was last due.
    """
    settled = OutgoingEmail.objects.exclude(state=State.QUEUED)
    settled = settled.annotate(settled_at=Coalesce("sent_at", "due_at"))
    zone = timezone.get_default_timezone()
    rows = settled.filter(period.holds("settled_at"))
    return rows.annotate(day=TruncDate("settled_at", tzinfo=zone))


def by_day_and_kind(emails: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    return emails.values("day", "kind").annotate(
        sent=Count("pk", filter=Q(state=State.SENT)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        skipped=Count("pk", filter=Q(state=State.SKIPPED)),
    )


def last_answers(emails: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    """What mail servers answered last, the most frequent first: codes, no address."""
    answers = emails.exclude(last_code="").values("last_code", "state")
    rows = answers.annotate(count=Count("pk")).order_by("-count", "last_code", "state")
    return [
        {
            "answer": row["last_code"],
            "state": State(row["state"]).label,
            "count": row["count"],
        }
        for row in rows[:MOST_ANSWERS]
    ]


def suppressed() -> list[dict[str, Any]]:
    """How many addresses must not be mailed, by reason; every reason is named."""
    rows = Suppression.objects.values_list("reason").annotate(Count("pk"))
    counts = dict(rows.order_by())
    return [
        {"reason": label, "count": counts.get(value, 0)}
        for value, label in Suppression.Reason.choices
    ]


def since_ever() -> dict[str, Any]:
    """What became of all announcements: their counters are kept for ever."""
    found: dict[str, Any] = Announcement.objects.told().aggregate(
        announcements=Count("pk"),
        first_at=Min("created_at"),
        sent=Sum("sent", default=0),
        failed=Sum("failed", default=0),
        skipped=Sum("skipped", default=0),
    )
    return found


def plot_of(rows: Iterable[dict[str, Any]], period: Period) -> Plot | None:
    """Draw the days of ``period``: sent above the line, given up below it."""
    sent: Counter[dt.date] = Counter()
    failed: Counter[dt.date] = Counter()
    for row in rows:
        sent[row["day"]] += row["sent"]
        failed[row["day"]] += row["failed"]
    words = gettext("%(day)s: %(sent)d sent, %(failed)d given up.")
    points = []
    for number in range((period.last - period.first).days + 1):
        day = period.first + dt.timedelta(days=number)
        values = {
            "day": formatting.day_long(day),
            "sent": sent[day],
            "failed": failed[day],
        }
        label = date_format(day, "j M")
        points.append(Point(label, sent[day], failed[day], words % values))
    return draw(
        points,
        title=gettext("Emails on each day"),
        up=gettext("Sent"),
        down=gettext("Given up"),
    )


class DeliveryFilterSet(WagtailFilterSet):
    period = PeriodFilter()
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"),
        choices=OutgoingEmail.Kind.choices,
        widget=CheckboxSelectMultiple,
        distinct=False,
    )

    class Meta:
        model = OutgoingEmail
        fields: list[str] = []


class DeliveryReport(CountsReport):
    may_read = staticmethod(may_see_emails)
    model = OutgoingEmail
    slug = "delivery"
    page_title = _("Delivery")
    header_icon = "history"
    index_url_name = "notifications_report_delivery"
    index_results_url_name = "notifications_report_delivery_results"
    results_template_name = "notifications/admin/reports/delivery.html"
    filterset_class = DeliveryFilterSet
    # A month of days fits on one page, with every kind of email.
    paginate_by = None
    empty = _("No email that fits was sent or given up in this time.")
    columns = [
        Column("day", label=_("Day"), accessor=lambda row: formatting.day(row["day"])),
        Column(
            "kind",
            label=_("Kind"),
            accessor=lambda row: OutgoingEmail.Kind(row["kind"]).label,
        ),
        Column("sent", label=_("Sent")),
        Column("failed", label=_("Given up")),
        Column("skipped", label=_("Not sent")),
    ]
    list_export = [column.name for column in columns]
    export_headings = {column.name: column.label for column in columns}

    @cached_property
    def period(self) -> Period:
        days = retention.keep_emails().days
        return period_of(self.filters, days=days, most=days)

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        row: dict[str, Any] = super().to_row_dict(item)
        return row | {"kind": OutgoingEmail.Kind(row["kind"]).label}

    def get_queryset(self) -> QuerySet[Any, Any]:
        self.emails = self.filter_queryset(settled_in(self.period))
        return by_day_and_kind(self.emails).order_by("-day", "kind")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        if self.is_export:
            return context
        return context | {
            "period": self.period,
            "plot": plot_of(context["object_list"], self.period),
            "answers": last_answers(self.emails),
            "suppressed": suppressed(),
            "ever": since_ever(),
        }
