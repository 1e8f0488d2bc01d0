"""Signing in to the admin, and asking for a new password, in reasonable numbers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.admin.views.account import PasswordResetView

from subscriptions import limits


def too_many_tries(
    request: HttpRequest, response: HttpResponse | None, credentials: Any
) -> HttpResponse:
    """What django-axes answers to a network that gave too many wrong passwords."""
    wait = settings.AXES_COOLOFF_TIME
    minutes = int(wait.total_seconds() // 60)
    refused = render(
        request, "jobsite/too_many_tries.html", {"minutes": minutes}, status=429
    )
    refused["Retry-After"] = str(int(wait.total_seconds()))
    return refused


class LimitedPasswordResetView(PasswordResetView):
    """Wagtail's form for a forgotten password: it mails whoever has an account."""

    def form_valid(self, form: Any) -> HttpResponse:
        address = form.cleaned_data["email"]
        refusal = limits.refusal(self.request, address=address)
        if refusal is None:
            return super().form_valid(form)
        form.add_error("email", refusal.message)
        response: HttpResponse = self.form_invalid(form)
        response.status_code = 429
        response["Retry-After"] = str(refusal.seconds)
        return response
