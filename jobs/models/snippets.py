"""What jobs share: the company that hires, and the field of work."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model
from wagtail.images.models import AbstractRendition
from wagtail.images.shortcuts import get_rendition_or_not_found
from wagtail.search import index

from jobs import formatting
from jobs.choices import CompanyNotices

MONOGRAM_COLOURS = 6
#: In which size pages show a logo, in Wagtail's words.
MARK = "max-192x192"


class NamedBySlug(models.Model):
    """A thing with a name, and a slug made from it when the editor gives none."""

    name: Any
    slug = models.SlugField(
        _("slug"),
        max_length=120,
        unique=True,
        blank=True,
        help_text=_("Part of its web address. Leave empty to make one from the name."),
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self) -> str:
        base = slugify(self.name)[:110] or "item"
        others = type(self)._default_manager.exclude(pk=self.pk)
        taken = set(others.filter(slug__startswith=base).values_list("slug", flat=True))
        candidates = (f"{base}-{n}" if n > 1 else base for n in itertools.count(1))
        return next(slug for slug in candidates if slug not in taken)


CONFIDENTIAL = _("Confidential company")


def known_mark(
    logo_id: int | None, *, file: str, width: Any, height: Any
) -> AbstractRendition:
    """The mark of a company whose logo was given this size before."""
    rendition: type[AbstractRendition] = get_image_model().get_rendition_model()
    return rendition(
        image_id=logo_id, filter_spec=MARK, file=file, width=width, height=height
    )


class CompanyQuerySet(models.QuerySet["Company"]):
    def public_name(self) -> models.Subquery:
        """What ``Company.public_name`` says, for a statement on another table."""
        hidden = models.When(is_confidential=True, then=models.Value(str(CONFIDENTIAL)))
        said = models.Case(hidden, default="name")
        return models.Subquery(self.values_list(said)[:1])

    def named(self) -> CompanyQuerySet:
        """Companies that visitors may know by name."""
        return self.filter(is_confidential=False)

    def with_marks(self) -> CompanyQuerySet:
        """Companies that know their marks: two queries for all of them."""
        logos = get_image_model().objects.prefetch_renditions(MARK)
        return self.prefetch_related(models.Prefetch("logo", logos))

    def active(self) -> CompanyQuerySet:
        """Companies that a new job may name."""
        return self.filter(is_archived=False)


class Company(index.Indexed, NamedBySlug):
    """Who hires. Shared by its jobs; archived rather than deleted."""

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(
        _("description"),
        blank=True,
        max_length=400,
        help_text=_("One or two sentences, shown beside its jobs."),
    )
    website = models.URLField(_("website"), blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    email = models.EmailField(
        _("email address for notices"),
        blank=True,
        help_text=_("We write here when somebody follows one of its jobs."),
    )
    notices = models.CharField(
        _("notices"),
        max_length=5,
        choices=CompanyNotices,
        default=CompanyNotices.EACH,
    )
    is_confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_("Visitors read “Confidential company” and see no name or logo."),
    )
    is_archived = models.BooleanField(
        _("archived"),
        default=False,
        help_text=_("New jobs can no longer name it. Its present jobs stay."),
    )

    objects = models.Manager.from_queryset(CompanyQuerySet)()

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("is_archived"),
    ]

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name

    @property
    def public_name(self) -> str:
        """The name that visitors and followers may read."""
        return str(CONFIDENTIAL) if self.is_confidential else self.name

    @cached_property
    def mark(self) -> AbstractRendition | None:
        """Its logo in the size that pages show; None where there is none to show."""
        if self.is_confidential or self.logo is None:
            return None
        return get_rendition_or_not_found(self.logo, MARK)

    @property
    def website_host(self) -> str:
        return formatting.host(self.website)

    @property
    def monogram(self) -> str:
        """Two letters that stand where there is no logo."""
        words = [w for w in self.name.replace("&", " ").split() if w[:1].isalnum()]
        if len(words) > 1:
            return (words[0][0] + words[1][0]).upper()
        return self.name[:2].upper()

    @property
    def monogram_colour(self) -> int:
        """A number from 1 to 6 that stays the same for the same slug."""
        digest = hashlib.blake2b(self.slug.encode(), digest_size=2).digest()
        return int.from_bytes(digest, "big") % MONOGRAM_COLOURS + 1


class JobCategory(index.Indexed, NamedBySlug):
    """A field of work, such as "Health and care"."""

    name = models.CharField(_("name"), max_length=80)

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("field of work")
        verbose_name_plural = _("fields of work")

    def __str__(self) -> str:
        return self.name
