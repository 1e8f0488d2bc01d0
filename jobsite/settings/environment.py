"""What the environment decides: one table, from which ``.env.example`` is written.

Settings read the environment through ``env``, ``text`` and ``number`` only, and
these know no variable that is not in the table. ``python -m
jobsite.settings.environment`` prints ``.env.example``.
"""

import os
import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

# In a public file, so known to everybody: production refuses what begins like this.
_KNOWN_TO_ALL = "development-only"


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable.

    ``default`` is written as it would stand in ``.env``, with paths that start at the
    project's folder. ``.env.example`` shows ``example`` instead where there is one.
    """

    name: str
    purpose: str
    default: str
    example: str | None = None
    needed_in_production: bool = False


VARIABLES = (
    Variable(
        name="SECRET_KEY",
        purpose="Signs sessions and links. Fifty random characters or more.",
        default=f"{_KNOWN_TO_ALL}: signs the sessions of a demo, nothing else",
        example="",
        needed_in_production=True,
    ),
    Variable(
        name="ADDRESS_KEY",
        purpose=(
            "Turns email addresses into the hashes by which followers are found.\n"
            "Fifty random characters or more. Never change it: with another key\n"
            "nobody is found again."
        ),
        default=f"{_KNOWN_TO_ALL}: hashes example addresses, nothing else",
        example="",
        needed_in_production=True,
    ),
    Variable(
        name="ALLOWED_HOSTS",
        purpose="Host names that the board answers to, separated by commas.",
        default="localhost,127.0.0.1,[::1]",
        example="jobs.example.org",
        needed_in_production=True,
    ),
    Variable(
        name="SITE_URL",
        purpose=(
            "Where the board is reached: the start of every link in an email.\n"
            "`manage.py migrate` gives the Wagtail site the same host and port."
        ),
        default="http://localhost:8000",
        example="https://jobs.example.org",
        needed_in_production=True,
    ),
    Variable(
        name="EMAIL_URL",
        purpose=(
            "The way out for email. Without it, development writes files to var/mail,\n"
            "which the demo inbox shows."
        ),
        default="filemail:///var/mail",
        example="smtp+tls://user:password@mail.example.org:587",
        needed_in_production=True,
    ),
    Variable(
        name="DEFAULT_FROM_EMAIL",
        purpose=(
            "The sender of every email. A name here is read in the admin's own, such as\n"
            "those about reviews; others bear the board's name."
        ),
        default="jobs@board.example",
        example="Jobs board <jobs@example.org>",
        needed_in_production=True,
    ),
    Variable(
        name="DATABASE_URL",
        purpose=(
            "SQLite, or PostgreSQL as postgres://user:password@host:5432/name.\n"
            "Paths start at the project's folder; four slashes make one absolute."
        ),
        default="sqlite:///var/db.sqlite3",
    ),
    Variable(
        name="CACHE_URL",
        purpose=(
            "The memory of each process. Several processes share one as\n"
            "redis://host:6379/0, with the packages of requirements/redis.txt."
        ),
        default="locmemcache://",
    ),
    Variable(
        name="TRUSTED_PROXIES",
        purpose=(
            "The networks of your own proxies, with commas between: what these say in\n"
            "X-Forwarded-For is believed, so that limits know one visitor from another.\n"
            "With a proxy that is not named here all visitors share one limit."
        ),
        default="127.0.0.1,::1",
        example="127.0.0.1,::1,10.0.0.0/24",
    ),
    Variable(
        name="TASKS_BACKEND",
        purpose=(
            "Where tasks run: Wagtail's updates of its indexes, and waking delivery.\n"
            "Empty: at once, where they are asked for. `database`: in\n"
            "`manage.py db_worker`. redis://host:6379/1: in `manage.py rqworker`, with\n"
            "the packages of requirements/redis.txt. Then run `manage.py migrate`."
        ),
        default="",
    ),
    Variable(
        name="EMAIL_ALLOW_LIST",
        purpose=(
            "Outside of production: the only addresses and domains that a relay on\n"
            "another machine gets mail for, with commas between. Empty: everybody."
        ),
        default="",
        example="you@example.org,example.net",
    ),
    Variable(
        name="EMAIL_RATE",
        purpose=(
            "How many emails a second the mail server may be given, by all workers\n"
            "together; 0.5 is one every two seconds. Confirmations never wait for it.\n"
            "Empty: as many as it takes."
        ),
        default="",
        example="14",
    ),
    Variable(
        name="EMAIL_WEBHOOK_SECRET",
        purpose=(
            "user:password with which a mail provider reports bounces and complaints\n"
            "to /email/<provider>/tracking/. Empty: there is no such address."
        ),
        default="",
    ),
    Variable(
        name="QUIET_MINUTES",
        purpose=(
            "How many minutes a job rests after an edit before its followers are\n"
            "told: what the site settings start with. 0 waits for nothing. Without\n"
            "this line `make run` takes 1."
        ),
        default="10",
    ),
    Variable(
        name="KEEP_REQUESTS_DAYS",
        purpose=(
            "For how many days a request to follow waits for its link to be used.\n"
            "Then it is deleted, and so is an address that follows nothing.\n"
            "1 or more, as the three below."
        ),
        default="7",
    ),
    Variable(
        name="KEEP_FOLLOWERS_DAYS",
        purpose="For how many days followers wait for a closed job to open again.",
        default="30",
    ),
    Variable(
        name="KEEP_ADDRESSES_DAYS",
        purpose=(
            "For how many days an address is kept after the last job that it\n"
            "followed. The privacy page and emails say all of these numbers."
        ),
        default="28",
    ),
    Variable(
        name="KEEP_EMAILS_DAYS",
        purpose=(
            "For how many days it is known which email went to whom, at least as many\n"
            "as news may be told after an outage (a site setting)."
        ),
        default="30",
    ),
    Variable(
        name="TIME_ZONE",
        purpose="The zone in which closing dates are meant and times are shown.",
        default="Europe/London",
    ),
    Variable(
        name="LANGUAGE_CODE",
        purpose="The language of the pages and of the admin.",
        default="en-gb",
    ),
    Variable(
        name="HOST",
        purpose="Where `make run` listens. 0.0.0.0 lets other machines in.",
        default="localhost",
    ),
    Variable(
        name="PORT",
        purpose="The port of `make run`.",
        default="8000",
    ),
    Variable(
        name="DEBUG",
        purpose=(
            "Django's own error pages, in development only. `make run` turns them\n"
            "off, so that errors look as visitors would see them."
        ),
        default="True",
    ),
)

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
        if given.get(name, "").startswith(_KNOWN_TO_ALL)
    ]
    if given.get("SITE_URL") and not given["SITE_URL"].startswith("https://"):
        problems.append("let SITE_URL begin with https://")
    if problems:
        raise ImproperlyConfigured(
            f"Production cannot start: {'; '.join(problems)}. See .env.example."
        )


def example_file() -> str:
    """The text of ``.env.example``."""
    entries = [
        "# What the environment decides. Copy this file to .env, and take away the #\n"
        "# before a name to give it another value. The values below are defaults or\n"
        "# examples.\n"
        "# Written by `make env-example` from jobsite/settings/environment.py.\n"
    ]
    for variable in VARIABLES:
        lines = variable.purpose.splitlines()
        if variable.needed_in_production:
            lines.append("Production does not start without it.")
        value = variable.default if variable.example is None else variable.example
        comment = "".join(f"# {line}\n" for line in lines)
        entries.append(f"{comment}#{variable.name}={value}\n")
    return "\n".join(entries)


if __name__ == "__main__":
    print(example_file(), end="")  # noqa: T201
