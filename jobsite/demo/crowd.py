"""A crowd for load tests: many jobs and followers, written straight into their tables.

No signal is sent and no revision is made. What the signals would have left behind is
written too (records, paths, announced states, the search index), so that such a job is
found, and the first edit of it tells its followers exactly that edit.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from decimal import Decimal
from types import SimpleNamespace

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from jobs.choices import (
    CompanyNotices,
    EmploymentType,
    PayPeriod,
    RequirementKind,
    Workplace,
)
from jobs.facts import facts_of
from jobs.models import (
    Company,
    JobCategory,
    JobIndexPage,
    JobLocation,
    JobPage,
    JobPath,
    JobRecord,
    JobRequirement,
)
from jobsite.demo import site
from notifications.models import AnnouncedState
from subscriptions import addresses
from subscriptions.models import Subscriber, Subscription

CHUNK = 1_000
#: Stands for the view restrictions of a page that has none.
OPEN_TO_ALL = SimpleNamespace(exists=lambda: False)
#: Jobs of the crowd were posted within this time, the last one now.
SPREAD = dt.timedelta(days=60)

WORK = (
    "Baker", "Carpenter", "Deckhand", "Electrician", "Gardener", "Librarian", "Midwife",
    "Net maker", "Nurse", "Physicist", "Plumber", "Porter", "Postman", "Programmer",
    "Sailmaker", "Shipwright", "Surveyor", "Teacher", "Translator", "Weaver",
)  # fmt: skip
HOW = (
    "",
    " (days)",
    " (evenings)",
    " (nights)",
    " (weekends)",
    ", assistant",
    ", head",
)
TOWNS = (
    "Ashwater", "Brinemouth", "Coldharbour", "Dunlane", "Eastquay", "Fernhythe",
    "Gullwick", "Holmsea", "Inchby", "Kelpton", "Larkstrand", "Marlhaven", "Netherpool",
    "Oxenferry", "Port Sable", "Quaywell", "Reedham Cross", "St Orrin", "Tidewell",
    "Winnow",
)  # fmt: skip
TRADES = (
    "Boatyard",
    "Bakery",
    "Clinic",
    "Joinery",
    "Library",
    "Mill",
    "School",
    "Works",
)
REQUIREMENTS = (
    "Two years of the same work",
    "A full driving licence",
    "Careful with tools",
    "A qualification in the trade",
    "You write clear English",
    "Free at weekends",
    "A head for figures",
    "Kind to strangers",
)
TEXTS = tuple(
    json.dumps(
        [
            {"type": "paragraph", "value": f"<p>{first}</p>"},
            {"type": "paragraph", "value": f"<p>{second}</p>"},
        ]
    )
    for first, second in itertools.product(
        (
            "The work is the same as last year and so are the people.",
            "We are six, and one of us is moving inland.",
            "A busy place in summer and a quiet one from November to March.",
        ),
        (
            "You start at eight, and you are home before the shops close.",
            "Tools and boots are provided, and lunch on Fridays.",
            "There is a trial day, which is paid.",
        ),
    )
)


def add_jobs(count: int) -> int:
    """Add ``count`` live jobs, the last of them the newest on the board."""
    now = timezone.now()
    # Always the same crowd, so that two measurements compare.
    dice = random.Random(count)  # noqa: S311
    companies = _companies()
    categories = list(site.categories().values())
    numbers = iter(range(count))
    while chunk := list(itertools.islice(numbers, CHUNK)):
        pages = [
            _job(
                dice,
                company=dice.choice(companies),
                category=dice.choice(categories),
                posted_at=now - SPREAD * (count - 1 - number) / count,
                now=now,
            )
            for number in chunk
        ]
        _write(pages, now)
    return count


def _companies() -> list[Company]:
    names = [f"{town} {trade}" for town in TOWNS[:10] for trade in TRADES]
    known = set(Company.objects.filter(name__in=names).values_list("name", flat=True))
    Company.objects.bulk_create(
        Company(
            name=name,
            slug=slugify(name),
            description=f"A crowd needs somebody to work for: {name}.",
            website=f"https://{slugify(name)}.example/",
            email=f"work@{slugify(name)}.example",
            notices=CompanyNotices.DAILY,
        )
        for name in names
        if name not in known
    )
    return list(Company.objects.filter(name__in=names).order_by("name"))


def _job(
    dice: random.Random,
    *,
    company: Company,
    category: JobCategory,
    posted_at: dt.datetime,
    now: dt.datetime,
) -> JobPage:
    title = dice.choice(WORK) + dice.choice(HOW)
    workplace = dice.choice((Workplace.ON_SITE, *Workplace))
    low, high, period = _pay(dice)
    closes_at = None
    if dice.random() < 0.8:
        closes_at = (now + dt.timedelta(days=dice.randint(1, 60))).replace(
            second=0, microsecond=0
        )
    texts = dice.sample(REQUIREMENTS, dice.randint(1, 4))
    page = JobPage(
        title=title,
        draft_title=title,
        live=True,
        company=company,
        category=category,
        summary=f"{title} in {company.name}, one of a crowd.",
        employment_type=dice.choice(EmploymentType.values),
        workplace=workplace,
        pay_min=low,
        pay_max=high,
        pay_period=period,
        closes_at=closes_at,
        body=dice.choice(TEXTS),
        apply_email=company.email,
        posted_at=posted_at,
        first_published_at=posted_at,
        last_published_at=posted_at,
    )
    page.locations = _places(dice, workplace)
    page.requirements = [
        JobRequirement(
            text=text, kind=dice.choice(RequirementKind.values), sort_order=n
        )
        for n, text in enumerate(texts)
    ]
    page.derive()
    return page


def _pay(dice: random.Random) -> tuple[Decimal | None, Decimal | None, str]:
    if dice.random() < 0.1:
        return None, None, PayPeriod.YEAR
    if dice.random() < 0.4:
        return Decimal(dice.randrange(1275, 2400, 5)) / 100, None, PayPeriod.HOUR
    low = Decimal(dice.randrange(25_000, 60_000, 500))
    return low, low + dice.randrange(500, 8_000, 500), PayPeriod.YEAR


def _places(dice: random.Random, workplace: str) -> list[JobLocation]:
    if workplace == Workplace.REMOTE:
        return [JobLocation(country="GB")]
    towns = dice.sample(TOWNS, dice.choice((1, 1, 1, 2)))
    return [
        JobLocation(place=town, region="Sable Coast", country="GB", sort_order=n)
        for n, town in enumerate(towns)
    ]


@transaction.atomic
def _write(pages: list[JobPage], now: dt.datetime) -> None:
    index = JobIndexPage.objects.select_for_update().get()
    _give_places_in_tree(index, pages)
    fields = Page._meta.concrete_fields
    bases = Page.objects.bulk_create(
        Page(**{field.attname: getattr(page, field.attname) for field in fields})
        for page in pages
    )
    for page, base in zip(pages, bases, strict=True):
        page.pk = page.id = page.page_ptr_id = base.pk
    # Django's bulk_create refuses a model whose parent has a table of its own.
    JobPage.objects.all()._batched_insert(
        pages, JobPage._meta.local_concrete_fields, batch_size=None
    )
    Page.objects.filter(pk=index.pk).update(numchild=F("numchild") + len(pages))
    for child in ("locations", "requirements"):
        _bulk_create(_children(pages, child))
    _remember(pages, now, url=index.get_url_parts()[2])
    get_search_backend().get_index_for_model(JobPage).add_items(JobPage, pages)


def _give_places_in_tree(index: JobIndexPage, pages: list[JobPage]) -> None:
    last = index.get_last_child()
    step = Page._str2int(last.path[-Page.steplen :]) if last else 0
    for number, page in enumerate(pages, start=step + 1):
        page.path = Page._get_path(index.path, index.depth + 1, number)
        page.depth = index.depth + 1
        page.slug = f"{slugify(page.title)}-{number}"
        page.url_path = f"{index.url_path}{page.slug}/"
        page.locale_id = index.locale_id


def _children(pages: list[JobPage], name: str) -> Iterator[Model]:
    for page in pages:
        for row in getattr(page, name).all():
            row.page_id = page.pk
            yield row


def _remember(pages: list[JobPage], now: dt.datetime, url: str) -> None:
    """Write what publishing would have left behind."""
    paths, states = [], []
    records = JobRecord.objects.bulk_create(_record(page) for page in pages)
    for page, record in zip(pages, records, strict=True):
        paths.append(JobPath(record=record, path=f"{url}{page.slug}/"))
        # Each would ask the database whether it is private; the board is not.
        page.get_view_restrictions = lambda: OPEN_TO_ALL
        states.append(AnnouncedState(record=record, facts=facts_of(page, now)))
    JobPath.objects.bulk_create(paths)
    AnnouncedState.objects.bulk_create(states)


def _record(page: JobPage) -> JobRecord:
    return JobRecord(
        page=page,
        title=page.title,
        company_name=page.company_name,
        place=page.place,
        category_id=page.category_id,
        first_public_at=page.posted_at,
        last_public_at=page.posted_at,
    )


def _bulk_create(rows: Iterable[Model]) -> None:
    rows = list(rows)
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)


def add_followers(count: int) -> int:
    """Have ``count`` new people follow the newest job."""
    newest = JobPage.objects.open().newest_first().first()
    if newest is None:
        return 0
    record = JobRecord.for_page(newest)
    at = timezone.now()
    first = (
        Subscriber.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    ) + 1
    numbers = iter(range(first, first + count))
    while chunk := list(itertools.islice(numbers, 5 * CHUNK)):
        mailboxes = [f"follower{number:07d}@example.org" for number in chunk]
        with transaction.atomic():
            people = Subscriber.objects.bulk_create(
                Subscriber(
                    address=mailbox,
                    address_hash=addresses.hashed(mailbox),
                    created_at=at,
                )
                for mailbox in mailboxes
            )
            Subscription.objects.bulk_create(
                Subscription(
                    subscriber=person, record=record, requested_at=at, confirmed_at=at
                )
                for person in people
            )
    return count
