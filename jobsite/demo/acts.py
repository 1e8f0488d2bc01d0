"""What people do to a job, done now and dated back.

Each act goes through the API that the admin uses, so that every signal is heard and
what followers are told is decided by the same comparison as ever. Only then are the
moments of pages, revisions, history, announcements and emails moved to the past.
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wagtail.log_actions import log
from wagtail.models import PageLogEntry, Revision

from jobs import services as job_services
from jobs.facts import facts_now
from jobs.models import (
    Company,
    JobCategory,
    JobIndexPage,
    JobLocation,
    JobPage,
    JobRecord,
    JobRequirement,
)
from jobsite.demo import shapes
from notifications import clock, correcting, services
from notifications.delivery.expansion import expand_next
from notifications.delivery.settling import settle_finished
from notifications.models import AnnouncedState, Announcement, OutgoingEmail

if TYPE_CHECKING:
    from jobsite.demo.days import Calendar

#: How long after an edit its announcement is dated.
QUIET = dt.timedelta(minutes=10)
TAKEN, UNKNOWN_HERE = "250 2.0.0", "550 5.1.1 naming the recipient"
NOT_YET = "450 4.7.1 naming the recipient"

State = OutgoingEmail.State


@dataclass(kw_only=True)
class Town:
    """Where things stand while the town is being made."""

    days: Calendar
    index: JobIndexPage
    users: dict[str, Any]
    companies: dict[str, Company]
    categories: dict[str, JobCategory]
    began: dt.datetime

    def path(self, slug: str) -> str:
        """The public path of a job."""
        return f"{self.index.get_url_parts()[2]}{slug}/"


def write(town: Town, job: shapes.Job) -> JobPage:
    """Write a job as a draft that nobody has seen."""
    editor = town.users["editor"]
    pay = job.pay or shapes.Pay("0")
    page = JobPage(
        title=job.title,
        slug=job.slug,
        live=False,
        owner=editor,
        company=town.companies[job.company],
        category=town.categories[job.category],
        summary=job.summary,
        employment_type=job.employment_type,
        workplace=job.workplace,
        pay_min=Decimal(pay.low) if job.pay else None,
        pay_max=Decimal(pay.high) if pay.high else None,
        pay_currency=pay.currency,
        pay_period=pay.period,
        closes_at=town.days.closing(job.closes),
        body=json.dumps([_block(part) for part in job.body]),
        apply_url=job.apply_url,
        apply_email=job.apply_email,
    )
    page.locations = [
        JobLocation(
            place=place.town, region=place.region, country=place.country, sort_order=n
        )
        for n, place in enumerate(job.places)
    ]
    page.requirements = [
        JobRequirement(text=text, kind=kind, sort_order=n)
        for n, (kind, text) in enumerate(
            (kind, text)
            for kind, texts in (("MUST", job.must), ("NICE", job.nice))
            for text in texts
        )
    ]
    page.tags.add(*job.tags)
    page = town.index.add_child(instance=page)
    log(instance=page, action="wagtail.create", user=editor)
    return page


def _block(part: str | shapes.Heading | shapes.Quote) -> dict[str, Any]:
    if isinstance(part, shapes.Heading):
        return {"type": "heading", "value": part.text}
    if isinstance(part, shapes.Quote):
        return {"type": "quote", "value": part._asdict()}
    return {"type": "paragraph", "value": f"<p>{html.escape(part, quote=False)}</p>"}


def save_draft(town: Town, page: JobPage, at: dt.datetime) -> JobPage:
    revision = page.save_revision(
        user=town.users["editor"], clean=False, log_action=True
    )
    return date_back(town, page, revision, at, public=False)


def publish(town: Town, page: JobPage, at: dt.datetime) -> JobPage:
    publisher = town.users["publisher"]
    revision = page.save_revision(user=publisher, clean=False, log_action=True)
    revision.publish(user=publisher)
    return date_back(town, page, revision, at)


def date_back(
    town: Town, page: JobPage, revision: Revision, at: dt.datetime, public: bool = True
) -> JobPage:
    """Make it look as if ``revision`` had been saved, and published, ``at`` then."""
    Revision.objects.filter(pk=revision.pk).update(created_at=at)
    moments = {"latest_revision_created_at": at}
    if public:
        moments["last_published_at"] = at
        JobRecord.objects.filter(page_id=page.pk).update(last_public_at=at)
    JobPage.objects.filter(pk=page.pk).update(**moments)
    date_back_history(town, page.pk, at)
    return JobPage.objects.get(pk=page.pk)


def date_back_history(town: Town, page_id: int | None, at: dt.datetime) -> None:
    entries = PageLogEntry.objects.filter(page_id=page_id, timestamp__gte=town.began)
    entries.update(timestamp=at)


def post(town: Town, job: shapes.Job) -> JobRecord:
    """Write and publish a job, and adopt what is public as what followers know."""
    at = town.days.ago(job.posted, job.at)
    page = publish(town, write(town, job), at)
    JobPage.objects.filter(pk=page.pk).update(posted_at=at, first_published_at=at)
    record = JobRecord.objects.get(page_id=page.pk)
    record.first_public_at = at
    record.save(update_fields=["first_public_at"])
    adopt(record, at)
    return record


def adopt(record: JobRecord, at: dt.datetime) -> None:
    """Let followers know what was public ``at`` then, without telling them."""
    state = services.ensure_state(record_id=record.pk)
    state.facts = facts_now(JobRecord.objects.get(pk=record.pk), at)
    state.close_window()
    state.save()


def edit(
    town: Town,
    record: JobRecord,
    at: dt.datetime,
    change: Callable[[JobPage], None],
    *,
    note: str = "",
) -> None:
    """Change a job and publish it; nobody is told yet."""
    page = JobPage.objects.get(pk=record.page_id)
    change(page)
    page.change_note = note
    publish(town, page, at)


def close(
    town: Town, record: JobRecord, at: dt.datetime, *, reason: str, note: str = ""
) -> None:
    page = job_services.close_job(
        page_id=JobPage.objects.get(record=record).pk,
        reason=reason,
        note=note,
        user=town.users["publisher"],
    )
    date_back(town, page, page.latest_revision, at)
    JobPage.objects.filter(pk=page.pk).update(closed_at=at)


def take_down(town: Town, record: JobRecord, at: dt.datetime, note: str = "") -> None:
    JobPage.objects.get(pk=record.page_id).unpublish(user=town.users["publisher"])
    AnnouncedState.objects.filter(record=record).update(note=note)
    JobRecord.objects.filter(pk=record.pk).update(gone_at=at)
    date_back_history(town, record.page_id, at)


def tell(
    record: JobRecord,
    at: dt.datetime,
    *,
    outcomes: dict[str, Callable[[OutgoingEmail], None]] | None = None,
) -> Announcement | None:
    """Compare a job now and, if there is news, tell its followers ``at`` then.

    Args:
        record: of the job, whose quiet window is open.
        at: when it is said to have been told.
        outcomes: what became of the email to an address, where it was not taken at
            once.
    """
    latest = Announcement.objects.filter(record=record).order_by("-version").first()
    now = clock.database_now()
    state = AnnouncedState.objects.filter(record=record)
    state.update(due_at=now, at_once=True)
    while state.filter(due_at__lte=now).exists():
        services.announce_next()
    announcement = Announcement.objects.filter(record=record).order_by("version").last()
    if announcement is None or announcement == latest:
        return None
    _send(announcement, at, outcomes or {})
    return announcement


def correct(town: Town, record: JobRecord, at: dt.datetime, *, note: str) -> None:
    """Correct what followers of a job were told last, with what changed since."""
    told = Announcement.objects.told().filter(record=record).latest("version")
    user = town.users["publisher"]
    correction = correcting.correct(announcement_id=told.pk, note=note, user=user)
    _send(correction, at, outcomes={})


def _send(
    announcement: Announcement,
    at: dt.datetime,
    outcomes: dict[str, Callable[[OutgoingEmail], None]],
) -> None:
    date_back_announcement(announcement, at)
    announcement.save()
    while announcement.state == Announcement.State.EXPANDING:
        expand_next()
        announcement.refresh_from_db()
    _deliver(announcement, at, outcomes)


def date_back_announcement(announcement: Announcement, at: dt.datetime) -> None:
    kept = announcement.expires_at - announcement.created_at
    # What lists say of the job came with it.
    JobRecord.objects.filter(
        pk=announcement.record_id, news_at=announcement.created_at
    ).update(news_at=at)
    announcement.created_at = at
    announcement.expires_at = at + kept


def _deliver(
    announcement: Announcement,
    at: dt.datetime,
    outcomes: dict[str, Callable[[OutgoingEmail], None]],
) -> None:
    for email in announcement.emails.select_related("subscriber"):
        email.created_at = email.due_at = at
        taken(email)
        if email.subscriber is not None:
            outcomes.get(email.subscriber.address, taken)(email)
        email.save()
    settle_finished()
    finished_at = at + dt.timedelta(minutes=2)
    Announcement.objects.filter(pk=announcement.pk).update(finished_at=finished_at)


def taken(email: OutgoingEmail) -> None:
    """The mail server took it at once."""
    email.state, email.last_code, email.attempts = State.SENT, TAKEN, 1
    email.sent_at = email.created_at + dt.timedelta(seconds=4)


def taken_later(email: OutgoingEmail) -> None:
    """The mail server asked for patience and took it a minute later."""
    taken(email)
    email.attempts = 2
    email.due_at = email.created_at + dt.timedelta(seconds=64)
    email.sent_at = email.due_at + dt.timedelta(seconds=2)
    tried_at = email.created_at + dt.timedelta(seconds=4)
    email.failures.create(made_at=tried_at, answer=NOT_YET)


def refused(email: OutgoingEmail) -> None:
    """The mail server knows no such address."""
    taken(email)
    email.state, email.last_code, email.sent_at = State.FAILED, UNKNOWN_HERE, None
    tried_at = email.created_at + dt.timedelta(seconds=4)
    email.failures.create(made_at=tried_at, answer=UNKNOWN_HERE)


def left_in_time(email: OutgoingEmail) -> None:
    """The follower had stopped following before it was their turn."""
    email.state, email.last_code, email.sent_at = (
        State.SKIPPED,
        "no longer follows",
        None,
    )
    email.attempts = 0


# Changes to a page, for ``edit``


def set_pay(amount: str) -> Callable[[JobPage], None]:
    def change(page: JobPage) -> None:
        page.pay_min = Decimal(amount)

    return change


def requirement(page: JobPage, text: str) -> JobRequirement:
    return next(row for row in page.requirements.all() if row.text == text)


def drop(page: JobPage, text: str) -> None:
    page.requirements.remove(requirement(page, text))
