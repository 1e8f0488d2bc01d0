from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page, PreviewableMixin

from home import colours
from home.blocks import LinkBlock, LinkColumnBlock, PageBodyBlock


class HomePage(Page):
    """The front page, composed of blocks."""

    body = StreamField(PageBodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [*Page.content_panels, "body"]

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["jobs.JobIndexPage", "home.StandardPage"]
    max_count = 1

    class Meta:
        verbose_name = _("front page")


class StandardPage(Page):
    """A page of the site's own, such as "About" or "Privacy"."""

    body = StreamField(PageBodyBlock(), verbose_name=_("body"))

    content_panels = [*Page.content_panels, "body"]

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]

    class Meta:
        verbose_name = _("page")


def validate_colour(value: str) -> None:
    if not colours.is_colour(value):
        raise ValidationError(_("Enter a colour like #0b5a44."))


def validate_accent(value: str) -> None:
    """Refuse an accent that cannot be read, and offer the nearest that can.

    Contrast is WCAG 2.2's (1.4.3). The worst pair is named: once it can be read, so
    can the others.
    """
    validate_colour(value)
    failing = [x for x in colours.pairs(value) if not x.can_be_read]
    if not failing:
        return
    worst = min(failing, key=lambda pair: pair.ratio)
    near = colours.nearest(value)
    raise ValidationError(
        format_html(
            gettext(
                "{value} is too pale. {where}: {ratio} to 1, at least {needed} to 1 is "
                "needed. The nearest that can be read: {swatch}"
            ),
            value=value,
            where=worst.where,
            ratio=worst.ratio,
            needed=worst.needed,
            swatch=render_to_string("home/admin/swatch.html", {"colour": near}),
        )
    )


@register_setting(icon="view", order=110)
class LookSettings(PreviewableMixin, BaseGenericSetting):
    """How the site looks, and where its links lead."""

    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Stands in place of the name at the top of each page."),
    )
    favicon = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("icon for browser tabs"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default=colours.DEFAULT_ACCENT,
        validators=[validate_accent],
        help_text=_(
            "The one colour for what can be pressed, such as #0b5a44. On dark screens "
            "a lighter shade of it is taken."
        ),
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("privacy page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    navigation = StreamField(
        [("link", LinkBlock())],
        verbose_name=_("navigation"),
        blank=True,
        max_num=5,
        help_text=_(
            "Up to five links at the top of each page. Without any: Jobs, and "
            "“What I follow”."
        ),
    )
    footer = StreamField(
        [("column", LinkColumnBlock())],
        verbose_name=_("footer"),
        blank=True,
        max_num=3,
        help_text=_(
            "Up to three columns of links. “What I follow”, the privacy page and the "
            "contact stand below them by themselves."
        ),
    )

    panels = [
        MultiFieldPanel(
            [
                "tagline",
                FieldRowPanel(
                    [
                        "logo",
                        FieldPanel("favicon", help_text=_("A square is taken of it.")),
                    ]
                ),
                "accent",
                HelpPanel(template="home/admin/accent.html"),
            ],
            heading=_("Brand"),
        ),
        FieldPanel("navigation"),
        FieldPanel("footer"),
        "privacy_page",
    ]
    select_related = ["logo", "favicon", "privacy_page"]

    class Meta:
        verbose_name = _("Look")

    def __str__(self) -> str:
        return "Look"

    @property
    def has_own_accent(self) -> bool:
        return self.accent.lower() != colours.DEFAULT_ACCENT

    @property
    def public_privacy_page(self) -> Page | None:
        """The privacy page, unless it is a draft or was taken down."""
        page = self.privacy_page
        return page if page and page.live else None

    @property
    def dark_accent(self) -> str:
        """The accent as it stands on dark paper."""
        return colours.for_dark(self.accent)

    @property
    def accent_pairs(self) -> list[colours.Pair]:
        """What the accent is read on, for the form; none for what is no colour."""
        return colours.pairs(self.accent) if colours.is_colour(self.accent) else []

    def is_previewable(self) -> bool:
        return HomePage.objects.exists()

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Answer the front page; the preview's request carries these settings."""
        response: HttpResponse = HomePage.objects.get().serve_preview(request, "")
        return response
