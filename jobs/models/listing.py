"""What the public list reads: one narrow row for each job that anybody may see.

Nothing here is written by Python, and only what closed long ago is deleted by it.
Triggers in the database (``jobs.listing_sql``) keep every row in step with the job, its
page, its places and its company, whichever way those are written.
docs/adr/0011-list-of-jobs-kept-by-triggers.md says why.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from jobs import choices
from jobs.models.pages import JobPage
from jobs.models.snippets import Company, JobCategory
from jobs.search import LexemesField, Matches

#: Stands for pay that is not stated, or not in the board's currency.
NO_PAY = -1


#: What a list is narrowed by, one index each.
COUNTED = ("employment_type", "workplace", "category", "company")


class _Unindexed(models.Func):
    """A column that SQLite looks up in no index (sqlite.org/optoverview.html, 5)."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


class JobListingQuerySet(models.QuerySet["JobListing"]):
    def open(
        self, now: dt.datetime | models.Expression | None = None
    ) -> JobListingQuerySet:
        """Jobs that the public can see and still apply for.

        Says the same as ``JobPage.objects.open()``, from this table alone. Of many jobs
        nearly all are open, so their order decides how they are read, and not their
        closing dates.
        """
        return self.filter(GreaterThan(_Unindexed("closes_at"), now or timezone.now()))


class JobListing(models.Model):
    """A job that is live, public, no alias, and neither filled nor cancelled.

    ``number`` grows with the moment of posting, and no two jobs have the same: it is
    the order "newest first", the point where an older page goes on, and the row of the
    search index, all in one key. ``pay`` is by the year, in the board's currency. A
    closing date may have passed, until ``services.unlist_closed``: ask ``open()``.

    ``lexemes`` are what PostgreSQL searches, beside what filters ask of the same rows:
    a search joins nothing. On SQLite they are None, and ``JobWords`` has the words.
    """

    # Written by the triggers; on SQLite only such a key is the table's own order.
    number = models.BigAutoField(primary_key=True)
    page = models.OneToOneField(
        JobPage, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    closes_at = models.DateTimeField()
    pay = models.BigIntegerField()
    pay_currency = models.CharField(max_length=3)
    employment_type = models.CharField(max_length=10, choices=choices.EmploymentType)
    workplace = models.CharField(max_length=7, choices=choices.Workplace)
    category = models.ForeignKey(
        JobCategory,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    company = models.ForeignKey(
        Company,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    lexemes = LexemesField(null=True, editable=False)

    objects = models.Manager.from_queryset(JobListingQuerySet)()

    class Meta:
        # Each of the last four finds the jobs of a value in the order of the list, and
        # has all that other filters and counts ask of them.
        indexes = [
            models.Index(fields=["closes_at", "-number"], name="listing_closing"),
            models.Index(fields=["-pay", "-number"], name="listing_pay"),
            *(
                models.Index(
                    fields=[
                        field,
                        "-number",
                        "closes_at",
                        *(other for other in COUNTED if other != field),
                        "pay",
                    ],
                    name=f"listing_{field[:12]}",
                )
                for field in COUNTED
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class JobListingPlace(models.Model):
    """One name under which a listed job can be looked for: of a town or a region.

    ``key`` is the name in lower case, and a job has each key once. ``closes_at`` is
    the listing's.
    """

    listing = models.ForeignKey(
        JobListing,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="places",
    )
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    is_town = models.BooleanField()
    closes_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "-listing", "closes_at"], name="listing_place"),
            models.Index(
                fields=["listing", "is_town", "key", "name"], name="listing_place_of"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JobWords(models.Model):
    """What SQLite's text search knows of a listed job: a table of FTS5.

    Made by ``jobs.listing_sql``, which no migration can express, and not there on
    PostgreSQL: ``JobListing.lexemes`` is what that searches.
    """

    listing = models.OneToOneField(
        JobListing,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_column="rowid",
        related_name="words",
    )
    # FTS5 names the column that stands for all of its columns like the table.
    index = models.TextField(db_column="jobs_jobwords")

    class Meta:
        managed = False
        required_db_vendor = "sqlite"
        db_table = "jobs_jobwords"

    def __str__(self) -> str:
        return str(self.pk)


JobListing._meta.get_field("lexemes").register_lookup(Matches)
JobWords._meta.get_field("index").register_lookup(Matches)
