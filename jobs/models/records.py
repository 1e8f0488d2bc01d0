"""What stays of a job when its page is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, PageViewRestriction

from jobs import formatting
from jobs.choices import ClosedReason
from jobs.facts import TAKEN_DOWN, availability_of, private_paths
from jobs.models.snippets import Company

if TYPE_CHECKING:
    from jobs.models.pages import JobPage


class JobRecord(models.Model):
    """One job for ever: what subscriptions, announcements and old links hold on to.

    Never deleted. Deleting the page sets ``page`` to null, which is one UPDATE of one
    row however many people follow the job. An alias page has no record: it is the
    same job at a second address.
    """

    page = models.OneToOneField(
        "jobs.JobPage",
        verbose_name=_("page"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="record",
    )
    title = models.CharField(_("title"), max_length=255)
    company_name = models.CharField(_("company"), max_length=120, blank=True)
    place = models.CharField(_("place"), max_length=255, blank=True)
    category = models.ForeignKey(
        "jobs.JobCategory",
        verbose_name=_("category"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    first_public_at = models.DateTimeField(_("first public"), null=True)
    last_public_at = models.DateTimeField(_("last published"), null=True)
    filled_at = models.DateTimeField(_("filled"), null=True)
    gone_at = models.DateTimeField(_("gone since"), null=True)
    # What followers were last told a change of, and when; by whoever tells them.
    news_field = models.CharField(max_length=20, blank=True, editable=False)
    news_at = models.DateTimeField(null=True, editable=False)
    # Stays when the job has none any more: somebody's calendar still has it.
    last_closes_at = models.DateTimeField(_("last closing date"), null=True)

    class Meta:
        verbose_name = _("job record")
        indexes = [
            models.Index(fields=["last_public_at"], name="jobs_last_public"),
            models.Index(
                fields=["gone_at"],
                condition=models.Q(gone_at__isnull=False),
                name="jobs_gone",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def for_page(cls, page: JobPage) -> JobRecord:
        """The record of ``page``, made or brought up to date from what the page says.

        What a page says while it is not public, or not to everybody, makes a record
        where there is none and changes none.

        Args:
            page: a saved ``JobPage``; for an alias, the record of its source.
        """
        if page.alias_of_id is not None:
            page = page.alias_of.specific
        summary = _summary_of(page) | {"company_name": page.company_name}
        record, _created = cls.objects.get_or_create(page=page, defaults=summary)
        if page.live and not _restrictions(page).exists():
            cls.objects.filter(pk=record.pk).update(**_public_values(page))
            record.refresh_from_db()
        return record

    @classmethod
    def note_news(cls, record_id: int, fields: Iterable[str], at: dt.datetime) -> None:
        """Remember for lists that followers were told at ``at`` what changed.

        Args:
            record_id: the job's record.
            fields: names in ``jobs.facts.FIELDS``; the one that readers care for most
                is kept, and where there is none nothing is.
            at: the moment of the announcement.
        """
        told = set(fields)
        most = next((name for name in formatting.NEWS if name in told), None)
        if most is not None:
            cls.objects.filter(pk=record_id).update(news_field=most, news_at=at)

    @classmethod
    def keep(cls, page: JobPage, *, path: str) -> None:
        """Note what a live ``page`` says, and ``path`` as one that it is public at.

        Nearly every publication finds a record that knows the path: it costs one
        statement.
        """
        known = JobPath.objects.filter(record=OuterRef("pk"), path=path)
        rows = cls.objects.filter(
            Exists(known), ~Exists(_restrictions(page)), page=page
        )
        if not rows.update(**_public_values(page)):
            record = cls.for_page(page)
            JobPath.objects.update_or_create(path=path, defaults={"record": record})

    @classmethod
    def call_company(cls, company: Company) -> None:
        """Have the records of a company's jobs call it what it may be called now.

        What a job says while it is not public changes no record. Such a job is known by
        the name alone, and keeps the one that it had, unless that is not to be told.
        """
        hidden = Q(page=None) | Q(page__live=False)
        for path in private_paths():
            hidden |= Q(page__path__startswith=path)
        name = company.public_name
        public = cls.objects.filter(~hidden, page__company=company)
        public.exclude(company_name=name).update(company_name=name)
        if company.is_confidential:
            known = cls.objects.filter(hidden, company_name=company.name)
            known.update(company_name=name)

    def public_page(self, private: tuple[str, ...] | None = None) -> JobPage | None:
        """The page that everybody may see, open or closed; None while there is none.

        Args:
            private: as ``jobs.facts.availability_of`` takes it.
        """
        found = availability_of(self.page, timezone.now(), private)
        return None if found.state == TAKEN_DOWN else self.page

    @property
    def path(self) -> str:
        """Where it is public, or was last; "" when it never was."""
        page = self.public_page()
        if page is not None:
            return page.get_url() or ""
        newest = self.paths.order_by("-pk").values_list("path", flat=True)
        return newest.first() or ""

    @classmethod
    def note_paths_below(cls, page: Page) -> None:
        """Note where the live jobs at and below ``page`` are public now.

        For a page that moved or was renamed, since what is below it is not published
        again.
        """
        parts = page.get_url_parts()
        if not parts or parts[2] is None:
            return
        jobs = cls.objects.filter(page__live=True, page__path__startswith=page.path)
        found = jobs.values_list("pk", "page__url_path")
        paths = [
            JobPath(record_id=pk, path=parts[2] + url_path[len(page.url_path) :])
            for pk, url_path in found.iterator()
        ]
        JobPath.objects.bulk_create(
            paths,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["record"],
        )

    @property
    def was_open_until(self) -> dt.datetime | None:
        """When a job that is gone stopped taking applications; None if nobody noted.

        It may have been filled, or its closing date have passed, before it went.
        """
        ends = (self.filled_at, self.last_closes_at, self.gone_at)
        return min(filter(None, ends), default=None) if self.gone_at else None

    @property
    def was_public(self) -> bool:
        """Whether everybody could once see it: a draft and a private job were never."""
        return self.first_public_at is not None


def _restrictions(page: JobPage) -> models.QuerySet[PageViewRestriction]:
    """What keeps ``page`` from being seen by everybody: its own, or one above it."""
    rows = PageViewRestriction.objects.annotate(here=Value(page.path))
    return rows.filter(here__startswith=F("page__path"))


def _summary_of(page: JobPage) -> dict[str, Any]:
    return {
        "title": page.title,
        "place": page.place[:255],
        "category_id": page.category_id,
    }


def _public_values(page: JobPage) -> dict[str, Any]:
    filled = page.closed_reason == ClosedReason.FILLED
    moment = models.DateTimeField()
    first = Value(page.first_published_at, moment)
    company = Company.objects.filter(pk=page.company_id)
    return _summary_of(page) | {
        "company_name": Coalesce(company.public_name(), Value("")),
        "first_public_at": Coalesce("first_public_at", first, output_field=moment),
        "last_public_at": page.last_published_at,
        "filled_at": page.closed_at if filled else None,
        "gone_at": None,
        "last_closes_at": Coalesce(
            Value(page.closes_at, moment), "last_closes_at", output_field=moment
        ),
    }


class JobPath(models.Model):
    """A public path that a job had, such as ``/jobs/night-baker/``.

    A path belongs to the job that used it last.
    """

    record = models.ForeignKey(
        JobRecord, on_delete=models.CASCADE, related_name="paths"
    )
    path = models.CharField(_("path"), max_length=500, unique=True)

    class Meta:
        verbose_name = _("job path")

    def __str__(self) -> str:
        return self.path
