"""What the board holds, in four numbers on the admin's front page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, Exists, ExpressionWrapper, F, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.ui.components import Component
from wagtail.models import Page, PageViewRestriction
from wagtail.permissions import policy_registry

from jobs.facts import facts_now
from jobs.models import JobPage
from notifications import comparing
from notifications.job_listing import in_state
from notifications.models import AnnouncedState
from notifications.permissions import may_see_announcements
from notifications.reports.periods import Period
from subscriptions.models import Subscription

WEEK_DAYS = 7
#: So many quiet windows are looked into, at the most, for a number on a front page.
MOST_WAITING = 200
#: Whoever may do one of these with a page finds it in Wagtail's lists
#: (``PagePermissionPolicy.explorable_instances``, which costs more, as it also
#: collects the pages above: a job has none below it).
EXPLORERS = {"add", "change", "publish", "lock", "unlock", "bulk_delete"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, its word, and the list that has as many rows."""

    number: str
    words: str
    url: str


class OverviewPanel(Component):
    """Open jobs, new followers and announcements that wait, as far as one may look."""

    name = "overview"
    template_name = "notifications/admin/overview_panel.html"
    order = 140

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"figures": figures_for(parent_context["request"])}


def figures_for(request: HttpRequest) -> list[Figure]:
    """What the reader may see, each with its link; at most six queries."""
    found = []
    if user_has_any_page_permission(request.user):
        found += _jobs(request.user)
    if may_see_announcements(request.user):
        found += [_new_followers(), _waiting()]
    return found


def _jobs(user: Any) -> list[Figure]:
    now = timezone.now()
    policy = policy_registry.get_by_type(Page)
    pages = policy.instances_user_has_any_permission_for(user, EXPLORERS)
    jobs = in_state("open", now).filter(pk__in=pages.values("pk"))
    soon = JobPage.objects.closing_within(days=WEEK_DAYS, now=now)
    counts = jobs.aggregate(
        open=Count("pk"), closing=Count("pk", filter=Q(pk__in=soon.values("pk")))
    )
    return [
        Figure(
            number=str(counts["open"]),
            words=ngettext("open job", "open jobs", counts["open"]),
            url=_link("jobs_listing:index", state="open"),
        ),
        Figure(
            number=str(counts["closing"]),
            words=ngettext(
                "closes within a week", "close within a week", counts["closing"]
            ),
            url=_link("jobs_listing:index", state="closing"),
        ),
    ]


def _new_followers() -> Figure:
    week = Period.last_days(WEEK_DAYS)
    count = Subscription.objects.filter(week.holds("confirmed_at")).count()
    return Figure(
        number=str(count),
        words=ngettext("new follower in 7 days", "new followers in 7 days", count),
        url=_link(
            "notifications_report_followers",
            period_from=week.first.isoformat(),
            period_to=week.last.isoformat(),
        ),
    )


def _waiting() -> Figure:
    count = count_waiting()
    return Figure(
        number=str(count) if count < MOST_WAITING else f"{MOST_WAITING}+",
        words=ngettext("announcement waiting", "announcements waiting", count),
        url=reverse("notifications_announcements"),
    )


def count_waiting() -> int:
    """How many of the ``MOST_WAITING`` oldest quiet windows hold news.

    Three queries, however many there are. A window holds news only if what is public
    differs from what followers know.
    """
    here = ExpressionWrapper(OuterRef("record__page__path"), output_field=CharField())
    restricted = PageViewRestriction.objects.annotate(here=here)
    restricted = restricted.filter(here__startswith=F("page__path"))
    states = (
        AnnouncedState.objects.waiting()
        .filter(facts__isnull=False)
        .annotate(is_private=Exists(restricted))
        .select_related("record__page")
        .prefetch_related("record__page__requirements", "record__page__locations")
        .order_by("due_at", "pk")
    )
    now, found = timezone.now(), 0
    for state in states[:MOST_WAITING]:
        page = state.record.page
        private = (page.path,) if page is not None and state.is_private else ()
        after = facts_now(state.record, now, private)
        found += comparing.news_between(state, after, now) is not None
    return found


def _link(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
