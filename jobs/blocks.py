"""Blocks for a job's text, for what stands around it and, by ``home``, for every page.

Each has a template, and a preview and a description for the editor that chooses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page

from jobs.links import is_link, validate_link

PROSE_FEATURES = ["bold", "italic", "link", "ol", "ul"]
PAGE_FEATURES = [*PROSE_FEATURES, "h3", "hr"]
IN_TEXT = "jobs/blocks/preview_in_text.html"


class HeadingBlock(blocks.CharBlock):
    """A heading inside running text."""

    class Meta:
        icon = "title"
        template = "jobs/blocks/heading.html"
        preview_template = IN_TEXT
        preview_value = "The work"
        description = _("A heading inside the text")


class ParagraphBlock(blocks.RichTextBlock):
    """Running text with bold, italic, links and lists."""

    class Meta:
        icon = "pilcrow"
        template = "jobs/blocks/paragraph.html"
        preview_template = IN_TEXT
        preview_value = (
            "<p>The bakery starts at ten in the evening and the last loaf leaves at "
            "five.</p>"
        )
        description = _("Running text with bold, italic, links and lists")


class QuoteBlock(blocks.StructBlock):
    """What somebody said, and who."""

    text = blocks.TextBlock(label=_("Words"))
    attribution = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        template = "jobs/blocks/quote.html"
        preview_template = IN_TEXT
        preview_value = {
            "text": "You learn the oven in a month and the dough in a year.",
            "attribution": "Ines, head baker",
        }
        description = _("What somebody said, and who")


class PictureBlock(ImageBlock):
    """A picture with its alternative text."""

    class Meta:
        icon = "image"
        template = "jobs/blocks/picture.html"
        preview_template = IN_TEXT
        description = _("A picture with a description for those who cannot see it")

    def get_preview_value(self) -> Any:
        """The widest picture that the site has; None while it has none."""
        picture = get_image_model().objects.order_by("-width", "pk").first()
        if picture is not None:
            picture.contextual_alt_text = picture.default_alt_text
            picture.decorative = False
        return picture


class JobBodyBlock(blocks.StreamBlock):
    """The text of a job, in the order in which it is read."""

    paragraph = ParagraphBlock(features=PROSE_FEATURES)
    heading = HeadingBlock()
    quote = QuoteBlock()
    picture = PictureBlock()


class TextBlock(blocks.StructBlock):
    """A heading in the margin and running text beside it."""

    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=80)
    text = blocks.RichTextBlock(label=_("Text"), features=PAGE_FEATURES)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        label_format = "{heading}"
        template = "jobs/blocks/text.html"
        preview_value = {
            "heading": "How following works",
            "text": "<p>There is no account and no password. Leave an address at a "
            "job and press the button in the email.</p>",
        }
        description = _("A heading in the margin with running text beside it")


class ImageSectionBlock(blocks.StructBlock):
    """One picture over the whole text width, with a caption."""

    image = PictureBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        label_format = "{caption}"
        template = "jobs/blocks/image.html"
        description = _("One picture with an optional caption")

    def get_preview_value(self) -> Any:
        picture = self.child_blocks["image"].get_preview_value()
        caption = picture.title if picture else ""
        return self.normalize({"image": picture, "caption": caption})


class GoalValue(blocks.StructValue):
    """A value with a page and an address, of which one is used."""

    address_name = "address"

    @property
    def goal(self) -> str:
        """Where it leads: a page's address as it is now, else the typed one.

        Empty for a page that is not public, and for an address that may not stand in
        a link, whoever brought it into the database.
        """
        page = self.get("page")
        if page:
            return (page.url or "") if page.live else ""
        address = self.get(self.address_name) or ""
        return address if is_link(address) else ""


#: Pages by their keys, for whoever opens streams and has read what they name.
pages_at_hand: ContextVar[Mapping[int, Page]] = ContextVar(
    "pages_at_hand", default=MappingProxyType({})
)


class GoalPageBlock(blocks.PageChooserBlock):
    """Chooses a page, and asks for none that is at hand."""

    canonical_module_path = "wagtail.blocks.PageChooserBlock"

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Page | None]:
        keys, pages = list(values), pages_at_hand.get()
        if not {key for key in keys if key} <= pages.keys():
            found: list[Page | None] = super().bulk_to_python(keys)
            return found
        return [pages[key] if key else None for key in keys]


class GoalBlock(blocks.StructBlock):
    """A block that leads to one of our pages or to an address, and to one of the two.

    Whoever derives from it has a child "page" (``GoalPageBlock``), and the address
    under the name that its value class gives.
    """

    class Meta:
        value_class = GoalValue

    def clean(self, value: Any) -> Any:
        """Refuse two goals, none, and an address that may not stand in a link.

        A draft may still lack its goal.
        """
        cleaned = super().clean(value)
        name = self.meta.value_class.address_name
        address = cleaned.get(name)
        problem: ValidationError | None = None
        if cleaned["page"] and address:
            problem = ValidationError(
                _("A page is chosen as well. Take away the page, or this address.")
            )
        elif address:
            try:
                validate_link(address)
            except ValidationError as error:
                problem = error
        elif not cleaned["page"] and not self.is_deferred_validation:
            problem = ValidationError(_("Choose a page, or type an address here."))
        if problem:
            raise StructBlockValidationError({name: problem})
        return cleaned


class CallToActionValue(GoalValue):
    address_name = "url"


class CallToActionBlock(GoalBlock):
    """One sentence and one button."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), max_length=300)
    button_text = blocks.CharBlock(
        label=_("Words on the button"),
        max_length=40,
        help_text=_("A verb and an object, such as “See all jobs”."),
    )
    page = GoalPageBlock(label=_("Page"), required=False)
    url = blocks.CharBlock(
        label=_("Or an address"),
        required=False,
        max_length=500,
        help_text=_("Such as https://example.org/ or mailto:us@example.org"),
    )

    class Meta:
        icon = "arrow-right"
        label = _("Call to action")
        label_format = "{heading}"
        value_class = CallToActionValue
        template = "jobs/blocks/call_to_action.html"
        preview_value = {
            "heading": "Hiring on the coast?",
            "text": "Write to us, and your job stands here tomorrow.",
            "button_text": "Write to us",
            "page": None,
            "url": "mailto:board@marlhaven.example",
        }
        description = _("One sentence and one button")


class RegionBlock(blocks.StreamBlock):
    """What may stand around the facts of a job, and around the list of jobs."""

    text = TextBlock()
    image = ImageSectionBlock()
    call_to_action = CallToActionBlock()
