"""The public pages on which somebody starts or stops to follow a job.

No GET or HEAD changes anything: mail scanners open every link, so a link opens a page
with a button. No page tells a stranger whether an address is known.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from jobs.facts import availability_of
from jobs.models import JobPage, JobRecord
from subscriptions import services, tokens, typed_address
from subscriptions.forms import FollowForm
from subscriptions.models import KEEP_ADDRESS, Subscription
from subscriptions.origin import same_origin_required


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, record_id: int) -> HttpResponse:
    """Ask for an address, then answer "check your inbox" whoever it belongs to."""
    record = get_object_or_404(JobRecord.objects.select_related("page"), pk=record_id)
    job = record.page
    # Before anything is said of the job: a page that was taken down is a draft.
    if job is None or not _is_open(record):
        return _closed(request, record)
    form = FollowForm(request.POST or None, company_name=job.company_name)
    if form.is_valid():
        try:
            services.subscribe(
                email=form.cleaned_data["email"],
                record=record,
                choices=form.choices,
                consent_path=job.get_url(request) or "",
            )
        except services.JobNotOpen:
            return _closed(request, record)
        inbox = reverse("subscriptions:check_your_inbox")
        response = redirect(inbox)
        typed_address.remember(
            response,
            path=inbox,
            address=form.cleaned_data["email"],
            record=record.pk,
        )
        return response
    context = {"record": record, "job": job, "form": form, "action": request.path}
    return render(request, "subscriptions/follow.html", context)


@never_cache
@require_http_methods(["GET", "HEAD"])
def check_your_inbox(request: HttpRequest) -> HttpResponse:
    """Say what to do next, and show what was typed so that a slip is seen."""
    typed = typed_address.recall(request)
    record = JobRecord.objects.filter(pk=typed["record"]).first() if typed else None
    context = {
        "record": record,
        "address": typed.get("address"),
        "job_url": _job_url(request, record),
        "demo_inbox_url": _demo_inbox_url(),
    }
    return render(request, "subscriptions/check_your_inbox.html", context)


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button; pressing it makes the person a follower."""
    act = services.confirm if request.method == "POST" else services.pending
    try:
        subscription = act(token=token)
    except Subscription.DoesNotExist:
        return _problem(request, "unknown", None, 404)
    except tokens.TokenExpired as error:
        record = JobRecord.objects.filter(pk=error.record_id).first()
        return _problem(request, "expired", record, 410)
    except services.JobNotOpen:
        return _closed(request, services.pending(token=token).record)
    if request.method == "POST":
        return _confirmed(request, subscription)
    return _asks_to_confirm(request, subscription)


def _asks_to_confirm(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    record = subscription.record
    page = record.page
    if subscription.is_confirmed:
        return _problem(request, "already", record, 200)
    if not _is_open(record):
        return _closed(request, record)
    context = {
        "subscription": subscription,
        "record": record,
        "job": page,
        "company_name": record.company_name,
    }
    return render(request, "subscriptions/confirm.html", context)


def _confirmed(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    record = subscription.record
    context = {
        "subscription": subscription,
        "record": record,
        "job": record.page,
        "masked_address": subscription.subscriber.masked_address,
    }
    return render(request, "subscriptions/confirmed.html", context)


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
            return render(request, "subscriptions/not_following.html")
        return _unsubscribed(request, subscription)
    subscription = Subscription.objects.current().with_token(token)
    if subscription is None:
        return render(request, "subscriptions/not_following.html")
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
        return render(request, "subscriptions/not_following.html")
    return _confirmed(request, subscription)


@never_cache
@require_POST
@same_origin_required
def stop_all(request: HttpRequest, token: str) -> HttpResponse:
    """End everything that the person behind ``token`` follows."""
    subscription = Subscription.objects.with_token(token)
    if subscription is None:
        return render(request, "subscriptions/not_following.html")
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
        services.erase(subscriber=subscription.subscriber)
    return render(request, "subscriptions/erased.html")


def _unsubscribed(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    others = _others(subscription)
    context = {
        "subscription": subscription,
        "record": subscription.record,
        "others": others,
        "can_follow_again": _can_follow_again(subscription),
        "deletes_on": None if others else timezone.now() + KEEP_ADDRESS,
    }
    return render(request, "subscriptions/unsubscribed.html", context)


def _can_follow_again(subscription: Subscription) -> bool:
    page = subscription.record.page
    return page is not None and page.live and subscription.confirmed_at is not None


def _others(subscription: Subscription) -> int:
    rows = Subscription.objects.confirmed().filter(
        subscriber_id=subscription.subscriber_id
    )
    return rows.exclude(pk=subscription.pk).count()


def _is_open(record: JobRecord) -> bool:
    return availability_of(record.page, timezone.now()).is_open


def _closed(request: HttpRequest, record: JobRecord) -> HttpResponse:
    return _problem(request, "closed", record, 200)


def _problem(
    request: HttpRequest, problem: str, record: JobRecord | None, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "problem": problem,
        "record": record,
        "job_url": _job_url(request, record),
    }
    if problem == "closed" and record is not None:
        jobs = JobPage.objects.similar_to(
            category_id=record.category_id, exclude=record.page_id
        )
        context["similar"] = list(jobs.listed()[:3])
    return render(request, "subscriptions/confirm_problem.html", context, status=status)


def _job_url(request: HttpRequest, record: JobRecord | None) -> str | None:
    page = record.page if record else None
    return page.get_url(request) if page is not None and page.live else None


def _demo_inbox_url() -> str | None:
    """The development inbox's address; None where there is no such route."""
    try:
        return reverse("demo_inbox")
    except NoReverseMatch:
        return None
