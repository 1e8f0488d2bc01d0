"""Before jobs are taken down: who will be told, and why it happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from jobs.choices import TakenDownBecause
from jobs.models import JobPage
from notifications import clock
from notifications.models import AnnouncedState, AnnouncementSettings
from subscriptions.models import Subscription


class EndingForm(forms.Form):
    """Why jobs are taken down, and a line for their followers."""

    # Named apart from what Wagtail's own forms beside it hold.
    ending_because = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("No reason given")), *TakenDownBecause.choices],
        required=False,
    )
    ending_note = forms.CharField(
        label=_("A line for followers"),
        max_length=300,
        required=False,
        help_text=_("Optional. They see it in the email."),
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """What taking some pages down would end.

    ``followers`` counts subscriptions, ``people`` each person once. ``closable`` is
    the one open job that could be closed instead; None if there are several.
    """

    jobs: int
    followers: int
    people: int
    quiet_minutes: int
    closable: JobPage | None
    form: EndingForm = field(default_factory=EndingForm)


def ending_of(pages: Iterable[Page], *, form: EndingForm | None = None) -> Ending:
    """Count what ends with ``pages`` and all that is below them; four queries."""
    jobs = live_jobs(pages)
    following = Subscription.objects.confirmed().filter(record__page__in=jobs)
    counts = following.aggregate(
        followers=Count("pk"), people=Count("subscriber", distinct=True)
    )
    found = list(jobs.order_by("pk")[:2])
    alone = found[0] if len(found) == 1 and not found[0].closed_reason else None
    return Ending(
        jobs=jobs.count(),
        quiet_minutes=AnnouncementSettings.load().quiet_minutes,
        closable=alone,
        form=form or EndingForm(),
        **counts,
    )


def live_jobs(pages: Iterable[Page], *, below: bool = True) -> QuerySet[JobPage]:
    """The public jobs among ``pages``, or among them and what is below them."""
    wanted = Q(pk__in=[])
    for page in pages:
        wanted |= Q(path__startswith=page.path) if below else Q(path=page.path)
    jobs: QuerySet[JobPage] = JobPage.objects.live().filter(wanted)
    return jobs.filter(alias_of__isnull=True)


def note_ending(pages: Iterable[Page], data: Any, *, below: bool, user: Any) -> None:
    """Remember what an editor gave as the reason, before the jobs are gone.

    Args:
        pages: what is about to be taken down.
        data: what was posted; nothing is written unless it holds a reason or a line.
        below: whether all that is below them goes too.
        user: who acts.
    """
    form = EndingForm(data)
    form.is_valid()
    because = form.cleaned_data.get("ending_because", "")
    note = form.cleaned_data.get("ending_note", "")
    if because or note:
        jobs = live_jobs(pages, below=below)
        AnnouncedState.objects.filter(record__page__in=jobs).note_ending(
            now=clock.database_now(), because=because, note=note, actor_id=user.pk
        )
