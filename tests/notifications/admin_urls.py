"""Every address of the admin that is ours, taken from the resolver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.contrib.settings.registry import registry
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

OUR_APPS = ("home", "jobs", "jobsite", "notifications", "subscriptions")
OURS = re.compile(
    r"notifications_|email-log_|jobs_listing"
    rf"|wagtailsnippets_({'|'.join(OUR_APPS)})_"
    rf"|wagtailsnippetchoosers_({'|'.join(OUR_APPS)})_"
)


@dataclass(frozen=True)
class Address:
    """A named address, and what must be filled in to have one that leads somewhere."""

    name: str
    parameters: tuple[str, ...]

    def path(self, samples: dict[str, dict[str, Any]]) -> str:
        """Fill it in from the samples of its group of names, the longest that fits."""
        groups = [group for group in samples if self.name.startswith(group)]
        sample = samples[max(groups, key=len)] if groups else {}
        return reverse(self.name, kwargs={x: sample[x] for x in self.parameters})


def our_addresses() -> list[Address]:
    """In the order of the resolver, each name once."""
    found = {}
    for name, pattern in _named(get_resolver().url_patterns):
        if _is_ours(name, pattern):
            regex = getattr(pattern.pattern, "regex", None)
            parameters = tuple(pattern.pattern.converters) or tuple(regex.groupindex)
            found[name] = Address(name, parameters)
    return list(found.values())


def ours_without_a_name() -> list[str]:
    """What of ours in the admin no name leads to, so that no rule can speak of it."""
    return [
        where
        for where, pattern in _below(get_resolver().url_patterns)
        if not pattern.name and _is_ours("", pattern)
    ]


def addresses_of_a_page() -> list[str]:
    """The names of Wagtail's addresses that take a page and nothing else."""
    return [
        name.removeprefix("wagtailadmin_pages:")
        for name, pattern in _named(get_resolver().url_patterns)
        if name.startswith("wagtailadmin_pages:")
        and list(pattern.pattern.converters) == ["page_id"]
    ]


def our_bulk_actions() -> list[tuple[str, str, str]]:
    """App, model and action of what can be done to several of our rows at once."""
    return [
        (*names, action.action_type)
        for model in (Page, *get_snippet_models())
        if (names := (model._meta.app_label, model._meta.model_name))
        for action in bulk_action_registry.get_bulk_actions_for_model(*names)
    ]


def our_page_actions() -> list[str]:
    """What can be done to several pages at once, as far as we have a say in it."""
    actions = bulk_action_registry.get_bulk_actions_for_model("wagtailcore", "page")
    return sorted(
        action.action_type
        for action in actions
        if action.__module__.split(".")[0] in OUR_APPS
    )


def our_settings() -> list[Any]:
    """The models of settings that have a page of the admin."""
    return [model for model in registry if model._meta.app_label in OUR_APPS]


def _named(
    patterns: list[Any], prefix: str = "", inside: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        where = inside + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _named(pattern.url_patterns, namespace, where)
        elif where.startswith("admin/") and pattern.name:
            yield f"{prefix}{pattern.name}", pattern


def _below(patterns: list[Any], inside: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        where = inside + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, where)
        elif where.startswith("admin/"):
            yield where, pattern


def _is_ours(name: str, pattern: URLPattern) -> bool:
    """By its name, by who wrote the view, or by whose rows it shows."""
    view = _view_of(pattern)
    given = getattr(pattern.callback, "view_initkwargs", {}).get("model")
    model = given or getattr(view, "model", None)
    owner = getattr(getattr(model, "_meta", None), "app_label", None)
    module = view.__module__.split(".")[0]
    return bool(OURS.match(name)) or {module, owner} & {*OUR_APPS} != set()


def _view_of(pattern: URLPattern) -> Any:
    return getattr(pattern.callback, "view_class", pattern.callback)
