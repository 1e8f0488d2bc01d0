"""The triggers that begin an edition of the public pages with every change of them.

A trigger sees every write: an editor's click, ``QuerySet.update``, an import, a hand in
the database. It writes in the same transaction, which is why a page that was made from
what is not committed, or no more true, is never shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, models, transaction
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site

from home.models import HomePage, LookSettings, StandardPage
from jobs.models import (
    BoardSettings,
    Company,
    JobCategory,
    JobIndexPage,
    JobLocation,
    JobPage,
    JobRecord,
    JobRequirement,
    JobTag,
    PublicChange,
)
from notifications.models import Announcement

PREFIX = "edition_of_"
EVENTS = ("INSERT", "UPDATE", "DELETE")
#: Columns of pages that are for editors only; the public has what is published.
FOR_EDITORS = (
    "draft_title",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "locked",
    "locked_at",
    "locked_by",
    "owner",
    "go_live_at",
    "expire_at",
    "expired",
    "numchild",
    "tell_followers",
    "change_note",
)


@dataclass(frozen=True, slots=True)
class Watch:
    """A table of which public pages show something.

    Args:
        model: whose table it is.
        frame: whether it concerns what stands around every page.
        page: the column that names the page which a row belongs to; while that is not
            live, the public sees nothing of it.
        unseen: fields that no public page shows.
        events: what is watched of it.
    """

    model: type[models.Model]
    frame: bool = True
    page: str = ""
    unseen: tuple[str, ...] = ()
    events: tuple[str, ...] = EVENTS

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        fields = self.model._meta.local_concrete_fields
        return [str(x.column) for x in fields if x.name not in self.unseen]


WATCHES = (
    Watch(JobPage, frame=False, page="page_ptr_id", unseen=FOR_EDITORS),
    Watch(JobLocation, frame=False, page="page_id"),
    Watch(JobRequirement, frame=False, page="page_id"),
    Watch(JobTag, frame=False, page="content_object_id"),
    # Without one a job cannot be followed; and feeds say which jobs have ended.
    Watch(JobRecord, frame=False, events=("INSERT", "UPDATE")),
    Watch(Announcement, frame=False, events=("INSERT",)),
    # Pages of all kinds; those that begin and end are seen in their own tables.
    Watch(Page, page="id", unseen=FOR_EDITORS, events=("UPDATE",)),
    Watch(JobIndexPage, page="page_ptr_id"),
    Watch(HomePage, page="page_ptr_id"),
    Watch(StandardPage, page="page_ptr_id"),
    Watch(Company, unseen=("email", "notices")),
    Watch(JobCategory),
    Watch(BoardSettings),
    Watch(LookSettings),
    # Wagtail measures a file when somebody first opens its form.
    Watch(get_image_model(), unseen=("file_size", "file_hash")),
    Watch(get_document_model()),
    Watch(PageViewRestriction),
    Watch(Site),
)
WATCH_OF = {watch.model: watch for watch in WATCHES}
#: Parts of a job.
PARTS = {JobLocation, JobRequirement, JobTag}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One watch of one event, in the words of one kind of database."""

    watch: Watch
    event: str
    vendor: str

    @property
    def name(self) -> str:
        """Tells versions apart, so that an upgrade sees which are its own."""
        digest = hashlib.sha256("".join(self._statements("x")).encode()).hexdigest()
        return f"{PREFIX}{self.watch.table}_{self.event.lower()}_{digest[:8]}"

    def statements(self) -> list[str]:
        return self._statements(self.name)

    def _statements(self, name: str) -> list[str]:
        table, when = self.watch.table, self._when()
        head = f"AFTER {self.event} ON {table} FOR EACH ROW {when}"
        if self.vendor == "sqlite":
            return [f"CREATE TRIGGER {name} {head} BEGIN {self._insert()}; END"]
        # Each row of a statement would find the edition that the first one began, and
        # step over all that it wrote of it, as long as the transaction lasts.
        mark, now = "'jobs.edition_' || turned", "statement_timestamp()::text"
        body = (
            f"DECLARE turned text := {self._frame()}; "
            f"BEGIN IF current_setting({mark}, true) IS DISTINCT FROM {now} "
            f"THEN {self._insert()}; "
            f"IF FOUND THEN PERFORM set_config({mark}, {now}, true); END IF; "
            "END IF; RETURN NULL; END"
        )
        return [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ {body} $$",
            f"CREATE TRIGGER {name} {head} EXECUTE FUNCTION {name}()",
        ]

    def _when(self) -> str:
        """What is saved as it was changes nothing."""
        if self.event != "UPDATE":
            return ""
        differs = "IS NOT" if self.vendor == "sqlite" else "IS DISTINCT FROM"
        pairs = [f'OLD."{x}" {differs} NEW."{x}"' for x in self.watch.columns]
        return f"WHEN ({' OR '.join(pairs)})"

    def _insert(self) -> str:
        if self.vendor == "sqlite":
            # One writer at a time: one row is enough for all of them.
            made_in, drawn = "0", "random() & 1099511627775"
        else:
            made_in = "pg_current_xact_id()::text::bigint"
            drawn = "floor(random() * 1099511627776)"
        return (
            f"INSERT INTO {PublicChange._meta.db_table} "
            f"(made_in, frame, token) SELECT {made_in}, {self._frame()}, "
            f"{drawn} WHERE {self._is_seen()} "
            "ON CONFLICT (made_in, frame) DO UPDATE SET token = excluded.token"
        )

    @property
    def _row(self) -> str:
        return "OLD" if self.event == "DELETE" else "NEW"

    def _frame(self) -> str:
        if self.watch.model is Page:
            jobs = JobPage._meta.db_table
            return (
                f"NOT EXISTS (SELECT 1 FROM {jobs} "  # noqa: S608
                f"WHERE page_ptr_id = {self._row}.id)"
            )
        return "true" if self.watch.frame else "false"

    def _is_seen(self) -> str:
        if self.watch.model is Page:
            return "OLD.live OR NEW.live"
        if not self.watch.page:
            return "true"
        return (
            f"EXISTS (SELECT 1 FROM {Page._meta.db_table} page "  # noqa: S608
            f"WHERE page.live AND page.id = {self._row}.{self.watch.page})"
        )


def install(using: str) -> None:
    """Have the database watch, and watch what this version of the code shows.

    After each ``migrate``: on SQLite a migration that alters a table makes it anew,
    without its triggers.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if PublicChange._meta.db_table not in tables:
        return
    wanted = {
        trigger.name: trigger
        for watch in WATCHES
        if watch.table in tables
        for event in watch.events
        for trigger in [Trigger(watch, event, connection.vendor)]
    }
    with transaction.atomic(using=using), connection.cursor() as cursor:
        there = dict(_installed(cursor, connection.vendor))
        for name in there.keys() - wanted.keys():
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute(f"DROP FUNCTION {name}() CASCADE")
        for name in wanted.keys() - there.keys():
            for statement in wanted[name].statements():
                cursor.execute(statement)


def _installed(cursor: object, vendor: str) -> Iterator[tuple[str, str]]:
    if vendor == "sqlite":
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        sql = (
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger "
            "WHERE NOT tgisinternal"
        )
    cursor.execute(sql)  # type: ignore[attr-defined]
    rows = cursor.fetchall()  # type: ignore[attr-defined]
    return ((name, table) for name, table in rows if name.startswith(PREFIX))
