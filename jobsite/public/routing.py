"""The short way to the job list and to a job, for Wagtail's own view.

Wagtail finds a page by asking for each part of its path, then for its specific row, and
then for everything above it that might be private. The answers for these two are known,
or come with the job itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, QuerySet
from django.http import Http404, HttpRequest
from wagtail.models import Page, PageViewRestriction
from wagtail.url_routing import RouteResult

from jobs.models import JobIndexPage, JobPage
from jobs.prepared import Given, Prepared

if TYPE_CHECKING:
    from jobsite.public.frame import Frame

#: What the page of a job shows of other tables, one row of each.
RELATED = ("company", "category", "record")


def prepare(request: HttpRequest, frame: Frame, index: JobIndexPage, path: str) -> None:
    """Tell Wagtail where ``path`` leads, if it is the list or a job that is live.

    Every other path is left to Wagtail, so nothing is shown that it would not show.
    """
    url_path = f"{frame.site.root_page.url_path}{path}"
    below = url_path.removeprefix(index.url_path)
    if below == url_path and index.url_path:
        return
    result = _route(request, index, below)
    if result is None:
        return
    if frame.is_public(result.page):
        # What Wagtail's check_view_restrictions would find out in three queries.
        result.page.get_view_restrictions = PageViewRestriction.objects.none
    request._wagtail_route_for_request = result  # type: ignore[attr-defined]


def _route(request: HttpRequest, index: JobIndexPage, below: str) -> RouteResult | None:
    parts = [part for part in below.split("/") if part]
    if index.live:
        try:
            # Its own routes come first, as they do in RoutablePageMixin.
            match = index.resolve_subpage("/" + "".join(f"{part}/" for part in parts))
        except Http404:
            pass
        else:
            request.routable_resolver_match = match  # type: ignore[attr-defined]
            view, args, kwargs = match
            return RouteResult(index, args=(view, args, kwargs))
    if len(parts) != 1:
        return None
    job = _job(index, parts[0])
    return RouteResult(job) if job is not None else None


def _job(index: JobIndexPage, slug: str) -> Page | None:
    job: JobPage
    for job in _at.rows(slug=slug, url_path=f"{index.url_path}{slug}/"):
        job._cached_parent_obj = index
        return job
    return None


def _jobs_at() -> QuerySet[JobPage]:
    # By slug, which has an index; url_path has none.
    text = CharField()
    jobs = JobPage.objects.live().filter(slug=Given("slug", text))
    jobs = jobs.filter(url_path=Given("url_path", text))
    found: QuerySet[JobPage] = jobs.select_related(*RELATED)
    return found


_at = Prepared(_jobs_at)
