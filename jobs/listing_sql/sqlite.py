"""How SQLite keeps the list."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.listing_sql.statements import (
    FACTS,
    FORGET,
    FORGET_NAME,
    LISTING,
    PLACES,
    WORDS,
)
from jobs.listing_sql.wires import WIRES
from jobs.search import sqlite_tokenizer


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
            LISTING.format(**job).replace("INSERT", "INSERT OR IGNORE", 1),
            PLACES.format(**listed),
            "INSERT OR REPLACE INTO jobs_jobwords (rowid, title, facts, words) "
            f"SELECT listing.number, page.title, {FACTS.format(**listed)}, "
            f"{WORDS.format(**listed)} "
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
        what = [FORGET, "DELETE FROM jobs_jobwords WHERE rowid = OLD.number"]
        forget = ("DELETE", "jobs_joblisting", what)
        yield FORGET_NAME, self._trigger(FORGET_NAME, *forget)

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
