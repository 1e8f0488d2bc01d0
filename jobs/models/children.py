"""What belongs to one job: what it asks for, where it is, its tags."""

from __future__ import annotations

import datetime as dt
import uuid
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
from wagtail.models import Orderable

from jobs import choices, formatting
from jobs.models.snippets import MARK, known_mark
from jobs.prepared import Given, Prepared

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


def load_children(job: JobPage) -> None:
    """Read what the page of ``job`` needs of other tables, in one query.

    That is what it asks for, its places, and its company's logo as pages show it. What
    a preview already holds in memory is left alone.
    """
    company: Any = job.company
    logo_id = company.logo_id if company and not company.is_confidential else None
    found: dict[str, list[Any]] = {"locations": [], "requirements": []}
    for name, pk, order, one, two, three in _of_job.rows(job=job.pk, logo=logo_id):
        row = {"pk": pk, "page_id": job.pk, "sort_order": order}
        if name == "locations":
            child: Any = JobLocation(**row, place=one, region=two, country=three)
        elif name == "requirements":
            child = JobRequirement(**row, text=one, kind=two, uuid=uuid.UUID(three))
        else:
            company.mark = known_mark(logo_id, file=one, width=two, height=three)
            continue
        child._state.adding = False
        found[name].append(child)
    in_memory = getattr(job, "_cluster_related_objects", None) or {}
    for name in found.keys() - in_memory.keys():
        setattr(job, name, sorted(found[name], key=lambda x: x.sort_order or 0))


def _children() -> models.QuerySet[Any, Any]:
    text = models.CharField()
    job = Given("job", models.BigIntegerField())
    logo = Given("logo", models.BigIntegerField())
    places = JobLocation.objects.filter(page_id=job).order_by()
    asked = JobRequirement.objects.filter(page_id=job).order_by()
    marks = get_image_model().get_rendition_model().objects.order_by()
    marks = marks.filter(image_id=logo, filter_spec=MARK, focal_point_key="")
    return places.values_list(
        Value("locations", text),
        F("pk"),
        "sort_order",
        "place",
        "region",
        Cast("country", text),
    ).union(
        asked.values_list(
            Value("requirements", text),
            F("pk"),
            "sort_order",
            "text",
            "kind",
            Cast("uuid", text),
        ),
        marks.values_list(
            Value("mark", text),
            F("pk"),
            Value(0),
            Cast("file", text),
            Cast("width", text),
            Cast("height", text),
        ),
        all=True,
    )


_of_job = Prepared(_children)
