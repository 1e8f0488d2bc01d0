from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminPageChooser

from jobs.choices import ClosedReason
from jobs.models import JobPage, JobRecord
from subscriptions import addresses, services
from subscriptions.models import Subscription


class AddFollowerForm(WagtailAdminModelForm):
    """An address and a job, as staff add them; the person is asked to confirm."""

    email = forms.EmailField(label=_("Email address"))
    job = forms.ModelChoiceField(
        label=_("Job"),
        queryset=JobPage.objects.live(),
        widget=AdminPageChooser(target_models=[JobPage]),
    )

    class Meta:
        model = Subscription
        fields = ["closings_only"]

    def clean_email(self) -> str:
        return addresses.validated(self.cleaned_data["email"])

    def clean_job(self) -> JobPage:
        job = self.cleaned_data["job"]
        if not job.is_open:
            raise forms.ValidationError(
                _("This job has closed, so there is nothing left to follow.")
            )
        return job

    def save(self, commit: bool = True) -> Subscription:
        choices = services.Choices(closings_only=self.cleaned_data["closings_only"])
        return services.subscribe(
            email=self.cleaned_data["email"],
            record=JobRecord.for_page(self.cleaned_data["job"]),
            choices=choices,
        )


class CloseJobForm(forms.Form):
    """Why a job closes, and a line for its followers."""

    reason = forms.ChoiceField(
        label=_("Why does it close?"),
        choices=ClosedReason.choices,
        widget=forms.RadioSelect,
        initial=ClosedReason.FILLED,
    )
    note = forms.CharField(
        label=_("A line for followers"),
        max_length=300,
        required=False,
        help_text=_("Optional. They see it in the email, and so does everyone."),
    )

    def __init__(self, *args: Any, is_closed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_closed:
            del self.fields["reason"]
