"""What a new board still lacks, on the front page of the admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from jobs.models import BoardSettings, Company, JobIndexPage, JobPage
from notifications.models import Announcement, OutgoingEmail


@dataclass(frozen=True)
class Step:
    """One thing to do, where it is done, and whether it is."""

    title: str | Promise
    text: str | Promise
    url: str
    is_done: bool


class FirstStepsPanel(Component):
    """The steps that somebody may take on an unfinished board."""

    name = "first_steps"
    template_name = "jobsite/admin/first_steps.html"
    order = 50

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"steps": self.steps, "done": sum(x.is_done for x in self.steps)}


def panel_for(user: Any) -> FirstStepsPanel | None:
    """The panel for ``user``; None when nothing is left that they may do."""
    steps = _steps_of(user)
    if all(step.is_done for step in steps):
        return None
    return FirstStepsPanel(steps)


def _steps_of(user: Any) -> list[Step]:
    has = BoardSettings.objects.annotate(
        has_company=Exists(Company.objects.all()),
        has_job=Exists(JobPage.objects.live()),
        # Emails are forgotten after some weeks, announcements are not.
        has_emailed=Exists(OutgoingEmail.objects.filter(sent_at__isnull=False))
        | Exists(Announcement.objects.filter(sent__gt=0)),
    ).first()
    index = JobIndexPage.objects.first()
    if has is None or index is None:
        return []
    steps = []
    may_settle = user.has_perm("jobs.change_boardsettings")
    if may_settle:
        settings = reverse("wagtailsettings:edit", args=["jobs", "boardsettings"])
        steps += [
            Step(
                _("Name the board"),
                _("Its name stands on each page and in each email; a logo is in Look."),
                settings,
                has.name != BoardSettings().name,
            ),
            Step(
                _("Say who runs it"),
                _("Contact and postal address, for readers and at the foot of emails."),
                settings,
                bool(has.contact_address and has.postal_address),
            ),
        ]
    if user.has_perm("jobs.add_company"):
        steps.append(
            Step(
                _("Add a company"),
                _("Who hires: a job cannot be published without one."),
                reverse(Company.snippet_viewset.get_url_name("add")),
                has.has_company,
            )
        )
    if index.permissions_for_user(user).can_add_subpage():
        steps.append(
            Step(
                _("Publish a job"),
                _("It is on the list as soon as it is published."),
                reverse("wagtailadmin_pages:add", args=["jobs", "jobpage", index.pk]),
                has.has_job,
            )
        )
    if may_settle and index.url:
        steps.append(
            Step(
                _("See an email arrive"),
                _("Follow a job on the site with an address of your own."),
                index.url,
                has.has_emailed,
            )
        )
    return steps
