"""What support sees and does beyond the page of a person: the story of one job, acts.

Every look at a person and every act is in Wagtail's log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from notifications import clock
from notifications.forms import FindPersonForm
from notifications.models import Announcement
from notifications.permissions import (
    may_erase_people,
    may_export_people,
    may_help_people,
    may_see_announcements,
    may_see_people,
)
from notifications.support import acts, tracing
from notifications.support.links import desk_url, person_name, person_url
from subscriptions.models import Subscriber, Subscription


def _only(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


class TraceView(WagtailAdminTemplateMixin, TemplateView):
    """One person and one job: what happened, and what became of each email."""

    page_title = gettext_lazy("What happened")
    header_icon = "history"
    template_name = "notifications/admin/support/trace.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        _only(may_see_people(request.user))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def subscription(self) -> Subscription:
        found = tracing.subscription_for_trace(self.kwargs["pk"])
        if found is None:
            raise Http404
        return found

    def get_page_subtitle(self) -> str:
        return str(self.subscription.record.title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        person = self.subscription.subscriber
        return [
            *super().get_breadcrumbs_items(),
            {"url": desk_url(), "label": _("Support desk")},
            {"url": person_url(person.pk), "label": person_name(person.pk)},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subscription, user = self.subscription, self.request.user
        # A HEAD shows nothing, and so writes nothing.
        if self.request.method != "HEAD":
            acts.look(subscriber=subscription.subscriber, user=user)
        return super().get_context_data(**kwargs) | {
            "subscription": subscription,
            "person": subscription.subscriber,
            "trace": tracing.trace(subscription, clock.database_now()),
            "may_help": may_help_people(user),
            "may_see_announcements": may_see_announcements(user),
        }


def _subscription(pk: Any) -> Subscription:
    rows = Subscription.objects.select_related("subscriber", "record__page")
    found: Subscription = get_object_or_404(rows, pk=pk)
    return found


@require_POST
def resend_announcement(
    request: HttpRequest, pk: int, announcement_pk: int
) -> HttpResponse:
    """Send an announcement's email to a follower who did not get it."""
    _only(may_see_people(request.user) and may_help_people(request.user))
    subscription = _subscription(pk)
    announcement = get_object_or_404(
        Announcement, pk=announcement_pk, record=subscription.record_id
    )
    try:
        acts.resend_announcement(
            announcement=announcement, subscription=subscription, user=request.user
        )
    except acts.NotResendable:
        messages.warning(request, _("Too late: it cannot be sent to them any more."))
    else:
        messages.success(request, _("It goes out to them now."))
    return redirect("support_trace", pk)


@require_POST
def resend_confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the link to confirm once more."""
    _only(may_see_people(request.user) and may_help_people(request.user))
    subscription = _subscription(pk)
    try:
        acts.resend_confirmation(subscription=subscription, user=request.user)
    except acts.NotResendable:
        messages.warning(request, _("There is nothing left to confirm."))
    else:
        messages.success(request, _("The link to confirm goes out to them now."))
    return redirect(person_url(subscription.subscriber_id))


@require_POST
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a person the link to everything that they follow."""
    _only(may_see_people(request.user) and may_help_people(request.user))
    person = get_object_or_404(Subscriber, pk=pk)
    acts.resend_manage_link(subscriber=person, user=request.user)
    messages.success(request, _("The link to what they follow goes out to them now."))
    return redirect(person_url(pk))


@require_POST
@never_cache
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with everything that is held about a person, as a file."""
    _only(may_see_people(request.user) and may_export_people(request.user))
    person = get_object_or_404(Subscriber, pk=pk)
    held = acts.download(subscriber=person, user=request.user)
    response = JsonResponse(
        held, json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = f'attachment; filename="follower-{pk}.json"'
    return response


@require_POST
def block_unknown(request: HttpRequest) -> HttpResponse:
    """Block an address that follows nothing, or with ``unblock`` let it have email."""
    _only(may_see_people(request.user) and may_help_people(request.user))
    form = FindPersonForm(request.POST)
    if form.is_valid():
        address = form.cleaned_data["email"]
        if "unblock" in request.POST:
            acts.unblock(address=address, user=request.user)
            messages.success(request, _("Unblocked. It can follow jobs again."))
        else:
            acts.block(address=address, user=request.user)
            messages.success(request, _("Blocked. It gets no email from us."))
    return redirect(desk_url())


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is asked about once more before it is done to a person."""

    title: Any
    question: Any
    button: Any
    done: Any


ACTS = {
    "stop-all": Act(
        gettext_lazy("Stop everything"),
        gettext_lazy(
            "They no longer follow anything. They get no email about it, and can "
            "follow jobs again at any time."
        ),
        gettext_lazy("Stop everything"),
        gettext_lazy("Stopped. They follow nothing any more."),
    ),
    "block": Act(
        gettext_lazy("Block the address"),
        gettext_lazy(
            "Everything they follow ends, and the address gets no email from us "
            "whoever types it into a form. What ended does not come back by unblocking."
        ),
        gettext_lazy("Block the address"),
        gettext_lazy("Blocked. The address gets no email from us."),
    ),
    "unblock": Act(
        gettext_lazy("Unblock the address"),
        gettext_lazy(
            "The address can get email again. What it followed does not come back by "
            "itself: the person follows again, or you add them."
        ),
        gettext_lazy("Unblock the address"),
        gettext_lazy("Unblocked. It can follow jobs again."),
    ),
    "erase": Act(
        gettext_lazy("Erase the person"),
        gettext_lazy(
            "The address and everything that they follow or followed is deleted at "
            "once. It cannot be undone. If the address was blocked, it stays blocked; "
            "a keyed hash remembers that, and nothing else is left."
        ),
        gettext_lazy("Erase the person"),
        gettext_lazy("Erased. The address is gone, and all that they followed."),
    ),
}


def act_on_person(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Ask whether ``act`` of ``ACTS`` is meant, and do it on POST."""
    may = may_erase_people if act == "erase" else may_help_people
    _only(act in ACTS and may_see_people(request.user) and may(request.user))
    person = get_object_or_404(Subscriber, pk=pk)
    if request.method != "POST":
        return _ask(request, person, ACTS[act])
    if act == "stop-all":
        acts.stop_all(subscriber=person, user=request.user)
    elif act == "block":
        acts.block(address=person.address, user=request.user)
    elif act == "unblock":
        acts.unblock(address=person.address, user=request.user)
    else:
        acts.erase(subscriber=person, user=request.user)
    messages.success(request, ACTS[act].done)
    return redirect(desk_url() if act == "erase" else person_url(pk))


def stop_following(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether one subscription is to end, and end it on POST."""
    _only(may_see_people(request.user) and may_help_people(request.user))
    subscription = _subscription(pk)
    person = subscription.subscriber
    title = subscription.record.title
    if request.method != "POST":
        ask = Act(
            _("Stop following %(title)s") % {"title": title},
            _("They get no more email about this job, and can follow it again."),
            _("Stop following"),
            "",
        )
        return _ask(request, person, ask)
    if acts.stop(subscription=subscription, user=request.user):
        messages.success(
            request, _("Stopped: they no longer follow %(title)s.") % {"title": title}
        )
    return redirect(person_url(person.pk))


def _ask(request: HttpRequest, person: Subscriber, act: Act) -> HttpResponse:
    count = Subscription.objects.confirmed().filter(subscriber=person).count()
    follows = ngettext(
        "They follow %(count)d job at present.",
        "They follow %(count)d jobs at present.",
        count,
    )
    return TemplateResponse(
        request,
        "notifications/admin/support/confirm.html",
        {
            "person": person,
            "name": person_name(person.pk),
            "act": act,
            "header_title": act.title,
            "page_title": act.title,
            "follows": follows % {"count": count}
            if count
            else _("They follow nothing at present."),
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": _("Home")},
                {"url": desk_url(), "label": _("Support desk")},
                {"url": person_url(person.pk), "label": person_name(person.pk)},
                {"url": "", "label": act.title},
            ],
            "back_url": person_url(person.pk),
        },
    )
