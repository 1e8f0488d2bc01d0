"""Lists of jobs as Atom (RFC 4287), and what has ended as tombstones (RFC 6721).

An entry keeps its id for ever, wherever the page of the job moves. A reader that knows
tombstones strikes a job out when it ends; one that does not, ignores them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import PageLogEntry

from jobs import formatting
from jobs.choices import ClosedReason
from jobs.fragments import Memory
from jobs.models.pages import JobPage
from jobs.models.records import JobRecord
from jobs.models.settings import BoardSettings

if TYPE_CHECKING:
    from jobs.listed import ListedJob
    from jobs.models import JobIndexPage

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ENTRIES = 50
TOMBSTONES = 200
#: For how long a feed says that a job has ended.
REMEMBERED = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A job that no feed has any more: its entry's id, since when, and why."""

    ref: str
    when: dt.datetime
    why: str


#: What ended lately, the same for all feeds of an edition.
ended_lately: Memory[list[Tombstone]] = Memory(1)


class JobFeed(Atom1Feed):
    """An Atom feed with tombstones after its entries."""

    def __init__(self, *args: Any, tombstones: list[Tombstone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tombstones = tombstones

    def root_attributes(self) -> dict[str, str]:
        attributes: dict[str, str] = super().root_attributes()
        return attributes | {"xmlns:at": "http://purl.org/atompub/tombstones/1.0"}

    def latest_post_date(self) -> dt.datetime:
        moments = [item["updateddate"] for item in self.items]
        moments += [tombstone.when for tombstone in self.tombstones]
        fallback: dt.datetime = self.feed["changed_at"]
        return max([fallback, *moments])

    def write_items(self, handler: Any) -> None:
        super().write_items(handler)
        for tombstone in self.tombstones:
            names = {"ref": tombstone.ref, "when": rfc3339_date(tombstone.when)}
            handler.startElement("at:deleted-entry", names)
            handler.addQuickElement("at:comment", tombstone.why)
            handler.endElement("at:deleted-entry")


def answer(
    index: JobIndexPage, request: HttpRequest, jobs: Iterable[ListedJob], *, query: str
) -> HttpResponse:
    """Answer some jobs of a list as its feed.

    Args:
        index: the list.
        request: a GET.
        jobs: open ones.
        query: the query string of the list, "?" included, always spelt in the same
            way: the feed's id is made of it, and must stay (RFC 4287, 4.2.6).
    """
    now = timezone.now()
    board = BoardSettings.load(request_or_site=request)
    text = feed_of(
        jobs,
        ended_lately.get_of_edition(request, "", lambda: tombstones(now)),
        title=f"{index.title}, {board.name}",
        board_name=board.name,
        list_path=f"{index.get_url(request)}{query}",
        feed_path=f"{index.get_url(request)}feed/{query}",
        changed_at=index.last_published_at or index.latest_revision_created_at or EPOCH,
    )
    return HttpResponse(text, content_type=JobFeed.content_type)


def feed_of(
    jobs: Iterable[ListedJob],
    ended: list[Tombstone],
    *,
    title: str,
    board_name: str,
    list_path: str,
    feed_path: str,
    changed_at: dt.datetime,
) -> str:
    """Write the feed of some open jobs.

    Args:
        jobs: those to have an entry.
        ended: those that ended lately.
        title: what the feed is called.
        board_name: who publishes it.
        list_path: where a person reads the same list, query string included.
        feed_path: the feed's own path, query string included.
        changed_at: when the list itself last changed; an empty feed is as old as that.
    """
    feed = JobFeed(
        title=formatting.one_line(title),
        link=urljoin(settings.SITE_URL, list_path),
        description=None,
        language=get_language(),
        author_name=formatting.one_line(board_name),
        feed_url=urljoin(settings.SITE_URL, feed_path),
        feed_guid=urljoin(settings.SITE_URL, feed_path),
        tombstones=ended,
        changed_at=changed_at,
    )
    for job in jobs:
        if job.record_pk is not None:
            _add(feed, job, job.record_pk)
    text: str = feed.writeString("utf-8")
    return text


def _add(feed: JobFeed, job: ListedJob, record_id: int) -> None:
    category = [job.category_name] if job.category_name else []
    kinds = [*category, job.type_text]
    feed.add_item(
        title=formatting.one_line(job.title),
        link=urljoin(settings.SITE_URL, job.url),
        description=_summary(job),
        unique_id=entry_id(record_id),
        pubdate=job.posted_at,
        updateddate=job.published_at or job.posted_at,
        author_name=formatting.one_line(job.company_name) or None,
        categories=[formatting.one_line(kind) for kind in kinds],
    )


def entry_id(record_id: int) -> str:
    """A tag URI (RFC 4151), which stays the same for a job whatever happens to it."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:job:{record_id}"


def _summary(job: ListedJob) -> SafeString:
    facts = (
        (_("Place"), job.place),
        (_("Pay"), job.pay_text),
        (_("Closes"), job.closing_full),
    )
    lines = [
        (label, formatting.one_line(value)) for label, value in facts if value.strip()
    ]
    return format_html(
        "<p>{}</p><ul>{}</ul>",
        formatting.one_line(job.summary),
        format_html_join("", "<li>{}: {}</li>", lines),
    )


def tombstones(now: dt.datetime) -> list[Tombstone]:
    """The jobs that ended lately, the latest first; five queries at most.

    Whatever a feed is narrowed by, it has all of them: what is gone cannot be narrowed
    any more, and a reader passes over what it never had.
    """
    since = now - REMEMBERED
    found: dict[int, Tombstone] = {}
    gone = JobRecord.objects.filter(gone_at__gte=since, first_public_at__isnull=False)
    for record in gone.order_by("-gone_at", "-pk")[:TOMBSTONES]:
        when = record.gone_at or now
        found[record.pk] = Tombstone(entry_id(record.pk), when, _("Taken down"))
    for pk, when in _made_private_since(since):
        found[pk] = Tombstone(entry_id(pk), when, _("Taken down"))
    for job in _closed_since(since, now)[:TOMBSTONES]:
        record, when = job.record_or_none, job.ended_at
        if record is not None and when is not None and record.pk not in found:
            found[record.pk] = Tombstone(entry_id(record.pk), when, _why(job))
    newest = sorted(found.values(), key=lambda tombstone: tombstone.when, reverse=True)
    return newest[:TOMBSTONES]


def _made_private_since(since: dt.datetime) -> Iterator[tuple[int, dt.datetime]]:
    """Records of jobs that everybody could see until a page was made private.

    That is the job's own page or one above it. Only the log of pages knows when.
    """
    log = PageLogEntry.objects.filter(
        action="wagtail.view_restriction.create",
        timestamp__gte=since,
        page__view_restrictions__isnull=False,
    )
    pages = log.order_by().values_list("page__path").annotate(at=Max("timestamp"))
    moments = dict(pages.order_by("-at")[:TOMBSTONES])
    if not moments:
        return
    # A range, which an index answers on SQLite too: a page and all that is below it.
    below = [Q(page__path__range=(path, f"{path}ZZZZ")) for path in moments]
    jobs = JobRecord.objects.filter(
        reduce(or_, below), page__live=True, first_public_at__isnull=False
    )
    for pk, path in jobs.order_by("-pk").values_list("pk", "page__path")[:TOMBSTONES]:
        yield pk, min(at for above, at in moments.items() if path.startswith(above))


def _closed_since(since: dt.datetime, now: dt.datetime) -> Any:
    # Each of them is found in an index of its own: either moment, and nothing else.
    every = JobPage.objects.order_by().values("pk")
    by_hand = every.filter(closed_at__gte=since).exclude(closed_reason="")
    by_date = every.filter(closes_at__gte=since, closes_at__lte=now, closed_reason="")
    ended = by_hand.union(by_date)
    jobs = JobPage.objects.live().public().filter(alias_of__isnull=True, pk__in=ended)
    jobs = jobs.select_related("record").defer_streamfields()
    return jobs.order_by(Coalesce("closed_at", "closes_at").desc(), "-pk")


def _why(job: JobPage) -> str:
    reason = job.closed_reason
    return str(ClosedReason(reason).label) if reason else _("Closed")
