"""The panel beside the editor, as a browser gets it."""

from django.urls import reverse

from notifications.models import AnnouncedState
from tests.notifications.reading import squeezed


def panel(client, job):
    """What the panel says, on one line."""
    html = client.get(edit_url(job)).content.decode()
    start = html.index('data-side-panel="followers"')
    return squeezed(html[start : html.index("</aside>", start)])


def panel_url(job):
    return reverse("notifications_followers_panel", args=[job.pk])


def moves(client, job):
    return "data-moves" in client.get(panel_url(job)).content.decode()


def decision_url(name):
    return reverse(f"notifications_{name}", args=[AnnouncedState.objects.get().pk])


def edit_url(job):
    return reverse("wagtailadmin_pages:edit", args=[job.pk])
