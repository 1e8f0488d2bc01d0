"""What stands around every public page, read by one query and held by each process.

Wagtail asks for the site, its root page, each settings model and the pages that these
lead to one by one, for every request. It keeps what it found on the request, and looks
there first; so whatever is put there is not asked for again.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils import timezone
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.models.sites import SiteRootPath

from home.models import LookSettings
from jobs import editions
from jobs.blocks import pages_at_hand
from jobs.json_lists import JSONList
from jobs.models import BoardSettings, Edition, JobIndexPage, JobPage
from jobs.models.changes import as_edition, edition_parts

Row = dict[str, Any]
Image = get_image_model()
Rendition = Image.get_rendition_model()

#: Seconds for which a frame is held at most, for changes that nobody heard of.
HELD_FOR = 300
#: The names under which the edition comes along.
EDITION = ("whole_edition", "frame_edition", "turns_at")
#: The rows that are read beside the site's own, and where from.
ROWS: dict[str, type[models.Model]] = {
    "root": Page,
    "board": BoardSettings,
    "look": LookSettings,
    "privacy_page": Page,
    "logo": Image,
    "favicon": Image,
    "index": JobIndexPage,
}
#: Those of them whose streams lead to pages.
COMPOSED = (BoardSettings, LookSettings, JobIndexPage)


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows, as they were in one edition; ``edition`` is "" where it is not held.

    ``site``, ``board`` and ``look`` are shared by all requests, so nobody may change
    them. A page that is served, each request gets for itself.
    """

    made_at: float
    edition: str
    site: Site
    private: tuple[str, ...]
    board: BoardSettings
    look: LookSettings
    index_row: Row | None
    index_streams: Row
    leads_to_a_job: bool

    def put_on(self, request: HttpRequest) -> JobIndexPage | None:
        """Leave on ``request`` what Wagtail and our own tags would look up.

        Answers the job list, as a page of this request's own; None without one.
        """
        request.frame_edition = self.edition  # type: ignore[attr-defined]
        request._wagtail_site = self.site  # type: ignore[attr-defined]
        request._wagtail_cached_site_root_paths = _roots(self.site)  # type: ignore[attr-defined]
        for setting in (self.board, self.look):
            # A preview has put its own there.
            if not hasattr(request, setting.get_cache_attr_name()):
                setattr(request, setting.get_cache_attr_name(), setting)
        request.private_paths = self.private  # type: ignore[attr-defined]
        request._job_index_url = ""  # type: ignore[attr-defined]
        if self.index_row is None:
            return None
        index: JobIndexPage = _instance(JobIndexPage, self.index_row)
        for name, stream in self.index_streams.items():
            setattr(index, name, stream)
        if index.live:
            request._job_index_url = index.get_url(request)  # type: ignore[attr-defined]
        return index

    def is_public(self, page: Page) -> bool:
        """Whether everybody may see ``page``, which stands in the job list or is it.

        False also where it is not certain, as with an alias, which is as private as
        its source.
        """
        root, index = self.site.root_page, self.index_row
        if index is None or index["depth"] != root.depth + 1:
            return False
        aliases = (page.alias_of_id, index["alias_of_id"], root.alias_of_id)
        return not any(aliases) and not page.path.startswith(self.private)


#: What this process holds: one frame at most.
_held: dict[str, Frame] = {}


def read(edition: Edition | None, now: dt.datetime) -> tuple[Edition, Frame | None]:
    """The edition that is current, and its frame; together they cost a query at most.

    Args:
        edition: the current one, None if it was not looked up.
        now: the moment of the request.

    Returns:
        No frame for a board that has not exactly one site, as `jobsite.checks` demands.
    """
    if edition is None and (_held or editions.is_shared()):
        edition = editions.current(now)
    if edition is not None:
        held = _held.get(edition.frame)
        if held is not None and time.monotonic() - held.made_at < HELD_FOR:
            return edition, held
    seen, frame = _load(now)
    # The older of the two, if they differ: what is kept for it is not shown again.
    edition = edition or seen
    if frame is not None and edition.frame and not frame.leads_to_a_job:
        frame = replace(frame, edition=edition.frame)
        _held.clear()
        _held[edition.frame] = frame
    return edition, frame


def _load(now: dt.datetime) -> tuple[Edition, Frame | None]:
    sites = list(Site.objects.annotate(**_subqueries(), **_edition(now))[:2])
    if len(sites) != 1:
        return editions.current(now), None
    site = sites[0]
    edition = as_edition(*(getattr(site, name) for name in EDITION))
    return edition, _frame(site)


def _frame(site: Any) -> Frame | None:
    rows = {name: _json(getattr(site, f"{name}_row")) for name in ROWS}
    root, board_row, look_row = (rows[name] for name in ("root", "board", "look"))
    if root is None or board_row is None or look_row is None:
        return None
    site.root_page = _instance(Page, root)
    board, look = _instance(BoardSettings, board_row), _instance(LookSettings, look_row)
    for name in ("privacy_page", "logo", "favicon"):
        row = rows[name]
        setattr(look, name, _instance(ROWS[name], row) if row else None)
    renditions = [_instance(Rendition, row) for row in _json(site.renditions)]
    for image in filter(None, (look.logo, look.favicon)):
        image.prefetched_renditions = [x for x in renditions if x.image_id == image.pk]
        for rendition in image.prefetched_renditions:
            rendition.image = image
    index = _instance(JobIndexPage, rows["index"]) if rows["index"] else None
    streams = [found for one in (board, look, index) if one for found in _streams(one)]
    _open(streams, site)
    return Frame(
        made_at=time.monotonic(),
        edition="",
        site=site,
        private=tuple(_json(site.private)),
        board=board,
        look=look,
        index_row=rows["index"],
        index_streams=dict(_streams(index)) if index else {},
        leads_to_a_job=_leads_to_a_job(streams, site),
    )


def _open(streams: list[tuple[str, Any]], site: Any) -> None:
    """Have each stream take the pages that it names from what was read, once for all.

    Otherwise it would ask for them when it is first looked at.
    """
    pages = {row["id"]: _instance(Page, row) for row in _json(site.pages)}
    for page in pages.values():
        page._wagtail_cached_site_root_paths = _roots(site)
    token = pages_at_hand.set(pages)
    try:
        for _name, stream in streams:
            list(stream)
    finally:
        pages_at_hand.reset(token)


def _roots(site: Any) -> list[SiteRootPath]:
    root = site.root_page
    return [SiteRootPath(site.pk, root.url_path, site.root_url, site.language)]


def _subqueries() -> dict[str, Any]:
    look = LookSettings.objects.order_by("pk")
    querysets: dict[str, models.QuerySet] = {
        "root": Page.objects.filter(pk=OuterRef("root_page")),
        "board": BoardSettings.objects.order_by("pk"),
        "look": look,
        **{
            name: ROWS[name]._default_manager.filter(pk__in=look.values_list(name)[:1])
            for name in ("privacy_page", "logo", "favicon")
        },
        "index": JobIndexPage.objects.order_by("pk"),
    }
    found: dict[str, Any] = {
        f"{name}_row": Subquery(rows.values_list(_as_json(ROWS[name]))[:1])
        for name, rows in querysets.items()
    }
    images = [look.values_list(name)[:1] for name in ("logo", "favicon")]
    of_images = Q(image__in=images[0]) | Q(image__in=images[1])
    lists = {
        "pages": _list(Page.objects.filter(pk__in=_named()), _as_json(Page)),
        "renditions": _list(Rendition.objects.filter(of_images), _as_json(Rendition)),
        "private": _list(PageViewRestriction.objects.all(), F("page__path")),
        "named_jobs": _list(JobPage.objects.filter(pk__in=_named()), F("pk")),
    }
    return found | lists | {"language": F("root_page__locale__language_code")}


def _list(rows: models.QuerySet, each: Any) -> Subquery:
    return Subquery(rows.order_by().values(x=JSONList(each)))


def _named() -> RawSQL:
    """The keys of all pages that streams around every page name."""
    parts = [
        _named_in(model._meta.db_table, field.column)
        for model in COMPOSED
        for field in _stream_fields(model)
    ]
    return RawSQL(" UNION ALL ".join(parts), [])  # noqa: S611


def _named_in(table: str, column: str) -> str:
    """Whatever stands under "page", as deep as it may, in a stream."""
    if connection.vendor == "sqlite":
        return (
            f"SELECT found.atom FROM {table}, json_tree({table}.{column}) found "  # noqa: S608
            "WHERE found.key = 'page' AND found.type = 'integer'"
        )
    path = """$.**.page ? (@.type() == "number")"""
    return f"SELECT jsonb_path_query({column}, '{path}')::bigint FROM {table}"  # noqa: S608


def _edition(now: dt.datetime) -> dict[str, Any]:
    moment = connection.ops.adapt_datetimefield_value(now)
    parts = zip(EDITION, edition_parts(), ([], [], [moment]), strict=True)
    return {name: RawSQL(sql, parameters) for name, sql, parameters in parts}  # noqa: S611


def _as_json(model: type[models.Model]) -> JSONObject:
    return JSONObject(**{name: F(name) for name in _names(model)})


def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _value(field: models.Field, given: Any) -> Any:
    value = field.to_python(given)
    # SQLite keeps moments in UTC and does not say so.
    if isinstance(value, dt.datetime) and timezone.is_naive(value):
        return value.replace(tzinfo=dt.UTC)
    return value


def _instance(model: Any, row: Row) -> Any:
    """A model of a row that came as JSON, as the ORM would have made it."""
    fields = model._meta.concrete_fields
    values = [
        # A stream reads JSON by itself, and later: when it is looked at.
        row[field.attname]
        if isinstance(field, StreamField)
        else _value(field, row[field.attname])
        for field in fields
    ]
    return model.from_db("default", [field.attname for field in fields], values)


def _leads_to_a_job(streams: list[tuple[str, Any]], site: Any) -> bool:
    """Whether one names a job, whose title and end turn no frame."""
    named = {
        int(key)
        for _name, stream in streams
        for model, key, *_path in stream.stream_block.extract_references(stream)
        if issubclass(model, Page)
    }
    in_text = named - {row["id"] for row in _json(site.pages)}
    return bool(_json(site.named_jobs)) or (
        bool(in_text) and JobPage.objects.filter(pk__in=in_text).exists()
    )


def _streams(page_or_setting: models.Model) -> Iterator[tuple[str, Any]]:
    for field in _stream_fields(type(page_or_setting)):
        yield field.name, getattr(page_or_setting, field.name)


def _stream_fields(model: type[models.Model]) -> list[StreamField]:
    return [x for x in model._meta.concrete_fields if isinstance(x, StreamField)]
