"""Who follows what. Nothing here knows of email, and nothing here has a receiver."""

from __future__ import annotations

import datetime as dt
import secrets
import string

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models import JobRecord
from subscriptions import addresses, retention
from subscriptions.consent import CONSENT_VERSION

TOKEN_LENGTH = 22
TOKEN_ALPHABET = string.ascii_letters + string.digits


def make_token() -> str:
    """Make 22 letters and digits, 131 bits, that nobody can guess."""
    return "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))


class SubscriberManager(models.Manager["Subscriber"]):
    def with_address(self, address: str) -> Subscriber | None:
        """Find a person by address, however its case or its domain is written."""
        return self.filter(address_hash=addresses.hashed(address)).first()


class Subscriber(models.Model):
    """A person, known by one email address; in public a follower.

    Its name is "Subscriber 123", never the address: Wagtail copies names into its
    log, which outlives the person's wish to be forgotten. ``answers`` counts the
    confirmation links that were used: a link works until the next one was answered.
    """

    address = models.EmailField(_("email address"), max_length=254)
    address_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    answers = models.PositiveIntegerField(default=0, editable=False)

    objects = SubscriberManager()

    class Meta:
        verbose_name = _("follower")
        permissions = [
            ("export_subscriber", _("Can download what is held about followers")),
        ]

    def __str__(self) -> str:
        return f"Subscriber {self.pk}"

    @property
    def masked_address(self) -> str:
        return addresses.masked(self.address)


class EndedReason(models.TextChoices):
    UNSUBSCRIBED = "UNSUBSCRIBED", _("Stopped following")
    NOT_CONFIRMED = "NOT_CONFIRMED", _("Never confirmed")
    JOB_ENDED = "JOB_ENDED", _("The job ended")
    BOUNCED = "BOUNCED", _("The address does not take email")
    COMPLAINED = "COMPLAINED", _("Marked as spam")
    STAFF = "STAFF", _("Ended by staff")


class Proof(models.TextChoices):
    """How it was known that the address is the person's own."""

    LINK = "LINK", _("A link in an email")
    BROWSER = "BROWSER", _("The browser that used such a link in the half hour before")
    STAFF = "STAFF", _("Staff, who hold the consent")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def current(self) -> SubscriptionQuerySet:
        """Requested or confirmed, and not ended."""
        return self.filter(ended_at__isnull=True)

    def confirmed(self) -> SubscriptionQuerySet:
        """Following now."""
        return self.current().filter(confirmed_at__isnull=False)

    def wanting(self, *, endings: bool) -> SubscriptionQuerySet:
        """Those who want to hear of a change, or with ``endings`` of an ending.

        Everybody hears of endings; some of nothing else.
        """
        return self if endings else self.filter(closings_only=False)

    def with_token(self, token: str) -> Subscription | None:
        """Find what a link stands for, whatever the link has become.

        That is the newest subscription of its person to its job: who stopped and asked
        again has another row by now, and the links in older emails are for it too.
        """
        # PostgreSQL refuses a NUL even in a question.
        if not token.isalnum():
            return None
        rows = self.filter(
            subscriber__subscriptions__token=token, record__subscriptions__token=token
        )
        return rows.select_related("subscriber", "record__page").order_by("-pk").first()

    def end(self, *, reason: str, now: dt.datetime) -> int:
        """End those that have not ended yet; answer how many."""
        return self.current().update(ended_at=now, ended_reason=reason)


class Subscription(models.Model):
    """One subscriber follows one job.

    It counts from ``confirmed_at`` to ``ended_at``. Asking again after it ended makes a
    new row; "Follow again" goes on with the same one, which then counts from that press
    and no longer says when it began. ``consent_path`` is the page on which the person
    agreed. Where staff hold the consent instead it says in words where, and
    ``consent_given_at`` since when; that is null for everybody who confirmed.
    """

    subscriber = models.ForeignKey(
        Subscriber,
        verbose_name=_("follower"),
        on_delete=models.CASCADE,
        related_name="subscriptions",
    )
    record = models.ForeignKey(
        JobRecord,
        verbose_name=_("job"),
        on_delete=models.PROTECT,
        related_name="subscriptions",
    )
    token = models.CharField(
        max_length=TOKEN_LENGTH, unique=True, default=make_token, editable=False
    )
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("follows since"), null=True, blank=True)
    proof = models.CharField(
        _("confirmed by"), max_length=7, choices=Proof, default=Proof.LINK
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_reason = models.CharField(
        _("why it ended"), max_length=13, choices=EndedReason, blank=True
    )
    closings_only = models.BooleanField(
        _("only when it closes or is taken down"), default=False
    )
    remind_before_closing = models.BooleanField(
        _("remind 3 days before it closes"), default=False
    )
    share_address = models.BooleanField(
        _("the company may see the address"), default=False
    )
    consent_version = models.PositiveSmallIntegerField(
        _("wording agreed to"), default=CONSENT_VERSION
    )
    consent_path = models.CharField(_("page"), max_length=500, blank=True)
    consent_given_at = models.DateTimeField(_("consent given"), null=True, blank=True)

    objects = models.Manager.from_queryset(SubscriptionQuerySet)()

    class Meta:
        verbose_name = _("subscription")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "record"],
                condition=Q(ended_at__isnull=True),
                name="subscriptions_one_per_subscriber_and_job",
            ),
        ]
        indexes = [
            models.Index(
                fields=["record", "id"],
                condition=Q(ended_at__isnull=True, confirmed_at__isnull=False),
                name="subscriptions_followers",
            ),
            # What time forgets is found without reading who still follows.
            models.Index(
                fields=["requested_at"],
                condition=Q(confirmed_at__isnull=True),
                name="subscriptions_requests",
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
                name="subscriptions_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"Subscription {self.pk}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None

    @property
    def agreed_at(self) -> dt.datetime | None:
        """When the person agreed to be told, by whichever way; None before that."""
        return self.consent_given_at or self.confirmed_at

    @property
    def expires_at(self) -> dt.datetime:
        """When an unconfirmed request is deleted."""
        return self.requested_at + retention.keep_requests()
