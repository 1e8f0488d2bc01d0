"""Every variable of the environment: one table, from which ``.env.example`` is written.

``python -m jobsite.settings.variables`` prints ``.env.example``.
"""

from dataclasses import dataclass

#: In a public file, so known to everybody: production refuses what begins like this.
KNOWN_TO_ALL = "development-only"


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
        default=f"{KNOWN_TO_ALL}: signs the sessions of a demo, nothing else",
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
        default=f"{KNOWN_TO_ALL}: hashes example addresses, nothing else",
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


def example_file() -> str:
    """The text of ``.env.example``."""
    entries = [
        "# What the environment decides. Copy this file to .env, and take away the #\n"
        "# before a name to give it another value. The values below are defaults or\n"
        "# examples.\n"
        "# Written by `make env-example` from jobsite/settings/variables.py.\n"
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
