"""What 100,000 followers add to an editor's click."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models.signals import pre_delete
from django.test.utils import CaptureQueriesContext
from wagtail.signals import page_published, page_unpublished

from jobs.models import JobPage, JobRecord
from notifications import signal_handlers
from tests.bench import crowd
from tests.bench.figures import Figure, in_the_middle, ratio, seconds
from tests.factories import make_job

ROUNDS = 7
LISTENING = {
    "on_job_published": page_published,
    "on_job_unpublished": page_unpublished,
    "on_job_deleted": pre_delete,
}
CLICKS: dict[str, Callable[[JobPage], object]] = {
    "publish": lambda page: page.save_revision().publish(),
    "unpublish": lambda page: page.unpublish(),
    "delete": lambda page: page.delete(),
}


def clicks() -> Iterator[Figure]:
    """Publish, unpublish and delete, each with 100,000 followers and with none."""
    many, none = crowd.record(), make_job().record
    for record in (many, none):
        # The first publication of a page is another piece of work.
        _page(record).save_revision().publish()
    took = defaultdict(list)
    for turn in range(ROUNDS):
        for name, click in CLICKS.items():
            # Whoever goes second finds things in memory: take turns.
            order = (many, none) if turn % 2 else (none, many)
            pair = {record.pk: _time(click, record) for record in order}
            took[name].append((pair[many.pk], pair[none.pk]))
    for name, pairs in took.items():
        with_many, with_none = zip(*pairs, strict=True)
        yield Figure(
            row=f"{name}: time with 100,000 followers over none",
            measured=ratio(pairs),
            bar=1.2,
            told=f"{in_the_middle(with_many, times=1000)} over "
            f"{in_the_middle(with_none, times=1000, unit=' ms')}",
        )
    for name in CLICKS:
        added = [_added(name, record) for record in (many, none)]
        yield Figure(
            row=f"{name}: SQL queries that we add, with 100,000 followers",
            measured=added[0],
            bar=8,
            told=f"{added[1]} with none",
        )
    _page(many)


def _time(click: Callable[[JobPage], object], record: JobRecord) -> float:
    page = _page(record)
    return seconds(lambda: click(page))


def _page(record: JobRecord) -> JobPage:
    """A live page of ``record``: the one that it has, or a new one."""
    record.refresh_from_db()
    page = record.page
    if page is None:
        page = make_job()
        page.record.delete()
        JobRecord.objects.filter(pk=record.pk).update(page=page, gone_at=None)
        page.save_revision().publish()
    elif not page.live:
        page.save_revision().publish()
    return JobPage.objects.get(pk=page.pk)


def _added(name: str, record: JobRecord) -> int:
    counts = []
    for listening in (True, False):
        page = _page(record)
        with _listening(listening), CaptureQueriesContext(connection) as queries:
            CLICKS[name](page)
        counts.append(len(queries))
    return counts[0] - counts[1]


@contextmanager
def _listening(wanted: bool) -> Iterator[None]:
    """Keep our receivers away from a click, or leave them."""
    if wanted:
        yield
        return
    for name, signal in LISTENING.items():
        signal.disconnect(sender=JobPage, dispatch_uid=f"notifications.{name}")
    try:
        yield
    finally:
        signal_handlers.register_signal_handlers()
