"""Where site owners say something of their own in emails."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from notifications import texts
from notifications.delivery import probing
from notifications.delivery.replies import Answer, Outcome
from notifications.examples import example, example_job
from notifications.forms import EmailTextForm
from notifications.models import EmailText, Pause, Suppression
from notifications.permissions import may_change_texts
from notifications.previews import preview_of
from subscriptions import addresses

if TYPE_CHECKING:
    from notifications.rendering import Content

logger = logging.getLogger(__name__)

Kind = EmailText.Kind
#: To whom the emails of each kind go, and when.
GOES_OUT = {
    Kind.CONFIRM: gettext_lazy("To a person who asks to follow a job"),
    Kind.ALREADY_FOLLOWING: gettext_lazy(
        "To a person who asks again to follow the same job"
    ),
    Kind.MANAGE_LINK: gettext_lazy("To a person who asks what they follow"),
    Kind.CHANGED: gettext_lazy("To followers, when something that matters changed"),
    Kind.CLOSED: gettext_lazy("To followers, when a job is filled, cancelled or over"),
    Kind.TAKEN_DOWN: gettext_lazy("To followers, when the page of a job is gone"),
    Kind.OPEN_AGAIN: gettext_lazy("To followers, when a job is open again"),
    Kind.CORRECTION: gettext_lazy("To those who got an email that was wrong"),
    Kind.REMINDER: gettext_lazy("To followers who asked, before a job closes"),
    Kind.NEW_FOLLOWER: gettext_lazy("To a company whose job somebody follows"),
}


class ChangesTexts(WagtailAdminTemplateMixin, TemplateView):
    """A page for those who may change what emails say."""

    page_title = gettext_lazy("Email texts")
    header_icon = "mail"
    _show_breadcrumbs = True

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if not may_change_texts(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        url = reverse("notifications_texts")
        items = [
            *super().get_breadcrumbs_items(),
            {"url": url, "label": _("Email texts")},
        ]
        if self.get_page_subtitle():
            items.append({"url": "", "label": self.get_header_title()})
        return items


class EmailTextsView(ChangesTexts):
    """Every kind of email, with what is said in it and what of that is broken."""

    template_name = "notifications/admin/texts/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        saved = {row.kind: row for row in EmailText.objects.all()}
        rows = [_listed(saved.get(kind) or EmailText(kind=kind)) for kind in Kind]
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "broken": sum(bool(row["problems"]) for row in rows),
        }


def _listed(row: EmailText) -> dict[str, Any]:
    fields = EmailTextForm.base_fields
    labels = {field: fields[field].label for field in EmailText.FIELDS}
    return {
        "slug": row.kind.lower(),
        "label": row.get_kind_display(),
        "goes_out": GOES_OUT[Kind(row.kind)],
        "own": [labels[field] for field in labels if getattr(row, field)],
        "changed_at": row.changed_at,
        "problems": _problems(row),
    }


def _problems(row: EmailText) -> list[dict[str, str]]:
    fields = EmailTextForm.base_fields
    return [
        {"label": str(fields[field].label), "problem": problem}
        for field in EmailText.FIELDS
        for problem in texts.problems(row.kind, field, getattr(row, field))
    ]


class EmailTextView(ChangesTexts):
    """The texts of one kind: to change, to look at in an example, to send to oneself.

    Looking and sending take what is typed and save nothing.
    """

    page_title = gettext_lazy("Email text")
    template_name = "notifications/admin/texts/edit.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.kind = kwargs["kind"].upper()
        self.is_typed = False

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if self.kind not in Kind.values or kwargs["kind"] != self.kind.lower():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(Kind(self.kind).label)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(EmailTextForm(instance=self._saved()), self._saved())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = EmailTextForm(request.POST, instance=self._saved())
        if not form.is_valid():
            messages.error(
                request, _("Not saved and not sent: see what is wrong below.")
            )
            self.is_typed = True
            return self._show(form, self._saved())
        if "preview" in request.POST or "test" in request.POST:
            saved = self._saved()
            typed = form.cleaned_data.items()
            self.is_typed = any(getattr(saved, name) != said for name, said in typed)
            return self._show(form, form.instance, send="test" in request.POST)
        self._save(form)
        return redirect("notifications_text", self.kind.lower())

    def _saved(self) -> EmailText:
        row = EmailText.objects.filter(kind=self.kind).first()
        return row or EmailText(kind=self.kind)

    def _save(self, form: EmailTextForm) -> None:
        # Not form.save(): two people may be the first to write of this kind.
        row, _created = EmailText.objects.update_or_create(
            kind=self.kind, defaults=form.cleaned_data
        )
        log(instance=row, action="wagtail.edit", user=self.request.user)
        messages.success(
            self.request, _("Saved. Emails that are decided from now on say it.")
        )

    def _show(
        self, form: EmailTextForm, row: EmailText, *, send: bool = False
    ) -> HttpResponse:
        job = example_job()
        content = example(self.kind, job)
        form.explain_subject(preview_of(content).subject)
        said = replace(content, texts=texts.filled(row, content.values))
        if send:
            _send(self.request, said)
        context = {
            "form": form,
            "problems": [] if form.is_bound else _problems(row),
            "preview": preview_of(said),
            "is_typed": self.is_typed,
            "job": job,
            "has_job": self.kind != Kind.MANAGE_LINK,
            "goes_out": GOES_OUT[Kind(self.kind)],
            "placeholders": [
                {
                    "name": f"{{{name}}}",
                    "meaning": texts.PLACEHOLDERS[name].meaning,
                    "now": texts.PLACEHOLDERS[name].say(content.values),
                }
                for name in texts.KNOWN[self.kind]
            ],
        }
        return self.render_to_response(self.get_context_data(**context))


def _send(request: HttpRequest, content: Content) -> None:
    """Send ``content`` to who is signed in, and tell them what became of it."""
    try:
        address = _address_of(request.user)
    except ValidationError as error:
        messages.error(request, error.message)
        return
    try:
        answer = probing.send(replace(content, address=address), lambda line: None)
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        logger.warning("A test of email texts failed: %s", type(error).__name__)
        answer = Answer(Outcome.NOT_SENT, type(error).__name__)
    if answer.outcome == Outcome.ACCEPTED:
        words = _("A test is on its way to %(address)s.") % {"address": address}
        messages.success(request, words)
        return
    said = ", ".join(filter(None, [answer.outcome.value, answer.words]))
    words = _("The test was not taken for %(address)s: %(said)s.")
    messages.error(request, words % {"address": address, "said": said})


def _address_of(user: Any) -> str:
    """Where a test for ``user`` goes.

    Raises:
        ValidationError: it says why none may go there now.
    """
    if not user.email:
        raise ValidationError(_("Not sent: your account has no email address."))
    if Pause.objects.exists():
        raise ValidationError(_("Not sent: all email is paused."))
    try:
        address = addresses.validated(user.email)
    except ValidationError as error:
        words = _("Not sent: the address of your account is not one to write to.")
        raise ValidationError(words) from error
    hashed = addresses.hashed(address)
    if Suppression.objects.filter(address_hash=hashed).exists():
        words = _("Not sent: your address is on the list of those not to write to.")
        raise ValidationError(words)
    return address
