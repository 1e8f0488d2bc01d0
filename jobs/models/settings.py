from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from wagtail.admin.panels import FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from jobs.choices import Currency, PayPeriod


@register_setting(icon="home", order=100)
class BoardSettings(BaseGenericSetting):
    """Who runs the board, and what a new job starts with.

    It lives at the bottom of the house because every app speaks in this name. The
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

    panels = [
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
    ]

    class Meta:
        verbose_name = _("Board")

    def __str__(self) -> str:
        return self.name
