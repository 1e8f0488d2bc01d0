from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin

from jobs.blocks import RegionBlock
from jobs.choices import Currency, PayPeriod, Strictness


@register_setting(icon="home", order=100)
class BoardSettings(PreviewableMixin, BaseGenericSetting):
    """Who runs the board, what a new job starts with, and what editors are warned of.

    And what stands around the facts of every job, above, beside and below them. It
    lives at the bottom of the house because every app speaks in this name. The
    look is ``home.LookSettings``; what emails wait for is
    ``notifications.AnnouncementSettings``.
    """

    name = models.CharField(_("name of the site"), max_length=80, default="Jobs")
    contact_address = models.EmailField(
        _("contact email address"),
        blank=True,
        help_text=_("Shown as Contact, and where answers to our emails go."),
    )
    postal_address = models.CharField(
        _("postal address"),
        max_length=200,
        blank=True,
        help_text=_("One line. It stands at the foot of every email."),
    )
    default_country = CountryField(_("country"), default="GB")
    default_currency = models.CharField(
        _("currency"), max_length=3, choices=Currency, default=Currency.GBP
    )
    default_pay_period = models.CharField(
        _("pay period"), max_length=5, choices=PayPeriod, default=PayPeriod.YEAR
    )
    missing_pay = models.CharField(
        _("a job without pay"),
        max_length=6,
        choices=Strictness,
        default=Strictness.WARNS,
        help_text=_("Voluntary work needs none."),
    )
    likely_duplicate = models.CharField(
        _("a job that looks like an open one"),
        max_length=6,
        choices=Strictness,
        default=Strictness.WARNS,
        help_text=_(
            "Same company and title, or a web address to apply at that only one other "
            "open job has."
        ),
    )

    above = StreamField(
        RegionBlock(),
        verbose_name=_("above the facts"),
        blank=True,
        help_text=_("Between the title of the job and what it says."),
    )
    beside = StreamField(
        RegionBlock(),
        verbose_name=_("beside the facts"),
        blank=True,
        help_text=_(
            "In the narrow column, under the form to follow; on a telephone after the "
            "job."
        ),
    )
    below = StreamField(
        RegionBlock(),
        verbose_name=_("below the facts"),
        blank=True,
        help_text=_("After the job, before the similar ones."),
    )

    board_panels = [
        MultiFieldPanel(
            ["name", "contact_address", "postal_address"], heading=_("Who we are")
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    ["default_country", "default_currency", "default_pay_period"]
                )
            ],
            heading=_("What a new job starts with"),
        ),
        MultiFieldPanel(
            [FieldRowPanel(["missing_pay", "likely_duplicate"])],
            heading=_("What editors are warned of"),
        ),
    ]
    region_panels = [FieldPanel("above"), FieldPanel("beside"), FieldPanel("below")]
    edit_handler = TabbedInterface(
        [
            ObjectList(board_panels, heading=_("Board")),
            ObjectList(region_panels, heading=_("Around every job")),
        ]
    )

    class Meta:
        verbose_name = _("Board")

    def __str__(self) -> str:
        return self.name

    def is_previewable(self) -> bool:
        return self._example() is not None

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Answer the newest job; the preview's request carries these settings."""
        response: HttpResponse = self._example().serve_preview(request, "")
        return response

    @staticmethod
    def _example() -> Any:
        jobs: Any = apps.get_model("jobs", "JobPage")._default_manager
        return jobs.open().newest_first().first()
