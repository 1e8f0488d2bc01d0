"""One accent that can be read, and the shades that follow from it."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from home import colours
from home.models import LookSettings, validate_accent
from jobs.models import BoardSettings
from tests.factories import make_board, make_image, make_job, make_page, make_user

COLOUR = re.compile(r"#[0-9a-f]{6}")
any_colour = st.integers(0, 0xFFFFFF).map(lambda x: f"#{x:06x}")


def nav(client, url):
    """The links of the navigation, each with its mark."""
    page = BeautifulSoup(client.get(url).content, "html.parser")
    links = page.select(".masthead__links a")
    return {link.text: link.get("aria-current") for link in links}


@pytest.mark.django_db
class TestNavigation:
    def test_marks_the_page_and_those_above_it(self, client):
        job, board = make_job(), make_board()

        assert nav(client, board.url) == {"Jobs": "page", "What I follow": None}
        assert nav(client, job.url) == {"Jobs": "true", "What I follow": None}
        assert nav(client, "/") == {"Jobs": None, "What I follow": None}
        assert nav(client, board.url)["Jobs"] == "page"

    def test_is_the_same_for_whoever_sends_a_cookie(self, client):
        job = make_job()
        anonymous = nav(client, job.url)
        client.cookies["a"] = "b"

        assert nav(client, job.url) == anonymous

    def test_leads_to_no_list_that_was_taken_down(self, client):
        job = make_job()
        make_board().unpublish()

        assert nav(client, job.url) == {"What I follow": None}

    def test_follows_what_the_site_owner_chose(self, client):
        job = make_job()
        assert "Jobs" in nav(client, job.url)
        look = LookSettings.load()
        link = {
            "page": None,
            "address": "https://example.org/",
            "title": "Else & where",
        }
        look.navigation = [("link", link)]
        look.save()

        assert nav(client, job.url) == {"Else & where": None}

    def test_marks_an_address_that_was_typed_without_its_last_slash(self, client):
        job, board = make_job(), make_board()
        other = make_page(parent=board.get_parent(), slug=f"{board.slug}-abroad")
        look = LookSettings.load()
        link = {"page": None, "address": board.url.rstrip("/"), "title": "Jobs"}
        look.navigation = [("link", link)]
        look.save()

        assert nav(client, board.url) == {"Jobs": "page"}
        assert nav(client, job.url) == {"Jobs": "true"}
        assert nav(client, other.url) == {"Jobs": None}


class TestContrast:
    @pytest.mark.parametrize(
        ("one", "other", "ratio"),
        [
            ("#000000", "#ffffff", 21),
            ("#ffffff", "#ffffff", 1),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#ffffff", 4.54),
        ],
    )
    def test_is_as_the_guidelines_compute_it(self, one, other, ratio):
        assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.005)
        assert colours.contrast(other, one) == colours.contrast(one, other)


class TestAccent:
    @pytest.mark.parametrize("accent", ["#0b5a44", "#0B5A44", "#000000", "#7a1f5c"])
    def test_that_can_be_read_is_taken(self, accent):
        validate_accent(accent)

    @pytest.mark.parametrize("accent", ["#ffffff", "#ffcc00", "#777777"])
    def test_that_cannot_be_read_is_refused_with_its_contrast(self, accent):
        with pytest.raises(ValidationError) as refusal:
            validate_accent(accent)

        words = refusal.value.messages[0]
        worst = min(colours.pairs(accent), key=lambda pair: pair.ratio)
        assert f"{accent} is too pale. {worst.where}: {worst.ratio} to 1" in words
        assert "at least 4.5 to 1" in words
        assert f'fill="{colours.nearest(accent)}"' in words

    @pytest.mark.parametrize(
        "accent",
        ["", "green", "#fff", "#0b5a4", "#0b5a444", "0b5a44", "#0b5a44;}", "#０b5a44"],
    )
    def test_that_is_no_colour_is_refused(self, accent):
        with pytest.raises(ValidationError, match="Enter a colour like"):
            validate_accent(accent)

    def test_of_the_first_look_can_be_read(self):
        validate_accent(colours.DEFAULT_ACCENT)
        assert not LookSettings().has_own_accent
        assert not LookSettings(accent="#0B5A44").has_own_accent
        assert LookSettings(accent="#7a1f5c").has_own_accent


class TestShades:
    @given(any_colour)
    def test_are_colours_and_can_be_read_in_the_dark(self, accent):
        dark = colours.for_dark(accent)

        for shade in (dark, colours.darker(accent), colours.lighter(dark)):
            assert COLOUR.fullmatch(shade)
        assert colours.contrast(dark, colours.DARK_TINT) >= colours.DARK_READABLE

    @given(any_colour)
    def test_of_an_accent_that_can_be_read_can_be_read_too(self, colour):
        accent = colours.nearest(colour)
        dark = colours.for_dark(accent)
        strong = colours.darker(accent)

        for ground in (colours.PAPER, colours.TINT):
            assert colours.contrast(strong, ground) >= colours.READABLE
        assert colours.contrast(colours.lighter(dark), colours.DARK_TINT) >= (
            colours.DARK_READABLE
        )


class TestNearest:
    @given(any_colour)
    def test_can_be_read_and_is_the_colour_itself_where_that_can(self, colour):
        near = colours.nearest(colour)

        validate_accent(near)
        assert COLOUR.fullmatch(near)
        if all(pair.can_be_read for pair in colours.pairs(colour)):
            assert near == colour
        else:
            assert colours.contrast(near, colours.TINT) < colours.READABLE + 0.3

    def test_keeps_the_hue(self):
        red, green, blue = (
            int(colours.nearest("#ffcc00")[i : i + 2], 16) for i in (1, 3, 5)
        )

        assert red > green > blue


class TestPairs:
    def test_are_the_colours_of_the_stylesheets(self):
        css = (
            Path(django_settings.BASE_DIR) / "jobsite/static/css/base.css"
        ).read_text()

        for colour in (
            colours.PAPER,
            colours.TINT,
            colours.DARK_PAPER,
            colours.DARK_TINT,
            colours.DEFAULT_ACCENT,
            colours.DEFAULT_DARK_ACCENT,
        ):
            assert f": {colour};" in css

    def test_of_the_first_look_are_its_own_two_shades(self):
        dark = colours.for_dark(colours.DEFAULT_ACCENT.upper())

        assert dark == colours.DEFAULT_DARK_ACCENT

    def test_never_say_more_than_there_is(self):
        # 4.48 to 1
        pair = colours.Pair("", "#777777", "#ffffff", colours.READABLE)

        assert pair.ratio == 4.4
        assert not pair.can_be_read


@pytest.mark.django_db
class TestStyleSheet:
    def test_has_the_accent_for_light_and_dark(self, client):
        LookSettings.objects.update(accent="#7a1f5c")

        response = client.get(reverse("look_css"))

        css = response.content.decode()
        assert response.headers["Content-Type"] == "text/css; charset=utf-8"
        assert "--accent: #7a1f5c;" in css
        assert f"--accent: {colours.for_dark('#7a1f5c')};" in css

    def test_is_not_all_that_has_the_dark_shade_emails_have_it_too(self):
        look = LookSettings(accent="#b35300")

        css = render_to_string(
            "notifications/email/includes/style.html", {"look": look}
        )

        *_light, dark = css.split("(prefers-color-scheme: dark)")
        assert dark.count(colours.for_dark("#b35300")) == 2

    def test_is_asked_for_only_when_the_accent_is_the_sites_own(self, client):
        assert reverse("look_css") not in client.get("/").content.decode()

        LookSettings.objects.update(accent="#7a1f5c")

        assert reverse("look_css") in client.get("/").content.decode()

    def test_of_a_preview_has_the_accent_that_is_not_saved_yet(self, client):
        preview = client.get(reverse("look_css"), {"accent": "#7a1f5c"})
        nonsense = client.get(reverse("look_css"), {"accent": "red;}body{"})

        assert "--accent: #7a1f5c;" in preview.content.decode()
        assert f"--accent: {colours.DEFAULT_ACCENT};" in nonsense.content.decode()

    def test_may_be_kept_and_takes_no_post(self, client):
        headers = client.get(reverse("look_css")).headers

        assert "max-age=300" in headers["Cache-Control"]
        assert client.post(reverse("look_css")).status_code == 405


@pytest.mark.django_db
class TestSettings:
    def test_are_seen_on_every_page(self, client):
        page = make_page(title="About & us")
        look = LookSettings.objects.get()
        look.tagline = "Work & wages"
        look.logo = look.favicon = make_image()
        link = {"title": "R&D", "page": page, "address": ""}
        look.navigation = [("link", link)]
        look.footer = [("column", {"heading": "More & more", "links": [link]})]
        look.save()
        BoardSettings.objects.update(name="Jobs & Co", contact_address="us@x.example")

        for url in ("/", page.url, "/jobs/", "/nobody/", "/subscriptions/manage/"):
            shown = client.get(url).content.decode()
            for words in ("Work &amp; wages", "R&amp;D", "More &amp; more", "us@x.exa"):
                assert words in shown
            assert 'alt="Jobs &amp; Co"' in shown

    def test_refuse_an_unreadable_accent_in_words(self, client):
        client.force_login(make_user("Site owners"))
        url = reverse("wagtailsettings:edit", args=["home", "looksettings"])
        url = client.get(url, follow=True).redirect_chain[-1][0]
        empty = {"navigation-count": "0", "footer-count": "0"}

        response = client.post(url, {"accent": "#ffcc00", **empty})

        page = response.content.decode()
        near = colours.nearest("#ffcc00")
        assert "#ffcc00 is too pale" in page
        assert f'data-accent="{near}">Take {near}</button>' in page
        assert 'value="#ffcc00"' in page
        assert page.count("too low") == 3
        assert LookSettings.objects.get().accent == colours.DEFAULT_ACCENT

    def test_take_a_readable_accent(self, client):
        client.force_login(make_user("Site owners"))
        url = reverse("wagtailsettings:edit", args=["home", "looksettings"])
        url = client.get(url, follow=True).redirect_chain[-1][0]
        empty = {"navigation-count": "0", "footer-count": "0"}

        client.post(url, {"accent": "#7a1f5c", **empty})

        assert LookSettings.objects.get().accent == "#7a1f5c"

    def test_are_previewed_on_the_front_page_before_they_are_saved(self, client):
        client.force_login(make_user("Site owners"))
        pk = LookSettings.objects.get().pk
        url = reverse(
            "wagtailsettings:preview_on_edit", args=["home", "looksettings", pk]
        )
        look = {"tagline": "Work & wages", "accent": "#7a1f5c"}
        empty = {"navigation-count": "0", "footer-count": "0"}

        assert client.post(url, look | empty).json()["is_valid"]
        page = client.get(url, {"mode": ""}).content.decode()

        assert "Work &amp; wages" in page
        assert "?accent=%237a1f5c" in page
        assert LookSettings.objects.get().tagline == ""


def test_nothing_on_pages_moves_by_itself():
    styles = list((Path(django_settings.BASE_DIR) / "jobsite/static/css").glob("*.css"))
    moving = re.compile(r"\b(animation|transition|scroll-behavior)\b[\w-]*\s*:")

    assert styles
    assert [x.name for x in styles if moving.search(x.read_text())] == []
