"""What an editor is told about a job that cannot be published as it stands."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.widgets import (
    AdminAutoHeightTextInput,
    AdminDateInput,
    AdminDateTimeInput,
)
from wagtail.coreutils import cautious_slugify

from jobs.choices import EmploymentType, Strictness, Workplace

if TYPE_CHECKING:
    from django.forms import BaseInlineFormSet

    from jobs.models import BoardSettings

#: Addresses below the job list that are not jobs.
RESERVED_SLUGS = {"feed", "company", "closed"}
#: Choices that start with the board's own, or with the usual one.
PRE_FILLED = {"pay_currency", "pay_period", "tell_followers"}
LAST_MINUTE = dt.time(23, 59)


class LineInput(AdminAutoHeightTextInput):
    """A field for one line of text that is never cut: it grows, and breaks are spaces."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value and " ".join(value.split())


class ClosingDateInput(AdminDateTimeInput):
    def get_config(self) -> dict[str, Any]:
        # Left to itself the picker makes a day that is typed without a time its first
        # minute, and one that is clicked the time of day of the click.
        ends = {"validateOnBlur": False, "defaultTime": f"{LAST_MINUTE:%H:%M}"}
        return super().get_config() | ends


class DayInput(AdminDateInput):
    def get_config(self) -> dict[str, Any]:
        # Left to itself the picker makes today of what it cannot read.
        return super().get_config() | {"validateOnBlur": False}


class ClosingDateField(forms.DateTimeField):
    """A moment, where a day without a time means one minute to midnight."""

    widget = ClosingDateInput

    def to_python(self, value: Any) -> dt.datetime | None:
        if isinstance(value, str) and re.fullmatch(r"\s*[\d./-]+\s*", value):
            value = f"{value.strip()} {LAST_MINUTE:%H:%M}"
        return super().to_python(value)


class JobPageForm(WagtailAdminPageForm):
    """Checks a job in the words of the person who writes it.

    What is missing or wrong is said on publishing only: a draft keeps everything, for
    it is saved while somebody types. The rules live here and not in
    ``JobPage.clean``: a scheduled job must go live although its company was deleted
    or its closing date has passed meanwhile.
    """

    closes_at = ClosingDateField(
        label=_("Closes at"),
        required=False,
        help_text=_(
            "A day without a time means 23:59. The page stays and says “closed”. To "
            "take the page away, set its expiry in the status panel."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "company" in self.fields:
            self.fields["company"].required = True
        for name in PRE_FILLED & self.fields.keys():
            # A choice without an empty entry cannot be left out, so it need not be
            # asked for with a star.
            self.fields[name].required = False

    def clean_slug(self) -> str:
        """Step aside for a job of the same title, where the slug is only the title's.

        The form would refuse each save, and say so on another tab, before anybody
        reads that there is such a job.
        """
        slug: str = self.cleaned_data["slug"]
        title = self.cleaned_data.get("title", "")
        if self.instance.first_published_at is not None or not _is_made_of(slug, title):
            return slug
        siblings = self.parent_page.get_children().exclude(pk=self.instance.pk)
        taken = set(siblings.filter(slug__startswith=slug).values_list("slug"))
        numbered = (f"{slug}-{number}" for number in itertools.count(2))
        return next(x for x in itertools.chain([slug], numbered) if (x,) not in taken)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in PRE_FILLED & cleaned.keys():
            # A post from elsewhere than the form may leave them out.
            cleaned[name] = cleaned[name] or getattr(self.instance, name)
        self._check_slug(cleaned)
        if not self.is_deferred_validation:
            self._check_company(cleaned)
            self._check_pay(cleaned)
            self._check_links(cleaned)
            self._check_closing_date(cleaned)
            self._check_way_to_apply(cleaned)
            self._check_places(cleaned)
            self._check_likely_duplicate(cleaned)
        return cleaned

    def _check_slug(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("slug") in RESERVED_SLUGS:
            self.add_error(
                "slug",
                _("The board needs this address for itself. Choose another slug."),
            )

    def _check_company(self, cleaned: dict[str, Any]) -> None:
        company = cleaned.get("company")
        if company and company.is_archived and "company" in self.changed_data:
            self.add_error(
                "company",
                _("This company is archived, so new jobs cannot name it."),
            )

    def _check_pay(self, cleaned: dict[str, Any]) -> None:
        low, high = cleaned.get("pay_min"), cleaned.get("pay_max")
        if low is not None and high is not None and low > high:
            self.add_error(
                "pay_max",
                _("The higher amount stands first. Swap the two, or leave one empty."),
            )
        for name, amount in (("pay_min", low), ("pay_max", high)):
            if amount is not None and amount <= 0:
                self.add_error(name, _("Pay is more than 0. Leave it empty if unsaid."))
        said = low is not None or high is not None
        if said or {"pay_min", "pay_max"} & self.errors.keys():
            return
        unpaid = cleaned.get("employment_type") == EmploymentType.VOLUNTEER
        if not unpaid and _board().missing_pay == Strictness.BLOCKS:
            self.add_error(
                "pay_min",
                _("This board asks for pay. Enter one amount, or two for a range."),
            )

    def _check_links(self, cleaned: dict[str, Any]) -> None:
        url = cleaned.get("apply_url") or ""
        if url and not url.lower().startswith(("https://", "http://")):
            self.add_error(
                "apply_url", _("Enter a web address that starts with https://.")
            )

    def _check_closing_date(self, cleaned: dict[str, Any]) -> None:
        closes_at = cleaned.get("closes_at")
        # A job that has closed may still be corrected.
        changed = "closes_at" in self.changed_data or not self.instance.live
        if closes_at and changed and closes_at <= timezone.now():
            self.add_error(
                "closes_at",
                _(
                    "This date has passed. Choose a later one, leave it empty, or use "
                    "“Close job”."
                ),
            )

    def _check_way_to_apply(self, cleaned: dict[str, Any]) -> None:
        given = cleaned.get("apply_url") or cleaned.get("apply_email")
        if not given and not {"apply_url", "apply_email"} & self.errors.keys():
            self.add_error(
                "apply_url",
                _("Say how to apply: a web address, an email address, or both."),
            )

    def _check_places(self, cleaned: dict[str, Any]) -> None:
        formset = self.formsets.get("locations")
        if formset is None or not formset.is_valid():
            return
        rows = _kept_rows(formset)
        if cleaned.get("workplace") == Workplace.REMOTE:
            if not rows:
                self.add_error(
                    "workplace",
                    _("Remote from where? Add a place with each country allowed."),
                )
        elif not any(row.get("place") or row.get("region") for row in rows):
            self.add_error("workplace", _("Add at least one place with its town."))

    def _check_likely_duplicate(self, cleaned: dict[str, Any]) -> None:
        # A job that is public already may still be corrected. One that was never saved
        # says that it is live.
        is_public = self.instance.live and not self.instance._state.adding
        if is_public or _board().likely_duplicate != Strictness.BLOCKS:
            return
        company = cleaned.get("company")
        duplicate = type(self.instance).objects.likely_duplicate(
            title=cleaned.get("title", ""),
            company_id=company.pk if company else None,
            apply_url=cleaned.get("apply_url", ""),
            exclude=self.instance.pk,
        )
        if duplicate is not None:
            self.add_error(
                "title",
                _("“%(title)s” looks like the same job and is open. Edit that one.")
                % {"title": duplicate.title},
            )


def _is_made_of(slug: str, title: str) -> bool:
    """Whether ``slug`` is what the form makes of ``title`` by itself."""
    return bool(slug) and slug in {
        slugify(title, allow_unicode=True),
        cautious_slugify(title),
    }


def _board() -> BoardSettings:
    # By name: models know this module, so it cannot know them.
    board: BoardSettings = apps.get_model("jobs.BoardSettings").load()
    return board


def _kept_rows(formset: BaseInlineFormSet) -> list[dict[str, Any]]:
    return [
        form.cleaned_data
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]
