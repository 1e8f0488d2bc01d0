"""Where search engines may look."""

from urllib.parse import urljoin

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from home.sitemaps import PageSitemap
from jobs.sitemaps import CompanySitemap, JobSitemap

SITEMAPS: dict[str, type[Sitemap]] = {
    "pages": PageSitemap,
    "companies": CompanySitemap,
    "jobs": JobSitemap,
}


@require_safe
@cache_control(public=True, max_age=3600)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Answer robots.txt (RFC 9309): all but what is for staff, followers and companies.

    What is closed is not fetched, so a robot that obeys never reads the "noindex" of
    these pages: that is for one which comes all the same.
    """
    closed = [
        reverse("wagtailadmin_home"),
        reverse("subscriptions:manage").removesuffix("manage/"),
        reverse("notifications:notices", args=["-"]).removesuffix("-/"),
    ]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {urljoin(settings.SITE_URL, reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
