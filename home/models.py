from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page

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
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValidationError(_("Enter a colour like #0b5a44."))


def validate_accent(value: str) -> None:
    """Refuse an accent that cannot be read on paper or on tint (WCAG 2.2, 1.4.3)."""
    validate_colour(value)
    ratio = colours.lowest_contrast(value)
    if ratio < colours.READABLE:
        raise ValidationError(
            _(
                "Links in this colour are hard to read: %(ratio).1f to 1 on our paper. "
                "Choose a darker one, with %(needed).1f to 1 or more."
            ),
            params={"ratio": ratio, "needed": colours.READABLE},
        )


@register_setting(icon="view", order=110)
class LookSettings(BaseGenericSetting):
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
        help_text=_("The one colour for what can be pressed, such as #0b5a44."),
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
    )
    footer = StreamField(
        [("column", LinkColumnBlock())],
        verbose_name=_("footer"),
        blank=True,
        max_num=3,
    )

    panels = [
        MultiFieldPanel(
            ["tagline", FieldRowPanel(["logo", "favicon"]), "accent"],
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
