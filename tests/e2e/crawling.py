"""Following every link of every page, as one person with one client."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

#: What leads on: the tag, and the attribute that says where.
LEADS_ON = {"a": "href", "link": "href", "img": "src", "iframe": "src"}
#: Shows what nobody can reach yet, so links in it may lead nowhere.
PREVIEW = re.compile(r"/admin/pages/.*(preview|view_draft|/view)/")
#: Needs the numbers of the chosen rows, which a script adds.
UNFINISHED = re.compile(r"/admin/bulk/")
#: Wagtail's own views, slow, and the same for HEAD as for GET.
WAGTAILS = re.compile(r"/admin/(images|pages|reports|snippets)/")
REDIRECTS = {301, 302}


class Crawl:
    """Looks at every page that can be reached, and notes what is wrong with it.

    Args:
        client: who looks.
        within: where links are followed; what lies elsewhere is looked at.
        alike: how many addresses to look at that differ in numbers only, and of those
            with parameters one for each set of names; all, if it is not given.
        gone: addresses at which 410 is the right answer.
    """

    def __init__(
        self,
        client: Client,
        *,
        within: str = "/",
        alike: int | None = None,
        gone: Iterable[str] = (),
    ) -> None:
        self.client = client
        self.client.raise_request_exception = False
        self.within, self.alike, self.gone = within, alike, set(gone)
        self.problems: list[str] = []
        self.seen: set[str] = set()
        self._kinds: Counter[str] = Counter()
        self._queue: deque[tuple[str, str]] = deque()

    def from_(self, *starts: str) -> Crawl:
        self._found(starts, "/")
        while self._queue:
            self._look_at(*self._queue.popleft())
        return self

    def _found(self, links: Iterable[str], where: str) -> None:
        for link in links:
            path = self._own_path(urljoin(f"{settings.SITE_URL}{where}", link))
            if path and path not in self.seen and self._is_worth_it(path):
                self.seen.add(path)
                self._queue.append((path, where))

    def _own_path(self, url: str) -> str:
        """The path of an address of ours; "" for another site or for no page."""
        url, _fragment = urldefrag(url)
        is_ours = url.startswith(f"{settings.SITE_URL}/")
        return url.removeprefix(settings.SITE_URL) if is_ours else ""

    def _is_worth_it(self, path: str) -> bool:
        if UNFINISHED.match(path):
            return False
        self._kinds[kind_of(path)] += 1
        most = 1 if "?" in path else self.alike
        return self.alike is None or self._kinds[kind_of(path)] <= most

    def _look_at(self, path: str, where: str) -> None:
        if (is_there := stored_file(path)) is not None:
            if not is_there:
                self._note(path, where, "no such file")
            return
        answer = self.client.get(path)
        if not WAGTAILS.match(path):
            self.client.head(path)
        if answer.status_code in REDIRECTS:
            self._found([answer["Location"]], path)
        elif answer.status_code != (410 if path in self.gone else 200):
            self._note(path, where, answer.status_code)
        elif answer["Content-Type"].startswith("text/html"):
            self._read(path, where, answer.getvalue().decode())

    def _read(self, path: str, where: str, html: str) -> None:
        soup = BeautifulSoup(html, "html.parser")
        # Wagtail draws some headings with a script, and fetches parts of pages.
        if not path.startswith("/admin/") and not text_of(soup.h1 or soup.body):
            self._note(path, where, "no heading")
        if not text_of(soup.main or soup.body or soup):
            self._note(path, where, "nothing in it")
        if path.startswith(self.within) and not PREVIEW.match(path):
            self._found(links_of(soup), path)

    def _note(self, path: str, where: str, problem: object) -> None:
        self.problems.append(f"{problem}: {path} (from {where})")


def kind_of(path: str) -> str:
    """The same for rows of one list, and for pages of one list."""
    parts = urlsplit(path)
    names = sorted(name for name, _value in parse_qsl(parts.query))
    return f"{re.sub(r'[0-9]+', '0', parts.path)} {names}"


def text_of(element: Tag | None) -> str:
    return element.get_text(strip=True) if element else ""


def stored_file(path: str) -> bool | None:
    """Whether a static file or an upload exists; None for any other path."""
    name = urlsplit(path).path
    if name.startswith(settings.STATIC_URL):
        return finders.find(name.removeprefix(settings.STATIC_URL)) is not None
    if name.startswith(settings.MEDIA_URL):
        return default_storage.exists(name.removeprefix(settings.MEDIA_URL))
    return None


def links_of(soup: BeautifulSoup) -> Iterator[str]:
    for tag, attribute in LEADS_ON.items():
        for element in soup.find_all(tag, attrs={attribute: True}):
            yield element[attribute]
    for form in soup.find_all("form"):
        if form.get("method", "get").lower() == "get":
            yield form.get("action") or ""
    sidebar = soup.find("script", id="wagtail-sidebar-props")
    if sidebar is not None:
        yield from _menu_links(json.loads(sidebar.string))


def _menu_links(node: object) -> Iterator[str]:
    """The admin's menu is drawn by its script, from values that stand in the page."""
    if isinstance(node, dict):
        if isinstance(node.get("url"), str):
            yield node["url"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _menu_links(child)


def rows(*, without: Iterable[str]) -> dict[str, Counter]:
    """Every row of every table but those ``without`` which it can be compared."""
    tables = set(connection.introspection.django_table_names()) - set(without)
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608
            found[table] = Counter(map(repr, cursor.fetchall()))
    return found
