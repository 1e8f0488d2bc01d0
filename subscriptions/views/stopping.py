"""Stopping by a link in an email, and what can be done after that."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from subscriptions import retention, services
from subscriptions.models import EndedReason, Subscription
from subscriptions.origin import same_origin_required


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that ends one subscription; a POST ends it.

    Also the target of List-Unsubscribe: a mail provider POSTs here without cookies,
    in either encoding, perhaps twice, and wants a 200 and no redirect (RFC 8058, 3.1).
    That POST needs nothing but the token, so another site's page could send it too;
    it would have to know the token.
    """
    if request.method == "POST":
        subscription = services.unsubscribe(token=token)
        if subscription is None:
            return _not_following(request)
        return _unsubscribed(request, subscription)
    subscription = Subscription.objects.with_token(token)
    if subscription is None or subscription.ended_at is not None:
        return _not_following(request, subscription)
    context = {
        "subscription": subscription,
        "record": subscription.record,
        "others": _others(subscription),
    }
    return render(request, "subscriptions/unsubscribe.html", context)


@never_cache
@require_POST
@same_origin_required
def follow_again(request: HttpRequest, token: str) -> HttpResponse:
    """Undo a press of "Stop following"."""
    subscription = services.follow_again(token=token)
    if subscription is None:
        return _not_following(request)
    context = {
        "subscriptions": [subscription],
        "masked_address": subscription.subscriber.masked_address,
    }
    return render(request, "subscriptions/confirmed.html", context)


@never_cache
@require_POST
@same_origin_required
def stop_all(request: HttpRequest, token: str) -> HttpResponse:
    """End everything that the person behind ``token`` follows."""
    subscription = Subscription.objects.with_token(token)
    if subscription is None:
        return _not_following(request)
    services.stop_all(subscriber=subscription.subscriber)
    subscription.refresh_from_db()
    return _unsubscribed(request, subscription)


@never_cache
@require_POST
@same_origin_required
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Delete the person behind ``token``, who follows nothing any more."""
    subscription = Subscription.objects.with_token(token)
    if subscription is not None:
        if subscription.ended_at is None or _others(subscription):
            return redirect("subscriptions:unsubscribe", token)
        services.erase(email=subscription.subscriber.address)
    return render(request, "subscriptions/erased.html")


def _unsubscribed(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    others = _others(subscription)
    context = {
        "subscription": subscription,
        "record": subscription.record,
        "others": others,
        "can_follow_again": _can_follow_again(subscription),
        "deletes_on": None if others else timezone.now() + retention.keep_addresses(),
    }
    return render(request, "subscriptions/unsubscribed.html", context)


def _not_following(
    request: HttpRequest, subscription: Subscription | None = None
) -> HttpResponse:
    """Say that there is nothing to stop, and offer to undo what was stopped."""
    again = subscription is not None and _can_follow_again(subscription)
    context = {"subscription": subscription if again else None}
    return render(request, "subscriptions/not_following.html", context)


def _can_follow_again(subscription: Subscription) -> bool:
    page = subscription.record.page
    is_there = page is not None and page.live
    was_stopped = subscription.ended_reason == EndedReason.UNSUBSCRIBED
    return is_there and was_stopped and subscription.confirmed_at is not None


def _others(subscription: Subscription) -> int:
    rows = Subscription.objects.confirmed().filter(
        subscriber_id=subscription.subscriber_id
    )
    return rows.exclude(pk=subscription.pk).count()
