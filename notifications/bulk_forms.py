"""What an editor is asked before several jobs change at once."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.widgets import AdminSnippetChooser

from jobs.forms import LAST_MINUTE, DayInput
from jobs.models import Company, JobPage
from notifications.forms import LineForFollowers

LONGEST_EXTENSION = 365


class NoteForm(forms.Form):
    """A line for followers, if there are any."""

    note = LineForFollowers()

    def __init__(self, *args: Any, has_followers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "note"])
        if not has_followers:
            del self.fields["note"]


class ExtendForm(NoteForm):
    """Until which day, or by how many."""

    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DayInput(),
        help_text=_("At 23:59 on that day. A job that closes later stays as it is."),
    )
    days = forms.IntegerField(
        label=_("Or by so many days"),
        required=False,
        min_value=1,
        max_value=LONGEST_EXTENSION,
        widget=forms.NumberInput(attrs={"class": "bulk-days"}),
        help_text=_("Each job closes at its own time of day."),
    )

    def clean_until(self) -> dt.date | None:
        until: dt.date | None = self.cleaned_data["until"]
        if until is not None and until < timezone.localdate():
            raise ValidationError(_("This day has passed. Choose a later one."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = [name for name in ("until", "days") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            raise ValidationError(_("Enter a day, or a number of days; one of them."))
        return cleaned

    def closing_date_of(self, job: JobPage) -> dt.datetime:
        """When ``job`` closes by what was asked for; it has a closing date."""
        until = self.cleaned_data["until"]
        if until is not None:
            last = dt.datetime.combine(until, LAST_MINUTE)
            return timezone.make_aware(last)
        # By the clock on the wall: 23:59 stays 23:59 when summer time ends between.
        local = timezone.make_naive(cast("dt.datetime", job.closes_at))
        days = dt.timedelta(days=self.cleaned_data["days"])
        return timezone.make_aware(local + days)


class ChangeCompanyForm(NoteForm):
    """Who hires now."""

    company = forms.ModelChoiceField(
        label=_("Company"),
        queryset=Company.objects.active(),
        widget=AdminSnippetChooser(Company),
    )
