"""What the environment decides.

Settings read the environment through ``env`` and the functions of this module only,
and these know no variable that is not in the table of ``jobsite.settings.variables``.
"""

import os
import re
from collections import ChainMap
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from jobsite.settings.variables import KNOWN_TO_ALL, VARIABLES

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env.ENVIRON = ChainMap(
    os.environ, {variable.name: variable.default for variable in VARIABLES}
)


def text(name: str) -> str:
    """The variable as it stands.

    Not ``env.str``, which takes a value that begins with "$" for the name of another
    variable. Random keys begin with anything.
    """
    return env.ENVIRON[name]


def number(name: str, *, least: int = 0) -> int:
    """The variable as a whole number, ``least`` or more.

    Raises:
        ImproperlyConfigured: it is anything else.
    """
    value = text(name)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    if int(value) < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more, not {value!r}.")
    return int(value)


def rate(name: str) -> float | None:
    """The variable as a number above zero; None for an empty one.

    Raises:
        ImproperlyConfigured: it is anything else.
    """
    value = text(name)
    if not value:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", value) or not float(value):
        raise ImproperlyConfigured(f"{name} must be a number above 0, not {value!r}.")
    return float(value)


def site_url() -> str:
    """``SITE_URL`` without a slash at its end.

    Raises:
        ImproperlyConfigured: it is not a scheme, a host and perhaps a port, in ASCII.
    """
    url = text("SITE_URL").rstrip("/")
    parts = urlsplit(url)
    if (
        parts.scheme not in {"http", "https"}
        or not url.isascii()
        or f"//{parts.netloc}" != url.partition(":")[2]
    ):
        raise ImproperlyConfigured(
            f"SITE_URL must look like https://jobs.example.org, not {url!r}."
        )
    return url


def cache() -> dict[str, object]:
    """What ``CACHE_URL`` says, as an entry of ``CACHES``.

    Raises:
        ImproperlyConfigured: it names a Redis, and a package is missing.
    """
    if is_redis(text("CACHE_URL")):
        _need_package("redis", "CACHE_URL")
    config: dict[str, object] = env.cache("CACHE_URL")
    return config


def tasks_backend() -> str:
    """``TASKS_BACKEND``: empty, "database", or the URL of a Redis.

    Raises:
        ImproperlyConfigured: it is anything else, or a package is missing.
    """
    value = text("TASKS_BACKEND")
    if is_redis(value):
        _need_package("django_tasks_rq", "TASKS_BACKEND")
    elif value not in {"", "database"}:
        raise ImproperlyConfigured(
            "TASKS_BACKEND must be empty, database or redis://host:6379/1, "
            f"not {value!r}."
        )
    return value


def limits_cache() -> dict[str, object]:
    """Where limits are counted, as an entry of ``CACHES``: the same for all processes.

    The Redis of ``CACHE_URL`` if it names one, else a table that `migrate` makes.
    """
    shared = {
        "KEY_PREFIX": "limits",
        "KEY_FUNCTION": "jobsite.caches.hidden_key",
    }
    if is_redis(text("CACHE_URL")):
        return cache() | shared
    return {
        "BACKEND": "jobsite.caches.CountingDatabaseCache",
        "LOCATION": "limits",
        # Whoever fills it up would otherwise have others' counts forgotten.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
        **shared,
    }


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """The variable as networks, or single addresses, with commas between.

    Raises:
        ImproperlyConfigured: one of them is not, or would mean everybody.
    """
    found = []
    for value in filter(None, map(str.strip, text(name).split(","))):
        try:
            network = ip_network(value)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must be networks such as 10.0.0.0/24, not {value!r}: {error}."
            ) from error
        if not network.prefixlen:
            raise ImproperlyConfigured(
                f"{name} must not be {value!r}: everybody could say who they are."
            )
        found.append(network)
    return found


def is_redis(url: str) -> bool:
    """Whether it names a Redis, with or without encryption on the way."""
    return url.startswith(("redis://", "rediss://"))


def _need_package(module: str, variable: str) -> None:
    if find_spec(module) is None:
        raise ImproperlyConfigured(
            f"{variable} needs the package {module.replace('_', '-')}: "
            "pip install --require-hashes -r requirements/redis.txt"
        )


def below_base_dir(path: str) -> str:
    """An absolute path; a relative one starts at the project's folder."""
    return str(BASE_DIR / path)


def read_dot_env() -> None:
    """Add the lines of ``.env`` to the environment, which wins where both speak."""
    environ.Env.read_env(BASE_DIR / ".env")


def refuse_incomplete_production(given: Mapping[str, str]) -> None:
    """Stop unless ``given`` has all that production needs.

    Raises:
        ImproperlyConfigured: naming everything that is missing or unsafe, at once.
    """
    needed = [v.name for v in VARIABLES if v.needed_in_production]
    missing = [name for name in needed if not given.get(name)]
    problems = []
    if missing:
        problems.append(f"set {', '.join(missing)}")
    problems += [
        f"give {name} a value of its own, not the one of development"
        for name in needed
        if given.get(name, "").startswith(KNOWN_TO_ALL)
    ]
    if given.get("SITE_URL") and not given["SITE_URL"].startswith("https://"):
        problems.append("let SITE_URL begin with https://")
    if problems:
        raise ImproperlyConfigured(
            f"Production cannot start: {'; '.join(problems)}. See .env.example."
        )
