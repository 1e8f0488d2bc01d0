"""What Lighthouse says of public pages: ``make lighthouse``.

Makes a board with the demo's town in a folder of its own, serves it by gunicorn under
the settings of production, and asks for five pages. Lighthouse comes from the npm
registry by npx, the browser is the one of the machine. Exits with 1 if a page misses.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

LIGHTHOUSE = "lighthouse@12.8.2"
BARS = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
#: What a first visit may cost: bytes as they travel, and requests, all of
#: them to the board.
MOST_BYTES, MOST_REQUESTS = 60_000, 8
#: A job that has closed is kept from search engines on purpose, which is what this one
#: audit asks. All others count.
CLOSED_ON_PURPOSE = "is-crawlable"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
#: Its browser at times records nothing (NO_NAVSTART), and it asks to be run again.
TRIES = 3
ROOT = Path(__file__).resolve().parents[2]


def main(wanted: list[str]) -> int:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or shutil.which("npx") is None:
        print("Lighthouse needs node with npx, and Chromium.")
        return 1
    missed = []
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        environment = _environment(Path(folder)) | {"CHROME_PATH": browser}
        _manage(environment, "migrate", "--verbosity=0")
        _manage(environment, "demo")
        _manage(environment, "collectstatic", "--no-input", "--verbosity=0")
        pages = json.loads(_python(environment, PAGES).stdout)
        with _serving(environment) as url:
            for name, path in pages.items():
                if wanted and name not in wanted:
                    continue
                found = _ask(environment, f"{url}{path}", is_closed=name == "closed")
                missed += [f"{name}: {miss}" for miss in _misses(found)]
                scores = {
                    key: round(part["score"] * 100)
                    for key, part in found["categories"].items()
                }
                visit = _first_visit(found)
                cost = f"{visit.size / 1000:.0f} kB, {visit.requests} requests"
                print(f"{name:<10} {scores} {cost}", flush=True)
    print("\n".join(["", *(missed or ["Every page holds."])]))
    return bool(missed)


def _environment(folder: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.lighthouse.settings",
        "PORT": str(port),
        "SECRET_KEY": "only-for-lighthouse-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ADDRESS_KEY": "only-for-lighthouse-zyxwvutsrqponmlkjihgfedcba-9876543210",
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": f"https://localhost:{port}",
        "MEDIA_ROOT": f"{folder}/media",
        "EMAIL_URL": f"filemail:///{folder}/mail",
        "DEFAULT_FROM_EMAIL": "jobs@jobs.example",
        "DATABASE_URL": f"sqlite:///{folder}/board.sqlite3",
    }


#: Says where the pages are, in the board's own process.
PAGES = """
import json, django
django.setup()
from jobs.models import Company, JobIndexPage, JobPage
board = JobIndexPage.objects.get().url
company = Company.objects.filter(is_confidential=False, jobs__in=JobPage.objects.open())
closed = JobPage.objects.live().public().exclude(closed_reason="").first()
job = JobPage.objects.open().exclude(closes_at=None).newest_first().first()
print(json.dumps({
    "home": "/",
    "list": board,
    "job": job.url,
    "closed": closed.url,
    "company": f"{board}company/{company.order_by('pk').first().slug}/",
}))
"""


def _python(environment: dict[str, str], code: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE
    )


def _manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(
        command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[str]:
    url = f"http://localhost:{environment['PORT']}"
    options = f"-b 127.0.0.1:{environment['PORT']} --threads 8 --log-level error"
    command = [sys.executable, "-m", "gunicorn", "jobsite.wsgi", *options.split()]
    process = subprocess.Popen(
        [*command, "--no-control-socket"], env=environment, cwd=ROOT
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{url}/robots.txt").close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()


def _ask(environment: dict[str, str], url: str, *, is_closed: bool) -> dict:
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json"]
    command += ["--output-path=stdout", f"--chrome-flags={FLAGS}"]
    if is_closed:
        command.append(f"--skip-audits={CLOSED_ON_PURPOSE}")
    for _ in range(TRIES):
        done = subprocess.run(
            command, check=False, env=environment, stdout=subprocess.PIPE
        )
        if not done.returncode:
            return json.loads(done.stdout)
    sys.exit(f"Lighthouse could not look at {url}, {TRIES} times.")


class Visit(NamedTuple):
    size: int
    requests: int
    elsewhere: list[str]


def _first_visit(found: dict) -> Visit:
    """What a browser asked for that had nothing of the board yet."""
    requests = found["audits"]["network-requests"]["details"]["items"]
    board = urlsplit(found["finalDisplayedUrl"]).netloc
    return Visit(
        size=sum(request["transferSize"] for request in requests),
        requests=len(requests),
        elsewhere=[x["url"] for x in requests if urlsplit(x["url"]).netloc != board],
    )


def _misses(found: dict) -> Iterator[str]:
    for name, bar in BARS.items():
        category = found["categories"][name]
        score = round(category["score"] * 100)
        if score < bar:
            audits = [found["audits"][x["id"]] for x in category["auditRefs"]]
            bad = [x["id"] for x in audits if x["score"] is not None and x["score"] < 1]
            yield f"{name} {score}, at least {bar}: {', '.join(bad)}"
    visit = _first_visit(found)
    if visit.size > MOST_BYTES:
        yield f"{visit.size} bytes, at most {MOST_BYTES}"
    if visit.requests > MOST_REQUESTS:
        yield f"{visit.requests} requests, at most {MOST_REQUESTS}"
    if visit.elsewhere:
        yield f"asked somebody else: {', '.join(visit.elsewhere)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
