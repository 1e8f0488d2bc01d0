"""Any life that a job can have, acted out: everybody is told what is true, once.

Hypothesis makes up what editors, followers and time do; ``account`` says what must
come of it and ``watching`` compares. Real pages, services, ticks and workers. A
failure prints the shortest life that has it.
"""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from wagtail.models import PageViewRestriction, Revision

from jobs.models import JobPage, JobRecord
from jobs.services import close_job, reopen_job
from notifications import services, ticking
from notifications.models import AnnouncedState, AnnouncementSettings, Pause
from subscriptions import services as subscriptions
from subscriptions import tokens
from subscriptions.models import Subscription
from tests.factories import build_job, make_board, make_category, make_company
from tests.notifications.account import Follow, Job
from tests.notifications.acting import ASKS, CHANGES, PAYS, PEOPLE, TITLES, TOWNS, write
from tests.notifications.ads import Ad, Asked, Said
from tests.notifications.watching import Watched

WAITS = [4, 11, 60, 300, 1440, 8 * 1440]
wishes = st.sampled_from(["AUTOMATIC", "SEND", "DO_NOT_SEND"])
notes = st.sampled_from(["", "", "We can wait & see.", "Thank you."])
people = st.sampled_from(PEOPLE)
#: What people do before and after a comparison that must not go wrong.
AROUND = [("leave", "follow_again"), ("leave", "follow"), ("follow", "leave")]
acts = st.sampled_from(
    ["leave", "follow_again", "follow", "close", "unpublish", "make_private"]
)
numbers = st.integers(0, 1)
#: Whether all that waits is told before the next thing happens.
then = st.booleans()


class Life(Watched):
    # Beginning

    @initialize(gap=st.sampled_from([0, 0, 4]))
    def begin(self, gap):
        AnnouncementSettings.load()
        AnnouncementSettings.objects.update(least_gap_hours=gap)
        self.gap = dt.timedelta(hours=gap)
        self.companies = [make_company(notices="OFF").pk for _ in range(2)]
        self.categories = [make_category().pk, make_category().pk, None]
        self.publish_a_new_job()
        self.work("send")
        for who, closings_only in zip(PEOPLE, [False, True], strict=False):
            self.follow(0, who, closings_only)
            self.confirm(0, who)

    @precondition(lambda self: len(self.jobs) == 1)
    @rule()
    def publish_a_new_job(self):
        now = self.now()
        ad = Ad(
            title=TITLES[len(self.jobs)],
            company=self.companies[0],
            category=self.categories[0],
            requirements=tuple(
                Asked(self.uuid(), said, "MUST") for said in (ASKS[0], ASKS[2])
            ),
            locations=(TOWNS[0],),
            closes_at=self.moment(400 * 1440),
        )
        page = write(build_job(), ad)
        make_board().add_child(instance=page)
        page.save_revision().publish()
        job = Job(ad, self.gap)
        job.publish(now)
        job.pk, job.record_id = page.pk, page.record.pk
        self.jobs.append(job)

    # Editors

    @rule(
        n=numbers,
        changes=st.lists(CHANGES, max_size=2),
        wish=wishes,
        note=notes,
        told=then,
    )
    def edit(self, n, *, changes, wish, note, told):
        self.save(n, changes, publish=True, wish=wish, note=note)
        self.catch_up(told)

    @rule(n=numbers, change=CHANGES, wish=wishes)
    def edit_and_tell(self, n, change, wish):
        self.edit(n, changes=[change], wish=wish, note="", told=True)

    @rule(
        n=numbers, changes=st.tuples(CHANGES, CHANGES), wishes=st.tuples(wishes, wishes)
    )
    def edit_twice_and_tell(self, n, changes, wishes):
        for change, wish in zip(changes, wishes, strict=True):
            self.edit(n, changes=[change], wish=wish, note="", told=False)
        self.catch_up(told=True)

    @rule(
        n=numbers,
        change=CHANGES,
        wish=wishes,
        who=people,
        acts=st.sampled_from(AROUND) | st.tuples(acts, acts),
        send=st.booleans(),
    )
    def edit_while_people_come_and_go(self, n, *, change, wish, who, acts, send):
        """Somebody acts just before the comparison, and just before the sending."""
        self.see_that_it_is_open(n)
        self.save(n, [change, self.another_pay(n)], publish=True, wish=wish)
        self.wait(11, works=False)
        self.act(n, acts[0], who)
        self.work("compare")
        self.act(n, acts[1], who)
        if send:
            self.work("send")

    @rule(n=numbers, change=CHANGES, who=people, then_comes=acts)
    def edit_while_email_is_paused(self, n, change, who, then_comes):
        self.see_that_it_is_open(n)
        Pause.objects.get_or_create()
        self.save(n, [change, self.another_pay(n)], publish=True)
        self.catch_up(told=True)
        self.act(n, then_comes, who)
        self.catch_up(told=True)
        Pause.objects.all().delete()
        self.work("send")

    def see_that_it_is_open(self, n):
        """So that there is news, whatever happened before; unless it was deleted."""
        self.make_public(n, told=False)
        self.close(n, "", "", told=False)
        if not self.job(n).is_open(self.now()):
            self.save(n, [("closes", None)], publish=True)

    def another_pay(self, n):
        return "pay", next(pay for pay in PAYS[1:] if pay != self.job(n).row.pay)

    def act(self, n, what, who):
        self.time.shift(dt.timedelta(seconds=1))
        if what == "close":
            self.close(n, "FILLED", "", told=False)
        elif what in ("unpublish", "make_private"):
            getattr(self, what)(n, told=False, back=False)
        elif what == "follow":
            self.follow(n, PEOPLE[-1], closings_only=False)
            self.confirm(n, PEOPLE[-1])
        else:
            getattr(self, what)(n, who)

    @rule(
        n=numbers,
        changes=st.lists(CHANGES, max_size=1),
        where=st.sampled_from(["title", "requirement", "locations", "note"]),
    )
    def save_a_draft(self, n, changes, where):
        text = f"Secret {next(self.serial)} & more"
        said = {"note": text, "locations": [Said(text, text)]}
        change = (where, said.get(where, Said(text, text)))
        self.save(n, [*changes, change], publish=False)

    @rule(
        n=numbers,
        changes=st.lists(CHANGES, max_size=1),
        day=st.sampled_from(["go_live_at", "expire_at"]),
        minutes=st.sampled_from([3, 30, 3 * 1440]),
        note=notes,
    )
    def set_a_day(self, n, *, changes, day, minutes, note):
        values = {day: self.moment(minutes), "note": note}
        self.save(n, changes, publish=True, **values)

    @rule(n=numbers, back=st.integers(1, 6), told=then)
    def revert(self, n, back, told):
        job = self.job(n)
        if self.page_of(n):
            number = max(len(job.revisions) - back, 0)
            ids = Revision.objects.filter(object_id=str(job.pk)).order_by("pk")
            assert len(ids) == len(job.revisions)
            page = ids[number].as_object()
            page.go_live_at = page.expire_at = None
            page.save_revision().publish()
            job.save(replace(job.revisions[number], go_live_at=None, expire_at=None))
            job.publish(self.now())
        self.catch_up(told)

    @rule(
        n=numbers,
        reason=st.sampled_from(["FILLED", "CANCELLED", ""]),
        note=notes,
        told=then,
    )
    def close(self, n, reason, note, told):
        """Close a job; without a reason open it again."""
        job = self.job(n)
        if job.is_live:
            if reason:
                close_job(page_id=job.pk, reason=reason, note=note)
            else:
                reopen_job(page_id=job.pk, note=note)
            job.close(self.now(), reason, note)
        self.catch_up(told)

    @rule(n=numbers, told=then, back=st.booleans())
    def unpublish(self, n, told, back):
        if self.job(n).is_live:
            self.page_of(n).unpublish()
            self.job(n).unpublish(self.now())
        self.catch_up(told)
        if back:
            self.save(n, [], publish=True)

    @rule(n=numbers, pay=st.sampled_from([None, 27000, 31000]), told=then)
    def update_a_row(self, n, pay, told):
        """Change the pay, or without one take the job down, and send no signal."""
        job = self.job(n)
        row = JobPage.objects.filter(pk=job.pk)
        if pay is None:
            row.update(live=False)
            job.is_live = False
        else:
            row.update(pay_min=pay, pay_max=pay + 500)
            job.row = replace(job.row, pay=(pay, pay + 500))
        self.catch_up(told)

    @rule(n=numbers, told=then, back=st.booleans())
    def make_private(self, n, told, back):
        job = self.job(n)
        if not job.is_private and not job.is_deleted:
            PageViewRestriction.objects.create(
                page_id=job.pk, restriction_type=PageViewRestriction.LOGIN
            )
            job.hide(self.now(), is_private=True)
        self.catch_up(told)
        if back:
            self.make_public(n, told)

    @precondition(lambda self: any(job.is_private for job in self.jobs))
    @rule(n=numbers, told=then)
    def make_public(self, n, told):
        PageViewRestriction.objects.filter(page_id=self.job(n).pk).delete()
        self.job(n).hide(self.now(), is_private=False)
        self.catch_up(told)

    @rule(n=numbers, sure=st.integers(0, 4))
    def delete(self, n, sure):
        if sure == 4 and self.page_of(n):
            self.page_of(n).delete()
            self.job(n).delete(self.now())

    @rule(n=numbers, change=CHANGES, sends=st.booleans(), again=st.booleans())
    def edit_and_decide(self, n, change, sends, again):
        """Cancel news or have it sent at once; then, maybe, publish the same again."""
        self.save(n, [change, self.another_pay(n)], publish=True)
        job = self.job(n)
        state = AnnouncedState.objects.get(record=job.record_id)
        if not sends:
            done = services.cancel(state_id=state.pk, user=None)
            assert done == job.cancel(self.now())
        elif services.send_now(state_id=state.pk, user=None):
            assert job.due_at
            job.due_at, job.at_once = self.now(), True
        if again:
            self.edit(n, changes=[], wish="", note="", told=True)

    # Followers

    @rule(
        n=numbers,
        who=people,
        does=st.sampled_from(["follow", "confirm", "leave", "follow_again"]),
        closings_only=st.booleans(),
    )
    def person(self, n, who, does, closings_only):
        if does == "follow":
            self.follow(n, who, closings_only)
        else:
            getattr(self, does)(n, who)

    def follow(self, n, who, closings_only):
        job = self.job(n)
        choices = subscriptions.Choices(closings_only=closings_only)
        record = JobRecord.objects.get(pk=job.record_id)
        try:
            row = subscriptions.subscribe(email=who, record=record, choices=choices)
        except subscriptions.JobNotOpen:
            assert not job.is_open(self.now())
            return
        assert job.is_open(self.now())
        if who not in job.follows or not job.follows[who].counts:
            job.follows[who] = Follow(closings_only, self.now(), row.pk)

    def confirm(self, n, who):
        job, follow = self.job(n), self.job(n).follows.get(who)
        if follow is None or follow.is_confirmed or follow.has_left:
            return
        row = Subscription.objects.filter(pk=follow.subscription_id).first()
        in_time = self.now() - follow.asked_at <= dt.timedelta(days=7)
        if row is None:
            assert not in_time
            return
        try:
            subscriptions.confirm(token=tokens.confirm_token(row))
        except subscriptions.JobNotOpen:
            assert not job.is_open(self.now())
            return
        assert job.is_open(self.now())
        follow.is_confirmed, follow.stint = True, next(self.stints)
        job.adopt(self.now())

    def leave(self, n, who):
        follow = self.job(n).follows.get(who)
        row = follow and Subscription.objects.filter(pk=follow.subscription_id).first()
        if row and not follow.has_left:
            subscriptions.unsubscribe(token=row.token)
            follow.has_left = True

    def follow_again(self, n, who):
        follow = self.job(n).follows.get(who)
        row = follow and Subscription.objects.filter(pk=follow.subscription_id).first()
        try:
            again = row and subscriptions.follow_again(token=row.token)
        except subscriptions.CannotFollowAgain:
            return
        if again and follow.has_left:
            assert follow.is_confirmed
            follow.has_left, follow.stint = False, next(self.stints)

    # Time

    @rule(minutes=st.sampled_from(WAITS), works=st.booleans())
    def wait(self, minutes, works):
        self.time.shift(dt.timedelta(minutes=minutes))
        if works:
            self.tick()
            self.work("send")

    def catch_up(self, told):
        if told:
            self.wait(11, works=True)

    @rule(what=st.sampled_from(["tick", "compare", "send", "pause"]))
    def work(self, what):
        """What the worker does, each by itself; or email is paused or resumed."""
        if what == "tick":
            self.tick()
        elif what == "compare":
            while services.announce_next():
                pass
            self.look()
        elif what == "send":
            self.worker.run()
            self.look()
            if not Pause.objects.exists():
                self.read_mail()
        elif not Pause.objects.all().delete()[0]:
            Pause.objects.create()

    def tick(self):
        for job in self.jobs:
            job.wake(self.now())
        self.note_what_is_public()
        last = self.reconciled_at
        looks = last is None or last <= self.now() - dt.timedelta(minutes=5)
        for job in self.jobs:
            job.notice_closing_date(self.now())
            if looks:
                job.reconcile(self.now())
        if looks:
            self.reconciled_at = self.now()
        assert ticking.tick()
        self.see_who_was_let_go()


#: A life takes a second or two, most of it in Wagtail.
BRIEF = settings(max_examples=6, stateful_step_count=20)
LONG = settings(max_examples=40, stateful_step_count=40)


@pytest.fixture
def life(db, worker, monkeypatch):
    monkeypatch.setattr(Life, "worker", worker)
    return Life


def test_everybody_is_told_what_is_true_once_whatever_happens(life):
    run_state_machine_as_test(life, settings=BRIEF)


@pytest.mark.slow
def test_many_long_lives(life):
    run_state_machine_as_test(life, settings=LONG)
