from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.admin.widgets import (
    AdminAutoHeightTextInput,
    AdminPageChooser,
)

from jobs.choices import ClosedReason
from jobs.facts import availability_of
from jobs.forms import DayInput, LineInput
from jobs.models import Company, JobPage, JobRecord
from notifications import texts
from notifications.models import EmailText
from notifications.support.verdicts import silence_of
from subscriptions import addresses, services
from subscriptions.models import Subscription

#: What the form to extend a job starts with.
EXTENDED_BY = dt.timedelta(days=7)


class FindPersonForm(forms.Form):
    """The whole address of somebody whom support looks for."""

    email = forms.CharField(
        label=_("Email address of the person"),
        max_length=254,
        help_text=_("The whole address. It is looked up by its hash, and not kept."),
        error_messages={"required": _("Enter an email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        return addresses.validated(self.cleaned_data["email"])


class AddFollowerForm(WagtailAdminModelForm):
    """An address and a job, as staff add them.

    The person is asked to confirm, unless staff say where they have consent on record.
    """

    email = forms.EmailField(label=_("Email address"))
    job = forms.ModelChoiceField(
        label=_("Job"),
        queryset=JobPage.objects.live(),
        widget=AdminPageChooser(target_models=[JobPage]),
    )
    consent_path = forms.CharField(
        label=_("Where their consent is on record"),
        max_length=200,
        required=False,
        help_text=_(
            "Empty: we ask them to confirm by email. Else say where it can be found, "
            "such as “Paper form at the job fair, folder 3”: then they follow at once."
        ),
    )
    consent_given_on = forms.DateField(
        label=_("When they gave it"), required=False, widget=DayInput
    )

    class Meta:
        model = Subscription
        fields = ["closings_only"]

    field_order = ("email", "job", "closings_only")

    def clean_email(self) -> str:
        """Refuse an address that gets no email: whoever adds it may unblock it."""
        address = addresses.validated(self.cleaned_data["email"])
        silence = silence_of(addresses.hashed(address))
        if silence is not None:
            raise forms.ValidationError(
                _("This address gets no email from us: %(reason)s. Unblock it first."),
                params={"reason": silence.reason},
            )
        return address

    def clean_job(self) -> JobPage:
        job = self.cleaned_data["job"]
        # An alias stands for its source.
        source = job.alias_of.specific if job.alias_of_id else job
        if not availability_of(source, timezone.now()).is_open:
            raise forms.ValidationError(
                _("This job is not open to the public, so there is nothing to follow.")
            )
        return job

    def clean_consent_given_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["consent_given_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        source, day = cleaned.get("consent_path"), cleaned.get("consent_given_on")
        if source and day is None and "consent_given_on" not in self.errors:
            self.add_error("consent_given_on", _("Say when they gave it."))
        if day and not source:
            self.add_error("consent_path", _("Say where it is on record."))
        return cleaned

    def save(self, commit: bool = True) -> Subscription:
        data = self.cleaned_data
        values: dict[str, Any] = {
            "email": data["email"],
            "record": JobRecord.for_page(data["job"]),
            "choices": services.Choices(closings_only=data["closings_only"]),
        }
        if not data["consent_path"]:
            return services.subscribe(**values)
        noon = dt.datetime.combine(data["consent_given_on"], dt.time(12))
        return services.follow_with_consent(
            **values,
            consent_path=data["consent_path"],
            given_at=timezone.make_aware(noon),
        )


class NewCompanyForm(forms.ModelForm):
    """What is asked of a company that is made in the chooser."""

    class Meta:
        model = Company
        # So that an address typed without a scheme gets https.
        formfield_callback = formfield_for_dbfield
        fields = ["name", "website", "email", "is_confidential"]


class LineForFollowers(forms.CharField):
    """What an editor may add to what followers, and everyone, are told."""

    widget = LineInput

    def __init__(self) -> None:
        super().__init__(
            label=_("A line for followers"),
            max_length=300,
            required=False,
            help_text=_("Optional. They see it in the email, and so does everyone."),
        )


class CloseJobForm(forms.Form):
    """Why a job closes, and a line for its followers."""

    reason = forms.ChoiceField(
        label=_("Why does it close?"),
        choices=ClosedReason.choices,
        widget=forms.RadioSelect,
        initial=ClosedReason.FILLED,
    )
    note = LineForFollowers()

    def __init__(self, *args: Any, is_closed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_closed:
            del self.fields["reason"]


class ExtendJobForm(forms.Form):
    """Until when a job stays open, by its own time of day, and a line for followers."""

    until = forms.DateField(label=_("New closing date"), widget=DayInput())
    note = LineForFollowers()

    def __init__(self, *args: Any, job: JobPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closes_at = timezone.make_naive(cast("dt.datetime", job.closes_at))
        self.fields["until"].initial = self.closes_at.date() + EXTENDED_BY

    def clean_until(self) -> dt.datetime:
        until = self.cleaned_data["until"]
        if until <= self.closes_at.date():
            raise forms.ValidationError(_("Choose a later day than it closes now."))
        return timezone.make_aware(
            dt.datetime.combine(until, self.closes_at.time()),
        )


class CorrectionForm(forms.Form):
    """What is true instead of what an email said."""

    note = forms.CharField(
        label=_("What is true"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text=_("They read it after “Our email was wrong”."),
        error_messages={"required": _("Say in a line what is true.")},
    )


class EmailTextForm(forms.ModelForm):
    """What site owners say in the emails of one kind; its instance knows which."""

    class Meta:
        model = EmailText
        fields = EmailText.FIELDS
        widgets = {
            "opening": AdminAutoHeightTextInput(attrs={"rows": 3}),
            "closing": AdminAutoHeightTextInput(attrs={"rows": 3}),
        }
        help_texts = {
            "opening": _("Before what the email says. A blank line parts paragraphs."),
            "closing": _("After what the email says, above the footer."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Where the buttons of placeholders write.
            field.widget.attrs["data-takes-placeholders"] = ""

    def explain_subject(self, usual: str) -> None:
        """Say in the subject's help what it is when nothing is typed."""
        help_text = _("If it stays empty: “%(subject)s”.") % {"subject": usual}
        self["subject"].help_text = help_text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field in EmailText.FIELDS:
            cleaned[field] = texts.kept(cleaned.get(field, ""))
            for problem in texts.problems(self.instance.kind, field, cleaned[field]):
                self.add_error(field, problem)
        return cleaned
