"""Wagtail's own bulk actions, kept to the list in which they are pressed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from wagtail.admin.views.pages.bulk_actions import (
    DeleteBulkAction,
    MoveBulkAction,
    PublishBulkAction,
    UnpublishBulkAction,
)
from wagtail.models import Page

from jobs.models import BoardSettings, JobPage
from notifications.bulk_actions import JobBulkAction
from notifications.bulk_choosing import listed_ids
from notifications.checklist import refused


class OfTheJobList:
    """Takes "all pages in listing" for the jobs that their list shows, as filtered.

    Wagtail takes every page of the site for it, the front page among them, wherever a
    listing is not one of a page's children.
    """

    def get_all_objects_in_listing_query(self: Any, parent_id: Any) -> Any:
        comes_from = urlsplit(self.next_url).path
        if parent_id is None and comes_from == reverse("jobs_listing:index"):
            return listed_ids(self.request)
        return super().get_all_objects_in_listing_query(parent_id)  # type: ignore[misc]


class Delete(OfTheJobList, DeleteBulkAction):
    pass


class Move(OfTheJobList, MoveBulkAction):
    pass


class Publish(OfTheJobList, PublishBulkAction):
    """Leaves alone what the editor would not publish at once, and says why."""

    def _refused(self, pages: list[Page]) -> dict[int, list[str]]:
        jobs = JobPage.objects.filter(pk__in=[page.pk for page in pages])
        needs = refused(jobs, board=BoardSettings.load(request_or_site=self.request))
        for job in jobs.filter(locked=True):
            if job.permissions_for_user(self.request.user).page_locked():
                needs[job.pk] = [gettext("Locked.")]
        for page in pages:
            # Wagtail would answer with an error, and publish none of the others.
            if page.alias_of_id is not None:
                needs[page.pk] = [gettext("Mirrors another page: publish that one.")]
        return needs

    def get_actionable_objects(self) -> tuple[list[Page], dict[str, list]]:
        pages, others = super().get_actionable_objects()
        needs = self._refused(pages)
        left_alone = [(page, needs[page.pk]) for page in pages if page.pk in needs]
        self.left_alone = len(left_alone)
        rest = [page for page in pages if page.pk not in needs]
        return rest, others | {"left_alone": left_alone}

    prepare_action = JobBulkAction.prepare_action

    def execute_action(
        self,
        objects: list[Page],
        *,
        include_descendants: bool = False,
        user: Any = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        published, _below = super().execute_action(objects, user=user)
        if not include_descendants:
            return published, 0
        drafts = [
            draft
            for page in objects
            for draft in page.get_descendants().not_live().specific()
            if self.check_perm(draft)
        ]
        needs = self._refused(drafts)
        rest = [draft for draft in drafts if draft.pk not in needs]
        self.left_alone += len(needs)
        return published, super().execute_action(rest, user=user)[0]

    def get_success_message(self, published: int, below: int) -> str:
        text: str = super().get_success_message(published, below)
        if not self.left_alone:
            return text
        left_alone = ngettext(
            "%(count)d page stays as it is: it lacks something, is set to a later "
            "date, is locked or mirrors another one.",
            "%(count)d pages stay as they are: they lack something, are set to a "
            "later date, are locked or mirror another one.",
            self.left_alone,
        ) % {"count": self.left_alone}
        return f"{text}. {left_alone}"


class Unpublish(OfTheJobList, UnpublishBulkAction):
    pass


#: Each replaces the one of its type.
WAGTAIL_BULK_ACTIONS = (Delete, Move, Publish, Unpublish)
