"""What a person follows, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs import formatting
from jobs.facts import availability_of, closing_of, private_paths
from subscriptions import retention
from subscriptions.forms import ChoicesForm
from subscriptions.models import Subscription
from subscriptions.services import Choices

if TYPE_CHECKING:
    from jobs.models import JobPage, JobRecord
    from subscriptions.models import Subscriber, SubscriptionQuerySet


@dataclass(frozen=True, slots=True)
class FollowShown:
    """One job that a person follows.

    ``job`` is its page, None when there is none that the public may see. ``form`` has
    the choices; None when the job has ended, and ``ends`` then says what becomes of the
    follow by itself.
    """

    subscription: Subscription
    job: JobPage | None
    status: str
    form: ChoicesForm | None
    ends: str

    @property
    def record(self) -> JobRecord:
        return self.subscription.record


def follows_of(subscriber: Subscriber) -> list[FollowShown]:
    """Everything that a person follows now, the newest first."""
    private = private_paths()
    return [_shown(row, private) for row in _followed(subscriber)]


def waiting_for(subscriber: Subscriber) -> list[Subscription]:
    """What the person asked to follow, and may still confirm."""
    rows = Subscription.objects.current().filter(
        subscriber=subscriber, confirmed_at__isnull=True
    )
    rows = rows.select_related("record__page").order_by("requested_at", "pk")
    now, private = timezone.now(), private_paths()
    return [
        row for row in rows if availability_of(row.record.page, now, private).is_open
    ]


def once_followed(subscriber: Subscriber) -> int:
    """How many jobs the person followed, and does not follow now."""
    mine = Subscription.objects.filter(subscriber=subscriber)
    ended = mine.filter(confirmed_at__isnull=False, ended_at__isnull=False)
    others = ended.exclude(record__in=mine.confirmed().values("record"))
    return others.values("record").distinct().count()


def forms_for(
    subscriber: Subscriber, data: Mapping[str, Any]
) -> dict[int, ChoicesForm]:
    """The sent choices of all jobs that are shown with some, by subscription.

    A job that was followed since the page was opened has none in ``data``, and keeps
    its own.
    """
    return {
        row.pk: _form(row, data)
        for row in _followed(subscriber)
        if f"{_prefix(row)}-level" in data
    }


def _followed(subscriber: Subscriber) -> SubscriptionQuerySet:
    rows = Subscription.objects.confirmed().filter(subscriber=subscriber)
    rows = rows.select_related("subscriber", "record__page__company")
    return rows.order_by("-confirmed_at", "-pk")


def _prefix(row: Subscription) -> str:
    return f"follow-{row.pk}"


def _form(row: Subscription, data: Mapping[str, Any] | None = None) -> ChoicesForm:
    return ChoicesForm(
        data,
        prefix=_prefix(row),
        initial=ChoicesForm.initial_of(Choices.of(row)),
        company_name=row.record.company_name,
    )


def _shown(row: Subscription, private: tuple[str, ...]) -> FollowShown:
    record, job = row.record, row.record.public_page(private)
    now = timezone.now()
    if job is not None and closing_of(job, now).is_open:
        status = formatting.closing_line(job.closes_at, now) or _("Open")
        return FollowShown(row, job, status, _form(row), "")
    return FollowShown(row, job, _how_it_ended(record, job), None, _ends(record, job))


def _how_it_ended(record: JobRecord, job: JobPage | None) -> str:
    if job is None:
        if record.gone_at is None:
            return _("Taken down")
        return _("Taken down on %(day)s") % {"day": formatting.day(record.gone_at)}
    if job.ended_at is None:
        return _("Not open at the moment")
    day = {"day": formatting.day(job.ended_at)}
    if closing_of(job, timezone.now()).reason == "filled":
        return _("Filled on %(day)s") % day
    return _("Closed on %(day)s") % day


def _ends(record: JobRecord, job: JobPage | None) -> str:
    """What becomes of the follow of a job that has ended."""
    if record.page_id is None:
        return _("Ends by itself after our last email about it.")
    since = record.gone_at or (job.ended_at if job else None)
    if since is None:
        return _("We tell you if it opens again.")
    day = formatting.day(since + retention.keep_followers())
    return _("Ends by itself on %(day)s. Until then we tell you if it opens again.") % {
        "day": day
    }
