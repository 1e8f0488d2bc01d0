"""Makes the demo's town, or brings it up to today. Start reading here."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from jobs.models import JobIndexPage, JobPage, JobPath, JobRecord
from jobsite.demo import site, stories
from jobsite.demo.accounts import accounts
from jobsite.demo.acts import Town
from jobsite.demo.days import Calendar
from jobsite.demo.followers import follow, hashes, notify_companies, sent
from jobsite.demo.jobs_culture import COLLECTIONS_ASSISTANT
from jobsite.demo.jobs_sea_and_bread import NIGHT_BAKER
from jobsite.demo.jobs_town import JOBS
from jobsite.demo.renewal import Renewal
from jobsite.demo.shapes import Fate, Job
from notifications.models import Announcement, OutgoingEmail
from notifications.reminding_editors import owe_editors
from subscriptions.models import Subscription

#: Announcements and emails that the finished story has at least.
STORY_ANNOUNCEMENTS, STORY_EMAILS = 7, 57


@transaction.atomic
def make_or_renew() -> int:
    """Bring the town up to today, and make what is missing; answer its jobs' number.

    Dates move, what was lost comes back, and what people wrote stays as they wrote it.
    """
    # Whoever runs this a second time meanwhile, waits here.
    index = JobIndexPage.objects.select_for_update().get()
    now = timezone.now()
    users = accounts()
    town = Town(
        days=Calendar(now),
        index=index,
        users=users,
        companies=site.companies(),
        categories=site.categories(),
        began=now,
    )
    site.furnish(index, users["owner"])
    renew(town)
    make_missing(town)
    night_baker = record_of(town, NIGHT_BAKER)
    if night_baker is not None:
        stories.night_baker(town, night_baker)
    remind_editors(town)
    return len(JOBS)


def remind_editors(town: Town) -> None:
    """Have who answers for a job that closes soon been reminded of it already."""
    reminders = OutgoingEmail.objects.filter(kind=OutgoingEmail.Kind.CLOSING_SOON)
    # Those of the days that the town was renewed from are about other dates.
    reminders.delete()
    owe_editors()
    reminders.update(**sent(town.days.now - dt.timedelta(minutes=1)))


def renew(town: Town) -> None:
    """Move the town from the day it was last made or renewed on to today."""
    story = record_of(town, COLLECTIONS_ASSISTANT)
    if story is None or story.first_public_at is None:
        return
    age = (town.days.today - timezone.localdate(story.first_public_at)).days
    days = age - COLLECTIONS_ASSISTANT.posted
    if days:
        pages = [page for job in JOBS if (page := page_of(town, job)) is not None]
        records = [row for job in JOBS if (row := record_of(town, job)) is not None]
        for page in pages:
            stories.reschedule(town, page)
        Renewal(days=days, now=town.days.now).move(pages, records)
    for job in JOBS:
        if not stands(town, job, days):
            start_again(town, job)


def stands(town: Town, job: Job, days: int) -> bool:
    """Whether a job is still what the town needs it to be."""
    page, record = page_of(town, job), record_of(town, job)
    if job is COLLECTIONS_ASSISTANT:
        told = Announcement.objects.filter(record=record)
        emails = OutgoingEmail.objects.filter(announcement__in=told)
        return told.count() >= STORY_ANNOUNCEMENTS and emails.count() >= STORY_EMAILS
    waits = job.fate in (Fate.SCHEDULED, Fate.IN_REVIEW)
    return not (waits and days and page is not None and page.live)


def start_again(town: Town, job: Job) -> None:
    """Remove a job with all that hangs on it, unless somebody real follows it."""
    page, record = page_of(town, job), record_of(town, job)
    subscriptions = Subscription.objects.filter(record=record)
    if subscriptions.exclude(subscriber__address_hash__in=hashes()).exists():
        return
    if page is not None:
        page.delete()
    if record is not None:
        subscriptions.delete()
        record.delete()


def make_missing(town: Town) -> None:
    made = []
    for job in JOBS:
        page, record = page_of(town, job), record_of(town, job)
        if page is None and not (record and job.fate is Fate.DELETED):
            made += stories.make(town, job)
        elif page is not None and page.live and record is not None:
            made += follow(town, record, job.slug)
    notify_companies(town, made)


def page_of(town: Town, job: Job) -> JobPage | None:
    """The page of a job, under whatever slug it is now."""
    record = record_of(town, job)
    if record is not None and record.page is not None:
        return record.page
    return JobPage.objects.child_of(town.index).filter(slug=job.slug).first()


def record_of(town: Town, job: Job) -> JobRecord | None:
    """The record of a job, wherever the job list has moved meanwhile."""
    paths = JobPath.objects.select_related("record__page")
    path = (
        paths.filter(path=town.path(job.slug)).first()
        or paths.filter(path__endswith=f"/{job.slug}/").order_by("pk").last()
    )
    return path.record if path else None
