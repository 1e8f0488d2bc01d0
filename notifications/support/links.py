"""Where the pages of the support desk are. None of their addresses names anybody."""

from django.urls import reverse
from django.utils.translation import gettext as _

#: Under which name Wagtail knows the pages about people.
PEOPLE = "wagtailsnippets_subscriptions_subscriber"


def desk_url() -> str:
    return reverse(f"{PEOPLE}:list")


def person_url(pk: int) -> str:
    return reverse(f"{PEOPLE}:inspect", args=[pk])


def person_name(pk: int) -> str:
    """What a person is called where no address may stand."""
    return _("Follower %(number)d") % {"number": pk}
