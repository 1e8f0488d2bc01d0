"""How long news waits before it goes out: what site owners set."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

#: Not so long that the email which makes a reminder the only one is deleted before.
MOST_DAYS_BEFORE = 28


def default_quiet_minutes() -> int:
    return settings.QUIET_MINUTES


def default_least_gap_hours() -> int:
    return settings.LEAST_GAP_HOURS


@register_setting(icon="mail", order=120)
class AnnouncementSettings(BaseGenericSetting):
    """How long news waits before it goes out, and when editors are reminded."""

    quiet_minutes = models.PositiveSmallIntegerField(
        _("quiet window in minutes"),
        default=default_quiet_minutes,
        help_text=_(
            "How long a job rests after an edit before its followers are told. Edits "
            "merge, slips can be mended, and the email can be cancelled."
        ),
    )

    least_gap_hours = models.PositiveSmallIntegerField(
        _("least gap in hours"),
        default=default_least_gap_hours,
        help_text=_(
            "Between two emails about changes of one job. A later change waits and "
            "merges; closed, taken down and open again never wait."
        ),
    )
    tell_within_days = models.PositiveSmallIntegerField(
        _("tell within days"),
        default=7,
        validators=[MinValueValidator(1)],
        help_text=_("After an outage, news older than this is not sent any more."),
    )

    remind_editors_days = models.PositiveSmallIntegerField(
        _("days before closing"),
        default=5,
        validators=[MaxValueValidator(MOST_DAYS_BEFORE)],
        help_text=_(
            "So long before a job closes, whoever wrote or published it is asked to "
            "extend or close it. 0: nobody is."
        ),
    )

    panels = [
        MultiFieldPanel(
            ["quiet_minutes", "least_gap_hours", "tell_within_days"],
            heading=_("Waiting"),
        ),
        MultiFieldPanel(["remind_editors_days"], heading=_("Reminding editors")),
    ]

    class Meta:
        verbose_name = _("Announcements")

    def __str__(self) -> str:
        return "Announcements"

    def clean(self) -> None:
        """Refuse to tell news for longer than it is known who got it.

        Raises:
            ValidationError: see above.
        """
        most = settings.KEEP_EMAILS_DAYS
        if (self.tell_within_days or 0) > most:
            said = _("%(most)s at most: for so long it is known who was told already.")
            raise ValidationError({"tell_within_days": said % {"most": most}})

    @property
    def least_gap(self) -> dt.timedelta:
        return dt.timedelta(hours=self.least_gap_hours)

    @property
    def tell_within(self) -> dt.timedelta:
        return dt.timedelta(days=self.tell_within_days)

    @property
    def remind_editors_before(self) -> dt.timedelta:
        return dt.timedelta(days=self.remind_editors_days)
