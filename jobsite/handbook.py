"""The handbook for editors, docs/editors.md, as a page of the admin.

Only what that file uses of Markdown: headings, paragraphs, lists, tables, pictures, and
in a line bold, code and links. A test holds that nothing of it is left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

SOURCE = settings.BASE_DIR / "docs" / "editors.md"

PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\(pictures/(?P<name>[\w.-]+)\)")
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
CODE = re.compile(r"`([^`]+)`")
RULE = re.compile(r"\|[-|]+\|")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading; ``slug`` is its address on the page."""

    title: str
    slug: str
    html: SafeString


@cache
def sections() -> tuple[Section, ...]:
    """The handbook in order; the first section is what stands under its title."""
    parts = SOURCE.read_text("utf-8").removeprefix("# ").split("\n## ")
    return tuple(map(_section, parts))


def _section(text: str) -> Section:
    title, _newline, body = text.partition("\n")
    html = "\n".join(_blocks(body))
    # Everything that the file says was escaped on the way.
    return Section(title=title, slug=slugify(title), html=mark_safe(html))  # noqa: S308


def _blocks(body: str) -> Iterator[str]:
    for filled, lines in groupby(body.splitlines(), bool):
        if filled:
            yield _block(list(lines))


def _block(lines: list[str]) -> str:
    first = lines[0]
    if first.startswith("|"):
        return _table(lines)
    if first.startswith("- "):
        items = "".join(f"<li>{_inline(x.removeprefix('- '))}</li>" for x in lines)
        return f"<ul>{items}</ul>"
    if picture := PICTURE.fullmatch(first):
        url = escape(static(f"handbook/{picture['name']}"))
        alt = escape(picture["alt"])
        return f'<p><img src="{url}" alt="{alt}" loading="lazy"></p>'
    return f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    head, *rows = (_cells(line) for line in lines if not RULE.fullmatch(line))
    header = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<table class="listing"><thead><tr>{header}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _cells(line: str) -> list[str]:
    return [_inline(cell.strip()) for cell in line.strip("|").split("|")]


def _inline(text: str) -> str:
    text = CODE.sub(r"<code>\1</code>", escape(text))
    text = BOLD.sub(r"<strong>\1</strong>", text)
    return LINK.sub(r'<a href="\2">\1</a>', text)
