"""What templates of every app may ask about announcements."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.db.models import BigIntegerField
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.templatetags.wagtailadmin_tags import bulk_action_choices
from wagtail.models import Page
from wagtail.permissions import policy_registry

from jobs import formatting, wording
from jobs.facts import Change
from jobs.models import JobPage
from jobs.prepared import Given, Prepared
from jobs.wording import ChangeLine, ended_word
from notifications.bulk_actions import JOB_BULK_ACTIONS
from notifications.endings import EndingForm, ending_of
from notifications.foretelling import foretell_publishing
from notifications.models import Announcement, AnnouncementSettings, Pause
from notifications.personal_data import sent_about
from notifications.services import TOO_MANY, states_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobs.models import JobRecord
    from subscriptions.follows import FollowShown

register = template.Library()

#: How long something is news: marked where it stands, and above the job.
NEWS = dt.timedelta(days=formatting.NEWS_DAYS)
#: Bulk actions that take the right to publish a page.
OF_PUBLISHERS = {
    "publish",
    "unpublish",
    *(action.action_type for action in JOB_BULK_ACTIONS),
}
#: What the timeline needs of an announcement.
SHOWN = ("kind", "created_at", "changes", "lines", "note", "after")
ENDING_VERBS: dict[str, Any] = {
    Announcement.Kind.CLOSED: _("Closed"),
    Announcement.Kind.TAKEN_DOWN: _("Taken down"),
    Announcement.Kind.OPEN_AGAIN: _("Open again"),
    Announcement.Kind.CORRECTION: _("Corrected"),
}


_told = Prepared(
    lambda: (
        Announcement.objects.told()
        .filter(record_id=Given("record", BigIntegerField()))
        .order_by("-version")
        .only(*SHOWN)
    )
)


@dataclass(frozen=True, slots=True)
class History:
    """What followers of a job were told.

    ``entries`` are what the timeline shows, the newest first; ``flag`` says what
    changed lately in a few words, "" when nothing did.
    """

    entries: list[dict[str, Any]]
    flag: str


@register.simple_tag
def job_history(job: JobPage) -> History:
    """Look up what followers of ``job`` were told; one query, however much it was.

    Notes on the requirements of ``job`` since when they are asked for, where that is
    news.
    """
    record = job.record_or_none
    announcements = _told.rows(record=record.pk) if record else []
    news = [x for x in announcements if x.created_at > timezone.now() - NEWS]
    _note_what_was_added(job, news)
    entries = [timeline_entry(announcement) for announcement in announcements]
    if job.posted_at is not None:
        entries.append({"date": job.posted_at, "lines": [], "first_posted": True})
    return History(entries, flag=_flag(news))


@register.simple_tag
def told_ending(record: JobRecord) -> Announcement | None:
    """Look up what followers were told when the page of a job was taken away.

    None until they are told, and for a job that had closed before: nobody is told then.
    """
    last = Announcement.objects.filter(record=record).last_end()
    return last if last and last.kind == Announcement.Kind.TAKEN_DOWN else None


def _changes_of(announcement: Announcement) -> list[Change]:
    return [Change.from_json(data) for data in announcement.changes]


def _note_what_was_added(job: JobPage, news: list[Announcement]) -> None:
    added = {
        (change.after["text"], change.after["kind"]): announcement.created_at
        # The newest last, so that it wins.
        for announcement in reversed(news)
        for change in _changes_of(announcement)
        if change.field == "requirements" and change.action == "added"
    }
    for requirement in job.requirements.all():
        requirement.added_at = added.get((requirement.text, str(requirement.kind)))


def _flag(news: list[Announcement]) -> str:
    for announcement in news:
        changes = _changes_of(announcement)
        if changes:
            is_correction = announcement.kind == Announcement.Kind.CORRECTION
            what = (
                gettext("Corrected") if is_correction else wording.subject_of(changes)
            )
            when = formatting.days_ago(announcement.created_at, timezone.now())
            return gettext("%(what)s %(when)s") % {"what": what, "when": when}
    return ""


def timeline_entry(announcement: Announcement) -> dict[str, Any]:
    """One announcement as the timeline and the change component show it."""
    return {
        "date": announcement.created_at,
        "lines": [*ending_lines(announcement), *announcement.lines],
        "note": announcement.note,
    }


def ending_lines(announcement: Announcement) -> list[dict[str, str]]:
    """The line that says that a job ended or opened again; none for a change."""
    verb = ENDING_VERBS.get(announcement.kind)
    if verb is None:
        return []
    word = ended_word(announcement.after)
    return [ChangeLine("availability", str(verb), "", text=word).as_json()]


@register.simple_tag
def with_emails(follows: Sequence[FollowShown]) -> list[tuple[FollowShown, list[Any]]]:
    """Pair each follow of one person with the emails about it, the newest first.

    Two queries, whatever the number of either.
    """
    sent = sent_about([follow.subscription for follow in follows])
    return [(follow, sent[follow.subscription.pk]) for follow in follows]


@register.inclusion_tag("wagtailadmin/shared/buttons.html", takes_context=True)
def allowed_bulk_actions(
    context: Any, app_label: str, model_name: str
) -> dict[str, Any]:
    """Offer Wagtail's bulk actions; those of publishers to nobody who publishes nothing.

    What they may do to each page is asked when they confirm.
    """
    found: dict[str, Any] = bulk_action_choices(context, app_label, model_name)
    is_of_pages = (app_label, model_name) == ("wagtailcore", "page")
    if is_of_pages and not _publishes(context["request"].user):
        found["buttons"] = _without_publishing(found["buttons"])
    return found


def _publishes(user: Any) -> bool:
    policy = policy_registry.get_by_type(Page)
    return bool(policy.user_has_permission(user, "publish"))


def _without_publishing(buttons: Iterable[Any]) -> list[Any]:
    kept = []
    for button in buttons:
        if hasattr(button, "dropdown_buttons"):
            button.dropdown_buttons = _without_publishing(button.dropdown_buttons)
            is_kept = bool(button.dropdown_buttons)
        else:
            is_kept = button.url.rstrip("/").rpartition("/")[2] not in OF_PUBLISHERS
        if is_kept:
            kept.append(button)
    return kept


@register.inclusion_tag("notifications/admin/includes/publishing.html")
def foretold_of_publishing(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Say who is told when the pages that Wagtail's bulk action lists are published."""
    return {
        "publishing": foretell_publishing([item["item"] for item in items]),
        "quiet_minutes": AnnouncementSettings.load().quiet_minutes,
        "pause": Pause.objects.first(),
    }


@register.inclusion_tag("notifications/admin/includes/ending.html", takes_context=True)
def fields_of_ending(context: Any, page: Page) -> dict[str, Any]:
    """Say who is told when ``page`` is unpublished, and ask why it is."""
    found = _ending(context, [page], deletes=False)
    return found | {"with_children": not isinstance(page, JobPage)}


@register.inclusion_tag("notifications/admin/includes/ending.html", takes_context=True)
def bulk_fields_of_ending(
    context: Any, items: list[dict[str, Any]], deletes: bool
) -> dict[str, Any]:
    """Say who is told when several pages are taken down, and ask why they are.

    ``items`` are those of Wagtail's bulk actions.
    """
    pages = [item["item"] for item in items]
    return _ending(context, pages, deletes=deletes) | {"several": len(pages) > 1}


@register.simple_tag(takes_context=True)
def wagtails_own(context: Any) -> SafeString:
    """Draw the template of Wagtail that the one being drawn stands before.

    For one without blocks, which cannot be extended.
    """
    ours = context.template
    wagtails, _origin = ours.engine.find_template(ours.name, skip=[ours.origin])
    drawn: SafeString = wagtails.render(context)
    return drawn


@register.inclusion_tag("notifications/admin/includes/privacy.html")
def foretold_of_privacy(page: Any) -> dict[str, Any]:
    """Say who is told when ``page`` is made private; nothing of a collection."""
    if not isinstance(page, Page):
        return {}
    jobs = states_below(page.pk).count()
    return {
        "ending": ending_of([page], deletes=False),
        "jobs": jobs,
        "are_too_many": jobs > TOO_MANY,
    }


def _ending(context: Any, pages: Iterable[Page], *, deletes: bool) -> dict[str, Any]:
    request = context["request"]
    # What was typed stays when a form comes back.
    form = EndingForm(request.POST) if request.method == "POST" else None
    ending = ending_of(pages, deletes=deletes, form=form)
    return {"ending": ending, "deletes": deletes}
