"""Wagtail's own bulk actions, kept to the list in which they are pressed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from wagtail.admin.views.pages.bulk_actions import (
    DeleteBulkAction,
    MoveBulkAction,
    PublishBulkAction,
    UnpublishBulkAction,
)

from notifications.bulk_choosing import listed_ids


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
    pass


class Unpublish(OfTheJobList, UnpublishBulkAction):
    pass


#: Each replaces the one of its type.
WAGTAIL_BULK_ACTIONS = (Delete, Move, Publish, Unpublish)
