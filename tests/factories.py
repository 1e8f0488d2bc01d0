"""Real objects for tests, with awkward words on purpose.

Plain functions: keyword arguments are the models' own fields, and what is not given
has a value that is good enough. Pages come into being as in the admin, by a draft, a
revision and a publish, so that every signal is heard.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.db.models import QuerySet
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction

from home.models import HomePage, LookSettings, StandardPage
from jobs.choices import RequirementKind
from jobs.models import (
    BoardSettings,
    Company,
    JobCategory,
    JobIndexPage,
    JobLocation,
    JobPage,
    JobRecord,
    JobRequirement,
)
from subscriptions import services, tokens
from subscriptions.addresses import hashed
from subscriptions.models import Subscriber, Subscription

_serial = itertools.count(1)

Requirement = str | tuple[str, str]
Location = str | tuple[str, str, str]


def make_home() -> HomePage:
    """The front page that a migration made."""
    return HomePage.objects.get()


def make_board(**fields: Any) -> JobIndexPage:
    """The job list that a migration made, with ``fields`` set."""
    board = JobIndexPage.objects.get()
    for name, value in fields.items():
        setattr(board, name, value)
    if fields:
        board.save()
    return board


def make_private(page):
    """Show a page, and what is below it, to people who sign in."""
    return PageViewRestriction.objects.create(page=page, restriction_type="login")


def make_page(*, parent: Page | None = None, body: Iterable = (), **fields: Any):
    """A live standard page; ``body`` is a list of (block type, value)."""
    defaults = {"title": f"About & more {next(_serial)}", "live": False}
    page = StandardPage(**defaults | fields)
    page.body = list(body)
    (parent or make_home()).add_child(instance=page)
    page.save_revision().publish()
    return StandardPage.objects.get(pk=page.pk)


def compose_frame() -> None:
    """Compose what stands around every page, as a site owner may.

    A navigation, a footer, a logo, blocks around jobs and their list; a page that
    is taken down and one that is private.
    """
    about, terms, taken_down, private = (
        make_page(title=f"{title} & more", slug=title.lower())
        for title in ("About", "Terms", "Old", "Ours")
    )
    taken_down.unpublish()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    look = LookSettings.load()
    look.navigation = [("link", _link(page)) for page in (about, taken_down)]
    look.footer = [
        ("column", {"heading": heading, "links": [_link(page), _link(about, "Us")]})
        for heading, page in {"Find work": make_board(), "The board": terms}.items()
    ]
    look.privacy_page = terms
    look.logo, look.favicon = make_image(), make_image()
    look.save()
    board, index = BoardSettings.load(), make_board()
    board.beside, index.above = _call_to_action(about), _call_to_action(terms)
    board.save()
    index.save()


def _link(page: Page, title: str = "") -> dict[str, Any]:
    return {"page": page, "address": "", "title": title}


def _call_to_action(page: Page) -> list[tuple[str, dict[str, Any]]]:
    button = {"button_text": "Write to us", "page": page, "url": ""}
    words = {"heading": "Hiring & more", "text": "Your job stands here tomorrow."}
    return [("call_to_action", words | button)]


def make_company(**fields: Any) -> Company:
    """A company that is written to each time somebody follows."""
    number = next(_serial)
    defaults = {
        "name": f"Crumb & Co {number}",
        "email": f"hiring{number}@crumb.example",
        "website": "https://www.crumb.example/",
    }
    return Company.objects.create(**defaults | fields)


def make_category(**fields: Any) -> JobCategory:
    defaults = {"name": f"Food & drink {next(_serial)}"}
    return JobCategory.objects.create(**defaults | fields)


def make_image(**fields: Any):
    """A picture of 8 by 6 pixels."""
    file = io.BytesIO()
    Picture.new("RGB", (8, 6), "#0b5a44").save(file, "PNG")
    defaults = {"title": "Oven", "file": ImageFile(file, name="oven.png")}
    return get_image_model().objects.create(**defaults | fields)


def make_user(*groups: str, **fields: Any):
    """Somebody who may do what ``groups`` may; without any a superuser."""
    number = next(_serial)
    defaults = {
        "username": f"person{number}",
        "email": f"person{number}@board.example",
        "is_superuser": not groups,
    }
    user = get_user_model().objects.create_user(
        password="password", **defaults | fields
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def in_days(days: float) -> dt.datetime:
    """A moment ``days`` from now, on the minute, as forms and facts keep it."""
    moment = timezone.now() + dt.timedelta(days=days)
    return moment.replace(second=0, microsecond=0)


def requirement(given: Requirement) -> JobRequirement:
    """A must-have from its text, or from a pair of text and kind."""
    text, kind = (given, RequirementKind.MUST) if isinstance(given, str) else given
    return JobRequirement(text=text, kind=kind)


def location(given: Location) -> JobLocation:
    """A British town from its name, or a place from town, region and country."""
    place, region, country = (given, "", "GB") if isinstance(given, str) else given
    return JobLocation(place=place, region=region, country=country)


def build_job(
    *,
    requirements: Iterable[Requirement] = ("Food hygiene, level 2", "Own bicycle"),
    locations: Iterable[Location] = ("Marlhaven",),
    **fields: Any,
) -> JobPage:
    """A job that is not saved yet: full time, paid by the year, closing in a month."""
    defaults = {
        "title": f"Bread & butter baker {next(_serial)}",
        "summary": "Bakes through the night.",
        "pay_min": 26000,
        "pay_max": 28000,
        "closes_at": in_days(30),
        "body": [("paragraph", "<p>The ovens are lit at ten.</p>")],
        "apply_url": "https://www.crumb.example/jobs?id=1&ref=board",
        "live": False,
    }
    if "company" not in fields and "company_id" not in fields:
        defaults["company"] = make_company()
    values = defaults | fields
    for name in ("pay_min", "pay_max"):
        values[name] = None if values[name] is None else Decimal(values[name])
    job = JobPage(**values)
    job.requirements = in_order(requirement(given) for given in requirements)
    job.locations = in_order(location(given) for given in locations)
    return job


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Number rows as the editor's form does: without numbers their order is chance."""
    rows = list(rows)
    for number, row in enumerate(rows):
        row.sort_order = number
    return rows


def make_draft(*, board: Page | None = None, **fields: Any) -> JobPage:
    """A job that was saved as a draft and never published."""
    job = build_job(**fields)
    (board or make_board()).add_child(instance=job)
    job.save_revision()
    return JobPage.objects.get(pk=job.pk)


def make_job(*, board: Page | None = None, user: Any = None, **fields: Any) -> JobPage:
    """A live job, published as an editor does it."""
    job = build_job(**fields)
    (board or make_board()).add_child(instance=job)
    job.save_revision(user=user).publish(user=user)
    return JobPage.objects.get(pk=job.pk)


def edit(
    job: JobPage,
    *,
    requirements: Iterable[Requirement] | None = None,
    reword: dict[str, str] | None = None,
    locations: Iterable[Location] | None = None,
    publish: bool = True,
    user: Any = None,
    **fields: Any,
) -> JobPage:
    """Edit a job as the editor does: on its newest revision, then publish it or not.

    A requirement keeps its uuid while its text and kind stay, and when ``reword`` maps
    its text to another; the others in ``requirements`` are new ones.
    """
    job = job.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(job, name, value)
    if requirements is not None:
        known = {(x.text, str(x.kind)): x for x in job.requirements.all()}
        wanted = [requirement(given) for given in requirements]
        job.requirements = in_order(known.get((x.text, str(x.kind)), x) for x in wanted)
    if reword:
        rows = list(job.requirements.all())
        for row in rows:
            row.text = reword.get(row.text, row.text)
        job.requirements = rows
    if locations is not None:
        job.locations = in_order(location(given) for given in locations)
    revision = job.save_revision(user=user)
    if publish:
        revision.publish(user=user)
    return JobPage.objects.get(pk=job.pk)


def make_jobs(count: int, **fields: Any) -> QuerySet[JobPage]:
    """Many jobs at once, live ones, as bare rows: no signal, no revision, no record."""
    board = make_board()
    first = board.numchild + 1
    numbers = range(first, first + count)
    pages = []
    for number in numbers:
        given = {"live": True, "title": f"Job & no. {number}"} | fields
        pages.append(build_job(**given))
        page = pages[-1]
        page.path = JobPage._get_path(board.path, board.depth + 1, number)
        page.depth = board.depth + 1
        page.slug = f"job-{number}"
        page.url_path = f"{board.url_path}{page.slug}/"
        page.draft_title = page.title
        page.locale_id = board.locale_id
        page.posted_at = page.first_published_at = timezone.now()
        page.last_published_at = page.first_published_at
        page.derive()
    bases = [
        Page(
            **{f.attname: getattr(page, f.attname) for f in Page._meta.concrete_fields}
        )
        for page in pages
    ]
    for page, base in zip(pages, Page.objects.bulk_create(bases), strict=True):
        page.pk = page.page_ptr_id = page.id = base.pk
    # Django's bulk_create refuses a model that has a parent table.
    QuerySet(JobPage)._insert(
        pages, fields=JobPage._meta.local_concrete_fields, using="default"
    )
    for child in ("locations", "requirements"):
        rows = [row for page in pages for row in getattr(page, child).all()]
        for page in pages:
            for row in getattr(page, child).all():
                row.page_id = page.pk
        JobPage._meta.get_field(child).related_model.objects.bulk_create(rows)
    Page.objects.filter(pk=board.pk).update(numchild=board.numchild + count)
    return JobPage.objects.filter(pk__in=[page.pk for page in pages])


def make_record(**fields: Any) -> JobRecord:
    """The record of a job whose page is gone."""
    now = timezone.now()
    defaults = {
        "title": f"Deckhand (summer) & mate {next(_serial)}",
        "company_name": "Marl Ferries",
        "place": "Port Sable",
        "first_public_at": now - dt.timedelta(days=20),
        "last_public_at": now - dt.timedelta(days=20),
        "gone_at": now - dt.timedelta(days=1),
    }
    return JobRecord.objects.create(**defaults | fields)


def make_subscriber(address: str = "") -> Subscriber:
    """A person; the same one for the same address."""
    address = address or f"Reader.{next(_serial)}+jobs@example.org"
    subscriber, _created = Subscriber.objects.get_or_create(
        address_hash=hashed(address), defaults={"address": address}
    )
    return subscriber


def make_subscription(
    *,
    job: JobPage | None = None,
    record: JobRecord | None = None,
    email: str = "",
    confirmed: bool = True,
    **fields: Any,
) -> Subscription:
    """One follow as a bare row: nobody is told. ``follow`` goes the public way.

    Followed since yesterday, unless ``confirmed`` is false or ``confirmed_at`` given.
    """
    if record is None:
        record = JobRecord.for_page(job or make_job())
    yesterday = timezone.now() - dt.timedelta(days=1)
    defaults = {
        "subscriber": make_subscriber(email),
        "requested_at": yesterday,
        "confirmed_at": yesterday if confirmed else None,
    }
    return Subscription.objects.create(record=record, **defaults | fields)


def follow(job: JobPage, email: str = "", **choices: bool) -> Subscription:
    """Follow a job as a visitor does: ask, then confirm. Its signals are sent."""
    subscription = services.subscribe(
        email=email or f"Reader.{next(_serial)}@example.org",
        record=JobRecord.for_page(job),
        choices=services.Choices(**choices),
    )
    [confirmed] = services.confirm(
        token=tokens.confirm_token(subscription), only=[subscription.pk]
    )
    return confirmed
