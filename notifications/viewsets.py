"""The view sets of the admin, and entries of its menu; ``job_listing`` has the jobs.

They are all in the highest app that knows what a click costs: Wagtail keeps one view
set per model, and the last registration wins.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.pages.create import CreateView as PageCreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.revisions import RevisionsRevertView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.log_actions import log
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import (
    CreateView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from jobs.models import Company, JobCategory, JobPage
from notifications.approving import ApproveView, CollectApprovalView
from notifications.checklist import ChecklistSidePanel
from notifications.email_log import EmailLog
from notifications.exporting import PlainExport
from notifications.forms import AddFollowerForm, NewCompanyForm
from notifications.ordering import TiesByKey
from notifications.permissions import (
    may_change_texts,
    may_export_people,
    may_see_announcements,
)
from notifications.side_panels import FollowersSidePanel, older_version_of
from notifications.support import acts
from notifications.support.desk import DeskView, PeopleIndexView, PersonView
from notifications.support.links import PEOPLE
from subscriptions.models import Subscriber, Subscription

#: With a heading of the first level, which Wagtail's forms of snippets lack.
FORMS = {
    "create": "notifications/admin/snippets/create.html",
    "edit": "notifications/admin/snippets/edit.html",
}


class AnnouncementsMenuItem(MenuItem):
    """An entry for those who may see what followers are told."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_announcements(request.user)


class EmailTextsMenuItem(MenuItem):
    """An entry for those who may change what emails say."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_change_texts(request.user)


class JobsCountedView(TiesByKey, IndexView):
    """Lists what jobs share, each with how many jobs of it are public."""

    def get_base_queryset(self) -> QuerySet[Any]:
        live = Count("jobs", filter=Q(jobs__live=True))
        return super().get_base_queryset().annotate(live_jobs=live)


LIVE_JOBS = Column("live_jobs", label=_("Public jobs"), sort_key="live_jobs")


class CompanyChooserViewSet(SnippetChooserViewSet):
    """Chooses a company that still hires, or makes a new one on the spot."""

    creation_form_class = NewCompanyForm
    create_action_label = _("Create company")
    creation_tab_label = _("New company")

    def get_object_list(self) -> QuerySet[Company]:
        return Company.objects.active().order_by("name", "pk")


def notices_of(company: Company) -> str | Promise:
    """How often a company is written to, if there is where to write."""
    return company.get_notices_display() if company.email else _("No address")


class CompanyViewSet(SnippetViewSet):
    model = Company
    chooser_viewset_class = CompanyChooserViewSet
    icon = "group"
    menu_label = _("Companies")
    menu_order = 110
    add_to_admin_menu = True
    index_view_class = JobsCountedView
    create_template_name = FORMS["create"]
    edit_template_name = FORMS["edit"]
    list_display = [
        "name",
        LIVE_JOBS,
        Column(
            "notices",
            label=_("Notices"),
            accessor=notices_of,
            sort_key="notices",
        ),
        Column(
            "is_archived",
            label=_("Archived"),
            accessor=lambda company: _("Yes") if company.is_archived else "",
            sort_key="is_archived",
        ),
    ]
    list_filter = ["is_archived", "notices"]
    ordering = ["name"]
    search_backend_name = None
    search_fields = ["name"]
    panels = [
        "name",
        "description",
        "website",
        "logo",
        "email",
        "notices",
        "is_confidential",
        "is_archived",
        "slug",
    ]


class JobCategoryViewSet(SnippetViewSet):
    model = JobCategory
    icon = "tag"
    menu_label = _("Fields of work")
    index_view_class = JobsCountedView
    list_display = ["name", LIVE_JOBS]
    create_template_name = FORMS["create"]
    edit_template_name = FORMS["edit"]
    add_to_settings_menu = True
    ordering = ["name"]
    search_backend_name = None
    search_fields = ["name"]
    panels = ["name", "slug"]


class PeopleViewSet(SnippetViewSet):
    """A listing of people or of what they follow.

    No chooser, which would show every address to whoever may open the admin; no
    reference index, which would cost nine queries for each follower.
    """

    add_to_reference_index = False
    inspect_view_enabled = True
    copy_view_enabled = False
    search_backend_name = None

    def register_chooser_viewset(self) -> None:
        """Register none."""


class SubscriberViewSet(PeopleViewSet):
    """The support desk: a search by whole address, and each person's page.

    The list names nobody, so that nobody reads through addresses: a person's page
    does, and notes who looked.
    """

    model = Subscriber
    base_url_path = "support/people"
    icon = "user"
    menu_label = _("Find a person")
    index_view_class = DeskView
    inspect_view_class = PersonView
    index_template_name = "notifications/admin/support/desk.html"
    list_display = [
        TitleColumn(
            "masked_address", label=_("Follower"), url_name=f"{PEOPLE}:inspect"
        ),
        Column("follows", label=_("Jobs followed"), sort_key="follows"),
        DateColumn("created_at", label=_("Since"), sort_key="created_at"),
    ]
    ordering = ["-created_at", "-pk"]
    inspect_view_fields = ["created_at"]


def subscription_state(subscription: Subscription) -> str:
    if subscription.ended_at:
        return subscription.get_ended_reason_display()
    if subscription.confirmed_at:
        return str(_("Following"))
    return str(_("Not confirmed yet"))


class SubscriptionIndexView(PlainExport, PeopleIndexView):
    """Lists who follows what; its file names them, and takes a right of its own."""

    def get_base_queryset(self) -> QuerySet[Subscription]:
        return super().get_base_queryset().select_related("subscriber", "record")

    @cached_property
    def show_export_buttons(self) -> bool:
        return may_export_people(self.request.user)

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        if not may_export_people(self.request.user):
            raise PermissionDenied
        if self.request.method != "HEAD":
            acts.note_export(user=self.request.user)
        return super().as_spreadsheet(queryset, spreadsheet_format)


class SubscriptionCreateView(CreateView):
    """Adds a follower as the public form does: the person has to confirm.

    Unless their consent is on record, and staff say where.
    """

    page_title = _("Add a follower")
    template_name = FORMS["create"]

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        [*items, _new] = super().get_breadcrumbs_items()
        return [*items, {"url": "", "label": self.page_title}]

    def get_form_class(self) -> type[AddFollowerForm]:
        return AddFollowerForm

    def get_panel(self) -> None:
        return None

    def save_instance(self) -> Subscription:
        subscription: Subscription = super().save_instance()
        log(
            instance=subscription.subscriber,
            action="support.add",
            user=self.request.user,
        )
        return subscription

    def get_success_message(self, instance: Subscription) -> str:
        if instance.confirmed_at is not None:
            return str(_("They follow the job."))
        return str(_("Asked to confirm. They follow once they use the link we email."))


class SubscriptionViewSet(PeopleViewSet):
    model = Subscription
    base_url_path = "support/subscriptions"
    icon = "mail"
    menu_label = _("Subscriptions")
    index_view_class = SubscriptionIndexView
    add_view_class = SubscriptionCreateView
    create_template_name = FORMS["create"]
    inspect_view_enabled = False
    list_display = [
        TitleColumn(
            "follower",
            label=_("Follower"),
            accessor="subscriber.masked_address",
            url_name=f"{PEOPLE}:inspect",
            id_accessor="subscriber_id",
        ),
        TitleColumn(
            "job", label=_("Job"), accessor="record.title", url_name="support_trace"
        ),
        Column("state", label=_("State"), accessor=subscription_state),
        DateColumn("confirmed_at", label=_("Follows since"), sort_key="confirmed_at"),
        DateColumn("ended_at", label=_("Ended"), sort_key="ended_at"),
    ]
    list_filter = ["ended_reason", "closings_only"]
    list_export = [
        "subscriber.address",
        "record.title",
        "requested_at",
        "confirmed_at",
        "ended_at",
        "get_ended_reason_display",
        "closings_only",
        "consent_path",
    ]
    export_headings = {
        "subscriber.address": _("Email address"),
        "record.title": _("Job"),
        "get_ended_reason_display": _("Why it ended"),
    }
    export_filename = "subscriptions"
    search_fields = ["record__title"]
    ordering = ["-requested_at", "-pk"]


class SupportGroup(SnippetViewSetGroup):
    """What support works with, under one entry of the menu."""

    items = (SubscriberViewSet, SubscriptionViewSet)
    menu_icon = "user"
    menu_label = _("Support desk")
    menu_name = "support"
    menu_order = 130

    def get_submenu_items(self) -> list[MenuItem]:
        items = super().get_submenu_items()
        return [*items, EmailLog().get_menu_item(order=len(items) + 1)]


class JobCreateView(PageCreateView):
    """Wagtail's form for a new page, with the panels that the editor will draw again.

    The first save makes the page, and from then on the answers to a save are the
    editor's: each panel needs its place here.
    """

    def get_side_panels(self) -> Any:
        panels = super().get_side_panels()
        panels.append(FollowersSidePanel(self.page, self.request))
        panels.append(ChecklistSidePanel(self.page, self.request))
        return MediaContainer(panels)


class _WithJobPanels:
    """For editors of a job: the followers and what to mend beside the form."""

    shows_older_version = False

    def get_side_panels(self: Any) -> Any:
        panels = super().get_side_panels()  # type: ignore[misc]
        older = self.previous_revision.pk if self.shows_older_version else None
        # An alias has no followers of its own: its source has them.
        if self.page.alias_of_id is None:
            followers = FollowersSidePanel(self.page, self.request, older_version=older)
            panels.append(followers)
            panels.append(ChecklistSidePanel(self.page, self.request))
        return MediaContainer(panels)


class JobEditView(_WithJobPanels, EditView):
    """Wagtail's editor of a job."""


class JobRevertView(_WithJobPanels, RevisionsRevertView):
    """Wagtail's editor of an older version."""

    shows_older_version = True

    def get_object(self) -> JobPage:
        return older_version_of(self.previous_revision)


class JobPageViewSet(PageViewSet):
    """The pages that Wagtail's admin has for each job."""

    model = JobPage
    add_view_class = JobCreateView
    edit_view_class = JobEditView
    revisions_revert_view_class = JobRevertView
    workflow_action_view_class = ApproveView
    collect_workflow_action_data_view_class = CollectApprovalView


job_page_viewset = JobPageViewSet("job_pages")
