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
from django.db.models import F, OuterRef, Subquery
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
from jobs.models import BoardSettings, Edition, JobIndexPage, JobPage
from jobs.models.changes import as_edition, edition_parts

Row = dict[str, Any]

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
    "logo": get_image_model(),
    "favicon": get_image_model(),
    "index": JobIndexPage,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows, as they were in one edition; ``edition`` is "" where it is not held.

    ``site``, ``board`` and ``look`` are shared by all requests, so nobody may change
    them. A page that is served, each request gets for itself.
    """

    made_at: float
    edition: str
    site: Site
    language: str
    private: tuple[str, ...]
    board: BoardSettings
    look: LookSettings
    index_row: Row | None

    def put_on(self, request: HttpRequest) -> JobIndexPage | None:
        """Leave on ``request`` what Wagtail and our own tags would look up.

        Answers the job list, as a page of this request's own; None without one.
        """
        request.frame_edition = self.edition  # type: ignore[attr-defined]
        request._wagtail_site = self.site  # type: ignore[attr-defined]
        site, root = self.site, self.site.root_page
        request._wagtail_cached_site_root_paths = [  # type: ignore[attr-defined]
            SiteRootPath(site.pk, root.url_path, site.root_url, self.language)
        ]
        for setting in (self.board, self.look):
            # A preview has put its own there.
            if not hasattr(request, setting.get_cache_attr_name()):
                setattr(request, setting.get_cache_attr_name(), setting)
        request.private_paths = self.private  # type: ignore[attr-defined]
        request._job_index_url = ""  # type: ignore[attr-defined]
        if self.index_row is None:
            return None
        index: JobIndexPage = _instance(JobIndexPage, self.index_row)
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
    if frame is not None and edition.frame and not _leads_to_a_job(frame):
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
    rows = {name: _row(getattr(site, f"{name}_row")) for name in ROWS}
    root, board, look = (rows[name] for name in ("root", "board", "look"))
    if root is None or board is None or look is None:
        return None
    look_settings = _instance(LookSettings, look)
    for name in ("privacy_page", "logo", "favicon"):
        row = rows[name]
        setattr(look_settings, name, _instance(ROWS[name], row) if row else None)
    site.root_page = _instance(Page, root)
    restricted = PageViewRestriction.objects.values_list("page__path", flat=True)
    return Frame(
        made_at=time.monotonic(),
        edition="",
        site=site,
        language=site.language,
        private=tuple(restricted) if site.has_private else (),
        board=_instance(BoardSettings, board),
        look=look_settings,
        index_row=rows["index"],
    )


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
    return {
        f"{name}_row": Subquery(rows.values_list(_as_json(ROWS[name]))[:1])
        for name, rows in querysets.items()
    } | {
        "language": F("root_page__locale__language_code"),
        "has_private": models.Exists(PageViewRestriction.objects.all()),
    }


def _edition(now: dt.datetime) -> dict[str, Any]:
    moment = connection.ops.adapt_datetimefield_value(now)
    parts = zip(EDITION, edition_parts(), ([], [], [moment]), strict=True)
    return {name: RawSQL(sql, parameters) for name, sql, parameters in parts}  # noqa: S611


def _as_json(model: type[models.Model]) -> JSONObject:
    return JSONObject(**{name: F(name) for name in _names(model)})


def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _row(value: Any) -> Row | None:
    row: Row | None = json.loads(value) if isinstance(value, str) else value
    return row


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


def _leads_to_a_job(frame: Frame) -> bool:
    """Whether the settings name a job, whose title and end turn no frame.

    Looking also has each stream fetch the pages that it names, once for all requests.
    """
    pages = [
        key
        for value in _streams(frame)
        for model, key, *_path in value.stream_block.extract_references(value)
        if issubclass(model, Page)
    ]
    return bool(pages) and JobPage.objects.filter(pk__in=pages).exists()


def _streams(frame: Frame) -> Iterator[Any]:
    for setting in (frame.board, frame.look):
        for field in setting._meta.concrete_fields:
            if isinstance(field, StreamField):
                yield getattr(setting, field.attname)
