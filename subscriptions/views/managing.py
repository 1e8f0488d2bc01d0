"""Everything that one person follows, opened by a link in an email.

The link opens a half hour in which the page can be used (``half_hour``), so that
neither address nor link stays in the address bar. Nothing here is kept by a cache.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from subscriptions import half_hour, services, tokens
from subscriptions.follows import (
    FollowShown,
    follows_of,
    forms_for,
    once_followed,
    waiting_for,
)
from subscriptions.forms import AddressForm
from subscriptions.models import Subscriber, Subscription
from subscriptions.origin import same_origin_required
from subscriptions.views.following import ticked

if TYPE_CHECKING:
    from collections.abc import Callable


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """Show what the person of this half hour follows; else ask for an address.

    The answer to an address is the same page whether it is known or not.
    """
    subscriber = half_hour.subscriber(request)
    if subscriber is not None and request.method != "POST":
        return _shows(request, subscriber)
    form = AddressForm(request.POST or None, purpose="manage")
    if form.is_valid() and form.is_within_limits(request):
        address = form.cleaned_data["email"]
        services.request_manage_link(email=address)
        context = {"address": address, "days": tokens.MANAGE_WITHIN.days}
        return render(request, "subscriptions/manage_sent.html", context)
    return form.limit(
        render(request, "subscriptions/manage_request.html", {"form": form})
    )


@never_cache
@require_http_methods(["GET", "HEAD"])
def manage_open(request: HttpRequest, token: str) -> HttpResponse:
    """Open the half hour that a link stands for, and leave the link's address."""
    try:
        pk = tokens.read_manage_token(token)
    except tokens.TokenExpired:
        return _asks_again(request, "expired", 410)
    except tokens.TokenUnknown:
        return _asks_again(request, "unknown", 404)
    if not Subscriber.objects.filter(pk=pk).exists():
        return _asks_again(request, "erased", 410)
    response = redirect("subscriptions:manage")
    half_hour.begin(response, pk)
    return response


def _within_half_hour(
    view: Callable[[HttpRequest, Subscriber], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Call ``view`` with the person of this half hour, for a POST from our own pages.

    A GET, such as a reload, leads to the page. Outside of a half hour nothing happens,
    and the answer says how to open another one.
    """

    @never_cache
    @same_origin_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return redirect("subscriptions:manage")
        subscriber = half_hour.subscriber(request)
        if subscriber is None:
            return _is_not_open(request)
        return view(request, subscriber)

    return wrapper


@_within_half_hour
def manage_choices(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Keep what was chosen for each job."""
    forms = forms_for(subscriber, request.POST)
    if not all(form.is_valid() for form in forms.values()):
        return redirect("subscriptions:manage")
    choices = {pk: form.choices for pk, form in forms.items()}
    services.change_choices(subscriber=subscriber, choices=choices)
    return _shows(request, subscriber, message=_("Your choices are saved."))


@_within_half_hour
def manage_stop(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """End one subscription of this half hour's person, or with ``all`` every one."""
    if "all" in request.POST:
        services.stop_all(subscriber=subscriber)
        return _shows(request, subscriber, message=_("You follow nothing any more."))
    stopped = None
    for pk in ticked(request, "subscription"):
        if services.stop_one(subscriber=subscriber, subscription_id=pk):
            rows = Subscription.objects.select_related("subscriber", "record__page")
            stopped = rows.get(pk=pk)
    return _shows(request, subscriber, stopped=stopped)


@_within_half_hour
def manage_confirm(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Confirm what waits for the person: the link that opened this proves as much."""
    try:
        chosen = ticked(request)
        confirmed = services.confirm_waiting(subscriber=subscriber, only=chosen)
    except services.JobNotOpen:
        message = _("This job has closed meanwhile.")
    else:
        message = _("You follow it now.")
        if not confirmed:
            # A second press, or what was withdrawn in another window.
            message = _(
                "Nothing was left to confirm: you follow it already, or no longer"
                " ask for it."
            )
    return _shows(request, subscriber, message=message)


@_within_half_hour
def manage_close(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Close the half hour, as somebody does who is not alone at the computer."""
    response = redirect("subscriptions:manage")
    half_hour.end(response)
    return response


@never_cache
@require_http_methods(["GET", "HEAD"])
def manage_download(request: HttpRequest) -> HttpResponse:
    """Everything that is held about the person of this half hour, as a file."""
    subscriber = half_hour.subscriber(request)
    if subscriber is None:
        return _is_not_open(request)
    response = JsonResponse(
        services.personal_data(email=subscriber.address),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    response["Content-Disposition"] = 'attachment; filename="what-we-hold.json"'
    return response


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage_erase(request: HttpRequest) -> HttpResponse:
    """Say what is deleted, and delete it when the button is pressed.

    A second press finds nobody, and says what the first one did.
    """
    subscriber = half_hour.subscriber(request)
    if subscriber is None:
        is_erased = half_hour.subscriber_id(request) is not None
        return _erased(request) if is_erased else _is_not_open(request)
    if request.method != "POST":
        context = {
            "masked_address": subscriber.masked_address,
            "follows": Subscription.objects.confirmed()
            .filter(subscriber=subscriber)
            .count(),
        }
        return render(request, "subscriptions/manage_erase.html", context)
    services.erase(email=subscriber.address)
    return _erased(request)


def _erased(request: HttpRequest) -> HttpResponse:
    response = render(request, "subscriptions/erased.html")
    half_hour.end(response)
    return response


def _is_not_open(request: HttpRequest) -> HttpResponse:
    """Answer somebody who has no half hour, or whose person was erased in it."""
    if half_hour.subscriber_id(request) is not None:
        return _asks_again(request, "erased", 410)
    return _asks_again(request, "half hour", 403)


def _asks_again(request: HttpRequest, why: str, status: int) -> HttpResponse:
    context = {
        "form": AddressForm(purpose="manage"),
        "failed": why,
        "days": tokens.MANAGE_WITHIN.days,
    }
    return render(request, "subscriptions/manage_request.html", context, status=status)


def _shows(
    request: HttpRequest,
    subscriber: Subscriber,
    *,
    message: str = "",
    stopped: Subscription | None = None,
) -> HttpResponse:
    follows: list[FollowShown] = follows_of(subscriber)
    context: dict[str, Any] = {
        "subscriber": subscriber,
        "masked_address": subscriber.masked_address,
        "follows": follows,
        "can_choose": any(follow.form for follow in follows),
        "waiting": waiting_for(subscriber),
        "once_followed": once_followed(subscriber),
        "message": message,
        "stopped": stopped,
        "can_follow_again": stopped and services.obstacle(stopped) is None,
    }
    return render(request, "subscriptions/manage.html", context)
