"""The commands behind the Makefile."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import IO

from jobsite.bootstrap.asked import BASE_DIR, Address, RefusalError, given
from jobsite.bootstrap.prepare import (
    PYTHON,
    prepare_database,
    prepare_demo,
    prepare_environment,
    prepare_packages,
    refuse_old_python,
)
from jobsite.bootstrap.serve import serve
from jobsite.bootstrap.signals import Interrupted, interrupt, on_signal

VAR_DIR = BASE_DIR / "var"
#: On every processor. A file stays together: some share what is costly to make. The
#: files of few tests are not the short ones: they do not come last.
SIDE_BY_SIDE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def run() -> int:
    """Everything for a first look, until somebody stops it."""
    address = Address(given("HOST", "localhost"), given("PORT", "8000"))
    address.refuse_if_taken()
    os.environ.update(variables(address))
    steps = (
        ("Python environment in .venv", prepare_environment),
        ("Packages, as locked in requirements/", lambda: prepare_packages("run")),
        ("Database", prepare_database),
        ("Demo content", prepare_demo),
    )
    for number, (name, step) in enumerate(steps, start=1):
        print(f"{number}/5  {name} ... ", end="", flush=True)
        step()
        print("ready", flush=True)
    print("5/5  Starting ... ", end="", flush=True)
    return serve(address)


def variables(address: Address) -> "dict[str, str]":
    """What the board's own programs find in their environment."""
    return {
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "DJANGO_SETTINGS_MODULE": "jobsite.settings.dev",
        "HOST": address.bound_host,
        "PORT": str(address.port),
        "ALLOWED_HOSTS": given("ALLOWED_HOSTS", address.allowed_hosts),
        "SITE_URL": given("SITE_URL", address.url),
        # Whoever tries it sees errors as visitors would, and need not wait long.
        "DEBUG": os.environ.get("DEBUG", "False"),
        "QUIET_MINUTES": given("QUIET_MINUTES", "1"),
    }


def setup() -> int:
    """What development needs, in ``.venv``."""
    prepare_environment()
    prepare_packages("dev")
    return 0


def test(chosen: "list[str]") -> int:
    """All tests that this machine can run in a few minutes, or the chosen ones."""
    setup()
    if chosen:
        return wait_for(start_pytest(*chosen))
    code = beside_each_other("not e2e and not slow and not faults", "e2e and not slow")
    print("Left out, as they take minutes: make slow, make faults")
    return code


def slow() -> int:
    """The tests that take minutes."""
    setup()
    return beside_each_other("slow and not e2e", "slow and e2e")


def beside_each_other(others: str, browsers: str) -> int:
    """Run tests with these marks, the browser's beside the others.

    A browser waits most of the time.
    """
    if chromium() is None:
        code = wait_for(start_pytest(*SIDE_BY_SIDE, "-m", others, "tests"))
        print("Skipped: browser tests, as Chromium is missing: apt install chromium")
        return code
    with tempfile.TemporaryFile() as output:
        browser = start_pytest(
            "-m", browsers, "tests/e2e", variables=of_browser_tests(), output=output
        )
        code = wait_for(start_pytest(*SIDE_BY_SIDE, "-m", others, "tests"), browser)
        output.seek(0)
        print(output.read().decode("utf-8", "replace"), flush=True)
    return code


def e2e() -> int:
    """The browser tests alone."""
    setup()
    if chromium() is None:
        raise RefusalError("Chromium is missing: apt install chromium")
    return wait_for(
        start_pytest("-m", "e2e", "tests/e2e", variables=of_browser_tests())
    )


def faults() -> int:
    """What breaks, at random points: its own tests, since they take minutes."""
    setup()
    rounds = {"ROUNDS": os.environ.get("ROUNDS", "50")}
    chosen = ("-m", "faults", "-n", "auto", "tests/faults")
    return wait_for(start_pytest(*chosen, variables=rounds))


def of_browser_tests() -> "dict[str, str]":
    """A database of their own, and leave to use it."""
    url = given("DATABASE_URL", "sqlite:///var/db.sqlite3")
    name, dot, ending = url.rpartition(".sqlite3")
    return {
        "DATABASE_URL": f"{name}_e2e{dot}{ending}" if dot else f"{url}_e2e",
        # Playwright keeps an event loop in this thread, which Django takes for a
        # mistake.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }


def start_pytest(
    *arguments: str,
    variables: "dict[str, str] | None" = None,
    output: "IO[bytes] | None" = None,
) -> "subprocess.Popen[bytes]":
    settings = {"DJANGO_SETTINGS_MODULE": "jobsite.settings.test"}
    return subprocess.Popen(
        [str(PYTHON), "-m", "pytest", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, **settings, **(variables or {})},
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
    )


def wait_for(*children: "subprocess.Popen[bytes]") -> int:
    """Wait until all have ended; the first exit code that is not 0, else 0."""

    def pass_on(number: int) -> None:
        # Ctrl-C reaches pytest from the terminal already: twice would cut short how
        # it cleans up.
        if number != signal.SIGINT:
            for child in children:
                child.send_signal(number)

    on_signal(pass_on)
    codes = [child.wait() for child in children]
    on_signal(interrupt)
    return next(filter(None, codes), 0)


def chromium() -> "str | None":
    """The path of a Chromium that is installed, or of Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def reset() -> int:
    """Remove what `make run` has made, after a question."""
    if not VAR_DIR.exists():
        print("There is nothing to remove: var/ does not exist.")
        return 0
    print("This removes var/: the database, the emails and the uploads of the demo.")
    if not given("DATABASE_URL", "sqlite:").startswith("sqlite:"):
        print("The database that DATABASE_URL names stays as it is.")
    try:
        answer = input("Remove them? [y/N] ")
    except EOFError:
        answer = ""
        print()
    if answer.strip().lower() not in {"y", "yes"}:
        print("Nothing was removed.")
        return 0
    shutil.rmtree(VAR_DIR)
    print("Removed. To begin again: make run")
    return 0


def main(arguments: "list[str]") -> int:
    commands = {
        "run": run,
        "setup": setup,
        "e2e": e2e,
        "slow": slow,
        "faults": faults,
        "reset": reset,
    }
    on_signal(interrupt)
    try:
        refuse_old_python(sys.version_info[:2])
        if arguments[0] == "test":
            return test(arguments[1:])
        return commands[arguments[0]]()
    except RefusalError as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except Interrupted:
        print("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
