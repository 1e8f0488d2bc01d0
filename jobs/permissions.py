"""What somebody may do with a job in the admin."""

from __future__ import annotations

from wagtail.models import PagePermissionTester


class JobPermissionTester(PagePermissionTester):
    """Wagtail's rules, answered without a query for each job of a listing."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        # Who may change but not publish may not delete what is live, nor what has a
        # live page below it. Below a job there is never a page.
        if self.user.is_active and not self.user.is_superuser:
            may_not_publish = "publish" not in self.permissions
            if self.page.is_leaf() and may_not_publish and "change" in self.permissions:
                return not self.page.live
        return bool(super().can_delete(ignore_bulk=ignore_bulk))
