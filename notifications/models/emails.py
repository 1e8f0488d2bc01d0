"""Emails that we owe, and addresses that must not get any."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models import Company, JobRecord
from notifications.models.announcements import Announcement
from subscriptions.models import Subscriber, Subscription


def make_message_id() -> str:
    """Make the left part of a Message-ID: 32 hexadecimal digits."""
    return secrets.token_hex(16)


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def queued(self) -> OutgoingEmailQuerySet:
        return self.filter(state=OutgoingEmail.State.QUEUED)

    def claimable(self, now: dt.datetime) -> OutgoingEmailQuerySet:
        """Due, and leased by nobody; the most urgent first."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        return (
            self.queued()
            .filter(free, due_at__lte=now)
            .order_by("priority", "due_at", "pk")
        )


class OutgoingEmail(models.Model):
    """One message to one address, from queued to sent.

    The row holds neither address nor text: both are looked up when it is sent, so
    what happened in between still counts. ``key`` says what it is about, and being
    unique makes a duplicate impossible. ``claims`` counts the workers that took it and
    never settled it: a row that kills workers is set aside. ``message_id`` never
    changes, so that a mail server recognises a repeat (RFC 5322, 3.6.4).

    It has no index that is not needed: each one is written to again whenever a row is
    settled, which is most of what sending a message costs.
    """

    class Kind(models.TextChoices):
        CONFIRM = "CONFIRM", _("Confirm")
        ALREADY = "ALREADY", _("Already following")
        MANAGE_LINK = "MANAGE_LINK", _("Link to everything followed")
        ANNOUNCEMENT = "ANNOUNCEMENT", _("Announcement")
        REMINDER = "REMINDER", _("Reminder")
        NEW_FOLLOWER = "NEW_FOLLOWER", _("New follower")
        CLOSING_SOON = "CLOSING_SOON", _("Reminder to an editor")

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Given up")
        SKIPPED = "SKIPPED", _("Not sent")

    class Outcome(models.TextChoices):
        """What a mail provider reported after it took the message."""

        DELIVERED = "DELIVERED", _("Delivered")
        BOUNCED = "BOUNCED", _("Bounced")

    class Priority(models.IntegerChoices):
        """What is leased first: the person who waits in front of a screen."""

        CONFIRMATION = 0
        ENDING = 10
        CHANGE = 20
        COMPANY = 30

    #: wagtail-modeladmin would have Wagtail index each row, in a visitor's request, and
    #: name emails among the places where a company is used.
    wagtail_reference_index_ignore = True

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    key = models.CharField(max_length=100)
    announcement = models.ForeignKey(
        Announcement,
        null=True,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="emails",
    )
    subscriber = models.ForeignKey(
        Subscriber,
        verbose_name=_("follower"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="emails",
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
    )
    # Of a reminder to an editor; what else is about a job finds it another way.
    record = models.ForeignKey(
        JobRecord,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    subscriptions = models.ManyToManyField(Subscription, related_name="+", blank=True)
    priority = models.SmallIntegerField(choices=Priority, default=Priority.CHANGE)
    state = models.CharField(
        _("state"), max_length=7, choices=State, default=State.QUEUED
    )
    outcome = models.CharField(
        _("reported"), max_length=9, choices=Outcome, blank=True, db_default=""
    )
    created_at = models.DateTimeField(_("queued"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    uncertain = models.BooleanField(
        _("uncertain"),
        default=False,
        help_text=_("The connection broke before the server answered."),
    )
    last_code = models.CharField(_("last answer"), max_length=200, blank=True)
    message_id = models.CharField(max_length=32, default=make_message_id)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = models.Manager.from_queryset(OutgoingEmailQuerySet)()

    class Meta:
        verbose_name = _("email")
        constraints = [
            # On PostgreSQL unique=True would make a second index, for LIKE.
            models.UniqueConstraint(fields=["key"], name="notifications_owed_once"),
            models.CheckConstraint(
                condition=(
                    Q(subscriber__isnull=True, company__isnull=True)
                    | Q(subscriber__isnull=True, user__isnull=True)
                    | Q(company__isnull=True, user__isnull=True)
                ),
                name="notifications_one_recipient_at_most",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(state="QUEUED"),
                name="notifications_queue",
            ),
            models.Index(
                fields=["announcement", "state"], name="notifications_by_outcome"
            ),
            # For what a provider reports of an email that it took.
            models.Index(
                fields=["message_id"],
                condition=Q(state="SENT"),
                name="notifications_by_message_id",
            ),
            models.Index(
                fields=["company"],
                condition=Q(company__isnull=False),
                name="notifications_by_company",
            ),
            models.Index(
                fields=["user"],
                condition=Q(user__isnull=False),
                name="notifications_by_user",
            ),
        ]

    def __str__(self) -> str:
        return f"Email {self.pk}"

    @admin.display(description=_("to"))
    def recipient(self) -> str:
        """Who gets it, so that whoever may know the address recognises it."""
        if self.subscriber is not None:
            return self.subscriber.masked_address
        if self.company or self.user:
            return str(self.company or self.user)
        return str(_("erased, or never known"))

    @admin.display(description=_("job"))
    def job(self) -> str:
        """The title of the job that it is about; of the first if there are several."""
        record = self.announcement.record if self.announcement else self.record
        if record is not None:
            return record.title
        return next((s.record.title for s in self.subscriptions.all()), "")


class Attempt(models.Model):
    """An attempt to send an email that did not succeed, and what was answered.

    One that succeeded stands in the email itself: a row is written only where
    something went wrong, so that sending costs no more.
    """

    email = models.ForeignKey(
        OutgoingEmail, on_delete=models.CASCADE, related_name="failures"
    )
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=200)
    uncertain = models.BooleanField(default=False)

    #: As with emails: nobody looks for where one is used.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attempt")

    def __str__(self) -> str:
        return f"Attempt {self.pk}"


class Tally(models.Model):
    """What became of attempts to send in one minute, over all workers.

    Counted apart from the emails, so that looking at delivery costs the same with a
    million of them. A worker that is killed takes its last second's counts along.
    """

    minute = models.DateTimeField(unique=True)
    sent = models.PositiveIntegerField(default=0)
    deferred = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tally")

    def __str__(self) -> str:
        return f"Emails at {self.minute:%Y-%m-%d %H:%M}"


class Suppression(models.Model):
    """An address that must not be mailed, known by its keyed hash only."""

    class Reason(models.TextChoices):
        BOUNCED = "BOUNCED", _("Does not take email")
        COMPLAINED = "COMPLAINED", _("Marked us as spam")
        BLOCKED = "BLOCKED", _("Blocked by staff")

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")

    def __str__(self) -> str:
        return f"Suppression {self.pk}"


class Pause(models.Model):
    """All email rests while a row of this exists; what is owed keeps waiting."""

    paused_at = models.DateTimeField(_("since"), default=timezone.now)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("pause of all email")
        permissions = [("pause_email", _("Can pause and resume all email"))]

    def __str__(self) -> str:
        return f"Pause since {self.paused_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When a background process of one name was last seen, and who may act for it.

    ``lease`` lets one process at a time do the work of that name; it runs out by
    itself when the process dies. ``trouble`` is what somebody must look at, in words.
    """

    name = models.CharField(max_length=20, unique=True)
    seen_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("heartbeat")

    def __str__(self) -> str:
        return self.name
