from functools import partial

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.templatetags.static import static
from django.urls import path, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail_modeladmin.options import modeladmin_register

from notifications import hooks as ours
from notifications.bulk_actions import JOB_BULK_ACTIONS
from notifications.bulk_wagtail import WAGTAIL_BULK_ACTIONS
from notifications.dashboard import add_panels
from notifications.email_log import EmailLog
from notifications.job_listing import job_listing_viewset
from notifications.permissions import register_policies
from notifications.reports import REPORTS, report_urls
from notifications.reports.base import ReportMenuItem
from notifications.support.acts import LOG_ACTIONS as SUPPORT_ACTIONS
from notifications.views import (
    announcements,
    closing,
    correcting,
    editing,
    pausing,
    support,
    texts,
)
from notifications.viewsets import (
    AnnouncementsMenuItem,
    CompanyViewSet,
    EmailTextsMenuItem,
    JobCategoryViewSet,
    SupportGroup,
    job_page_viewset,
)

register_policies()
register_snippet(CompanyViewSet)
register_snippet(JobCategoryViewSet)
register_snippet(SupportGroup)
modeladmin_register(EmailLog)


@hooks.register("register_admin_viewset")
def register_job_views():  # type: ignore[no-untyped-def]
    return [job_listing_viewset, job_page_viewset]


@hooks.register("register_admin_menu_item")
def register_announcements_menu_item():  # type: ignore[no-untyped-def]
    return AnnouncementsMenuItem(
        _("Announcements"),
        reverse_lazy("notifications_announcements"),
        name="announcements",
        icon_name="mail",
        order=120,
    )


@hooks.register("register_settings_menu_item")
def register_email_texts_menu_item():  # type: ignore[no-untyped-def]
    return EmailTextsMenuItem(
        _("Email texts"),
        reverse_lazy("notifications_texts"),
        name="email-texts",
        icon_name="mail",
        order=125,
    )


@hooks.register("register_permissions")
def register_permissions():  # type: ignore[no-untyped-def]
    """Offer rights in the form of a group that no view set offers by itself."""
    texts = Q(content_type__app_label="notifications", codename="change_emailtext")
    files = Q(content_type__app_label="subscriptions", codename="export_subscriber")
    return Permission.objects.filter(texts | files)


@hooks.register("register_admin_urls")
def register_urls():  # type: ignore[no-untyped-def]
    return [
        path(
            "announcements/",
            announcements.AnnouncementsView.as_view(),
            name="notifications_announcements",
        ),
        path(
            "announcements/<int:pk>/",
            announcements.AnnouncementView.as_view(),
            name="notifications_announcement",
        ),
        path(
            "announcements/<int:pk>/correct/",
            correcting.correct,
            name="notifications_correct",
        ),
        path(
            "announcements/waiting/<int:state_id>/send/",
            announcements.send_now,
            name="notifications_send_now",
        ),
        path(
            "announcements/waiting/<int:state_id>/cancel/",
            announcements.cancel,
            name="notifications_cancel",
        ),
        path(
            "announcements/waiting/<int:state_id>/email/",
            editing.preview_waiting,
            name="notifications_preview_waiting",
        ),
        path(
            "announcements/<int:pk>/go-on/",
            announcements.go_on,
            name="notifications_go_on",
        ),
        path(
            "announcements/<int:pk>/give-up/",
            announcements.give_up,
            name="notifications_give_up",
        ),
        path("email/pause/", pausing.pause, name="notifications_pause"),
        path(
            "email-texts/", texts.EmailTextsView.as_view(), name="notifications_texts"
        ),
        path(
            "email-texts/<slug:kind>/",
            texts.EmailTextView.as_view(),
            name="notifications_text",
        ),
        path(
            "jobs/<int:page_id>/close/",
            closing.close_job,
            name="notifications_close_job",
        ),
        path(
            "jobs/<int:page_id>/closing/",
            closing.closing_soon,
            name="notifications_closing_soon",
        ),
        path(
            "jobs/<int:page_id>/email/",
            editing.preview_email,
            name="notifications_preview_email",
        ),
        path(
            "jobs/<int:page_id>/followers/",
            editing.followers_panel,
            name="notifications_followers_panel",
        ),
        path("support/address/", support.block_unknown, name="support_block_unknown"),
        path(
            "support/people/<int:pk>/link/", support.send_link, name="support_send_link"
        ),
        path(
            "support/people/<int:pk>/download/",
            support.download,
            name="support_download",
        ),
        path(
            "support/people/<int:pk>/<slug:act>/",
            support.act_on_person,
            name="support_act",
        ),
        path(
            "support/subscriptions/<int:pk>/",
            support.TraceView.as_view(),
            name="support_trace",
        ),
        path(
            "support/subscriptions/<int:pk>/confirm/",
            support.resend_confirmation,
            name="support_resend_confirmation",
        ),
        path(
            "support/subscriptions/<int:pk>/stop/",
            support.stop_following,
            name="support_stop",
        ),
        path(
            "support/subscriptions/<int:pk>/announcements/<int:announcement_pk>/",
            support.resend_announcement,
            name="support_resend_announcement",
        ),
        *report_urls(),
    ]


@hooks.register("register_page_action_menu_item")
def register_close_job():  # type: ignore[no-untyped-def]
    return ours.CloseJobMenuItem(order=60)


@hooks.register("insert_global_admin_css")
def insert_admin_css():  # type: ignore[no-untyped-def]
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("register_icons")
def register_icons(icons):  # type: ignore[no-untyped-def]
    """Draw what Wagtail asks for before a message that informs, and does not have."""
    return [*icons, "notifications/admin/icons/info.svg"]


@hooks.register("register_log_actions")
def register_log_actions(actions):  # type: ignore[no-untyped-def]
    actions.register_action(
        "notifications.not_told",
        _("Followers not told"),
        _("Followers were not told, as the editor chose"),
    )
    actions.register_action(
        "notifications.cancelled",
        _("Announcement cancelled"),
        _("The announcement to followers was cancelled"),
    )
    actions.register_action(
        "notifications.corrected",
        _("Correction sent"),
        _("A correction was sent to followers"),
    )
    for action, label, message in SUPPORT_ACTIONS:
        actions.register_action(action, label, message)


for order, report in enumerate(REPORTS):
    hooks.register("register_reports_menu_item", partial(ReportMenuItem, report, order))
for bulk_action in (*JOB_BULK_ACTIONS, *WAGTAIL_BULK_ACTIONS):
    # After Wagtail's, which the last of its type replaces.
    hooks.register("register_bulk_action", bulk_action, order=1)
hooks.register("construct_homepage_panels", add_panels)
hooks.register("after_publish_page", ours.after_publish)
hooks.register("after_edit_page", ours.after_approval)
hooks.register("construct_page_action_menu", ours.ask_before_approving)
hooks.register("before_unpublish_page", ours.before_unpublish)
hooks.register("after_unpublish_page", ours.after_unpublish)
hooks.register("before_delete_page", ours.before_delete)
hooks.register("after_delete_page", ours.after_delete)
hooks.register("before_bulk_action", ours.before_bulk)
hooks.register("after_bulk_action", ours.after_bulk)
