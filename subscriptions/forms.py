from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions import addresses, limits, robots
from subscriptions.services import Choices

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from jobs.models import JobRecord

EVERYTHING = "everything"
CLOSINGS = "closings"


class HumanForm(forms.Form):
    """A form of the public that may cause an email: for people, in reasonable numbers.

    Whoever may be a robot is asked to press the button once more, with everything kept
    that was typed. ``retry_after`` is set when somebody came too often.

    Args:
        purpose: which form it is, for ``robots.note``.
        on_cached_page: whether the page is the same for every visitor of a day.
    """

    website = forms.CharField(label=_("Leave this field empty"), required=False)
    note = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, purpose: str, on_cached_page: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        self.retry_after: int | None = None
        note = robots.note(purpose, of_day=on_cached_page)
        self.initial["note"] = note

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("note", "website"):
            # Nobody could mend it, or would know what it speaks of.
            self.errors.pop(name, None)
        sealed, trap = data.get("note", ""), data.get("website", "")
        if robots.is_doubtful(self.purpose, sealed=sealed, trap=trap):
            # What was posted is what is shown again, but for these two.
            fresh = {"note": robots.note(self.purpose), "website": ""}
            self.data = dict(self.data.items()) | fresh
            if not self.errors:
                raise forms.ValidationError(
                    _("Press the button once more, so that we know you are a person.")
                )
        return data

    def is_within_limits(
        self, request: HttpRequest, record: JobRecord | None = None
    ) -> bool:
        """Count a valid post; when it is one too many, say so among the errors."""
        refusal = limits.refusal(
            request, address=self.cleaned_data["email"], record=record
        )
        if refusal is None:
            return True
        self.add_error(None, refusal.message)
        self.retry_after = refusal.seconds
        return False

    def limit(self, response: HttpResponse) -> HttpResponse:
        """Make ``response``, which shows this form, say 429 if that is the reason."""
        if self.retry_after is not None:
            response.status_code = 429
            response["Retry-After"] = str(self.retry_after)
        return response


class AddressForm(HumanForm):
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


class ChoicesForm(forms.Form):
    """What a follower is told of one job, and what is passed on."""

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

    @staticmethod
    def initial_of(choices: Choices) -> dict[str, Any]:
        """What the form shows for choices that were made before."""
        return {
            "level": CLOSINGS if choices.closings_only else EVERYTHING,
            "remind_before_closing": choices.remind_before_closing,
            "share_address": choices.share_address,
        }

    @property
    def choices(self) -> Choices:
        """The valid form's choices, as services take them."""
        data = self.cleaned_data
        return Choices(
            closings_only=data["level"] == CLOSINGS,
            remind_before_closing=data["remind_before_closing"],
            share_address=data["share_address"],
        )


def purpose_of(record: JobRecord | None) -> str:
    """What tells the form of one job from that of another."""
    return f"follow-{record.pk if record else 0}"


class FollowForm(ChoicesForm, AddressForm):
    """An address to write to, and what to tell it.

    Not a ModelForm: that would reject a repeated address, and so tell a stranger who
    follows. ``services.subscribe`` copes with repeats.
    """

    def __init__(self, *args: Any, record: JobRecord | None, **kwargs: Any) -> None:
        super().__init__(*args, purpose=purpose_of(record), **kwargs)
