"""Everything that one person follows, opened by a link in an email.

The link opens a half hour in which the page can be used; it is kept in a signed
cookie on this path, so that neither address nor link stays in the address bar.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jobs import formatting
from jobs.facts import availability_of
from subscriptions import half_hour, services, tokens
from subscriptions.forms import AddressForm
from subscriptions.models import Subscription
from subscriptions.origin import same_origin_required

if TYPE_CHECKING:
    from jobs.models import JobRecord
    from subscriptions.models import Subscriber


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """Show what the person of this half hour follows; else ask for an address.

    The answer to an address is the same page whether it is known or not.
    """
    subscriber = half_hour.subscriber(request)
    if subscriber is not None and request.method != "POST":
        return _follows(request, subscriber)
    form = AddressForm(request.POST or None, purpose="manage")
    if form.is_valid() and form.is_within_limits(request):
        address = form.cleaned_data["email"]
        services.request_manage_link(email=address)
        return render(request, "subscriptions/manage_sent.html", {"address": address})
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
        return _asks_again(request, 410)
    except tokens.TokenUnknown:
        return _asks_again(request, 404)
    response = redirect("subscriptions:manage")
    half_hour.begin(response, pk)
    return response


@never_cache
@require_POST
@same_origin_required
def manage_stop(request: HttpRequest) -> HttpResponse:
    """End one subscription of this half hour's person, or with ``all`` every one."""
    subscriber = half_hour.subscriber(request)
    if subscriber is None:
        return redirect("subscriptions:manage")
    if "all" in request.POST:
        services.stop_all(subscriber=subscriber)
    elif re.fullmatch(r"[0-9]{1,18}", request.POST.get("subscription", "")):
        services.stop_one(
            subscriber=subscriber, subscription_id=int(request.POST["subscription"])
        )
    return redirect("subscriptions:manage")


def _asks_again(request: HttpRequest, status: int) -> HttpResponse:
    context = {"form": AddressForm(purpose="manage"), "link_failed": True}
    return render(request, "subscriptions/manage_request.html", context, status=status)


def _follows(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    rows = (
        Subscription.objects.confirmed()
        .filter(subscriber=subscriber)
        .select_related("record__page")
        .order_by("-confirmed_at", "-pk")
    )
    follows = [
        {
            "subscription": row,
            "record": row.record,
            "job": row.record.page
            if row.record.page and row.record.page.live
            else None,
            "status_line": _status_line(row.record),
        }
        for row in rows
    ]
    context = {"masked_address": subscriber.masked_address, "follows": follows}
    return render(request, "subscriptions/manage.html", context)


def _status_line(record: JobRecord) -> str:
    now = timezone.now()
    page = record.page
    if page is None or not page.live:
        if record.gone_at is None:
            return _("Taken down")
        return _("Taken down on %(day)s") % {"day": formatting.day(record.gone_at)}
    availability = availability_of(page, now)
    if availability.is_open or page.ended_at is None:
        return formatting.closing_line(page.closes_at, now) or _("Open")
    day = {"day": formatting.day(page.ended_at)}
    if availability.reason == "filled":
        return _("Filled on %(day)s") % day
    return _("Closed on %(day)s") % day
