"""Before jobs are taken down: who will be told, and why it happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from jobs.choices import TakenDownBecause
from jobs.facts import OPEN
from jobs.forms import LineInput
from jobs.models import JobPage
from notifications import clock
from notifications.audience import KNOWN_AS_OPEN, audience, crowd_of
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    Pause,
)


class EndingForm(forms.Form):
    """Why jobs are taken down, and a line for their followers."""

    # Named apart from what Wagtail's own forms beside it hold.
    ending_because = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("No reason given")),
            *((value, capfirst(label)) for value, label in TakenDownBecause.choices),
        ],
        required=False,
    )
    ending_note = forms.CharField(
        label=_("A line for followers"),
        max_length=300,
        required=False,
        widget=LineInput,
        help_text=_("Optional. They see it in the email."),
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """What taking some pages down would end.

    ``followers`` counts the subscriptions that are told, ``people`` each person once:
    of a job that closed before, nobody is. ``followed`` says whether anybody follows
    at all. ``closable`` is the one open job that could be closed instead; None if
    there are several.
    """

    jobs: int
    followers: int
    people: int
    followed: bool
    quiet_minutes: int
    pause: Pause | None
    closable: JobPage | None
    form: EndingForm = field(default_factory=EndingForm)


def ending_of(
    pages: Iterable[Page], *, deletes: bool, form: EndingForm | None = None
) -> Ending:
    """Count what ends with ``pages`` and all that is below them; six queries."""
    jobs = jobs_that_end(pages, deletes=deletes)
    following = audience(Announcement.Kind.TAKEN_DOWN).filter(record__page__in=jobs)
    told = crowd_of(following.filter(KNOWN_AS_OPEN))
    found = list(jobs.order_by("pk")[:2])
    alone = found[0] if len(found) == 1 and _may_be_closed(found[0]) else None
    return Ending(
        jobs=jobs.count(),
        followers=told.followers,
        people=told.people,
        followed=following.exists(),
        quiet_minutes=AnnouncementSettings.load().quiet_minutes,
        pause=Pause.objects.first(),
        closable=alone,
        form=form or EndingForm(),
    )


def _may_be_closed(job: JobPage) -> bool:
    return bool(job.live and not job.closed_reason)


def jobs_that_end(
    pages: Iterable[Page], *, deletes: bool, below: bool = True
) -> QuerySet[JobPage]:
    """The live jobs among ``pages``, or among them and what is below them.

    With ``deletes`` also those that were taken down before, and whose followers were
    not told so: they are when the page is gone for good.
    """
    wanted = Q(pk__in=[])
    for page in pages:
        wanted |= Q(path__startswith=page.path) if below else Q(path=page.path)
    ends = Q(live=True)
    if deletes:
        ends |= Q(record__announced_state__facts__availability__state=OPEN)
    jobs: QuerySet[JobPage] = JobPage.objects.filter(wanted, ends)
    return jobs.filter(alias_of__isnull=True)


def note_ending(
    pages: Iterable[Page], data: Any, *, below: bool, deletes: bool, user: Any
) -> None:
    """Remember what an editor gave as the reason, before the jobs are gone.

    Args:
        pages: what is about to be taken down.
        data: what was posted; nothing is written unless it holds a reason or a line.
        below: whether all that is below them goes too.
        deletes: whether they are deleted, and not unpublished.
        user: who acts.
    """
    form = EndingForm(data)
    form.is_valid()
    because = form.cleaned_data.get("ending_because", "")
    note = form.cleaned_data.get("ending_note", "")
    if because or note:
        jobs = jobs_that_end(pages, deletes=deletes, below=below)
        AnnouncedState.objects.filter(record__page__in=jobs).note_ending(
            now=clock.database_now(), because=because, note=note, actor_id=user.pk
        )
