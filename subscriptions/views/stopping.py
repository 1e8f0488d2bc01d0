"""Stopping by a link in an email, and what can be done after that."""

from __future__ import annotations

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from subscriptions import retention, services
from subscriptions.models import Subscription
from subscriptions.origin import same_origin_required
from subscriptions.views import answers


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
    """Undo a press of "Stop following"; a second press says the same as the first.

    Where it cannot be undone, the answer is 409 and says why.
    """
    try:
        subscription = services.follow_again(token=token)
    except services.CannotFollowAgain as error:
        return _cannot_follow_again(request, error)
    if subscription is None:
        return _leads_to_nobody(request)
    context = answers.followed([subscription])
    return render(request, "subscriptions/confirmed.html", context)


@never_cache
@require_POST
@same_origin_required
def stop_all(request: HttpRequest, token: str) -> HttpResponse:
    """End everything that the person behind ``token`` follows."""
    subscription = Subscription.objects.with_token(token)
    if subscription is None:
        return _leads_to_nobody(request)
    services.stop_all(subscriber=subscription.subscriber)
    subscription.refresh_from_db(fields=["ended_at", "ended_reason"])
    return _unsubscribed(request, subscription)


@never_cache
@require_POST
@same_origin_required
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Delete the person behind ``token``, who follows nothing any more.

    Who follows something after all is told so (409), and keeps it.
    """
    subscription = Subscription.objects.with_token(token)
    if subscription is None:
        return _leads_to_nobody(request)
    person = subscription.subscriber
    follows = Subscription.objects.confirmed().filter(subscriber=person).count()
    if follows:
        context = {"subscription": subscription, "follows": follows}
        return render(request, "subscriptions/not_erased.html", context, status=409)
    services.erase(email=person.address)
    return render(request, "subscriptions/erased.html")


def _leads_to_nobody(request: HttpRequest) -> HttpResponse:
    """Answer a button whose token nobody has.

    A forged one cannot be told from that of a person who was erased, perhaps by the
    press just before this one: erasing leaves nothing. So the words are true for both,
    and so is the 404: there is nothing here. Only unsubscribing answers 200, which
    mail providers need (RFC 8058).
    """
    context = {"days": retention.keep_addresses().days}
    return render(request, "subscriptions/nobody.html", context, status=404)


def _cannot_follow_again(
    request: HttpRequest, error: services.CannotFollowAgain
) -> HttpResponse:
    record = error.subscription.record
    if error.obstacle == services.Obstacle.OVER:
        return answers.closed(request, record, 409)
    context = {
        "subscription": error.subscription,
        "record": record,
        "obstacle": str(error.obstacle),
        "job_url": answers.job_url(request, record),
    }
    name = "subscriptions/cannot_follow_again.html"
    return render(request, name, context, status=409)


def _unsubscribed(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    others = _others(subscription)
    mine = Subscription.objects.filter(subscriber_id=subscription.subscriber_id)
    last_end = mine.aggregate(last=Max("ended_at"))["last"]
    context = {
        "subscription": subscription,
        "record": subscription.record,
        "others": others,
        "can_follow_again": services.obstacle(subscription) is None,
        "deletes_on": None if others else last_end + retention.keep_addresses(),
    }
    return render(request, "subscriptions/unsubscribed.html", context)


def _not_following(
    request: HttpRequest, subscription: Subscription | None = None
) -> HttpResponse:
    """Say that there is nothing to stop, and offer to undo what was stopped.

    Without a ``subscription`` the token is one that nobody has: forged, cut, or of a
    person who was erased.
    """
    can = subscription is not None and services.obstacle(subscription) is None
    context = {"subscription": subscription, "can_follow_again": can}
    return render(request, "subscriptions/not_following.html", context)


def _others(subscription: Subscription) -> int:
    rows = Subscription.objects.confirmed().filter(
        subscriber_id=subscription.subscriber_id
    )
    return rows.exclude(pk=subscription.pk).count()
