"""The triggers that keep ``JobListing``, its places and its words in step with jobs.

A trigger sees every write: an editor's click, ``QuerySet.update``, a bulk load, a page
that is moved under a private one. ``install`` runs after each ``migrate``: on SQLite a
migration that alters a table makes it anew, and its triggers are lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connections, transaction

from jobs.search import postgresql_config, sqlite_tokenizer

#: What is written of the jobs that ``{which}`` selects. Nothing else leads to an index
#: of theirs, neither an alias nor a join to the company: while PostgreSQL believes that
#: there is nearly no job, it may take any, and read all of it.
_LISTING = """
    INSERT INTO jobs_joblisting (
        number, page_id, closes_at, pay, pay_currency,
        employment_type, workplace, category_id, company_id, lexemes
    )
    SELECT {number}, job.page_ptr_id, COALESCE(job.closes_at, {never}),
        CASE WHEN job.pay_currency = (SELECT default_currency FROM jobs_boardsettings)
            THEN COALESCE(CAST(job.pay_per_year AS BIGINT), -1) ELSE -1 END,
        job.pay_currency,
        job.employment_type, job.workplace, job.category_id, job.company_id, {lexemes}
    FROM jobs_jobpage job JOIN wagtailcore_page page ON page.id = job.page_ptr_id
    WHERE {which} AND page.live AND COALESCE(page.alias_of_id, 0) = 0
        AND job.closed_reason = '' AND NOT EXISTS (
        SELECT 1 FROM wagtailcore_pageviewrestriction restriction
        WHERE {find}(page.path, (
            SELECT above.path FROM wagtailcore_page above
            WHERE above.id = restriction.page_id
        )) = 1
    )
"""
_PLACES = """
    INSERT INTO jobs_joblistingplace (listing_id, key, name, is_town, closes_at)
    SELECT number, lower(name), MIN(name), MAX(town) = 1, closes_at FROM (
        SELECT listing.number, listing.closes_at, place.place AS name, 1 AS town
        FROM jobs_joblisting listing
        JOIN jobs_joblocation place ON place.page_id = listing.page_id
        WHERE {which}
        UNION ALL
        SELECT listing.number, listing.closes_at, place.region AS name, 0 AS town
        FROM jobs_joblisting listing
        JOIN jobs_joblocation place ON place.page_id = listing.page_id
        WHERE {which}
    ) AS named
    WHERE name <> ''
    GROUP BY number, lower(name), closes_at
"""
#: What is found of a ``job`` beside its title and its words.
_FACTS = """
    job.summary || ' ' || COALESCE((
        SELECT company.name FROM jobs_company company
        WHERE company.id = job.company_id AND NOT company.is_confidential
    ), '') || ' ' || COALESCE((
        SELECT category.name FROM jobs_jobcategory category
        WHERE category.id = job.category_id
    ), '') || ' ' || COALESCE((
        SELECT {join}(place.place || ' ' || place.region, ' ')
        FROM jobs_joblocation place WHERE place.page_id = job.page_ptr_id
    ), '')
"""
#: Its text, and what it asks for.
_WORDS = """
    job.words || ' ' || COALESCE((
        SELECT {join}(asked.text, ' ')
        FROM jobs_jobrequirement asked WHERE asked.page_id = job.page_ptr_id
    ), '')
"""


@dataclass(frozen=True)
class Wire:
    """One write that may change what the list reads.

    ``pages`` selects the jobs it concerns; ``{row}`` in it is NEW or OLD.
    """

    table: str
    event: str
    pages: str
    changed: tuple[str, ...] = ()

    @property
    def row(self) -> str:
        return "OLD" if self.event == "DELETE" else "NEW"

    @property
    def is_of_many(self) -> bool:
        """Whether rows that come or go at once say by themselves which jobs."""
        return self.event != "UPDATE" and "FROM" not in self.pages

    @property
    def name(self) -> str:
        return f"jobs_listing_{self.table}_{self.event.lower()}"

    @property
    def is_change(self) -> str:
        """What has to differ for an UPDATE to matter."""
        return " OR ".join(f"OLD.{x} {{differs}} NEW.{x}" for x in self.changed)


_ALL = "SELECT page_ptr_id FROM jobs_jobpage"
_BELOW = """
    SELECT job.page_ptr_id FROM jobs_jobpage job
    JOIN wagtailcore_page page ON page.id = job.page_ptr_id
    JOIN wagtailcore_page above ON above.id = {row}.page_id
    WHERE above.path = substr(page.path, 1, length(above.path))
"""
#: What goes when a row of ``JobListing`` goes.
_FORGET_NAME = "jobs_listing_forgotten"
_FORGET = "DELETE FROM jobs_joblistingplace WHERE listing_id = OLD.number"
WIRES = (
    Wire("jobs_jobpage", "INSERT", "SELECT {row}.page_ptr_id"),
    Wire(
        "jobs_jobpage",
        "UPDATE",
        "SELECT {row}.page_ptr_id",
        (
            "posted_at",
            "closes_at",
            "closed_reason",
            "pay_per_year",
            "pay_currency",
            "employment_type",
            "workplace",
            "category_id",
            "company_id",
            "summary",
            "words",
        ),
    ),
    Wire("jobs_jobpage", "DELETE", "SELECT {row}.page_ptr_id"),
    Wire(
        "wagtailcore_page",
        "UPDATE",
        "SELECT page_ptr_id FROM jobs_jobpage WHERE page_ptr_id = {row}.id",
        ("live", "path", "title", "alias_of_id"),
    ),
    Wire("jobs_joblocation", "INSERT", "SELECT {row}.page_id"),
    Wire("jobs_joblocation", "UPDATE", "SELECT {row}.page_id", ("place", "region")),
    Wire("jobs_joblocation", "DELETE", "SELECT {row}.page_id"),
    Wire("jobs_jobrequirement", "INSERT", "SELECT {row}.page_id"),
    Wire("jobs_jobrequirement", "UPDATE", "SELECT {row}.page_id", ("text",)),
    Wire("jobs_jobrequirement", "DELETE", "SELECT {row}.page_id"),
    Wire(
        "jobs_company",
        "UPDATE",
        "SELECT page_ptr_id FROM jobs_jobpage WHERE company_id = {row}.id",
        ("name", "is_confidential"),
    ),
    Wire(
        "jobs_jobcategory",
        "UPDATE",
        "SELECT page_ptr_id FROM jobs_jobpage WHERE category_id = {row}.id",
        ("name",),
    ),
    Wire("jobs_boardsettings", "INSERT", _ALL),
    Wire("jobs_boardsettings", "UPDATE", _ALL, ("default_currency",)),
    Wire("wagtailcore_pageviewrestriction", "INSERT", _BELOW),
    Wire("wagtailcore_pageviewrestriction", "UPDATE", _BELOW, ("page_id",)),
    Wire("wagtailcore_pageviewrestriction", "DELETE", _BELOW),
)


class Dialect(Protocol):
    """How one kind of database says it."""

    def tables(self) -> list[str]:
        """Make what the triggers write to or call, and no model describes."""

    def rebuild(self) -> list[str]:
        """Write anew what is listed of every job."""

    def triggers(self) -> Iterator[tuple[str, list[str]]]:
        """The name of each trigger, and what replaces it."""

    def marked(self, digest: str) -> str:
        """Count the triggers that carry ``digest``."""


class SQLite:
    """A table of FTS5 for the words, and triggers that spell out what they do."""

    words = {
        # When it was posted, in milliseconds, and its key to tell apart what was
        # posted in the same one.
        "number": "CAST((julianday(COALESCE(job.posted_at, page.first_published_at,"
        " '2000-01-01')) - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1048576"
        " + job.page_ptr_id % 1048576",
        "never": "'9999-01-01 00:00:00'",
        "join": "group_concat",
        "find": "instr",
        "differs": "IS NOT",
        "lexemes": "NULL",
    }

    def __init__(self, digest: str = "") -> None:
        self.digest = digest

    def tables(self) -> list[str]:
        return [
            "DROP TABLE IF EXISTS jobs_jobwords",
            "CREATE VIRTUAL TABLE jobs_jobwords USING fts5("
            f"title, facts, words, tokenize='{sqlite_tokenizer()}')",
        ]

    def rebuild(self) -> list[str]:
        return self._sync("SELECT page_ptr_id FROM jobs_jobpage")

    def _sync(self, pages: str) -> list[str]:
        which = f"listing.page_id IN ({pages})"
        listed = self.words | {"which": which}
        job = self.words | {"which": f"job.page_ptr_id IN ({pages})"}
        return [
            f"DELETE FROM jobs_joblisting WHERE page_id IN ({pages})",
            _LISTING.format(**job).replace("INSERT", "INSERT OR IGNORE", 1),
            _PLACES.format(**listed),
            "INSERT OR REPLACE INTO jobs_jobwords (rowid, title, facts, words) "
            f"SELECT listing.number, page.title, {_FACTS.format(**listed)}, "
            f"{_WORDS.format(**listed)} "
            "FROM jobs_joblisting listing "
            "JOIN jobs_jobpage job ON job.page_ptr_id = listing.page_id "
            "JOIN wagtailcore_page page ON page.id = listing.page_id "
            f"WHERE {which}",
        ]

    def triggers(self) -> Iterator[tuple[str, list[str]]]:
        for wire in WIRES:
            what = self._sync(wire.pages.format(row=wire.row))
            when = wire.is_change.format(**self.words)
            trigger = self._trigger(wire.name, wire.event, wire.table, what, when)
            yield wire.name, trigger
        what = [_FORGET, "DELETE FROM jobs_jobwords WHERE rowid = OLD.number"]
        forget = ("DELETE", "jobs_joblisting", what)
        yield _FORGET_NAME, self._trigger(_FORGET_NAME, *forget)

    def _trigger(
        self, name: str, event: str, table: str, what: list[str], when: str = ""
    ) -> list[str]:
        condition = f"WHEN {when}" if when else ""
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} {condition} "
            f"BEGIN /* {self.digest} */ {'; '.join(what)}; END",
        ]

    def marked(self, digest: str) -> str:
        return (
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' "
            f"AND sql LIKE '%/* {digest} */%'"
        )


class PostgreSQL:
    """Lexemes beside what is listed, and functions that the triggers call."""

    words = {
        "number": "CAST(EXTRACT(EPOCH FROM COALESCE(job.posted_at,"
        " page.first_published_at, TIMESTAMPTZ '2000-01-01 00:00+00')) * 1000 AS BIGINT)"
        " * 1048576 + job.page_ptr_id % 1048576",
        "never": "TIMESTAMPTZ '9999-01-01 00:00:00+00'",
        "join": "string_agg",
        "find": "strpos",
        "differs": "IS DISTINCT FROM",
    }

    def __init__(self, digest: str = "") -> None:
        self.digest = digest

    def tables(self) -> list[str]:
        one = self._write("listing.page_id = one", "job.page_ptr_id = one")
        return [
            # Where the words were before they stood beside what filters ask.
            "DROP TABLE IF EXISTS jobs_jobwords",
            "CREATE INDEX IF NOT EXISTS listing_lexemes ON jobs_joblisting "
            "USING gin (lexemes)",
            self._function(
                "jobs_listing_sync(pages bigint[])",
                "void",
                "FOR one IN SELECT DISTINCT unnest(pages) ORDER BY 1 LOOP "
                # One writer a job: the second of two sees what the first one did.
                "PERFORM 1 FROM jobs_jobpage WHERE page_ptr_id = one "
                "FOR NO KEY UPDATE;"
                "DELETE FROM jobs_joblisting WHERE page_id = one;"
                f"{'; '.join(one)}; END LOOP",
                declare="one bigint;",
            ),
        ]

    def rebuild(self) -> list[str]:
        return ["DELETE FROM jobs_joblisting", *self._write("true", "true")]

    def _write(self, listed: str, job: str) -> list[str]:
        """Write what is not there yet, of the rows that the conditions select."""
        config = f"'{postgresql_config()}'"
        lexemes = (
            f"setweight(to_tsvector({config}, page.title), 'A')"
            f" || setweight(to_tsvector({config}, {_FACTS.format(**self.words)}), 'B')"
            f" || to_tsvector({config}, {_WORDS.format(**self.words)})"
        )
        listing = _LISTING.format(**self.words, which=job, lexemes=lexemes)
        places = _PLACES.format(**self.words, which=listed)
        return [f"{listing} ON CONFLICT DO NOTHING", places]

    def triggers(self) -> Iterator[tuple[str, list[str]]]:
        for wire in WIRES:
            pages, each = wire.pages.format(row=wire.row), "FOR EACH ROW"
            if wire.is_of_many:
                # A job is written once, however many of its rows a statement writes.
                pages = f"{wire.pages.format(row='changed')} FROM changed"
                each = f"REFERENCING {wire.row} TABLE AS changed FOR EACH STATEMENT"
            elif wire.changed:
                each += f" WHEN ({wire.is_change.format(**self.words)})"
            what = f"PERFORM jobs_listing_sync(ARRAY({pages})::bigint[])"
            trigger = self._trigger(wire.name, wire.event, wire.table, each, what)
            yield wire.name, trigger
        forget = ("DELETE", "jobs_joblisting", "FOR EACH ROW", _FORGET)
        yield _FORGET_NAME, self._trigger(_FORGET_NAME, *forget)

    def _trigger(
        self, name: str, event: str, table: str, each: str, what: str
    ) -> list[str]:
        return [
            self._function(f"{name}()", "trigger", f"{what}; RETURN NULL"),
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} {each} "
            f"EXECUTE FUNCTION {name}()",
            f"COMMENT ON TRIGGER {name} ON {table} IS '{self.digest}'",
        ]

    def _function(
        self, signature: str, returns: str, body: str, declare: str = ""
    ) -> str:
        # What it does is planned once for each connection, perhaps while the tables
        # are empty and reading all of them costs nothing. A table that has no index is
        # read nevertheless, at a price for which PostgreSQL would compile first.
        return (
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} "
            "LANGUAGE plpgsql SET enable_seqscan = off SET jit = off "
            f"AS $$ DECLARE {declare} BEGIN {body}; END $$"
        )

    def marked(self, digest: str) -> str:
        return (
            "SELECT count(*) FROM pg_trigger "
            "JOIN pg_description ON objoid = pg_trigger.oid "
            f"AND classoid = 'pg_trigger'::regclass WHERE description = '{digest}'"
        )


DIALECTS: dict[str, Callable[..., Dialect]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
}


def install(using: str = "default") -> None:
    """Have the database keep the list, unless it does so already.

    Everything is written anew when a trigger is missing, or says something else than
    this version of the code, or the language of the site is another. Before the tables
    are there nothing happens.
    """
    connection = connections[using]
    if "jobs_joblisting" not in connection.introspection.table_names():
        return
    make = DIALECTS[connection.vendor]
    digest = _digest(make())
    dialect = make(digest)
    triggers = list(dialect.triggers())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(dialect.marked(digest))
        if cursor.fetchone() == (len(triggers),):
            return
        replace = [statement for _name, each in triggers for statement in each]
        _run(cursor, [*dialect.tables(), *replace, *dialect.rebuild()])


def rebuild(using: str = "default") -> None:
    """Write anew what is listed of every job."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _run(cursor, DIALECTS[connection.vendor]().rebuild())


def _run(cursor: Any, statements: list[str]) -> None:
    for statement in statements:
        # Without parameters a "%" is a "%".
        cursor.execute(statement)


def _digest(dialect: Dialect) -> str:
    triggers = [statement for _name, each in dialect.triggers() for statement in each]
    text = "".join([*dialect.tables(), *triggers])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
