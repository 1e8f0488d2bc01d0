"""One change to several jobs at once, from the list of jobs or the page explorer.

Each action asks once. It goes through ``jobs.services`` job by job, in one transaction
that Wagtail opens: all of them or none. On its way a job costs a number of queries that
depends on nothing but itself; ``tests/notifications/test_bulk_choosing.py`` holds it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction

from jobs import services
from jobs.choices import ClosedReason
from jobs.models import JobPage
from notifications.bulk_choosing import MOST_JOBS, Chosen, choose, listed_ids
from notifications.bulk_forms import ChangeCompanyForm, ExtendForm, NoteForm
from notifications.models import AnnouncementSettings, Pause


class JobBulkAction(PageBulkAction):
    """A change that followers may be told of.

    ``wants_open``: jobs that are closed are left alone. ``changes_all``: no answer in
    the form lets some of the others stay as they are. ``is_closing``: the news
    reaches also those who only want to hear of an ending, and waits for no gap.
    """

    template_name = "notifications/admin/bulk_action.html"
    form_class = NoteForm
    icon_name = "doc-full-inverse"
    explanation: Any = ""
    wants_open = True
    changes_all = True
    is_closing = False

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        if parent_id is not None:
            return super().get_all_objects_in_listing_query(parent_id)
        # Wagtail would take every page of the site, whatever filters are set.
        return listed_ids(self.request)

    @cached_property
    def chosen(self) -> Chosen:
        ids = self.request.GET.getlist("id")
        if "all" in ids:
            ids = self.get_all_objects_in_listing_query(self.request.GET.get("childOf"))
        return choose(
            [int(pk) for pk in ids if str(pk).isdecimal()],
            user=self.request.user,
            wants_open=self.wants_open,
            is_closing=self.is_closing,
        )

    def get_actionable_objects(self) -> tuple[list[JobPage], dict[str, list]]:
        jobs = [] if self.chosen.are_too_many else self.chosen.jobs
        return jobs, {"items_with_no_access": []}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"has_followers": self.chosen.followers > 0}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "action": self,
            "chosen": self.chosen,
            "most_jobs": MOST_JOBS,
            "quiet_minutes": AnnouncementSettings.load().quiet_minutes,
            "pause": Pause.objects.first(),
        }

    def prepare_action(self, objects: Any, objects_without_access: Any) -> Any:
        """Do nothing when nothing is left to do, as after the button was hit twice."""
        if not objects:
            return self.render_to_response(self.get_context_data())
        return None

    def execute_action(self, objects: list[JobPage], **kwargs: Any) -> tuple[int, int]:
        changed = 0
        note = self.cleaned_form.cleaned_data.get("note", "")
        # One order for everybody, so that two of these never wait for each other.
        for job in sorted(objects, key=lambda job: job.pk):
            try:
                changed += self.change(job, note=note, user=self.request.user)
            except (services.NotPublic, JobPage.DoesNotExist):
                # Taken down or deleted since the list was looked at.
                continue
        return changed, len(objects) - changed

    def change(self, job: JobPage, **values: Any) -> bool:
        """Change one job; False when it stays as it is."""
        raise NotImplementedError

    def get_success_message(self, changed: int, unchanged: int) -> str:
        text = self.done(changed)
        return f"{text} {self.kept(unchanged)}" if unchanged else text

    def done(self, changed: int) -> str:
        """Say what was done to so many jobs."""
        raise NotImplementedError

    def kept(self, unchanged: int) -> str:
        """Say that so many jobs stay as they are."""
        return ngettext(
            "%(count)d job stays as it is.",
            "%(count)d jobs stay as they are.",
            unchanged,
        ) % {"count": unchanged}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))


class CloseAsFilled(JobBulkAction):
    display_name = _("Close as filled")
    aria_label = _("Close as filled: selected jobs")
    action_type = "close_as_filled"
    action_priority = 60
    icon_name = "no-view"
    explanation = _("The pages stay, say so, and show similar jobs.")
    is_closing = True
    reason = ClosedReason.FILLED

    def change(self, job: JobPage, **values: Any) -> bool:
        services.close_job(page_id=job.pk, reason=self.reason, **values)
        return True

    def done(self, changed: int) -> str:
        return ngettext(
            "%(count)d job is closed as filled.",
            "%(count)d jobs are closed as filled.",
            changed,
        ) % {"count": changed}


class CancelJobs(CloseAsFilled):
    display_name = _("Cancel jobs")
    aria_label = _("Cancel jobs that are selected")
    action_type = "cancel_jobs"
    action_priority = 61
    reason = ClosedReason.CANCELLED

    def done(self, changed: int) -> str:
        return ngettext(
            "%(count)d job is cancelled.", "%(count)d jobs are cancelled.", changed
        ) % {"count": changed}


class ExtendClosingDate(JobBulkAction):
    display_name = _("Extend closing date")
    aria_label = _("Extend closing date of selected jobs")
    action_type = "extend_closing_date"
    action_priority = 62
    icon_name = "date"
    form_class = ExtendForm
    changes_all = False

    @cached_property
    def chosen(self) -> Chosen:
        return super().chosen.without(
            lambda job: job.closes_at is None, gettext("has no closing date")
        )

    def change(self, job: JobPage, **values: Any) -> bool:
        closes_at = self.cleaned_form.closing_date_of(job)
        return services.extend_closing_date(
            page_id=job.pk, closes_at=closes_at, **values
        )

    def done(self, changed: int) -> str:
        return ngettext(
            "%(count)d job closes later.", "%(count)d jobs close later.", changed
        ) % {"count": changed}

    def kept(self, unchanged: int) -> str:
        return ngettext(
            "%(count)d keeps its own closing date.",
            "%(count)d keep their own closing date.",
            unchanged,
        ) % {"count": unchanged}


class ChangeCompany(JobBulkAction):
    display_name = _("Change company")
    aria_label = _("Change company of selected jobs")
    action_type = "change_company"
    action_priority = 63
    icon_name = "group"
    form_class = ChangeCompanyForm
    wants_open = False
    changes_all = False

    def change(self, job: JobPage, **values: Any) -> bool:
        company = self.cleaned_form.cleaned_data["company"]
        return services.change_company(page_id=job.pk, company=company, **values)

    def done(self, changed: int) -> str:
        return ngettext(
            "%(count)d job names another company now.",
            "%(count)d jobs name another company now.",
            changed,
        ) % {"count": changed}


JOB_BULK_ACTIONS = (CloseAsFilled, CancelJobs, ExtendClosingDate, ChangeCompany)
