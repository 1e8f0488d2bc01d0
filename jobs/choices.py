"""The closed lists that a job is described with.

Employment types and pay periods are Google's values for ``JobPosting``
(developers.google.com/search/docs/appearance/structured-data/job-posting), so that
what an editor picks is what search engines read.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmploymentType(models.TextChoices):
    FULL_TIME = "FULL_TIME", _("Full time")
    PART_TIME = "PART_TIME", _("Part time")
    CONTRACTOR = "CONTRACTOR", _("Contract")
    TEMPORARY = "TEMPORARY", _("Temporary")
    INTERN = "INTERN", _("Internship")
    VOLUNTEER = "VOLUNTEER", _("Volunteer")
    PER_DIEM = "PER_DIEM", _("By the day")
    OTHER = "OTHER", _("Other")


class Workplace(models.TextChoices):
    ON_SITE = "ON_SITE", _("On site")
    HYBRID = "HYBRID", _("Hybrid")
    REMOTE = "REMOTE", _("Remote")


class PayPeriod(models.TextChoices):
    HOUR = "HOUR", _("an hour")
    DAY = "DAY", _("a day")
    WEEK = "WEEK", _("a week")
    MONTH = "MONTH", _("a month")
    YEAR = "YEAR", _("a year")


#: How many of each period make a working year; only for sorting and filtering by pay.
PERIODS_A_YEAR = {
    PayPeriod.HOUR: 1950,
    PayPeriod.DAY: 260,
    PayPeriod.WEEK: 52,
    PayPeriod.MONTH: 12,
    PayPeriod.YEAR: 1,
}


class ClosedReason(models.TextChoices):
    FILLED = "FILLED", _("Filled")
    CANCELLED = "CANCELLED", _("Cancelled")


class TakenDownBecause(models.TextChoices):
    """Why an editor took a job's page away, as followers read it after a colon."""

    FILLED = "FILLED", _("filled")
    CANCELLED = "CANCELLED", _("cancelled")
    IN_ERROR = "IN_ERROR", _("published in error")
    MOVED = "MOVED", _("moved to another page")


class RequirementKind(models.TextChoices):
    MUST = "MUST", _("Must have")
    NICE = "NICE", _("Nice to have")


class CompanyNotices(models.TextChoices):
    EACH = "EACH", _("When somebody follows, at most once an hour")
    DAILY = "DAILY", _("Once a day")
    OFF = "OFF", _("Never")


class TellFollowers(models.TextChoices):
    AUTOMATIC = "AUTOMATIC", _("When something that matters changed")
    SEND = "SEND", _("Yes, this time")
    DO_NOT_SEND = "DO_NOT_SEND", _("No, not this time")


class Strictness(models.TextChoices):
    """What the board does about something in a job that it would rather not have."""

    SILENT = "SILENT", _("Say nothing")
    WARNS = "WARNS", _("Warn")
    BLOCKS = "BLOCKS", _("Refuse to publish")


class Currency(models.TextChoices):
    GBP = "GBP", _("Pound sterling (£)")
    EUR = "EUR", _("Euro (€)")
    USD = "USD", _("US dollar ($)")
    CHF = "CHF", _("Swiss franc (CHF)")
    NOK = "NOK", _("Norwegian krone (NOK)")
    SEK = "SEK", _("Swedish krona (SEK)")
    DKK = "DKK", _("Danish krone (DKK)")
