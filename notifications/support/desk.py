"""Where support starts: finding a person, and the page of one.

A person is found by their whole address, which travels in the body of a POST: it
stands in no URL, and so in no log and no history of a browser. Every look at a person
is in Wagtail's log.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.admin.views.generic import InspectView
from wagtail.log_actions import registry as log_registry
from wagtail.snippets.views.snippets import IndexView

from notifications.forms import FindPersonForm
from notifications.ordering import TiesByKey
from notifications.permissions import (
    may_erase_people,
    may_export_people,
    may_help_people,
)
from notifications.support import acts, tracing
from notifications.support.links import desk_url, person_name, person_url
from notifications.support.verdicts import (
    silence_in,
    silence_of,
    verdict_of,
    with_silence,
)
from subscriptions.addresses import hashed
from subscriptions.models import Subscriber, Subscription

#: Acts of support that the person's page shows.
LATEST = 20


class PeopleIndexView(TiesByKey, IndexView):
    """A list of people or of what they follow: nothing is done to several at once."""

    @cached_property
    def columns(self) -> list[Any]:
        return [
            x for x in super().columns if not isinstance(x, BulkActionsCheckboxColumn)
        ]


class DeskView(PeopleIndexView):
    """Asks for an address, and lists people without telling whose they are."""

    page_title = gettext_lazy("Support desk")
    find_form: FindPersonForm | None = None
    unknown: dict[str, Any] | None = None

    def get_base_queryset(self) -> QuerySet[Subscriber]:
        following = Q(
            subscriptions__confirmed_at__isnull=False,
            subscriptions__ended_at__isnull=True,
        )
        follows = Count("subscriptions", filter=following)
        return super().get_base_queryset().annotate(follows=follows)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.find_form = FindPersonForm(request.POST)
        if form.is_valid():
            address = form.cleaned_data["email"]
            subscriber = Subscriber.objects.with_address(address)
            if subscriber is not None:
                return redirect(person_url(subscriber.pk))
            silence = silence_of(hashed(address))
            self.unknown = {"address": address, "silence": silence}
        return self.get(request, *args, **kwargs)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(*args, **kwargs) | {
            "find_form": self.find_form or FindPersonForm(),
            "unknown": self.unknown,
            "may_help": may_help_people(self.request.user),
        }


class PersonView(InspectView):
    """One person: who they are, what they follow, what they were and were not sent."""

    any_permission_required = ["view"]
    template_name = "notifications/admin/support/person.html"
    header_icon = "user"

    def get_page_title(self) -> str:
        return person_name(self.object.pk)

    def get_page_subtitle(self) -> str:
        return ""

    def get_object(self, queryset: Any = None) -> Any:
        people = with_silence(Subscriber.objects.all(), "address_hash")
        return get_object_or_404(people, pk=self.pk)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": desk_url(), "label": _("Support desk")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        person, user = self.object, self.request.user
        # A HEAD shows nothing, and so writes nothing.
        if self.request.method != "HEAD":
            acts.look(subscriber=person, user=user)
        follows = list(
            Subscription.objects.filter(subscriber=person)
            .select_related("record")
            .order_by("-requested_at", "-pk")[: tracing.MOST]
        )
        emails = tracing.emails_of(person)
        return context | {
            "person": person,
            "silence": silence_in(person),
            "follows": follows,
            "following": sum(follow.is_confirmed for follow in follows),
            "may_stop": any(follow.ended_at is None for follow in follows),
            "emails": [(email, verdict_of(email)) for email in emails],
            "acts": _acts_about(person),
            "may_help": may_help_people(user),
            "may_erase": may_erase_people(user),
            "may_export": may_export_people(user),
        }


def _acts_about(person: Subscriber) -> QuerySet[Any]:
    """What staff did about a person and when they looked, the newest first."""
    entries = log_registry.get_logs_for_instance(person).filter(
        action__startswith="support."
    )
    return entries.select_related("user").order_by("-timestamp", "-pk")[:LATEST]
