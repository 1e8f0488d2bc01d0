from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from jobsite import views
from jobsite.first_steps import panel_for


@hooks.register("register_help_menu_item")
def register_demo_inbox():  # type: ignore[no-untyped-def]
    """Lead to the demo inbox, in development only: elsewhere it does not exist."""
    try:
        url = reverse("demo_inbox")
    except NoReverseMatch:
        return _NoItem("", "", name="no-demo-inbox")
    return MenuItem(_("Demo inbox"), url, name="demo-inbox", icon_name="mail", order=50)


@hooks.register("register_help_menu_item")
def register_handbook():  # type: ignore[no-untyped-def]
    return MenuItem(
        _("Handbook"),
        reverse("jobsite_handbook"),
        name="handbook",
        icon_name="help",
        order=40,
    )


@hooks.register("register_admin_urls")
def register_urls():  # type: ignore[no-untyped-def]
    return [path("handbook/", views.handbook, name="jobsite_handbook")]


class _NoItem(MenuItem):
    def is_shown(self, request):  # type: ignore[no-untyped-def]
        return False


@hooks.register("construct_help_menu")
def hide_wagtail_news(request, menu_items):  # type: ignore[no-untyped-def]
    """Leave out Wagtail's own news and guide: they are on another site."""
    menu_items[:] = [
        item
        for item in menu_items
        if not item.name.startswith(("whats-new-in-wagtail", "editor-guide"))
    ]


@hooks.register("construct_homepage_panels")
def add_first_steps(request, panels):  # type: ignore[no-untyped-def]
    if panel := panel_for(request.user):
        panels.append(panel)
