"""A SQLite database that is migrated already, for test runs to begin with a copy of.

Migrating takes longer than most tests, and each process of a run would do it.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

FOLDER = settings.BASE_DIR / ".pytest_cache"
#: What decides what a migrated database looks like.
SOURCES = ("*/migrations/*.py", "requirements/*.txt", "jobsite/settings/*.py")


def copy_to(path: Path) -> None:
    """Make ``path`` a copy; the first call after a change migrates."""
    FOLDER.mkdir(exist_ok=True)
    migrated = FOLDER / f"migrated-{_digest()}.sqlite3"
    with (FOLDER / "migrated.lock").open("w") as lock:
        # Processes of one run begin together.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not migrated.exists():
            _migrate(migrated)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{path.name}-*"):
        # The journal of another database.
        left.unlink()
    shutil.copyfile(migrated, path)


def _migrate(path: Path) -> None:
    for old in FOLDER.glob("migrated-*"):
        old.unlink()
    unfinished = path.with_suffix(".unfinished")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        check=True,
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{unfinished}",
            "DJANGO_SETTINGS_MODULE": "jobsite.settings.test",
        },
    )
    unfinished.rename(path)


def _digest() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for pattern in SOURCES:
        for source in sorted(settings.BASE_DIR.glob(pattern)):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
