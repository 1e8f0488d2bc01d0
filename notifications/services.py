"""From a hint that a job has news to an announcement: note, announce, cancel.

``touch`` is all that an editor's click costs. ``announce_next`` does the rest later,
in a worker: it takes one job whose quiet window has passed, compares what followers
were last told with what is public now (``notifications.comparing``), and writes one
announcement or none.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet, Subquery
from wagtail.log_actions import log
from wagtail.models import Page

from jobs import wording
from jobs.choices import TellFollowers
from jobs.facts import OPEN, TAKEN_DOWN, Facts, facts_now, is_open
from jobs.models import JobRecord
from notifications import clock, headings
from notifications.comparing import (
    News,
    compare,
    digest,
    held_until,
    is_cancelled,
    is_declined,
    moved_on,
    news_between,
)
from notifications.models import AnnouncedState, Announcement, AnnouncementSettings
from notifications.texts import texts_for
from subscriptions.services import last_confirmed_at

logger = logging.getLogger(__name__)

#: More news than this at once is no editor's click on a job, nor a slip of a signal,
#: and nobody is told of it before somebody looked.
TOO_MANY = 50
#: How long a job that could not be compared is left alone.
TRY_AGAIN_AFTER = dt.timedelta(minutes=5)

#: Reasons for which nobody sees the page any more; a private one some people do.
GONE = ("unpublished", "expired", "deleted")

Kind = Announcement.Kind


def touch(
    *,
    page_id: int,
    intent: str,
    note: str = "",
    actor_id: int | None = None,
    going: bool = False,
) -> None:
    """Note that a job may have news, and restart its quiet window.

    Compares only where a line or a reason is at stake, which an undone act must not
    leave behind; not for a page that is ``going``, since it is public until it is gone.
    """
    now = clock.database_now()
    values: dict[str, Any] = {"intent": intent, "note": note, "actor_id": actor_id}
    states = AnnouncedState.objects
    if not note and states.said_nothing().touch(page_id=page_id, now=now, **values):
        return
    if states.touch(page_id=page_id, now=now, **values):
        if not going:
            _forget_what_was_undone(page_id, now)
        return
    record = JobRecord.objects.filter(page_id=page_id).first()
    if record is not None:
        states.get_or_create(record=record, defaults={"due_at": now})


def touch_below(*, page_id: int) -> None:
    """Note the same of the jobs at and below a page, as when it was made private.

    Not of more than ``TOO_MANY``: the reconciler finds those, and leaves them alone
    until somebody looked.
    """
    found = list(states_below(page_id).values_list("pk", flat=True)[: TOO_MANY + 1])
    if found and len(found) <= TOO_MANY:
        states = AnnouncedState.objects.filter(pk__in=found)
        now = clock.database_now()
        states.open_windows(now=now, intent=TellFollowers.AUTOMATIC)


def states_below(page_id: int) -> QuerySet[AnnouncedState]:
    """The states of the public jobs at and below a page that may have news with it.

    Not of those that are known to have closed: to hide them is silent.
    """
    path = Page.objects.filter(pk=page_id).values("path")[:1]
    return AnnouncedState.objects.filter(
        record__page__path__startswith=Subquery(path),
        record__page__live=True,
        facts__availability__state__in=[OPEN, TAKEN_DOWN],
    )


def _forget_what_was_undone(page_id: int, now: dt.datetime) -> None:
    """Drop what was said in the window if the job is again as followers know it.

    Else it would be sent with the next, different news. A line that somebody asked to
    be sent by itself is still owed; so is one about wording, which may yet be told.
    """
    rows = AnnouncedState.objects.filter(record__page_id=page_id, facts__isnull=False)
    state = rows.select_related("record__page").first()
    if state is None or state.facts is None:
        return
    after = facts_now(state.record, now)
    alone = state.note if state.intent == TellFollowers.SEND else ""
    undone = compare(state.facts, after, intent=TellFollowers.SEND, note=alone) is None
    said = AnnouncedState.objects.filter(pk=state.pk)
    if undone:
        said.update(note="", because="")
    elif state.because and is_open(after):
        said.update(because="")


def ensure_state(*, record_id: int) -> AnnouncedState:
    """The announced state of a job, adopting what is public if there is none yet."""
    state, _created = AnnouncedState.objects.get_or_create(record_id=record_id)
    if state.facts is None:
        record = JobRecord.objects.get(pk=record_id)
        state.facts = facts_now(record, clock.database_now())
        state.save(update_fields=["facts"])
    return state


def announce_next() -> bool:
    """Compare the one job that has waited longest; False when none is due.

    One short transaction. Safe to run in any number of processes: a job that another
    one holds is passed over.
    """
    now = clock.database_now()
    for state_id, record_id in AnnouncedState.objects.due(now).values_list(
        "pk", "record_id"
    )[:20]:
        with transaction.atomic():
            # Record before state, as the receivers do; whoever confirms holds it too.
            if not _lock(JobRecord, record_id):
                continue
            state = AnnouncedState.objects.select_for_update().get(pk=state_id)
            if state.due_at is None or state.due_at > now:
                continue
            _try_to_announce(state)
        return True
    return False


def _try_to_announce(state: AnnouncedState) -> None:
    now = clock.database_now()
    try:
        with transaction.atomic():
            _announce(state, now)
    except Exception:
        # Or one broken job would keep every other one waiting.
        logger.exception("Job %s could not be compared", state.record_id)
        later = AnnouncedState.objects.filter(pk=state.pk)
        later.update(due_at=now + TRY_AGAIN_AFTER)


def _lock(model: Any, pk: int) -> bool:
    skip = connection.features.has_select_for_update_skip_locked
    rows = model.objects.select_for_update(
        skip_locked=skip, of=("self",) if skip else ()
    )
    return rows.filter(pk=pk).order_by("pk").first() is not None


def _announce(state: AnnouncedState, now: dt.datetime) -> None:
    record = state.record
    after = facts_now(record, now)
    before, news = state.facts, None
    if before is not None and not is_cancelled(state, after):
        news = compare(before, after, intent=state.intent, note=state.note)
        if news is not None and is_declined(state, before, after, now):
            log_for(record, "notifications.not_told", state.actor)
            news = None
        due_at = held_until(news, record, now) if news and not state.at_once else None
        if due_at is not None:
            AnnouncedState.objects.filter(pk=state.pk).update(due_at=due_at)
            return
        state.cancelled_digest = ""
    if before is None:
        state.facts = after
    elif not state.cancelled_digest:
        state.facts = moved_on(before, after)
    if news is not None and before is not None:
        state.version += 1
        told = moved_on(before, after)
        skipped = _too_old(state, now)
        create(state, news, before=before, after=told, now=now, **skipped)
    if before is not None:
        _keep_record(record, before, after, now)
    state.close_window()
    state.save()


def _keep_record(
    record: JobRecord, before: Facts, after: Facts, now: dt.datetime
) -> None:
    """Note of a job what no signal brought: that it is gone, or what it says again."""
    if after["availability"]["reason"] in GONE:
        JobRecord.objects.filter(pk=record.pk, gone_at=None).update(gone_at=now)
    elif is_open(after) and not is_open(before) and record.page:
        # What was published while it was private the record does not say yet.
        JobRecord.for_page(record.page)


def _too_old(state: AnnouncedState, now: dt.datetime) -> dict[str, Any]:
    """The values of an announcement that an outage has overtaken; else none."""
    overdue = now - (state.due_at or now)
    if overdue <= AnnouncementSettings.load().tell_within:
        return {}
    return {"state": Announcement.State.SKIPPED, "finished_at": now}


def create(
    announced: AnnouncedState, news: News, *, now: dt.datetime, **values: Any
) -> Announcement:
    """Write down the announcement of ``news``, and mark its job in lists."""
    # Not before anybody's confirmation that this lock waited for: the clock of the
    # machine that took it may be ahead.
    moment = max(now, last_confirmed_at(record_id=announced.record_id) or now)
    announcement = draft_announcement(announced, news, now=moment, **values)
    announcement.save()
    if announcement.state == Announcement.State.EXPANDING:
        told = [change.field for change in news.changes if not change.minor]
        JobRecord.note_news(announced.record_id, told, announcement.created_at)
    logger.info("Announcement %s made for job %s", announcement.pk, announced.record_id)
    return announcement


def draft_announcement(
    announced: AnnouncedState,
    news: News,
    *,
    before: Facts,
    after: Facts,
    now: dt.datetime,
    **values: Any,
) -> Announcement:
    """The announcement that ``news`` would make, not saved: for a look at its email.

    Args:
        announced: whose version, note and actor it takes.
        news: what a comparison found.
        before: the facts that followers know.
        after: the facts that they will know.
        now: the moment of the decision, by the database's clock.
        values: further fields, and others in place of those of ``announced``.
    """
    record = announced.record
    what = headings.what_happened(news.kind, news.changes, after)
    heading = headings.heading(what, record, after)
    said = texts_for(news.kind, {"what": what, **headings.job_values(record, after)})
    fields: dict[str, Any] = {
        "record": record,
        "version": announced.version,
        "kind": news.kind,
        "before": before,
        "after": after,
        "changes": [change.as_json() for change in news.changes],
        "lines": [line.as_json() for line in wording.lines(news.changes)],
        "subject": said.subject or heading,
        "heading": heading,
        "opening": said.opening,
        "closing": said.closing,
        "note": announced.note,
        "because": announced.because if news.kind == Kind.TAKEN_DOWN else "",
        "actor": announced.actor,
        "created_at": now,
        "expires_at": now + AnnouncementSettings.load().tell_within,
    }
    return Announcement(**fields | values)


@transaction.atomic
def send_now(*, state_id: int, user: Any) -> bool:
    """End a job's quiet window; the next look of a worker announces. False: too late."""
    now = clock.database_now()
    rows = AnnouncedState.objects.waiting().filter(pk=state_id)
    return bool(rows.update(due_at=now, actor=user, at_once=True))


@transaction.atomic
def cancel(*, state_id: int, user: Any) -> bool:
    """Drop the news that a job's quiet window holds; False when it is too late.

    Followers still know what they were last told: the next announcement of this job
    tells the difference from there. Until the facts change again nothing reminds of
    the cancelled news. A window that owes nobody news ends as it would by itself.
    """
    found = AnnouncedState.objects.filter(pk=state_id).values_list("record_id").first()
    if found is None:
        return False
    JobRecord.objects.select_for_update().get(pk=found[0])
    state = AnnouncedState.objects.select_for_update().get(pk=state_id)
    if state.due_at is None or state.facts is None:
        return False
    now = clock.database_now()
    after = facts_now(state.record, now)
    news = news_between(state, after, now)
    if news is None:
        _announce(state, now)
        return True
    state.actor = user
    state.version += 1
    create(
        state,
        news,
        before=state.facts,
        after=moved_on(state.facts, after),
        now=now,
        state=Announcement.State.CANCELLED,
        finished_at=now,
    )
    state.cancelled_digest = digest(after)
    log_for(state.record, "notifications.cancelled", user)
    state.close_window()
    state.save()
    return True


def log_for(record: JobRecord, action: str, user: Any) -> None:
    """Note in the history of a job's page what ``user`` decided; if there is a page."""
    if record.page is not None:
        log(instance=record.page, action=action, user=user)
