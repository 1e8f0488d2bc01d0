"""What tests of reports have in common: a moment, rows, and how reports are asked for."""

import csv
import datetime as dt
import io
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from notifications.models import Announcement, OutgoingEmail
from notifications.reports import REPORTS
from subscriptions.models import EndedReason
from tests.factories import make_subscription

#: A Monday, the day after clocks went forward in London.
NOW = dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC)
MOST_QUERIES = 15
NAMES = [report.slug for report in REPORTS]
Kind = Announcement.Kind
Reason = EndedReason


def url_of(slug, suffix=""):
    [report] = [report for report in REPORTS if report.slug == slug]
    return reverse(f"{report.index_url_name}{suffix}")


def report(client, slug, **query):
    response = client.get(url_of(slug), query)
    assert response.status_code == 200
    return response


def rows(client, slug, **query):
    return list(report(client, slug, **query).context["object_list"])


def exported(client, slug, **query):
    response = client.get(url_of(slug), query | {"export": "csv"})
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


def london(month, day, hour=12, minute=0):
    zone = ZoneInfo("Europe/London")
    return dt.datetime(2026, month, day, hour, minute, tzinfo=zone)


def follows(record, count=1, **fields):
    return [make_subscription(record=record, **fields) for _ in range(count)]


def told(record, *, at=None, version=1, kind=Kind.CHANGED, **fields):
    created_at = at or timezone.now()
    defaults = {
        "before": {},
        "after": {},
        "subject": f"Pay changed: {record.title}",
        "created_at": created_at,
        "expires_at": created_at + dt.timedelta(days=7),
        "state": Announcement.State.DONE,
    }
    return Announcement.objects.create(
        record=record, version=version, kind=kind, **defaults | fields
    )


def queue(key, **fields):
    defaults = {"due_at": timezone.now(), "kind": OutgoingEmail.Kind.ANNOUNCEMENT}
    return OutgoingEmail.objects.create(key=key, **defaults | fields)
