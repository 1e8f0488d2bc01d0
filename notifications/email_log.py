"""The read-only log of emails, on wagtail-modeladmin."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail_modeladmin.helpers import ButtonHelper, PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView, InspectView

from jobs import formatting
from notifications import previews
from notifications.models import OutgoingEmail
from notifications.support.links import PEOPLE


class ReadOnly(PermissionHelper):
    """Lets people with the right look, and nobody write."""

    def user_can_list(self, user: Any) -> bool:
        return bool(user.has_perm("notifications.view_outgoingemail"))

    def user_can_inspect_obj(self, user: Any, obj: Any) -> bool:
        return self.user_can_list(user)

    def user_can_create(self, user: Any) -> bool:
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        return False


class NoButtons(ButtonHelper):
    """Leaves the moment, which leads to the email, and no second way there."""

    def get_buttons_for_obj(self, *args: Any, **kwargs: Any) -> list[Any]:
        return []


class EmailIndexView(IndexView):
    page_title = _("Email log")


class EmailInspectView(InspectView):
    """One email: what became of it, and both its texts with every token blotted out.

    What there is nothing to say of is left out.
    """

    page_title = _("Email")

    def get_page_subtitle(self) -> str:
        return str(self.instance.pk)

    def get_field_label(self, field_name: str, field: Any = None) -> str:
        label: str = super().get_field_label(field_name, field)
        return capfirst(label)

    def get_field_display_value(self, field_name: str, field: Any = None) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, dt.datetime):
            return formatting.moment(value)
        if field_name == "uncertain" and value:
            return field.help_text
        return value

    def get_fields_dict(self) -> list[dict[str, Any]]:
        nothing = (None, "", False, self.model_admin.get_empty_value_display())
        rows = super().get_fields_dict()
        return [row for row in rows if row["value"] not in nothing]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"preview": previews.preview(self.instance)}


class EmailLog(ModelAdmin):
    model = OutgoingEmail
    menu_label = _("Email log")
    menu_icon = "history"
    base_url_path = "email-log"
    # The support desk has it in its own menu.
    add_to_admin_menu = False
    permission_helper_class = ReadOnly
    button_helper_class = NoButtons
    history_view_enabled = False
    inspect_view_enabled = True
    index_view_class = EmailIndexView
    inspect_view_class = EmailInspectView
    inspect_template_name = "notifications/admin/email.html"
    inspect_view_fields = [
        "kind",
        "recipient",
        "job",
        "state",
        "created_at",
        "due_at",
        "sent_at",
        "outcome",
        "attempts",
        "last_code",
        "uncertain",
        "message_id",
    ]
    list_display = ["queued", "kind", "person", "job", "became"]
    list_filter = ["state", "kind"]
    # No address: what is searched for stands in the URL, and so in logs.
    search_fields = ["company__name", "message_id"]
    ordering = ["-created_at", "-pk"]
    list_per_page = 50

    @admin.display(description=_("queued"), ordering="created_at")
    def queued(self, email: OutgoingEmail) -> str:
        return formatting.moment(email.created_at)

    @admin.display(description=_("state"), ordering="state")
    def became(self, email: OutgoingEmail) -> str:
        """What became of it, when, and after how many attempts if more than one."""
        said = [str(email.get_state_display())]
        if email.sent_at is not None:
            days = map(formatting.day_long, (email.created_at, email.sent_at))
            say = formatting.clock if len(set(days)) == 1 else formatting.moment
            said.append(say(email.sent_at))
        if email.attempts > 1:
            attempts = ngettext(
                "%(count)d attempt", "%(count)d attempts", email.attempts
            )
            said.append(attempts % {"count": email.attempts})
        if email.outcome:
            said.append(email.get_outcome_display())
        return ", ".join(said)

    @admin.display(description=_("to"))
    def person(self, email: OutgoingEmail) -> str:
        """Who gets it; for a person with the way to their page."""
        if email.subscriber_id is None:
            return email.recipient()
        url = reverse(f"{PEOPLE}:inspect", args=[email.subscriber_id])
        return format_html('<a href="{}">{}</a>', url, email.recipient())

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingEmail]:
        rows = super().get_queryset(request)
        return rows.select_related(
            "subscriber", "company", "user", "record", "announcement__record"
        ).prefetch_related("subscriptions__record")
