"""How each job came to stand where it does today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from wagtail.models import Revision, TaskState, WorkflowState

from jobs.choices import ClosedReason, TellFollowers
from jobs.facts import facts_now
from jobs.models import JobPage, JobRecord
from jobsite.demo import acts, shapes
from jobsite.demo.accounts import nobody_is_mailed
from jobsite.demo.acts import Town, drop, set_pay
from jobsite.demo.collections_story import collections_assistant
from jobsite.demo.followers import follow
from jobsite.demo.jobs_culture import COLLECTIONS_ASSISTANT, LAMP_KEEPER
from jobsite.demo.jobs_sea_and_bread import NIGHT_BAKER, TIMETABLE_PLANNER
from jobsite.demo.shapes import Fate
from notifications import clock, comparing
from notifications.models import AnnouncedState
from subscriptions.services import end_for_job

if TYPE_CHECKING:
    from subscriptions.models import Subscription

#: How long the running story's news waits, so that there is time to look at it.
WAITING = dt.timedelta(minutes=90)
#: What the night baker's pay changes between, and what is said of each change.
MORE_AT_NIGHT = "Nights go up for everybody here from the first of next month."
NIGHT_RATES = {
    "15.20": MORE_AT_NIGHT,
    "15.60": MORE_AT_NIGHT,
    "14.60": "The higher rate was meant for bank holidays.",
}


def make(town: Town, job: shapes.Job) -> list[Subscription]:
    """Let a job come into the world and meet its fate; answer who follows it."""
    if job.fate in UNPUBLISHED:
        UNPUBLISHED[job.fate](town, acts.write(town, job))
        return []
    record = acts.post(town, job)
    made = follow(town, record, job.slug)
    if job.fate in ENDS:
        ENDS[job.fate](town, job, record)
    if job.slug in STORIES:
        STORIES[job.slug](town, record)
    return made


# Jobs that the public has not seen


def stay_draft(town: Town, page: JobPage) -> None:
    acts.save_draft(town, page, town.days.ago(3, "15:12"))


def wait_for_review(town: Town, page: JobPage) -> None:
    at = town.days.ago(1, "16:48")
    page = acts.save_draft(town, page, at)
    with nobody_is_mailed(town.users):
        state = town.index.get_workflow().start(page, town.users["editor"])
    WorkflowState.objects.filter(pk=state.pk).update(created_at=at)
    TaskState.objects.filter(workflow_state=state).update(started_at=at)
    acts.date_back_history(town, page.pk, at)


def wait_for_monday(town: Town, page: JobPage) -> None:
    at = town.days.ago(2, "11:20")
    page.go_live_at = town.days.next_monday()
    revision = page.save_revision(
        user=town.users["publisher"], clean=False, log_action=True
    )
    revision.publish(user=town.users["publisher"])
    acts.date_back(town, page, revision, at, public=False)


UNPUBLISHED: dict[Fate, Callable[[Town, JobPage], None]] = {
    Fate.DRAFT: stay_draft,
    Fate.IN_REVIEW: wait_for_review,
    Fate.SCHEDULED: wait_for_monday,
}


# Jobs that ended


def cancel(town: Town, job: shapes.Job, record: JobRecord) -> None:
    _close(town, job, record, ClosedReason.CANCELLED)


def fill(town: Town, job: shapes.Job, record: JobRecord) -> None:
    if job.slug not in STORIES:
        _close(town, job, record, ClosedReason.FILLED)


def _close(town: Town, job: shapes.Job, record: JobRecord, reason: str) -> None:
    at = town.days.ago(job.ended, "11:05")
    acts.close(town, record, at, reason=reason, note=job.note)
    acts.tell(record, at + acts.QUIET)


def let_pass(town: Town, job: shapes.Job, record: JobRecord) -> None:
    closed_at = town.days.closing(job.closes)
    if closed_at is not None:
        acts.tell(record, closed_at + dt.timedelta(seconds=8))


def take_down(town: Town, job: shapes.Job, record: JobRecord) -> None:
    at = town.days.ago(job.ended, "14:30")
    note = "" if job.fate is Fate.OPEN_AGAIN else job.note
    acts.take_down(town, record, at, note)
    acts.tell(record, at + acts.QUIET)


def open_again(town: Town, job: shapes.Job, record: JobRecord) -> None:
    take_down(town, job, record)
    at = town.days.ago(3, "09:40")
    acts.edit(town, record, at, lambda page: None, note=job.note)
    acts.tell(record, at + acts.QUIET)


def delete(town: Town, job: shapes.Job, record: JobRecord) -> None:
    """Taken down, then deleted in the same quiet window: its followers hear once."""
    at = town.days.ago(job.ended, "10:02")
    acts.take_down(town, record, at)
    page_id = record.page_id
    JobPage.objects.get(pk=page_id).delete(user=town.users["publisher"])
    AnnouncedState.objects.filter(record=record).update(note=job.note)
    acts.date_back_history(town, page_id, at)
    record.refresh_from_db()
    acts.tell(record, at + acts.QUIET)
    end_for_job(record_id=record.pk, now=at + 2 * acts.QUIET)


ENDS: dict[Fate, Callable[[Town, shapes.Job, JobRecord], None]] = {
    Fate.FILLED: fill,
    Fate.CANCELLED: cancel,
    Fate.CLOSING_DATE_PASSED: let_pass,
    Fate.TAKEN_DOWN: take_down,
    Fate.OPEN_AGAIN: open_again,
    Fate.DELETED: delete,
}


# Jobs with a longer story


def timetable_planner(town: Town, record: JobRecord) -> None:
    """Changed two days ago."""
    at = town.days.ago(2, "13:44")
    note = "Several good people asked us what the degree was for. We had no answer."
    acts.edit(town, record, at, _drop_the_degree_and_pay_more, note=note)
    acts.tell(record, at + acts.QUIET)


def _drop_the_degree_and_pay_more(page: JobPage) -> None:
    drop(page, "A degree in a subject with numbers in it")
    page.pay_min, page.pay_max = Decimal(31000), Decimal(34500)


def lamp_keeper(town: Town, record: JobRecord) -> None:
    """A draft by the editor differs from what is public."""
    page = JobPage.objects.get(pk=record.page_id)
    page.pay_min = Decimal(28600)
    drop(page, "A second language")
    acts.save_draft(town, page, town.days.ago(1, "10:55"))


def night_baker(town: Town, record: JobRecord) -> None:
    """Published news waits, with the countdown running; renewed by every run."""
    page = JobPage.objects.get(pk=record.page_id)
    if facts_now(record, town.days.now)["availability"]["state"] != "open":
        page.closed_reason = ""
        page.tell_followers = TellFollowers.DO_NOT_SEND
        acts.publish(town, page, town.days.now)
        acts.tell(record, town.days.now)
    state = AnnouncedState.objects.get(record=record)
    if comparing.news_of(state) is None:
        # Neither what followers know nor what a publisher chose not to tell them.
        told = ((state.facts or {}).get("pay") or {}).get("low")
        rate = next(x for x in NIGHT_RATES if x not in (told, str(page.pay_min)))
        note = NIGHT_RATES[rate]
        acts.edit(town, record, town.days.now, set_pay(rate), note=note)
    due_at = clock.database_now() + WAITING
    AnnouncedState.objects.filter(record=record).update(due_at=due_at)


STORIES: dict[str, Callable[[Town, JobRecord], None]] = {
    COLLECTIONS_ASSISTANT.slug: collections_assistant,
    TIMETABLE_PLANNER.slug: timetable_planner,
    LAMP_KEEPER.slug: lamp_keeper,
    NIGHT_BAKER.slug: night_baker,
}


def reschedule(town: Town, page: JobPage) -> None:
    """Move a job that waits for its first day to next Monday."""
    monday = town.days.next_monday()
    JobPage.objects.filter(pk=page.pk).update(go_live_at=monday)
    for revision in Revision.objects.for_instance(page):
        if revision.approved_go_live_at is not None:
            revision.approved_go_live_at = monday
            revision.content["go_live_at"] = monday.isoformat()
            revision.save(update_fields=["approved_go_live_at", "content"])
