"""Text search over listed jobs, safe with whatever a visitor types."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, Field, FloatField, Lookup, Q, TextField
from django.utils.html import strip_tags

from jobs.prepared import Given

MAX_QUERY_LENGTH = 100
#: PostgreSQL refuses to index texts of more than a megabyte.
MAX_WORDS_LENGTH = 100_000

#: Languages whose words PostgreSQL reduces to their stems.
_POSTGRESQL_CONFIGS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "pt": "portuguese",
    "sv": "swedish",
}


def clean(text: str) -> str:
    """Reduce what was typed to what can be searched for and shown."""
    return " ".join(text.replace("\x00", " ").split())[:MAX_QUERY_LENGTH]


def phrases(query: str) -> list[str]:
    """Take ``query`` apart into words, and what stands in quotes into phrases.

    A quote without its other half is no quote. What is no word ("&", "-") is left out:
    no index has it.

    >>> phrases('night "bread & butter" -')
    ['night', 'bread butter']
    """
    found = re.findall(r'"([^"]*)"|([^\s"]+)', query)
    parts = [quoted or word for quoted, word in found]
    words = [" ".join(re.findall(r"\w+", part)) for part in parts]
    return [word for word in words if word]


def given(wanted: Iterable[str]) -> list[Given]:
    """Phrases as ``Matches`` and ``Rank`` take them."""
    text = TextField()
    return [Given(f"q.{n}", text, phrase) for n, phrase in enumerate(wanted)]


def words_of(body: Any, tags: list[str]) -> str:
    """Collect the words of a StreamField's raw ``body``, without markup, and ``tags``."""
    texts = [*_texts(body), *tags]
    return " ".join(" ".join(texts).replace("\x00", " ").split())[:MAX_WORDS_LENGTH]


def _texts(value: Any) -> Iterator[str]:
    """Every text in the values of blocks, at any depth."""
    if isinstance(value, str):
        # A space where a tag was: "<p>One</p><p>Two</p>" are two words.
        yield html.unescape(strip_tags(value.replace("<", " <")))
    elif isinstance(value, dict):
        inner = value["value"] if {"type", "value"} <= value.keys() else value
        children = inner.values() if isinstance(inner, dict) else [inner]
        for child in children:
            yield from _texts(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _texts(child)


def postgresql_config() -> str:
    """The text search configuration of the site's language."""
    return _POSTGRESQL_CONFIGS.get(settings.LANGUAGE_CODE[:2], "simple")


def sqlite_tokenizer() -> str:
    """The FTS5 tokenizer of the site's language; only English is stemmed."""
    stems = "porter " if settings.LANGUAGE_CODE.startswith("en") else ""
    return f"{stems}unicode61 remove_diacritics 2"


def tsquery(wanted: list[Given], connection: Any) -> tuple[str, list[Any]]:
    """PostgreSQL's query for every one of the phrases, and its parameters."""
    one = "phraseto_tsquery(%s::regconfig, %s)"
    config = postgresql_config()
    values = [x for phrase in wanted for x in (config, phrase.parameter(connection))]
    return f"({' && '.join([one] * len(wanted))})", values


def matching(wanted: list[Given]) -> Q:
    """Which ``JobListing`` has every one of the phrases."""
    if connection.vendor == "postgresql":
        return Q(lexemes__matches=wanted)
    return Q(words__index__matches=wanted)


class LexemesField(Field):
    """What PostgreSQL's text search compares, as the database writes it."""

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"


class Matches(Lookup):
    """``lexemes__matches=given(phrases)``: the row has every one of the phrases."""

    lookup_name = "matches"
    prepare_rhs = False

    def process_lhs(self, *args: Any, **kwargs: Any) -> Any:
        # Without a word there is nothing to look for, and nothing is found.
        if not self.rhs:
            raise EmptyResultSet
        return super().process_lhs(*args, **kwargs)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        # In quotes nothing has a meaning of its own; between them is an AND.
        query = """ || ' ' || """.join(["""'"' || %s || '"'"""] * len(self.rhs))
        values = [phrase.parameter(connection) for phrase in self.rhs]
        return f"{lhs} MATCH {query}", [*params, *values]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        query, values = tsquery(self.rhs, connection)
        return f"{lhs} @@ {query}", [*params, *values]


class Rank(Expression):
    """How well a row matches, for ``order_by``: the best one first.

    A title counts ten times as much as running text and requirements, and company,
    place and summary four times.
    """

    output_field = FloatField()

    def __init__(self, wanted: list[Given]) -> None:
        super().__init__()
        self.phrases = wanted

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "bm25(jobs_jobwords, 10.0, 4.0, 1.0)", []

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        query, params = tsquery(self.phrases, connection)
        weights = "'{0.1, 0.1, 0.4, 1.0}'"
        rank = f"ts_rank({weights}, jobs_joblisting.lexemes, {query})"
        return f"-{rank}", params
