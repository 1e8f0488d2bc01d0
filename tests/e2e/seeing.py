"""What keeps somebody from reading a page, as axe finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: Colours on their way from one scheme to the other are those of neither. Made by
#: script, as no policy of a page's forbids.
WITHOUT_TRANSITIONS = """
() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, ::before, ::after { transition: none !important }");
    document.adoptedStyleSheets.push(sheet);
}
"""


def barriers(
    page: Page,
    *,
    scheme: Literal["light", "dark"],
    context: Mapping[str, Any] | None = None,
) -> Iterator[str]:
    """The name of each rule that ``page`` breaks in one colour scheme, and where.

    ``context`` says which parts are looked at, as axe's own does; all without it.
    """
    page.evaluate(WITHOUT_TRANSITIONS)
    page.emulate_media(color_scheme=scheme)
    for violation in Axe().run(page, context=context).response["violations"]:
        for node in violation["nodes"]:
            where = f"{node['target']}: {node['html'][:150]}"
            yield f"{scheme}: {violation['id']} at {where}"
