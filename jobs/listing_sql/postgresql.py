"""How PostgreSQL keeps the list."""

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
from jobs.search import postgresql_config


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
            f" || setweight(to_tsvector({config}, {FACTS.format(**self.words)}), 'B')"
            f" || to_tsvector({config}, {WORDS.format(**self.words)})"
        )
        listing = LISTING.format(**self.words, which=job, lexemes=lexemes)
        places = PLACES.format(**self.words, which=listed)
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
        forget = ("DELETE", "jobs_joblisting", "FOR EACH ROW", FORGET)
        yield FORGET_NAME, self._trigger(FORGET_NAME, *forget)

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
