"""The page on which a company decides how often we write to it."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jobs.choices import CompanyNotices
from jobs.models import Company
from notifications.rendering import absolute
from subscriptions.origin import same_origin_required

SALT = "notifications.company-notices"


def notices_url(company: Company) -> str:
    """The address of the page for one company; it works for as long as the company."""
    token = signing.Signer(salt=SALT, sep="~").sign(str(company.pk))
    return absolute(reverse("notifications:notices", args=[token]))


@never_cache
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button for each, daily and never; pressing one is kept at once."""
    company = _company(token)
    if company is None:
        return render(request, "notifications/notices_unknown.html", status=404)
    chosen = request.POST.get("notices")
    saved = False
    if request.method == "POST" and chosen in CompanyNotices.values:
        company.notices = chosen
        company.save(update_fields=["notices"])
        saved = True
    context = {
        "company": company,
        "choices": CompanyNotices.choices,
        "saved": saved,
    }
    return render(request, "notifications/notices.html", context)


def _company(token: str) -> Company | None:
    try:
        pk = signing.Signer(salt=SALT, sep="~").unsign(token)
    except signing.BadSignature:
        return None
    return Company.objects.filter(pk=pk).first()
