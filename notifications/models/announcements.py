"""What followers were told of a job, and what they are about to be told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Func, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Greatest
from django.utils.translation import gettext_lazy as _

from jobs.choices import TakenDownBecause, TellFollowers
from jobs.models import JobRecord
from notifications.models.settings import AnnouncementSettings, default_quiet_minutes

#: An editor's intents, the weakest first: in one quiet window the strongest wins.
STRENGTH = (
    TellFollowers.DO_NOT_SEND,
    TellFollowers.AUTOMATIC,
    TellFollowers.SEND,
)
#: How long taking pages down may take, however short the quiet window is.
GONE_WITHIN = dt.timedelta(minutes=1)


class Minutes(Func):
    """A number of minutes as a duration that the database can add to a moment."""

    arity = 1
    output_field = models.DurationField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Django keeps durations there in microseconds.
        template = "(%(expressions)s * 60000000)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "make_interval(mins => %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)


def end_of_quiet_window(now: dt.datetime) -> ExpressionWrapper:
    """Now and the quiet window of the settings, added up by the database.

    So a click need not ask for the settings first.
    """
    window = AnnouncementSettings.objects.values(window=Minutes("quiet_minutes"))
    default = Value(dt.timedelta(minutes=default_quiet_minutes()))
    return ExpressionWrapper(
        Value(now, models.DateTimeField()) + Coalesce(Subquery(window[:1]), default),
        output_field=models.DateTimeField(),
    )


def joined_note(note: str) -> Case:
    """The note of the window with ``note`` after it, unless it says just that."""
    text = models.TextField()
    given = Value(note, text)
    return Case(
        When(note__in=["", note], then=given),
        default=Concat("note", Value(" ", text), given, output_field=text),
        output_field=text,
    )


class AnnouncedStateQuerySet(models.QuerySet["AnnouncedState"]):
    def due(self, now: dt.datetime) -> AnnouncedStateQuerySet:
        """States whose quiet window has passed, the longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "pk")

    def waiting(self) -> AnnouncedStateQuerySet:
        """States that will be compared, now or later."""
        return self.filter(due_at__isnull=False)

    def said_nothing(self) -> AnnouncedStateQuerySet:
        """States in whose window nobody gave a line or a reason."""
        return self.filter(note="", because="")

    def touch(
        self,
        *,
        page_id: int,
        now: dt.datetime,
        intent: str,
        note: str,
        actor_id: int | None,
    ) -> bool:
        """Note in one UPDATE that a job may have news; False if it has no state yet.

        Keeps the strongest intent and every note of the window, and restarts it.
        """
        values: dict[str, Any] = {}
        if note:
            values["note"] = joined_note(note)
        if actor_id is not None:
            values["actor_id"] = actor_id
        rows = self.filter(record__page_id=page_id)
        return bool(rows.open_windows(now=now, intent=intent, **values))

    def open_windows(self, *, now: dt.datetime, intent: str, **values: Any) -> int:
        """Restart the quiet windows in one UPDATE, with ``values``; answer how many."""
        weaker = STRENGTH[: STRENGTH.index(TellFollowers(intent))]
        strongest = Case(
            When(intent__in=[*weaker, ""], then=Value(intent)), default=F("intent")
        )
        values |= {"due_at": end_of_quiet_window(now), "intent": strongest}
        return self.update(**values)

    def note_ending(
        self, *, now: dt.datetime, because: str, note: str, actor_id: int | None
    ) -> int:
        """Note in one UPDATE why jobs are about to be taken down; answer how many.

        Opens their quiet windows: if nothing ends after all, the next comparison
        finds no news and forgets the reason; not before the pages can be gone. One
        that was given before stays unless there is another: a job may be unpublished
        for a reason, then deleted.
        """
        earliest = Value(now + GONE_WITHIN, models.DateTimeField())
        values: dict[str, Any] = {
            "due_at": Greatest(end_of_quiet_window(now), earliest),
            "actor_id": actor_id,
        }
        if because:
            values["because"] = because
        if note:
            values["note"] = joined_note(note)
        return self.update(**values)


class AnnouncedState(models.Model):
    """The facts that a job's followers were last told; one row for each job.

    The only row that an editor's click writes. ``facts`` is null until the first
    comparison adopts what is public; ``due_at`` says when to compare next, null when
    there is nothing to look at. ``intent``, ``note`` and ``actor`` belong to the
    window that is open, ``because`` says why an editor took the page away in it, and
    ``at_once`` that somebody pressed "Send now". ``cancelled_digest`` remembers the
    news that an editor chose not to send, so that the reconciler does not bring it up
    again.
    """

    record = models.OneToOneField(
        JobRecord, on_delete=models.CASCADE, related_name="announced_state"
    )
    facts = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    intent = models.CharField(max_length=11, choices=TellFollowers, blank=True)
    note = models.TextField(blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    because = models.CharField(max_length=9, choices=TakenDownBecause, blank=True)
    at_once = models.BooleanField(default=False)
    cancelled_digest = models.CharField(max_length=64, blank=True)

    objects = models.Manager.from_queryset(AnnouncedStateQuerySet)()

    class Meta:
        verbose_name = _("announced state")

    def __str__(self) -> str:
        return f"State of job {self.record_id}"

    def close_window(self) -> None:
        """Forget the window that was open; the caller saves."""
        self.due_at = None
        self.intent = ""
        self.note = ""
        self.because = ""
        self.actor = None
        self.at_once = False


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def told(self) -> AnnouncementQuerySet:
        """Those that followers were or are being told."""
        return self.exclude(state__in=Announcement.UNTOLD)

    def heard(self) -> AnnouncementQuerySet:
        """Of those, what was for somebody; else only the job's page says it."""
        return self.told().exclude(state=Announcement.State.DONE, planned=0)

    def last_end(self) -> Announcement | None:
        """Of one job's: the end that its followers were told of; None if it has none.

        Nor if they were told since that it is open again.
        """
        ends = self.told().filter(kind__in=Announcement.ENDINGS)
        last = ends.order_by("-version").first()
        return last if last and last.kind != Announcement.Kind.OPEN_AGAIN else None

    def unfinished(self) -> AnnouncementQuerySet:
        return self.filter(state__in=Announcement.ON_ITS_WAY)

    def stopped(self, now: dt.datetime) -> AnnouncementQuerySet:
        """Those that an error stopped, while they are still worth telling."""
        return self.filter(state=Announcement.State.PARKED, expires_at__gt=now)


class Announcement(models.Model):
    """One true difference in a job's facts, told once to everybody who follows.

    Kept for ever: told ones are the public timeline, and none holds a person's data.
    Applied in order of ``version``, the told ones lead from the first announced facts
    to the present ones. ``changes`` are ``jobs.facts.Change`` as data, ``lines`` the
    same in the words that were sent. ``delivered`` and ``bounced`` count what a mail
    provider reported of those that were ``sent``; none does over plain SMTP.
    ``subject``, ``opening`` and ``closing`` are what site owners said at the time;
    ``heading`` says what happened, whatever they said, and is the subject where it is
    empty.
    """

    class Kind(models.TextChoices):
        CHANGED = "CHANGED", _("Changed")
        CLOSED = "CLOSED", _("Closed")
        TAKEN_DOWN = "TAKEN_DOWN", _("Taken down")
        OPEN_AGAIN = "OPEN_AGAIN", _("Open again")
        CORRECTION = "CORRECTION", _("Correction")

    class State(models.TextChoices):
        EXPANDING = "EXPANDING", _("Collecting followers")
        SENDING = "SENDING", _("Sending")
        DONE = "DONE", _("Sent")
        CANCELLED = "CANCELLED", _("Cancelled")
        SKIPPED = "SKIPPED", _("Not told: too old")
        PARKED = "PARKED", _("Stopped by an error")

    record = models.ForeignKey(
        JobRecord,
        verbose_name=_("job"),
        on_delete=models.CASCADE,
        related_name="announcements",
    )
    version = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    before = models.JSONField()
    after = models.JSONField()
    changes = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    heading = models.CharField(max_length=400, blank=True)
    opening = models.TextField(blank=True)
    closing = models.TextField(blank=True)
    note = models.TextField(_("note"), blank=True)
    because = models.CharField(
        _("reason"), max_length=9, choices=TakenDownBecause, blank=True
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="corrections"
    )
    created_at = models.DateTimeField(_("decided"))
    expires_at = models.DateTimeField(_("not sent after"))
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.EXPANDING
    )
    cursor = models.BigIntegerField(default=0)
    planned = models.PositiveIntegerField(_("people"), default=0)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    delivered = models.PositiveIntegerField(_("delivered"), default=0)
    bounced = models.PositiveIntegerField(_("bounced"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = models.Manager.from_queryset(AnnouncementQuerySet)()

    #: States of those that nobody was told.
    UNTOLD = (State.CANCELLED, State.SKIPPED)
    #: States of those that some people have yet to be told.
    ON_ITS_WAY = (State.EXPANDING, State.SENDING)
    #: Kinds that also those hear who asked for closings only.
    ENDINGS = (Kind.CLOSED, Kind.TAKEN_DOWN, Kind.OPEN_AGAIN)
    #: And a correction, which goes to whoever got what it corrects.
    FOR_EVERYONE = (*ENDINGS, Kind.CORRECTION)

    class Meta:
        verbose_name = _("announcement")
        permissions = [
            ("decide_announcement", _("Can send at once, cancel and correct")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "version"],
                name="notifications_one_announcement_per_version",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["EXPANDING", "SENDING"]),
                name="notifications_unfinished",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(state="PARKED"),
                name="notifications_parked",
            ),
        ]

    def __str__(self) -> str:
        return f"Announcement {self.pk}"

    @property
    def unreported(self) -> int:
        """How many were sent of which a provider that reports said nothing yet."""
        return max(self.sent - self.delivered - self.bounced, 0)

    @property
    def is_for_everyone(self) -> bool:
        """Whether it also goes to those who want to hear of endings only."""
        return self.kind in self.FOR_EVERYONE
