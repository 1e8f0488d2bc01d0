"""Whoever follows and whatever happens: what is said before a click is what is sent."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st

from notifications.models import Announcement, AnnouncementSettings
from tests.factories import in_days
from tests.notifications.conftest import Staff
from tests.notifications.promising import (
    ALL,
    ENDINGS,
    HOW,
    NOTHING,
    Promise,
    Story,
    differences_in,
    differences_of,
)
from tests.notifications.reading import squeezed
from tests.processes import begin_a_process

pytestmark = pytest.mark.django_db

REQUIREMENTS = ["Food hygiene, level 2", "Own bicycle", "Night shifts & weekends"]
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(
            ["Night baker & mate", "NIGHT BAKER & MATE", "Porter"]
        ),
        "pay_max": st.sampled_from([28000, 29000, 92000, None]),
        "workplace": st.sampled_from(["ON_SITE", "HYBRID"]),
        "employment_type": st.sampled_from(["FULL_TIME", "PART_TIME"]),
        "summary": st.sampled_from(["Bakes through the night.", "Bakes & sells."]),
        "apply_email": st.sampled_from(["", "jobs@crumb.example"]),
        "closes_at": st.sampled_from([30, 45]).map(in_days),
        "requirements": st.lists(st.sampled_from(REQUIREMENTS), unique=True),
        "locations": st.sampled_from([["Marlhaven"], ["Marlhaven", "Port Sable"]]),
        "tell_followers": st.sampled_from(["AUTOMATIC", "SEND", "DO_NOT_SEND"]),
        "change_note": st.sampled_from(["", "From Monday & for all."]),
    },
)
EVENTS = st.one_of(
    st.tuples(st.just("publish"), st.lists(CHANGES, min_size=1, max_size=2)),
    st.tuples(st.just("publish"), st.lists(CHANGES, min_size=1, max_size=2)),
    st.tuples(st.just("cancel"), CHANGES),
    st.tuples(st.just("close"), st.sampled_from(["FILLED", "CANCELLED"])),
    st.tuples(st.just("take down"), st.sampled_from(["unpublish", "delete"])),
    st.tuples(st.just("correct"), CHANGES),
    st.tuples(st.just("join"), st.sampled_from(HOW)),
    st.tuples(st.just("leave"), st.integers(0, 4)),
    st.tuples(st.just("bounce"), st.integers(0, 4)),
)


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


class EveryPromise:
    """What happens to a job in one example, each step checked."""

    def __init__(self, story):
        self.story = story

    def publish(self, edits):
        """Publish one draft or two within a window; what counts is the last promise."""
        story = self.story
        for changes in edits:
            story.save({"tell_followers": "AUTOMATIC", "change_note": ""} | changes)
            promise = story.of_the_draft()
            story.publish()
            assert story.of_what_waits() == promise
        story.keeps(promise)

    def cancel(self, changes):
        story = self.story
        story.save({"tell_followers": "AUTOMATIC", "change_note": ""} | changes)
        story.publish()
        story.cancel()
        assert story.of_what_waits() == NOTHING
        story.keeps(NOTHING)
        assert story.of_the_draft() == NOTHING

    def close(self, reason):
        story = self.story
        job = story.fresh()
        if not job.live:
            return
        url = reverse("notifications_close_job", args=[job.pk])
        promise = Promise(story.of_page(url))
        if job.closed_reason:
            story.open_again()
        else:
            story.close(reason)
        self._waits_and_keeps(promise)

    def take_down(self, act):
        story = self.story
        url = reverse(f"wagtailadmin_pages:{act}", args=[story.job.pk])
        if not story.fresh().live:
            return
        promise = Promise(story.of_page(url))
        assert story.take_down(act) == promise.people
        if act == "delete":
            story.keeps(promise, kind="TAKEN_DOWN")
            raise StopIteration
        self._waits_and_keeps(promise)

    def _waits_and_keeps(self, promise):
        waiting = self.story.of_what_waits()
        assert waiting.people == promise.people
        self.story.keeps(waiting)

    def correct(self, changes):
        """Mend the job and correct the last email; both go out as one."""
        story = self.story
        wrong = Announcement.objects.order_by("pk").last()
        if wrong is None or wrong.kind == "CORRECTION" or not wrong.sent:
            return
        story.save({"tell_followers": "AUTOMATIC", "change_note": ""} | changes)
        if story.fresh().live:
            story.publish()
        url = reverse("notifications_correct", args=[wrong.pk])
        response = story.publisher.get(url)
        readers = {e.subscriber.address for e in wrong.emails.filter(state="SENT")}
        still = {x.address for x in story.followers if x.how in ("all", "endings")}
        found = differences_in(response.content.decode())
        since = {
            x.address
            for x in story.followers
            if x.how == ALL and x.since_version >= wrong.version and found
        }
        wanted = sorted((readers & still) | since)
        if not wanted:
            assert response.status_code == 302
            self.story.sent()
            return
        text = squeezed(response.content.decode())
        said = re.search(r"It goes at once to (\d+) (?:person|people) who", text)
        assert int(said[1]) == len(wanted)

        mail.outbox.clear()
        story.publisher.post(url, {"note": "A slip & sorry for it."}, follow=True)
        correction = Announcement.objects.order_by("pk").last()
        story.worker.run()
        told = [m for m in mail.outbox if m.subject == correction.subject]
        assert sorted(m.to[0] for m in told) == wanted
        assert differences_of(correction) == found
        assert all("A slip & sorry for it." in m.body for m in told)
        rest = {m.subject for m in story.sent()}
        assert correction.subject not in rest


@settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    followers=st.lists(st.sampled_from(HOW), max_size=5),
    gap=st.sampled_from([0, 4]),
    events=st.lists(EVENTS, min_size=1, max_size=4),
)
# Who follows since the wrong email reads what is true, as does who got it.
@example(
    followers=[ALL, ENDINGS, "suppressed"],
    gap=0,
    events=[
        ("publish", [{"pay_max": 92000}]),
        ("join", ALL),
        ("join", ENDINGS),
        ("correct", {"pay_max": 29000}),
    ],
)
def test_every_promise_is_kept(publisher, worker, *, followers, gap, events):
    with transaction.atomic():
        begin_a_process()
        AnnouncementSettings.objects.update_or_create(defaults={"least_gap_hours": gap})
        worker.ahead = dt.timedelta()
        story = Story(publisher, worker)
        worker.run(minutes=11)
        for how in followers:
            story.join(how)
        steps = EveryPromise(story)
        acts = vars(EveryPromise) | {"join": None, "leave": None, "bounce": None}
        try:
            for name, value in events:
                event(name)
                method = name.replace(" ", "_")
                owner = story if acts[method] is None else steps
                getattr(owner, method)(value)
        except StopIteration:
            pass
        transaction.set_rollback(True)
