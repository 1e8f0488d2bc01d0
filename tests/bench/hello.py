"""The least that Django does: one view, no middleware, the same server."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

settings.configure(
    SECRET_KEY="hello",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="tests.bench.hello",
    MIDDLEWARE=[],
    USE_TZ=True,
)

BODY = b"<!doctype html><title>Hello</title>" + b"hello " * 160


def hello(_request) -> HttpResponse:
    return HttpResponse(BODY)


urlpatterns = [re_path("", hello)]
django.setup()
application = get_wsgi_application()
