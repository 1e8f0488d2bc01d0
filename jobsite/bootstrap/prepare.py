"""An environment, packages and a database, each made only if it is not there."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from jobsite.bootstrap.asked import BASE_DIR, RefusalError

OLDEST_PYTHON = (3, 11)
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"


def refuse_old_python(version: "tuple[int, ...]") -> None:
    if version[:2] < OLDEST_PYTHON:
        have, need = (".".join(map(str, v[:2])) for v in (version, OLDEST_PYTHON))
        raise RefusalError(
            f"Python {have} is too old: {need} or later is needed. If you have one, "
            f"name it: make run PYTHON=python{need}"
        )


def prepare_environment() -> None:
    """Make ``.venv``, unless there is one that works."""
    if not _works(PYTHON):
        if importlib.util.find_spec("ensurepip") is None:
            raise RefusalError("python3-venv is missing: apt install python3-venv")
        shutil.rmtree(VENV, ignore_errors=True)
        run_quietly(
            [sys.executable, "-m", "venv", str(VENV)],
            advice=f"The environment could not be made in {VENV.name}.",
        )


def _works(python: Path) -> bool:
    check = f"import pip, sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return python.exists() and succeeds([str(python), "-c", check])


def prepare_packages(lock: str) -> None:
    """Install what ``requirements/<lock>.txt`` names, if that has not been done."""
    requirements = BASE_DIR / "requirements" / f"{lock}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{lock}"
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    arguments = ["--quiet", "--require-hashes", "-r", str(requirements)]
    if not _installed_by_uv(arguments):
        run_quietly(
            [str(PYTHON), "-m", "pip", "install", "--no-input", *arguments],
            advice="The packages could not be installed. Is the network there?",
        )
    stamp.write_text(digest, "utf-8")


def _installed_by_uv(arguments: "list[str]") -> bool:
    """Whether uv did it. It may not be here, or know no index where pip does."""
    uv = shutil.which("uv")
    return uv is not None and succeeds(
        [uv, "pip", "install", "--python", str(PYTHON), *arguments]
    )


def manage(*arguments: str, advice: str) -> None:
    run_quietly([str(PYTHON), str(BASE_DIR / "manage.py"), *arguments], advice=advice)


def succeeds(command: "list[str]") -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def run_quietly(command: "list[str]", *, advice: str) -> None:
    """Run it and show nothing, unless it fails: then its last words and the advice."""
    result = subprocess.run(
        command,
        check=False,
        cwd=BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if result.returncode:
        last_words = result.stdout.decode(errors="replace").strip().splitlines()[-20:]
        raise RefusalError("\n".join([*last_words, "", advice]))


def prepare_database() -> None:
    manage(
        "migrate",
        "--no-input",
        advice="The database could not be prepared. To start afresh: make reset",
    )


def prepare_demo() -> None:
    manage(
        "demo",
        advice="The demo content could not be made. To start afresh: make reset",
    )
