"""Blocks that a job's body and, through ``home.blocks``, every page is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

PROSE_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class HeadingBlock(blocks.CharBlock):
    """A heading inside running text."""

    class Meta:
        icon = "title"
        template = "jobs/blocks/heading.html"
        preview_value = "The work"
        description = _("A heading inside the text")


class ParagraphBlock(blocks.RichTextBlock):
    """Running text with bold, italic, links and lists."""

    class Meta:
        icon = "pilcrow"
        template = "jobs/blocks/paragraph.html"
        preview_value = (
            "<p>The bakery starts at ten in the evening and the last loaf leaves at "
            "five.</p>"
        )
        description = _("Running text with bold, italic, links and lists")


class QuoteBlock(blocks.StructBlock):
    """What somebody said, and who."""

    text = blocks.TextBlock(label=_("words"))
    attribution = blocks.CharBlock(label=_("who said it"), required=False)

    class Meta:
        icon = "openquote"
        template = "jobs/blocks/quote.html"
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
        description = _("A picture with a description for those who cannot see it")


class JobBodyBlock(blocks.StreamBlock):
    """The text of a job, in the order in which it is read."""

    paragraph = ParagraphBlock(features=PROSE_FEATURES)
    heading = HeadingBlock()
    quote = QuoteBlock()
    picture = PictureBlock()
