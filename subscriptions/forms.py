from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions import addresses
from subscriptions.services import Choices

EVERYTHING = "everything"
CLOSINGS = "closings"


class AddressForm(forms.Form):
    """One email address, checked as a mail server would."""

    email = forms.CharField(
        label=_("Email address"),
        max_length=254,
        error_messages={"required": _("Enter your email address.")},
        widget=forms.EmailInput(
            # The browser's own message would hide ours, which says what to do.
            attrs={"autocomplete": "email", "inputmode": "email", "required": False}
        ),
    )
    use_required_attribute = False

    def clean_email(self) -> str:
        return addresses.validated(self.cleaned_data["email"])


class FollowForm(AddressForm):
    """An address to write to, and what to tell it.

    Not a ModelForm: that would reject a repeated address, and so tell a stranger who
    follows. ``services.subscribe`` copes with repeats.
    """

    level = forms.ChoiceField(
        label=_("Tell me about"),
        choices=[
            (EVERYTHING, _("Every change")),
            (CLOSINGS, _("Only when it closes or is taken down")),
        ],
        initial=EVERYTHING,
        required=False,
        widget=forms.RadioSelect,
    )
    remind_before_closing = forms.BooleanField(
        label=_("Remind me 3 days before it closes"), required=False
    )
    share_address = forms.BooleanField(
        label=_("The company may see my email address"), required=False
    )

    def __init__(self, *args: Any, company_name: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if company_name:
            self.fields["share_address"].label = _(
                "%(company)s may see my email address"
            ) % {"company": company_name}

    @property
    def choices(self) -> Choices:
        """The valid form's choices, as ``services.subscribe`` takes them."""
        data = self.cleaned_data
        return Choices(
            closings_only=data["level"] == CLOSINGS,
            remind_before_closing=data["remind_before_closing"],
            share_address=data["share_address"],
        )
