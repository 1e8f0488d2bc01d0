"""The public addresses. ``urls_dev`` adds what only a demo may have."""

from django.conf import settings
from django.contrib.sitemaps import views as sitemaps
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from home.views import look_css
from jobsite.health import healthz
from jobsite.robots import SITEMAPS, robots_txt
from jobsite.signing_in import LimitedPasswordResetView

urlpatterns: list[URLPattern | URLResolver] = [
    # In front of Wagtail's own, which has no limit.
    path("admin/password_reset/", LimitedPasswordResetView.as_view()),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("subscriptions/", include("subscriptions.urls")),
    path("", include("jobs.urls")),
    path("notices/", include("notifications.urls")),
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots_txt, name="robots_txt"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_part"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        sitemaps.sitemap,
        {"sitemaps": SITEMAPS},
        name="sitemap_part",
    ),
    path("look.css", look_css, name="look_css"),
    *(
        [path("email/", include("anymail.urls"))]
        if settings.ANYMAIL["WEBHOOK_SECRET"]
        else []
    ),
    # Pages answer whatever is left, so this stays last.
    path("", include(wagtail_urls)),
]
