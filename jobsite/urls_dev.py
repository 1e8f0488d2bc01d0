"""The public addresses, and those that only development may have."""

from django.conf import settings
from django.urls import path, re_path
from django.views.static import serve

from jobsite import demo_inbox
from jobsite.urls import urlpatterns as public_urlpatterns

urlpatterns = [
    path("demo/inbox/", demo_inbox.inbox, name="demo_inbox"),
    path("demo/inbox/<str:message_id>/", demo_inbox.message, name="demo_message"),
    path(
        "demo/inbox/<str:message_id>/html/",
        demo_inbox.message_html,
        name="demo_message_html",
    ),
    # django.conf.urls.static does nothing without DEBUG, and `make run` is without.
    re_path(
        rf"^{settings.MEDIA_URL.strip('/')}/(?P<path>.*)$",
        serve,
        {"document_root": settings.MEDIA_ROOT},
    ),
    *public_urlpatterns,
]
