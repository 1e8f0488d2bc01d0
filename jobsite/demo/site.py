"""The site's own pages and settings, filled where nobody has filled them yet."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

from django.core.files.images import ImageFile
from django.db.models import Model
from django.utils.text import slugify
from wagtail.images import get_image_model
from wagtail.models import Page

from home.models import HomePage, LookSettings, StandardPage
from jobs.models import BoardSettings, Company, JobCategory, JobIndexPage
from jobsite.demo import marks, pages
from jobsite.demo.companies import ARTS, CATEGORIES, COMPANIES


def companies() -> dict[str, Company]:
    """The town's companies by name."""
    found = {}
    for written in COMPANIES:
        # By slug, which stays when somebody gives a company another name.
        company, _made = Company.objects.get_or_create(
            slug=slugify(written.name),
            defaults={
                "name": written.name,
                "description": written.description,
                "website": written.website,
                "email": written.email,
                "notices": written.notices,
                "is_confidential": written.is_confidential,
                "logo": _picture(written.name, marks.MARKS[written.mark]())
                if written.mark
                else None,
            },
        )
        found[written.name] = company
    return found


def categories() -> dict[str, JobCategory]:
    return {
        name: JobCategory.objects.get_or_create(
            slug=slugify(name), defaults={"name": name}
        )[0]
        for name in CATEGORIES
    }


def _picture(title: str, png: bytes, description: str = "") -> Any:
    model = get_image_model()
    picture = model.objects.filter(title=title).first()
    if picture is None:
        name = f"{slugify(title)}.png"
        picture = model.objects.create(
            title=title,
            description=description,
            file=ImageFile(io.BytesIO(png), name=name),
        )
    return picture


def furnish(index: JobIndexPage, owner: Any) -> None:
    """Fill settings and pages; what a person wrote into either stays."""
    home = HomePage.objects.get()
    about = _page(home, "about", "About", list(pages.ABOUT), owner)
    privacy = StandardPage.objects.filter(slug="privacy").first()
    if privacy is not None:
        text = [*privacy.body.get_prep_value(), pages.WHO_IS_RESPONSIBLE]
        _fill(privacy, "body", text, owner)
    _fill(home, "body", list(pages.FRONT_PAGE), owner)
    _fill(index, "intro", pages.INTRODUCTION, owner)
    _blocks_page(home, index, owner)
    board = BoardSettings.load()
    if board.name != BoardSettings().name:
        return
    _set(board, **pages.BOARD)
    _set(
        LookSettings.load(),
        tagline=pages.TAGLINE,
        privacy_page=privacy,
        navigation=_stream(_link(page=index.pk), _link(page=about.pk)),
        footer=_stream(
            _column(
                "Find work",
                {"page": index.pk, "title": "All jobs"},
                {"address": f"{index.url}?q=nights", "title": "Night work"},
            ),
            _column("The board", {"page": about.pk}),
        ),
    )


def _page(
    parent: Page, slug: str, title: str, body: list[dict], owner: Any
) -> StandardPage:
    page = StandardPage.objects.child_of(parent).filter(slug=slug).first()
    if page is None:
        page = parent.add_child(
            instance=StandardPage(
                slug=slug, title=title, owner=owner, live=False, body=json.dumps(body)
            )
        )
        page.save_revision(user=owner).publish(user=owner)
    return page


def _fill(page: Page, name: str, value: Any, owner: Any) -> None:
    # Pages that came with the database have no revision until somebody saves them.
    if page.latest_revision_id is not None:
        return
    setattr(page, name, json.dumps(value) if isinstance(value, list) else value)
    page.save_revision(user=owner, clean=False).publish(user=owner)


def _blocks_page(home: HomePage, index: JobIndexPage, owner: Any) -> None:
    if StandardPage.objects.child_of(home).filter(slug="blocks").exists():
        return
    picture = _picture(pages.PICTURE_TITLE, marks.coast(), pages.PICTURE_ALT)
    body = pages.blocks_page(
        picture_id=picture.pk,
        category_id=JobCategory.objects.get(name=ARTS).pk,
        page_id=index.pk,
    )
    _page(home, "blocks", "Blocks", body, owner)


def _set(row: Model, **values: Any) -> None:
    """Set what still stands at its default."""
    fresh = type(row)()
    for name, value in values.items():
        if getattr(row, name) in (getattr(fresh, name), None, ""):
            setattr(row, name, value)
    row.save()


def _stream(*blocks: dict[str, Any]) -> str:
    return json.dumps(list(blocks))


def _link(**value: Any) -> dict[str, Any]:
    return {"type": "link", "value": {"title": "", "page": None, "address": ""} | value}


def _column(heading: str, *links: dict[str, Any]) -> dict[str, Any]:
    # Without an id Wagtail takes an item for a value of the old form, and drops it.
    items = [
        {"type": "item", "id": str(uuid.uuid4()), "value": _link(**link)["value"]}
        for link in links
    ]
    return {"type": "column", "value": {"heading": heading, "links": items}}
