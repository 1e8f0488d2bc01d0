"""The view sets of the admin; the list of jobs is in ``job_listing``.

They are all in the highest app that knows what a click costs: Wagtail keeps one view
set per model, and the last registration wins.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.pages.create import CreateView as PageCreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import (
    CreateView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from jobs.models import Company, JobCategory, JobPage
from notifications.checklist import ChecklistSidePanel
from notifications.forms import AddFollowerForm
from notifications.side_panels import FollowersSidePanel
from subscriptions.models import Subscriber, Subscription


class CompanyIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Company]:
        live = Count("jobs", filter=Q(jobs__live=True))
        return super().get_base_queryset().annotate(live_jobs=live)


class CompanyChooserViewSet(SnippetChooserViewSet):
    """Chooses a company that still hires, or makes a new one on the spot."""

    form_fields = ["name", "website", "email", "is_confidential"]
    create_action_label = _("Create company")
    creation_tab_label = _("New company")

    def get_object_list(self) -> QuerySet[Company]:
        return Company.objects.active().order_by("name", "pk")


class CompanyViewSet(SnippetViewSet):
    model = Company
    chooser_viewset_class = CompanyChooserViewSet
    icon = "group"
    menu_label = _("Companies")
    menu_order = 110
    add_to_admin_menu = True
    index_view_class = CompanyIndexView
    list_display = [
        "name",
        Column("live_jobs", label=_("Jobs"), sort_key="live_jobs"),
        "notices",
        "is_archived",
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


class SubscriberIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Subscriber]:
        following = Q(
            subscriptions__confirmed_at__isnull=False,
            subscriptions__ended_at__isnull=True,
        )
        follows = Count("subscriptions", filter=following)
        return super().get_base_queryset().annotate(follows=follows)


class SubscriberViewSet(PeopleViewSet):
    model = Subscriber
    icon = "user"
    menu_label = _("People")
    index_view_class = SubscriberIndexView
    list_display = [
        "address",
        Column("follows", label=_("Jobs followed"), sort_key="follows"),
        DateColumn("created_at", label=_("Since"), sort_key="created_at"),
    ]
    search_fields = ["address"]
    ordering = ["-created_at", "-pk"]
    inspect_view_fields = ["address", "created_at"]


def subscription_state(subscription: Subscription) -> str:
    if subscription.ended_at:
        return subscription.get_ended_reason_display()
    if subscription.confirmed_at:
        return str(_("Following"))
    return str(_("Not confirmed yet"))


class SubscriptionIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Subscription]:
        return super().get_base_queryset().select_related("subscriber", "record")


class SubscriptionCreateView(CreateView):
    """Adds a follower as the public form does: the person has to confirm."""

    def get_form_class(self) -> type[AddFollowerForm]:
        return AddFollowerForm

    def get_panel(self) -> None:
        return None

    def get_success_message(self, instance: Subscription) -> str:
        return str(_("Asked to confirm. They follow once they use the link we email."))


class SubscriptionViewSet(PeopleViewSet):
    model = Subscription
    icon = "mail"
    menu_label = _("Subscriptions")
    index_view_class = SubscriptionIndexView
    add_view_class = SubscriptionCreateView
    list_display = [
        Column("address", label=_("Follower"), accessor="subscriber.address"),
        Column("job", label=_("Job"), accessor="record.title"),
        Column("state", label=_("State"), accessor=subscription_state),
        DateColumn("confirmed_at", label=_("Follows since"), sort_key="confirmed_at"),
        DateColumn("ended_at", label=_("Ended"), sort_key="ended_at"),
    ]
    list_filter = ["ended_reason", "closings_only"]
    search_fields = ["subscriber__address", "record__title"]
    ordering = ["-requested_at", "-pk"]
    inspect_view_fields = [
        "record",
        "requested_at",
        "confirmed_at",
        "ended_at",
        "ended_reason",
        "closings_only",
        "remind_before_closing",
        "share_address",
        "consent_version",
        "consent_path",
    ]


class FollowersGroup(SnippetViewSetGroup):
    items = (SubscriberViewSet, SubscriptionViewSet)
    menu_icon = "group"
    menu_label = _("Followers")
    menu_name = "followers"
    menu_order = 130


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


class JobEditView(EditView):
    """Wagtail's editor, with the followers and what to mend beside the form."""

    def get_side_panels(self) -> Any:
        panels = super().get_side_panels()
        # An alias has no followers of its own: its source has them.
        if self.page.alias_of_id is None:
            panels.append(FollowersSidePanel(self.page, self.request))
            panels.append(ChecklistSidePanel(self.page, self.request))
        return MediaContainer(panels)


class JobPageViewSet(PageViewSet):
    """The pages that Wagtail's admin has for each job."""

    model = JobPage
    add_view_class = JobCreateView
    edit_view_class = JobEditView


job_page_viewset = JobPageViewSet("job_pages")
