"""What waits to be told, what is on its way, and what was told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, ListView
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from jobs import wording
from jobs.facts import facts_now, private_paths
from notifications import clock, comparing, headings, services
from notifications.audience import audience, counted
from notifications.correcting import may_be_corrected
from notifications.delivery import parking
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    Pause,
)
from notifications.permissions import may_decide, may_see_announcements
from notifications.previews import preview_announcement
from notifications.tasks import wake_soon

Kind, State = Announcement.Kind, Announcement.State
#: The tabs of the list, and which states each one holds.
TABS = {
    "": (gettext_lazy("All"), list(State)),
    "sending": (
        gettext_lazy("Sending"),
        [State.EXPANDING, State.SENDING, State.PARKED],
    ),
    "sent": (gettext_lazy("Sent"), [State.DONE]),
    "cancelled": (
        gettext_lazy("Cancelled or skipped"),
        [State.CANCELLED, State.SKIPPED],
    ),
}


class SeesAnnouncements(WagtailAdminTemplateMixin):
    """Shows the page to whoever may see announcements; counts only, no addresses."""

    header_icon = "mail"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), *self.own_breadcrumbs()]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        url = reverse("notifications_announcements")
        return [{"url": url, "label": _("Announcements")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        opens_pages = user_has_any_page_permission(self.request.user)
        return super().get_context_data(**kwargs) | {"opens_pages": opens_pages}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see_announcements(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AnnouncementsView(SeesAnnouncements, ListView):
    page_title = gettext_lazy("Announcements")
    template_name = "notifications/admin/announcements.html"
    context_object_name = "announcements"
    paginate_by = 25
    # As Wagtail's links between pages need them.
    paginator_class = WagtailPaginator
    page_kwarg = "p"

    def get_queryset(self) -> QuerySet[Announcement]:
        _label, states = TABS.get(self.request.GET.get("state", ""), TABS[""])
        rows = Announcement.objects.filter(state__in=states)
        return rows.select_related("record", "actor").order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        current = self.request.GET.get("state", "")
        page = context["page_obj"]
        return context | {
            "elided_page_range": page.paginator.get_elided_page_range(page.number),
            "waiting": sorted(waiting_news(), key=lambda row: row["goes_out_at"]),
            "pause": Pause.objects.select_related("paused_by").first(),
            "may_decide": may_decide(self.request.user),
            "tabs": [
                {"value": value, "label": label, "is_current": value == current}
                for value, (label, _states) in TABS.items()
            ],
        }


def waiting_news() -> Iterator[dict[str, Any]]:
    """Each job whose quiet window holds news, with what would be told to how many.

    The same number of queries for any number of jobs.
    """
    changed = Announcement.objects.heard().filter(
        record=OuterRef("record"), kind=Kind.CHANGED
    )
    states = (
        AnnouncedState.objects.waiting()
        .filter(facts__isnull=False)
        .select_related("record__page", "actor")
        .prefetch_related("record__page__requirements", "record__page__locations")
        .annotate(
            hear_of_changes=counted(audience(Kind.CHANGED)),
            hear_of_endings=counted(audience(Kind.CLOSED)),
            changed_at=Subquery(changed.order_by("-version").values("created_at")[:1]),
        )
        .order_by(F("due_at").asc(), "pk")
    )
    now, private = clock.database_now(), private_paths()
    gap = AnnouncementSettings.load().least_gap
    found = []
    for state in states:
        after = facts_now(state.record, now, private)
        news = comparing.news_between(state, after, now)
        if news is not None:
            found.append((state, news, after))
    lines = wording.lines_of_each([news.changes for _state, news, _after in found])
    for (state, news, after), of_news in zip(found, lines, strict=True):
        ends = news.kind in Announcement.FOR_EVERYONE
        is_held = not (ends or state.at_once or state.changed_at is None)
        yield {
            "state": state,
            "people": state.hear_of_endings if ends else state.hear_of_changes,
            "goes_out_at": max(state.due_at, state.changed_at + gap)
            if is_held
            else state.due_at,
            "what": headings.what_happened(news.kind, news.changes, after),
            "lines": of_news,
        }


class AnnouncementView(SeesAnnouncements, DetailView):
    page_title = gettext_lazy("Announcement")
    template_name = "notifications/admin/announcement.html"
    context_object_name = "announcement"
    queryset = Announcement.objects.select_related("record__page", "actor")

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        title = self.object.record.title
        return [*super().own_breadcrumbs(), {"url": "", "label": title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        stopped = self.object.state == State.PARKED
        return context | {
            "preview": preview_announcement(self.object),
            "refusal": parking.refusal_of(self.object.pk) if stopped else "",
            "may_decide": may_decide(self.request.user),
            "may_be_corrected": may_be_corrected(self.object),
        }


@require_POST
def send_now(request: HttpRequest, state_id: int) -> HttpResponse:
    """Let one job's news go out at once; needs the right to decide."""
    _check(request)
    if services.send_now(state_id=state_id, user=request.user):
        wake_soon()
        if Pause.objects.exists():
            messages.success(request, _("It goes out when email is resumed."))
        else:
            messages.success(request, _("It goes out now."))
    else:
        messages.warning(request, _("Too late: nothing is waiting for this job."))
    return _back(request)


@require_POST
def cancel(request: HttpRequest, state_id: int) -> HttpResponse:
    """Drop one job's news; needs the right to decide."""
    _check(request)
    if services.cancel(state_id=state_id, user=request.user):
        messages.success(
            request,
            _("Cancelled. Followers still know what they were last told."),
        )
    else:
        messages.warning(request, _("Too late: it is on its way."))
    return _back(request)


@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Try an announcement again that an error stopped; needs the right to decide."""
    _check(request)
    if parking.go_on(pk):
        wake_soon()
        messages.success(request, _("It is tried again. It stops if it is refused."))
    else:
        messages.warning(request, _("Too late: it is not stopped any more."))
    return redirect("notifications_announcement", pk)


@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell nobody more of an announcement that an error stopped; needs that right."""
    _check(request)
    if parking.give_up(pk):
        messages.success(request, _("Given up. Nobody more is told of it."))
    else:
        messages.warning(request, _("Too late: it is not stopped any more."))
    return redirect("notifications_announcement", pk)


def _back(request: HttpRequest) -> HttpResponse:
    found = get_valid_next_url_from_request(request)
    return redirect(found or "notifications_announcements")


def _check(request: HttpRequest) -> None:
    if not may_decide(request.user):
        raise PermissionDenied
