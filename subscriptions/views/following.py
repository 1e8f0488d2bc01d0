"""Asking to follow a job, and confirming it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from jobs.facts import private_paths
from jobs.models import JobRecord
from subscriptions import half_hour, retention, services, tokens, typed_address
from subscriptions.forms import FollowForm
from subscriptions.models import Subscription
from subscriptions.origin import same_origin_required
from subscriptions.views import answers

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobs.htmx import HtmxHttpRequest


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HtmxHttpRequest, record_id: int) -> HttpResponse:
    """Ask for an address, then answer "check your inbox" whoever it belongs to.

    Only who proved in this browser, within the last half hour, that the address is
    theirs follows at once.
    """
    record = get_object_or_404(JobRecord.objects.select_related("page"), pk=record_id)
    job = record.page
    # Before anything is said of the job: a page that was taken down is a draft.
    if job is None or not answers.is_open(record):
        return _closed(request, record)
    form = FollowForm(
        request.POST or None, record=record, company_name=job.company_name
    )
    if not form.is_valid():
        return _asks(request, record, form)
    proven = half_hour.subscriber_id(request)
    # What causes no email needs no limit.
    causes_email = not half_hour.is_of(request, form.cleaned_data["email"])
    if causes_email and not form.is_within_limits(request, record):
        return _asks(request, record, form)
    try:
        subscription = services.subscribe(
            email=form.cleaned_data["email"],
            record=record,
            choices=form.choices,
            consent_path=job.get_url(request) or "",
            proven=proven,
        )
    except services.JobNotOpen:
        return _closed(request, record)
    if subscription.subscriber_id == proven:
        return _confirmed(request, [subscription])
    return _sends_link(request, record, form.cleaned_data["email"])


def _asks(
    request: HtmxHttpRequest, record: JobRecord, form: FollowForm
) -> HttpResponse:
    context = {
        "record": record,
        "job": record.page,
        "form": form,
        "action": request.path,
    }
    name = "follow_in_place" if request.htmx else "follow"
    return form.limit(render(request, f"subscriptions/{name}.html", context))


def _sends_link(
    request: HtmxHttpRequest, record: JobRecord, address: str
) -> HttpResponse:
    if request.htmx:
        context = _inbox(request, record, address) | {"action": request.path}
        return render(request, "subscriptions/inbox_in_place.html", context)
    inbox = reverse("subscriptions:check_your_inbox")
    response = redirect(inbox)
    typed_address.remember(response, path=inbox, address=address, record=record.pk)
    return response


def _closed(request: HtmxHttpRequest, record: JobRecord) -> HttpResponse:
    if request.htmx:
        # A page of its own, not a part of the job's.
        return HttpResponseClientRedirect(request.path)
    return answers.closed(request, record)


@never_cache
@require_http_methods(["GET", "HEAD"])
def check_your_inbox(request: HttpRequest) -> HttpResponse:
    """Say what to do next, and show what was typed so that a slip is seen."""
    typed = typed_address.recall(request)
    record = JobRecord.objects.filter(pk=typed["record"]).first() if typed else None
    context = _inbox(request, record, typed.get("address"))
    return render(request, "subscriptions/check_your_inbox.html", context)


def _inbox(
    request: HttpRequest, record: JobRecord | None, address: Any
) -> dict[str, Any]:
    return {
        "record": record,
        "address": address,
        "days": retention.keep_requests().days,
        "job_url": answers.job_url(request, record),
        "demo_inbox_url": answers.demo_inbox_url(),
    }


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HtmxHttpRequest, token: str) -> HttpResponse:
    """Show what waits for this address, and a button that makes it be followed."""
    chosen = ticked(request)
    try:
        if request.method != "POST" or not chosen:
            return _asks_to_confirm(request, services.waiting(token=token))
        try:
            confirmed = services.confirm(token=token, only=chosen)
        except services.JobNotOpen:
            # What else waits may be open still.
            waiting = services.waiting(token=token)
            return _asks_to_confirm(request, waiting, chosen=chosen)
    except tokens.TokenUnknown:
        return answers.problem(request, "unknown", None, 404)
    except tokens.TokenExpired as error:
        return answers.problem(request, "expired", _record(error.record_id), 410)
    except tokens.TokenUsed as error:
        return _used(request, error.link)
    return _confirmed(request, confirmed)


def ticked(request: HttpRequest, name: str = "follow") -> list[int]:
    """The keys that were sent under ``name``, as far as they are numbers."""
    values = request.POST.getlist(name)
    return [int(value) for value in values if re.fullmatch(r"[0-9]{1,18}", value)]


def _record(pk: int) -> JobRecord | None:
    return JobRecord.objects.select_related("page").filter(pk=pk).first()


def _used(request: HttpRequest, link: tokens.ConfirmLink) -> HttpResponse:
    follows = Subscription.objects.confirmed().filter(
        subscriber_id=link.subscriber_id, record_id=link.record_id
    )
    if follows.exists():
        return answers.problem(request, "already", _record(link.record_id), 200)
    return answers.problem(request, "used", _record(link.record_id), 410)


def _asks_to_confirm(
    request: HttpRequest,
    waiting: list[Subscription],
    *,
    chosen: Collection[int] = (),
) -> HttpResponse:
    """Ask which of those that ``waiting`` has are to be followed.

    Args:
        request: a look, a press without a tick, or one whose ticks have closed.
        waiting: what waits for the link's answer, one at least.
        chosen: keys of what was ticked.
    """
    private = private_paths()
    opened = [row for row in waiting if answers.is_open(row.record, private)]
    if not opened:
        about = next((row for row in waiting if row.pk in chosen), waiting[0])
        return answers.closed(request, about.record)
    context = {
        "waiting": opened,
        "closed": [row for row in waiting if row not in opened],
        "masked_address": opened[0].subscriber.masked_address,
        "nothing_ticked": request.method == "POST" and not chosen,
    }
    return render(request, "subscriptions/confirm.html", context)


def _confirmed(
    request: HtmxHttpRequest, subscriptions: list[Subscription]
) -> HttpResponse:
    """Say what is followed now, and let this browser go on for half an hour."""
    context = answers.followed(subscriptions)
    name = "confirmed_in_place" if request.htmx else "confirmed"
    response = render(request, f"subscriptions/{name}.html", context)
    half_hour.begin(response, subscriptions[0].subscriber_id)
    return response
