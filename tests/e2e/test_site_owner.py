"""A site owner composes pages in the real admin, and visitors see them."""

import re

import pytest
from playwright.sync_api import expect

from home import colours
from home.models import LookSettings
from jobs.models import BoardSettings
from tests.e2e.visiting import is_too_wide
from tests.factories import (
    make_board,
    make_company,
    make_home,
    make_job,
    make_subscription,
)

READER = "reader.one@example.org"
#: Longer than any line of a telephone.
LONG = "Donaudampfschifffahrtskapitänswitwen"
WIDTHS = (320, 800, 1280)


class Composer:
    """A form with fields of blocks, in the browser of a site owner."""

    def __init__(self, page):
        self.page = page

    def within(self, field):
        """The blocks of one field, such as "beside"."""
        return self.page.locator(f"section[id$='-{field}-section']")

    def add(self, kind, *, to):
        """Add a block at the end of a field; answer it."""
        field = self.within(to)
        field.get_by_title("Insert a block").last.click()
        self.page.get_by_role("option", name=kind, exact=True).click()
        added = field.locator("[data-streamfield-child]").last
        expect(added.get_by_role("textbox").first).to_be_visible()
        return added

    def said(self):
        return self.page.locator(".messages")


def headings_on(page):
    """The headings of a public page, from the top."""
    return page.get_by_role("main").get_by_role("heading").all_inner_texts()


@pytest.fixture
def followed(board):
    job = make_job(title="Night baker")
    make_subscription(job=job, email=READER)
    return job


def test_what_an_owner_composes_is_what_visitors_see(followed, sign_in, open_browser):
    owner, visitor = sign_in("Site owners"), open_browser()
    composer = Composer(owner)
    menu = owner.get_by_role("navigation", name="Main menu")

    menu.get_by_role("button", name="Settings").click()
    menu.get_by_role("link", name="Board", exact=True).click()
    owner.get_by_role("tab", name="Around every job").click()
    offer = composer.add("Call to action", to="beside")
    offer.get_by_label("Heading").fill("Help & advice")
    offer.get_by_label("Text").fill("The library reads your letter with you.")
    offer.get_by_label("Words on the button").fill("Write to the library")
    owner.get_by_role("button", name="Save", exact=True).click()
    owner.get_by_text("Go to the first error").click()
    offer = composer.within("beside").locator("[data-streamfield-child]")
    expect(offer).to_contain_text("Choose a page, or type an address here.")
    offer.get_by_label("Or an address").fill("mailto:library@town.example")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(composer.said()).to_contain_text("Board updated")

    visitor.goto(followed.url)
    button = visitor.get_by_role("link", name="Write to the library")
    expect(button).to_have_attribute("href", "mailto:library@town.example")

    owner.goto(f"/admin/pages/{make_home().pk}/edit/")
    text = composer.add("Text", to="body")
    text.get_by_label("Heading").fill("Who we are")
    written = text.locator("[contenteditable=true]")
    written.click()
    expect(written).to_be_focused()
    owner.keyboard.type("Three people & a dog.")
    # The editor of texts hands over what was typed a moment later.
    handed_over = text.locator("input[name$='-value-text']")
    expect(handed_over).to_have_value(re.compile("a dog"))
    text.get_by_title("Move up").click()
    actions = owner.get_by_role("navigation", name="Actions (footer)")
    actions.locator("[data-w-dropdown-target=toggle]").click()
    actions.get_by_role("button", name="Publish").click()
    expect(composer.said()).to_contain_text("has been published")

    visitor.goto("/")
    assert headings_on(visitor)[1:3] == ["Who we are", "Latest jobs"]


def test_an_accent_that_is_too_pale_is_taken_in_the_shade_that_is_offered(
    board, sign_in, open_browser
):
    owner, visitor = sign_in("Site owners"), open_browser(color_scheme="dark")
    owner.goto("/admin/settings/home/looksettings/")
    accent = owner.get_by_label("Accent colour")

    accent.fill("#ff9900")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_role("main")).to_contain_text("#ff9900 is too pale.")
    owner.get_by_role("button", name="Take #").click()
    expect(accent).to_have_value(colours.nearest("#ff9900"))
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.locator(".messages")).to_contain_text("Look updated")

    visitor.goto("/")
    button = visitor.get_by_role("button", name="Search jobs")
    dark = colours.for_dark(colours.nearest("#ff9900"))
    red, green, blue = (int(dark[i : i + 2], 16) for i in (1, 3, 5))
    expect(button).to_have_css("background-color", f"rgb({red}, {green}, {blue})")


def test_an_owner_reads_no_followers_address_anywhere(followed, sign_in):
    owner = sign_in("Site owners")
    links = owner.locator(".sidebar a[href^='/admin/']")
    menu = {link.get_attribute("href") for link in links.all()}
    own = f"/admin/pages/{followed.pk}"

    for address in sorted(menu | {f"{own}/edit/", f"{own}/history/"}):
        owner.goto(address)
        assert owner.get_by_role("heading", level=1).count()
        assert READER not in owner.content(), address
    assert len(menu) > 15


def test_words_without_an_end_break_on_every_screen(followed, open_browser):
    text = {"heading": LONG, "text": f"<p>{LONG}</p>"}
    act = {"heading": LONG, "text": LONG, "button_text": LONG, "page": None}
    around = [("text", text), ("call_to_action", act | {"url": "/"})]
    opening = {"heading": LONG, "text": LONG, "show_search": True}
    link = {"page": None, "address": "/", "title": LONG}
    look, front, index = LookSettings.load(), make_home(), make_board()
    look.tagline = front.title = LONG
    look.navigation = [("link", link)]
    look.footer = [("column", {"heading": LONG, "links": [link]})] * 3
    look.save()
    front.body = [
        ("hero", opening),
        *around,
        ("companies", {"heading": LONG, "count": 3}),
    ]
    front.save()
    index.title = index.intro = LONG
    index.above = index.below = around
    index.save()
    board = BoardSettings.load()
    board.above = board.beside = board.below = around
    board.name = LONG
    board.save()
    followed.company.name = followed.title = LONG
    followed.company.save()
    followed.save()
    of_company = f"{index.url}company/{followed.company.slug}/"
    visitor = open_browser()

    for url in ("/", index.url, followed.url, of_company):
        visitor.goto(url)
        for width in WIDTHS:
            visitor.set_viewport_size({"width": width, "height": 900})
            assert not is_too_wide(visitor), (url, width)


def test_a_company_that_says_nothing_has_its_facts_where_text_would_be(
    board, open_browser
):
    company = make_company(name="Quiet Works", description="")
    page = open_browser(viewport={"width": 1280, "height": 900})

    page.goto(f"{make_board().url}company/{company.slug}/")

    title = page.get_by_role("heading", level=1).bounding_box()
    facts = page.get_by_role("region", name="The facts").bounding_box()
    assert facts["x"] == title["x"]
