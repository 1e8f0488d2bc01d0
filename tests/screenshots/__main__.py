"""Pictures for the handbook, from the demo in a browser: ``make screenshots``.

The demo is made in a directory of its own and served from there. Each picture is
reduced to few colours, so that it costs the repository little.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from jobsite.bootstrap.__main__ import chromium

BASE_DIR = Path(__file__).resolve().parents[2]
PICTURES = BASE_DIR / "docs" / "pictures"
WIDTH, HEIGHT = 1280, 800
COLOURS = 48
#: The most that one picture may weigh.
MOST_BYTES = 100_000
SETTLE_MS = 1_500


def the_front_page(page: Page) -> None:
    page.goto("/admin/")


def the_list_of_jobs(page: Page) -> None:
    page.goto("/admin/jobs_listing/?state=open&followed=yes")


def the_panel_of_followers(page: Page) -> None:
    """Of the job with a saved draft that differs from what followers know."""
    page.goto("/admin/jobs_listing/")
    page.get_by_role("link", name="Keeper of the lamp room").first.click()
    page.wait_for_url("**/edit/")
    page.get_by_role("button", name="Toggle followers").click()


def what_waits(page: Page) -> None:
    page.goto("/admin/announcements/")


PICTURED: dict[str, Callable[[Page], None]] = {
    "front-page": the_front_page,
    "jobs": the_list_of_jobs,
    "followers": the_panel_of_followers,
    "announcements": what_waits,
}


@contextmanager
def demo(directory: Path) -> Iterator[str]:
    """The address of a demo that lives in ``directory`` for as long as this lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://localhost:{port}"
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jobsite.settings.dev",
        "DATABASE_URL": f"sqlite:///{directory}/demo.sqlite3",
        "EMAIL_URL": f"filemail:///{directory}/mail",
        "SITE_URL": url,
    }
    manage = [sys.executable, str(BASE_DIR / "manage.py")]
    for command in (["migrate", "--no-input", "-v0"], ["demo"], ["deliver", "--once"]):
        subprocess.run([*manage, *command], env=variables, check=True)
    server = subprocess.Popen(
        [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit("The demo does not answer.")


def sign_in(page: Page, name: str) -> None:
    page.goto("/admin/login/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(name)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def save(picture: bytes, name: str) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    path = PICTURES / f"{name}.png"
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(BASE_DIR)}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit("That is more than a picture may weigh.")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=sandbox)
        with demo(Path(directory)) as url:
            page = browser.new_page(
                base_url=url, viewport={"width": WIDTH, "height": HEIGHT}
            )
            sign_in(page, "publisher")
            for name, show in PICTURED.items():
                show(page)
                page.wait_for_timeout(SETTLE_MS)
                save(page.screenshot(), name)
        browser.close()


if __name__ == "__main__":
    main()
