"""Where the pages of the support desk are. None of their addresses names anybody."""

from django.urls import reverse

#: Under which name Wagtail knows the pages about people.
PEOPLE = "wagtailsnippets_subscriptions_subscriber"


def desk_url() -> str:
    return reverse(f"{PEOPLE}:list")


def person_url(pk: int) -> str:
    return reverse(f"{PEOPLE}:inspect", args=[pk])
