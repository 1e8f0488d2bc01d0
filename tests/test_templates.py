"""What every template promises, whoever wrote it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*")
    if path.suffix in {".html", ".txt"}
)
# Staff read "subscription", and emails carry their style with them.
PUBLIC = [name for name in TEMPLATES if not name.startswith("notifications/admin/")]
PAGES = [name for name in PUBLIC if not name.startswith("notifications/email/")]

# One word for each thing, no word that could stand on any site.
FORBIDDEN = re.compile(
    r"""\b(
        vacanc(y|ies) | postings? | positions? | listings?    # a job
        | employers?                                          # a company
        | salar(y|ies) | compensation                         # pay
        | deadlines?                                          # a closing date
        | oops | whoops | sorry | successfully | please\ note | simply | seamless\w*
        | robust | comprehensive | powerful | unlock\w* | journey | exciting
        | learn\ more | click\ here | submit | ok
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
WITHOUT_CONTENT = re.compile(r"{%\s*comment.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"""{%\s*trans(?:late)?\s+(["'])(.*?)\1.*?%}""", re.DOTALL)
#: A class, which nobody reads.
BODY_CLASS = re.compile(r"{%\s*block bodyclass\s*%}.*?{%\s*endblock.*?%}", re.DOTALL)
GIVEN = re.compile(r"""_\((["'])(.*?)\1\)""")
BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
TAG_OR_VARIABLE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


class Words(HTMLParser):
    """Collects what a person reads or hears: text, and attributes that are text."""

    READ = {"alt", "title", "aria-label", "placeholder"}

    def __init__(self, html):
        super().__init__()
        self.words = []
        self.skipping = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.skipping = tag in {"style", "script"}
        self.words += [value for name, value in attrs if name in self.READ and value]

    def handle_endtag(self, tag):
        self.skipping = False

    def handle_data(self, data):
        if not self.skipping:
            self.words.append(data)


def source(name):
    text = WITHOUT_CONTENT.sub("", (ROOT / name).read_text(encoding="utf-8"))
    return BODY_CLASS.sub("", text)


def words(name, text):
    return " ".join(Words(text).words) if name.endswith(".html") else text


def read_by_people(name):
    text = source(name)
    given = " ".join(match[2] for match in GIVEN.finditer(text))
    text = TRANSLATED.sub(lambda match: match[2], text)
    return words(name, TAG_OR_VARIABLE.sub(" ", text)) + given


def test_there_are_templates_to_look_at():
    assert {"base.html", "404.html", "500.html"} <= set(PAGES)


@pytest.mark.parametrize("name", TEMPLATES)
class TestEveryTemplate:
    def test_compiles(self, name):
        assert get_template(name)

    def test_uses_one_word_for_each_thing(self, name):
        found = FORBIDDEN.search(read_by_people(name))

        assert found is None, f"say it in another word than {found[0]!r}"

    def test_does_not_shout(self, name):
        assert "!" not in read_by_people(name)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_follows_and_does_not_subscribe(name):
    assert "subscri" not in read_by_people(name).lower()


@pytest.mark.parametrize("name", PAGES)
class TestEveryPage:
    def test_has_every_word_translated(self, name):
        text = TAG_OR_VARIABLE.sub(" ", BLOCK.sub(" ", source(name)))

        assert not re.search(r"[^\W\d_]", words(name, text))

    def test_has_no_style_or_script_that_the_policy_would_refuse(self, name):
        text = TAG_OR_VARIABLE.sub("", source(name)).lower()
        text = text.replace('<script type="application/ld+json"', "")

        assert not re.search(r"\sstyle=|<style|<script(?! src=)|\son[a-z]+=", text)

    def test_loads_nothing_from_another_host(self, name):
        assert not re.search(r"""(src|href)=["'](https?:)?//""", source(name))


class TestServerErrorPage:
    def test_needs_no_context_and_no_database(self):
        html = render_to_string("500.html")

        assert "The fault is ours." in html
