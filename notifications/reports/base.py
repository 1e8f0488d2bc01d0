"""What the reports have in common: who may read them, how rows are found and linked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views.reports import ReportView

from jobs.models import Company
from notifications.exporting import PlainExport
from notifications.permissions import may_see_announcements
from notifications.reports.periods import DEFAULT_DAYS, MOST_DAYS, Period, period_of


class CountsReport(PlainExport, ReportView):
    """A report for whoever ``may_read`` it; the page, its results and its download."""

    may_read: Callable[[Any], bool] = staticmethod(may_see_announcements)
    permission_required = "view"
    #: Its name in addresses, and of the file that is downloaded.
    slug = ""
    search_backend_name = None
    #: What is said where there is no row; a search or a filter says so too.
    empty: Any = ""
    #: How long its period is by default, and at the most.
    days, most_days = DEFAULT_DAYS, MOST_DAYS

    def user_has_permission(self, permission: str) -> bool:
        return self.may_read(self.request.user)

    @cached_property
    def period(self) -> Period:
        return period_of(self.filters, days=self.days, most=self.most_days)

    def get_filename(self) -> str:
        return self.slug

    def get_filtered_queryset(self) -> Any:
        # get_queryset() has filtered already, and looked for what is searched.
        return self.get_queryset()

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.order_by(self.ordering, "pk")

    @cached_property
    def no_results_message(self) -> str:
        return str(self.empty)


class CompanyFilter(django_filters.ModelMultipleChoiceFilter):
    """Rows of jobs of the chosen companies; a job whose page is gone knows the name.

    ``record`` leads from a row to its ``JobRecord``: "" or such as "record__".
    """

    def __init__(self, *, record: str = "") -> None:
        super().__init__(
            label=_("Company"),
            queryset=Company.objects.order_by("name", "pk"),
            widget=CheckboxSelectMultiple,
        )
        self.record = record

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        names = [company.name for company in value]
        gone = {
            f"{self.record}page__isnull": True,
            f"{self.record}company_name__in": names,
        }
        return qs.filter(Q(**{f"{self.record}page__company__in": value}) | Q(**gone))


class ReportMenuItem(MenuItem):
    """An entry of the menu "Reports" for whoever ``may_read`` what it leads to."""

    def __init__(self, report: type[CountsReport], order: int) -> None:
        url = reverse(report.index_url_name)
        super().__init__(
            report.page_title, url, icon_name=report.header_icon, order=order
        )
        self.may_read = report.may_read

    def is_shown(self, request: HttpRequest) -> bool:
        return self.may_read(request.user)


class JobColumn(TitleColumn):
    """The title of a job, leading to its editor where the reader has one.

    ``page_id`` is the attribute of a row that holds the key of its page, or None.
    """

    def __init__(self, *args: Any, page_id: str, **kwargs: Any) -> None:
        super().__init__(*args, id_accessor=page_id, **kwargs)

    def get_link_url(self, instance: Any, parent_context: Any) -> str | None:
        page_id = getattr(instance, self.id_accessor)
        user = parent_context["request"].user
        if page_id is None or not user_has_any_page_permission(user):
            return None
        return reverse("wagtailadmin_pages:edit", args=[page_id])
