"""What belongs to one job: what it asks for, where it is, its tags."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.images import get_image_model
from wagtail.images.models import AbstractRendition
from wagtail.models import Orderable

from jobs import choices, formatting
from jobs.models.snippets import MARK

if TYPE_CHECKING:
    from jobs.models.pages import JobPage


class JobTag(TaggedItemBase):
    content_object = ParentalKey(
        "jobs.JobPage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class JobRequirement(Orderable):
    """One thing that a job asks for.

    ``uuid`` follows it through rewording and reordering, so that followers read
    "changed" and not "removed, added".
    """

    page = ParentalKey(
        "jobs.JobPage", on_delete=models.CASCADE, related_name="requirements"
    )
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    text = models.CharField(_("requirement"), max_length=255)
    kind = models.CharField(
        _("kind"),
        max_length=4,
        choices=choices.RequirementKind,
        default=choices.RequirementKind.MUST,
    )

    panels = [FieldPanel("text"), FieldPanel("kind")]

    #: Since when it is asked for, where somebody who knows has noted it.
    added_at: dt.datetime | None = None

    class Meta(Orderable.Meta):
        verbose_name = _("requirement")

    def __str__(self) -> str:
        return self.text


class JobLocation(Orderable):
    """A place where the work is done; for a remote job a country to live in."""

    page = ParentalKey(
        "jobs.JobPage", on_delete=models.CASCADE, related_name="locations"
    )
    place = models.CharField(_("town"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    country = CountryField(_("country"))

    panels = [FieldRowPanel(["place", "region"]), "country"]

    class Meta(Orderable.Meta):
        verbose_name = _("place")

    def __str__(self) -> str:
        return self.place or self.region or formatting.country(str(self.country))


def load_children(job: JobPage, others: Iterable[JobPage] = ()) -> None:
    """Read what the page of ``job`` needs of other tables, in one query.

    That is what it asks for, its places and those of ``others``, and its company's
    logo as pages show it. What a preview already holds in memory is left alone.
    """
    pages = [page for page in (job, *others) if page.pk]
    text = models.CharField()
    places = JobLocation.objects.filter(page__in=pages).order_by()
    asked = JobRequirement.objects.filter(page_id=job.pk).order_by()
    logo = job.company.logo_id if job.company else None
    marks = (
        _renditions()
        .objects.filter(image_id=logo, filter_spec=MARK, focal_point_key="")
        .order_by()
    )
    rows = places.values_list(
        "page_id",
        Value("locations", text),
        F("pk"),
        "sort_order",
        "place",
        "region",
        Cast("country", text),
    ).union(
        asked.values_list(
            "page_id",
            Value("requirements", text),
            F("pk"),
            "sort_order",
            "text",
            "kind",
            Cast("uuid", text),
        ),
        marks.values_list(
            F("image_id"),
            Value("mark", text),
            F("pk"),
            Value(0),
            Cast("file", text),
            Cast("width", text),
            Cast("height", text),
        ),
        all=True,
    )
    found: dict[tuple[int | None, str], list[Any]] = {(job.pk, "requirements"): []}
    found |= {(page.pk, "locations"): [] for page in pages}
    for owner, name, pk, order, one, two, three in rows:
        row = {"pk": pk, "page_id": owner, "sort_order": order}
        if name == "locations":
            child = JobLocation(**row, place=one, region=two, country=three)
        elif name == "requirements":
            child = JobRequirement(**row, text=one, kind=two, uuid=uuid.UUID(three))
        else:
            _put_mark(job, _renditions()(pk=pk, file=one, width=two, height=three))
            continue
        child._state.adding = False
        found[owner, name].append(child)
    for page in pages:
        known = getattr(page, "_cluster_related_objects", None) or {}
        for name in ("locations", "requirements"):
            children = found.get((page.pk, name))
            if children is not None and name not in known:
                setattr(page, name, sorted(children, key=lambda x: x.sort_order or 0))


def _put_mark(job: JobPage, mark: AbstractRendition) -> None:
    company = job.company
    if company is not None and not company.is_confidential:
        mark.image, mark.filter_spec = company.logo, MARK
        company.mark = mark


def _renditions() -> type[AbstractRendition]:
    model: type[AbstractRendition] = get_image_model().get_rendition_model()
    return model
