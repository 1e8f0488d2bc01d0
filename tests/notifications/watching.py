"""Comparing a life with its account: what was announced, mailed, shown and kept."""

import datetime as dt
import itertools
import json
import logging
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace

import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.template import Context, Template
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant

from jobs.models import JobPage, JobRecord
from notifications.models import (
    AnnouncedState,
    Announcement,
    OutgoingEmail,
    Pause,
)
from subscriptions.models import EndedReason, Subscription
from tests.notifications.account import NEWS_FOR, OPEN
from tests.notifications.acting import (
    as_json,
    asked,
    new_uuid,
    secrets_in,
    told_rows,
    write,
)
from tests.notifications.ads import meant, read
from tests.notifications.reading import says, text_of

START = dt.datetime(2026, 6, 1, 9, 0, 30, tzinfo=dt.UTC)
STATES = {"CANCELLED": "cancelled", "SKIPPED": "too late"}
KEPT_FOR = dt.timedelta(days=30)
REQUIREMENTS = {"requirement", "drop", "kind", "again", "reverse", "retype", "reword"}
TIMELINE = Template(
    "{% load notification_tags %}{% job_history job as history %}"
    '{% include "notifications/includes/timeline.html" with entries=history.entries %}'
)


class Errors(logging.Handler):
    """What was logged as an error: receivers, ticks and workers never raise."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.found = []

    def emit(self, record):
        self.found.append(self.format(record))


class Watched(RuleBasedStateMachine):
    """A machine whose every example is rolled back, and that looks at all it did."""

    worker = None

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.time = self.stack.enter_context(time_machine.travel(START, tick=False))
        self.errors = Errors()
        logging.getLogger().addHandler(self.errors)
        self.stack.callback(logging.getLogger().removeHandler, self.errors)
        cache.clear()
        mail.outbox.clear()
        self.jobs = []
        self.stints, self.serial = itertools.count(1), itertools.count(1)
        self.was_public = set()
        self.mails_read = 0
        self.told = Counter()
        self.reconciled_at = None

    def teardown(self):
        try:
            # Not after a failure, which this would hide.
            if self.jobs and sys.exception() is None:
                self.end()
        finally:
            self.stack.close()

    # Words for the rules

    def now(self):
        return timezone.now()

    def moment(self, minutes):
        """A moment on the minute, as forms keep it."""
        moment = self.now() + dt.timedelta(minutes=minutes)
        return moment.replace(second=0, microsecond=0)

    def uuid(self):
        return new_uuid(next(self.serial))

    def job(self, n):
        return self.jobs[n % len(self.jobs)]

    def page_of(self, n):
        return JobPage.objects.filter(pk=self.job(n).pk).first()

    def changed(self, ad, what, value):
        """An ad after an editor changed one thing in it."""
        if what == "company":
            return replace(ad, company=self.companies[value % 2])
        if what == "category":
            return replace(ad, category=self.categories[value % 3])
        if what == "closes":
            return replace(ad, closes_at=None if value is None else self.moment(value))
        if what == "locations":
            return replace(ad, locations=tuple(value))
        if what in REQUIREMENTS:
            rows = asked(ad.requirements, what, value, self.uuid())
            return replace(ad, requirements=rows)
        return replace(ad, **{what: value})

    def save(self, n, changes, *, publish, **values):
        """Edit the newest revision, and publish it or leave it a draft."""
        page, job = self.page_of(n), self.job(n)
        if page is None:
            return
        ad = replace(job.revisions[-1], go_live_at=None, expire_at=None)
        # A wish that waits in a draft stays unless the editor picks another.
        ad = replace(ad, **{name: value for name, value in values.items() if value})
        for what, value in changes:
            ad = self.changed(ad, what, value)
        job.save(ad)
        revision = write(page.get_latest_revision_as_object(), ad).save_revision()
        if publish:
            revision.publish()
            job.publish(self.now())
            # Whether a schedule makes "expired" into "unpublished" is Wagtail's affair.
            job.is_expired = self.page_of(n).expired
        self.note_what_is_public()

    # What was announced

    def look(self):
        """Every look that is due was taken: is what was announced what had to be?"""
        for job in self.jobs:
            job.look(self.now())
            self.compare_announcements(job)

    def compare_announcements(self, job):
        rows = list(
            Announcement.objects.filter(record=job.record_id).order_by("version")
        )
        assert [row.version for row in rows] == [news.version for news in job.news]
        for row, news in zip(rows, job.news, strict=True):
            assert row.kind == news.kind
            assert STATES.get(row.state, "told") == news.state
            assert row.created_at == news.made_at
            assert row.note == news.note
            assert _without_text(row.before) == as_json(news.before)
            assert _without_text(row.after) == as_json(news.after)
            assert {change["field"] for change in row.changes} == {
                "text" if name == "summary" else name for name in news.facts
            }
            self.follow_the_lines(row, news)
            news.was_for_nobody = row.state == "DONE" and row.planned == 0

    def follow_the_lines(self, row, news):
        """Whoever knew what was before, and reads the lines, knows what is after."""
        assert row.kind != "CHANGED" or row.lines or row.note
        before, after = as_json(news.before), as_json(news.after)
        for change in row.changes:
            if change["field"] not in ("requirements", "text"):
                assert change["before"] == before[change["field"]]
                assert change["after"] == after[change["field"]]
        if "requirements" in news.facts:
            changes = [x for x in row.changes if x["field"] == "requirements"]
            known = told_rows(list(before["requirements"].values()), changes)
            said = {x.said.text: x.said for x in self.all_asked(news)}
            kept = [(said[x["text"]], x["kind"]) for x in known]
            assert Counter((x.meaning, kind) for x, kind in kept) == meant(
                "requirements", news.after["requirements"]
            )

    def all_asked(self, news):
        return [*news.before["requirements"], *news.after["requirements"]]

    # What was mailed

    def read_mail(self):
        """All that was announced went out now: to whom, how often, in which order?"""
        new, self.mails_read = mail.outbox[self.mails_read :], len(mail.outbox)
        came = Counter()
        self.note_what_is_public()
        for message in new:
            parts = f"{message.subject} {message.body} {message.alternatives}"
            assert secrets_in(parts) <= self.was_public
            row = _row_of(message)
            assert message.to == [row.subscriber.address]
            if row.kind != "ANNOUNCEMENT":
                continue
            [job] = [x for x in self.jobs if x.record_id == row.announcement.record_id]
            news = job.news[row.announcement.version - 1]
            self.read_one(job, news, row.announcement, message)
            key = (job.record_id, message.to[0])
            assert news.version > self.told[key], "a later one came first"
            self.told[key] = news.version
            came[job.record_id, news.version, message.to[0]] += 1
        must, may = self.expected()
        assert set(came.values()) <= {1}
        assert must <= set(came) <= must | may

    def expected(self):
        """Who must get what, and who may: they left and came back meanwhile."""
        must, may = set(), set()
        for job in self.jobs:
            for news in job.news:
                for address, stint in news.to.items():
                    follow = job.follows[address]
                    key = (job.record_id, news.version, address)
                    if not follow.counts or self.now() - news.made_at > NEWS_FOR:
                        continue
                    if follow.stint == stint:
                        must.add(key)
                    elif not (news.kind == "CHANGED" and follow.closings_only):
                        may.add(key)
                news.to = {}
        return must, may

    def read_one(self, job, news, announcement, message):
        assert message.subject == announcement.subject
        for line in announcement.lines:
            says(message, *filter(None, (line["text"], line["before"], line["after"])))
        if "title" in news.after:
            says(message, news.after["title"].text)
        if news.note:
            says(message, news.note)
        if "still open" in text_of(message):
            assert job.is_open(self.now())

    def see_who_was_let_go(self):
        """Followers are let go when a job is over, and nobody before."""
        for job in self.jobs:
            ended = Subscription.objects.filter(
                record=job.record_id, ended_reason=EndedReason.JOB_ENDED
            ).values_list("pk", flat=True)
            for follow in job.follows.values():
                if follow.subscription_id in ended and not follow.has_left:
                    assert not job.is_open(self.now())
                    assert job.due_at is None
                    assert job.is_deleted or self.over_for(job) >= KEPT_FOR
                    follow.has_left = True

    def over_for(self, job):
        closes_at = job.row.closes_at or START
        return self.now() - max(closes_at, job.last_open_at or START)

    # What must hold after each step

    @invariant()
    def nothing_failed_in_silence(self):
        assert self.errors.found == []

    @invariant()
    def no_draft_shows_anywhere(self):
        self.note_what_is_public()
        shown = [
            *Announcement.objects.values_list(
                "before", "after", "lines", "changes", "subject", "note"
            ),
            *AnnouncedState.objects.values_list("facts", "note"),
            *JobRecord.objects.values_list("title", "company_name", "place"),
        ]
        assert secrets_in(json.dumps(shown, default=str)) <= self.was_public
        self.time.shift(dt.timedelta(seconds=1))

    def note_what_is_public(self):
        for job in self.jobs:
            if job.is_open(self.now()):
                job.last_open_at = self.now()
            if job.is_live and not job.is_private:
                self.was_public |= secrets_in(str(job.row))
            self.was_public |= secrets_in(job.note)

    # The end of a life

    def end(self):
        """Let all that is due happen, and see that nothing is left to tell."""
        Pause.objects.all().delete()
        for _ in range(2):
            self.time.shift(dt.timedelta(hours=4, minutes=11))
            self.tick()
            self.work("send")
        self.nothing_failed_in_silence()
        for n, job in enumerate(self.jobs):
            state = AnnouncedState.objects.get(record=job.record_id)
            assert state.due_at is None
            assert job.due_at is None
            assert _without_text(state.facts) == as_json(job.known)
            self.see_that_followers_know(job)
            if page := self.page_of(n):
                timeline = TIMELINE.render(Context({"job": page}))
                assert secrets_in(timeline) <= self.was_public
            if job.is_deleted:
                rows = Subscription.objects.filter(record=job.record_id)
                assert not rows.current().exists()
        waiting = OutgoingEmail.objects.filter(kind="ANNOUNCEMENT", state="QUEUED")
        assert not waiting.exists()

    def see_that_followers_know(self, job):
        """What was told in order leads to what is true, but for what was kept back."""
        now = job.public(self.now())
        if job.cancelled == now:
            return
        assert job.known["state"] == now["state"] or OPEN not in (
            job.known["state"],
            now["state"],
        )
        if now["state"] == OPEN:
            for name in set(now) & set(job.known) - {"state", "reason"}:
                assert read(name, job.known[name]) == read(name, now[name])


def _without_text(facts):
    return {name: value for name, value in facts.items() if name != "text"}


def _row_of(message):
    message_id = message.extra_headers["Message-ID"].strip("<>").partition("@")[0]
    rows = OutgoingEmail.objects.select_related("announcement", "subscriber")
    return rows.get(message_id=message_id)
