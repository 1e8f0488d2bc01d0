"""One email of each kind as it would read, for people who look at its texts.

Of the newest open job that somebody follows, or of an invented one if there is none.
What happens to the job is invented either way, and the links know nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from jobs import formatting, wording
from jobs.choices import EmploymentType, PayPeriod, RequirementKind, Workplace
from jobs.facts import CLOSED, OPEN, TAKEN_DOWN, changes, facts_of
from jobs.models import JobPage, JobRecord
from notifications import clock, headings, previews, services
from notifications.comparing import News
from notifications.messages.parts import job_url
from notifications.models import AnnouncedState, Announcement, EmailText
from notifications.rendering import Content
from subscriptions import retention, tokens
from subscriptions.models import Subscription
from subscriptions.services import followers_of

if TYPE_CHECKING:
    from jobs.facts import Facts

Kind = EmailText.Kind

FILLED: Facts = {"availability": {"state": CLOSED, "reason": "filled"}}
UNPUBLISHED: Facts = {"availability": {"state": TAKEN_DOWN, "reason": "unpublished"}}
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job that an example is about, open; ``page`` is None for an invented one."""

    record: JobRecord
    facts: Facts
    now: dt.datetime
    page: JobPage | None = None

    @property
    def url(self) -> str:
        return job_url(self.page) or f"{settings.SITE_URL}/"

    @property
    def closes_at(self) -> dt.datetime:
        """When it closes; a reminder comes only for a job that does."""
        closes_at = self.facts["closes_at"]
        return dt.datetime.fromisoformat(closes_at) if closes_at else self.now + WEEK


def example_job() -> Job:
    """The newest open job that somebody follows; an invented one if there is none."""
    now = clock.database_now()
    followed = Subscription.objects.confirmed().filter(record__page=OuterRef("pk"))
    rows = JobPage.objects.open(now).filter(Exists(followed), record__isnull=False)
    page = rows.newest_first().first()
    if page is None:
        return _invented(now)
    return Job(record=page.record, facts=facts_of(page, now, ()), now=now, page=page)


def _invented(now: dt.datetime) -> Job:
    record = JobRecord(
        title=gettext("Lighthouse keeper"),
        company_name=gettext("Harbour Trust"),
        place=gettext("Marlhaven"),
    )
    closes_at = (now + 2 * WEEK).replace(second=0, microsecond=0)
    pay = {
        "low": "26000.00",
        "high": None,
        "currency": "GBP",
        "period": PayPeriod.YEAR,
    }
    asked = {"text": gettext("A head for heights"), "kind": RequirementKind.MUST}
    facts = {
        "title": record.title,
        "company": None,
        "category": None,
        "employment_type": EmploymentType.FULL_TIME,
        "workplace": Workplace.ON_SITE,
        "locations": [[record.place, "", "GB"]],
        "pay": pay,
        "requirements": {"1": asked},
        "closes_at": closes_at.isoformat(),
        "apply": {"url": f"{settings.SITE_URL}/", "email": ""},
        "text": "",
        "availability": {"state": OPEN, "reason": ""},
    }
    return Job(record=record, facts=facts, now=now)


def example(kind: str, job: Job) -> Content:
    """The email of ``kind`` about ``job``, without any texts of site owners.

    Its values have all that the placeholders of this kind stand for.
    """
    if kind in Announcement.Kind.values:
        return _announcement(kind, job)
    # A kind without a function here is a KeyError, and a test walks through them all.
    values = {
        Kind.CONFIRM: _confirm,
        Kind.ALREADY_FOLLOWING: _already_following,
        Kind.MANAGE_LINK: _manage_link,
        Kind.REMINDER: _reminder,
        Kind.NEW_FOLLOWER: _new_follower,
    }[Kind(kind)](job)
    return Content(
        template=kind.lower(),
        address=previews.NOBODY,
        values=values,
        stop_url=values.get("stop_url", ""),
    )


def _links(*names: str) -> dict[str, str]:
    links = previews.hidden_links()
    return {name: links[name] for name in names}


def _job_values(job: Job) -> dict[str, Any]:
    return headings.job_values(job.record, job.facts) | {"job_url": job.url}


def _confirm(job: Job) -> dict[str, Any]:
    keep = retention.keep_requests()
    values = {"others": [], "days": keep.days, "delete_on": job.now + keep}
    return _job_values(job) | _links("confirm_url") | values


def _already_following(job: Job) -> dict[str, Any]:
    return _job_values(job) | _links("manage_url")


def _manage_link(job: Job) -> dict[str, Any]:
    return _links("manage_url") | {"days": tokens.MANAGE_WITHIN.days}


def _reminder(job: Job) -> dict[str, Any]:
    return {
        **_job_values(job),
        **_links("stop_url", "manage_url"),
        "weekday": formatting.weekday(job.closes_at),
        "closes_at": job.closes_at,
        "apply_ways": wording.apply(job.facts["apply"]),
        "follows_since": formatting.day_and_month(job.now),
    }


def _new_follower(job: Job) -> dict[str, Any]:
    followers = followers_of(record_id=job.record.pk) if job.page else 1
    row = {"title": job.record.title, "url": job.url, "new": 1, "addresses": []}
    return {
        **_links("notices_url"),
        "company_name": job.record.company_name,
        "jobs": [row | {"followers": followers}],
        "new": 1,
    }


def _announcement(kind: str, job: Job) -> Content:
    before, after = _before_and_after(kind, job.facts)
    found = changes(before, after) if after["availability"]["state"] == OPEN else []
    news = News(kind, found)
    told = services.draft_announcement(
        AnnouncedState(record=job.record), news, before=before, after=after, now=job.now
    )
    told.subject, told.opening, told.closing = told.heading, "", ""
    content = previews.sample(told)
    values: dict[str, Any] = {"what": headings.what_happened(kind, found, after)}
    if job.page is None and after["availability"]["state"] == OPEN:
        values |= {"job_url": job.url, "is_open": True}
    return replace(content, values=content.values | values)


def _before_and_after(kind: str, facts: Facts) -> tuple[Facts, Facts]:
    if kind == Announcement.Kind.CLOSED:
        return facts, facts | FILLED
    if kind == Announcement.Kind.TAKEN_DOWN:
        return facts, facts | UNPUBLISHED
    if kind == Announcement.Kind.OPEN_AGAIN:
        return _earlier(facts) | FILLED, facts
    return _earlier(facts), facts


def _earlier(facts: Facts) -> Facts:
    """Facts that differ from ``facts`` in a thing or two that followers are told."""
    earlier: Facts = {}
    if facts["requirements"]:
        earlier["requirements"] = dict(list(facts["requirements"].items())[:-1])
    if facts["closes_at"]:
        closes_at = dt.datetime.fromisoformat(facts["closes_at"]) - WEEK
        earlier["closes_at"] = closes_at.isoformat()
    if not earlier:
        other = {EmploymentType.FULL_TIME: EmploymentType.PART_TIME}
        now = facts["employment_type"]
        earlier["employment_type"] = other.get(now, EmploymentType.FULL_TIME)
    return facts | earlier
