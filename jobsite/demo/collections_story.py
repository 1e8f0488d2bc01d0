"""The finished story: a collections assistant, from the first day to the last.

Twenty-four days of a job that was edited well and badly. What its followers were told,
and what not, was decided by the comparison that decides it for every job.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from jobs.choices import ClosedReason, RequirementKind
from jobs.models import JobLocation, JobPage, JobRecord, JobRequirement
from jobsite.demo import acts, shapes
from jobsite.demo.acts import Town, drop, requirement, set_pay
from jobsite.demo.days import later
from jobsite.demo.jobs_culture import COLLECTIONS_ASSISTANT
from jobsite.demo.people import BOUNCED_ON_DAY_9, LEFT_ON_DAY_19, address
from notifications import services
from notifications.models import AnnouncedState, Announcement, Suppression
from subscriptions import addresses
from subscriptions.models import EndedReason, Subscription


def collections_assistant(town: Town, record: JobRecord) -> None:
    """From the first day to the day on which it was filled."""

    def day(number: int, clock: str) -> dt.datetime:
        return town.days.ago(COLLECTIONS_ASSISTANT.posted - number, clock)

    bounced, left = address(BOUNCED_ON_DAY_9), address(LEFT_ON_DAY_19)
    suppressed = {"address_hash": addresses.hashed(bounced)}
    # The story may be told again, to somebody who could be written to until day 9.
    Suppression.objects.filter(**suppressed).delete()

    day_4 = day(4, "14:22")
    acts.edit(town, record, day_4, set_pay("26000"))
    acts.tell(
        record, day_4 + acts.QUIET, outcomes={address("h.vandermeer"): acts.taken_later}
    )

    day_9 = day(9, "10:41")
    note = "The store moves in May, so we can wait a week longer."
    acts.edit(town, record, day_9, _ask_for_less_and_wait, note=note)
    acts.tell(record, day_9 + acts.QUIET, outcomes={bounced: acts.refused})
    _end(record, bounced, EndedReason.BOUNCED, day_9 + acts.QUIET)
    Suppression.objects.create(
        **suppressed,
        reason=Suppression.Reason.BOUNCED,
        created_at=day_9 + acts.QUIET,
    )

    day_12 = day(12, "17:03")
    acts.edit(town, record, day_12, set_pay("62000"))
    acts.edit(town, record, day_12 + acts.QUIET / 2, set_pay("26000"))
    acts.tell(record, day_12 + 2 * acts.QUIET)
    _show_that_nothing_had_changed(town, record, day_12 + 2 * acts.QUIET)

    day_15 = day(15, "09:17")
    acts.edit(town, record, day_15, _ask_for_a_doctorate)
    _cancel(town, record, day_15 + acts.QUIET / 2)
    acts.edit(town, record, day_15 + acts.QUIET, _drop_the_doctorate)
    acts.tell(record, day_15 + 2 * acts.QUIET)

    day_19 = day(19, "15:36")
    acts.edit(town, record, day_19, _move_to_port_sable)
    acts.tell(record, day_19 + acts.QUIET, outcomes={left: acts.left_in_time})
    _end(record, left, EndedReason.UNSUBSCRIBED, day_19 + acts.QUIET)
    corrected = day_19 + dt.timedelta(minutes=41)
    note = "The place of another job had slipped into this one."
    acts.edit(town, record, corrected, _move_to_marlhaven)
    acts.correct(town, record, corrected, note=note)

    day_22 = day(22, "12:08")
    note = "We had 31 applications. Thank you to everybody who wrote."
    acts.close(town, record, day_22, reason=ClosedReason.FILLED, note=note)
    acts.tell(record, day_22 + acts.QUIET)


def _end(record: JobRecord, email: str, reason: str, at: dt.datetime) -> None:
    rows = Subscription.objects.filter(
        record=record, subscriber__address_hash=addresses.hashed(email)
    )
    rows.end(reason=reason, now=at)


def _ask_for_less_and_wait(page: JobPage) -> None:
    drop(page, "A full driving licence")
    experience = requirement(page, "Three years of work with museum collections")
    experience.text = "One year of work with museum collections"
    if page.closes_at is not None:
        page.closes_at = later(page.closes_at, 7)


def _ask_for_a_doctorate(page: JobPage) -> None:
    page.requirements.add(
        JobRequirement(text="A doctorate in museum studies", kind=RequirementKind.MUST)
    )


def _drop_the_doctorate(page: JobPage) -> None:
    drop(page, "A doctorate in museum studies")


def _move_to_port_sable(page: JobPage) -> None:
    page.locations = [JobLocation(**_place(shapes.PORT_SABLE))]


def _move_to_marlhaven(page: JobPage) -> None:
    page.locations = [JobLocation(**_place(shapes.MARLHAVEN))]


def _place(place: shapes.Place) -> dict[str, str]:
    return {"place": place.town, "region": place.region, "country": place.country}


def _show_that_nothing_had_changed(
    town: Town, record: JobRecord, at: dt.datetime
) -> None:
    states = AnnouncedState.objects.filter(record=record)
    states.update(version=F("version") + 1)
    state = states.get()
    Announcement.objects.create(
        record=record,
        version=state.version,
        kind=Announcement.Kind.CHANGED,
        state=Announcement.State.CANCELLED,
        before=state.facts,
        after=state.facts,
        subject=f"Nothing had changed: {record.title}",
        actor=town.users["publisher"],
        created_at=at,
        expires_at=at,
        finished_at=at,
    )


def _cancel(town: Town, record: JobRecord, at: dt.datetime) -> None:
    state = AnnouncedState.objects.get(record=record)
    services.cancel(state_id=state.pk, user=town.users["publisher"])
    announcement = Announcement.objects.filter(record=record).latest("version")
    acts.date_back_announcement(announcement, at)
    announcement.finished_at = at
    announcement.save()
    acts.date_back_history(town, record.page_id, at)
