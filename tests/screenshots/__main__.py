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
COLOURS = 128
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


def what_to_mend(page: Page) -> None:
    """Of a job that somebody has just begun."""
    page.goto("/admin/jobs_listing/")
    page.get_by_role("link", name="Add job").click()
    page.get_by_role("button", name="Toggle what to mend").click()
    # What is typed before Wagtail has looked at the form once counts as unchanged.
    page.wait_for_timeout(2 * SETTLE_MS)
    title = page.locator("#id_title")
    title.press_sequentially("Night baker!")
    title.blur()
    panel = page.locator("[data-side-panel=checklist]")
    panel.get_by_text("The title has a").wait_for()


def an_email_text(page: Page) -> None:
    page.goto("/admin/email-texts/reminder/")
    page.get_by_role("textbox", name="Opening").fill(
        "This is what you asked {site} for.\n\n{title} closes on {weekday}."
    )


def who_came_and_went(page: Page) -> None:
    page.goto("/admin/reports/followers/")


def the_accent(page: Page) -> None:
    """One that is refused, with what is offered in its place."""
    page.goto("/admin/settings/home/looksettings/")
    page.locator("#id_accent").fill("#9fd3c7")
    page.get_by_role("button", name="Save", exact=True).click()


#: By who takes them: what each page shows depends on the group.
PICTURED: dict[str, dict[str, Callable[[Page], None]]] = {
    "publisher": {
        "front-page": the_front_page,
        "jobs": the_list_of_jobs,
        "followers": the_panel_of_followers,
        "announcements": what_waits,
        "report": who_came_and_went,
        "before-publishing": what_to_mend,
    },
    "owner": {"email-text": an_email_text, "accent": the_accent},
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
            for user, pictures in PICTURED.items():
                page = browser.new_page(
                    base_url=url, viewport={"width": WIDTH, "height": HEIGHT}
                )
                sign_in(page, user)
                for name, show in pictures.items():
                    show(page)
                    # Off all buttons, which say their names.
                    page.mouse.move(WIDTH / 2, HEIGHT - 5)
                    page.wait_for_timeout(SETTLE_MS)
                    save(page.screenshot(), name)
        browser.close()


if __name__ == "__main__":
    main()
