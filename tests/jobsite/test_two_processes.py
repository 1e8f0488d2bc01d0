"""Two servers over one database: neither shows what the other has changed."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from jobsite.settings.base import BASE_DIR
from tests.bench.databases import SETTINGS, postgres, postgres_server, sqlite
from tests.bench.serving import HOST, Server

pytestmark = pytest.mark.slow

PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from jobsite.demo.crowd import add_jobs
from tests.factories import make_user
add_jobs(3)
make_user(username="editor")
from jobs.models import JobPage
for job in JobPage.objects.order_by("pk"):
    print(job.pk, job.get_url())
"""


class Editor:
    """Somebody who is signed in at one of the servers."""

    def __init__(self, server):
        self.server = server
        self.cookies = SimpleCookie()
        self.send("/admin/login/", username="editor", password="password")

    def send(self, path, **fields):
        """Open the form at ``path``, and send it with ``fields``."""
        form = self.ask("GET", path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
        self.ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}))

    def ask(self, method, path, body=None):
        cookies = "; ".join(f"{x.key}={x.value}" for x in self.cookies.values())
        headers = {
            "Host": HOST,
            "Cookie": cookies,
            "Referer": f"https://{HOST}{path}",
            "X-Forwarded-Proto": "https",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.server.client.request(method, path, body, headers)
        response = self.server.client.getresponse()
        text = response.read().decode()
        assert response.status == (200 if method == "GET" else 302), text
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.cookies.load(cookie)
        return text


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request):
    """The URL of an empty one."""
    server = postgres_server()
    if request.param == "PostgreSQL" and not server:
        pytest.skip("PostgreSQL does not answer: apt install postgresql")
    with sqlite() if request.param == "SQLite" else postgres(server) as vendor:
        yield vendor.hamlet


@pytest.fixture(params=["local memory", "Redis"])
def environment(request, database):
    is_shared = request.param == "Redis"
    cache = request.getfixturevalue("redis_url") if is_shared else "locmemcache://"
    return {**SETTINGS, "DATABASE_URL": database, "CACHE_URL": cache}


def test_a_job_that_one_takes_down_is_gone_from_the_other(environment):
    output = subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    jobs = dict(line.split() for line in output.splitlines())
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(Server("jobsite.wsgi", environment).running())
            for _ in range(2)
        )
        editor = Editor(one)
        for pk, url in jobs.items():
            etags = {other.get(url)[0].headers["ETag"] for _ in range(2)}
            [etag] = etags
            assert other.get(url, If_None_Match=etag)[0].status == 304
            assert url.encode() in unpacked(other, "/sitemap-jobs.xml")

            editor.send(f"/admin/pages/{pk}/unpublish/")

            assert other.get(url, If_None_Match=etag)[0].status == 410
            assert one.get(url)[0].status == 410
            assert url.encode() not in unpacked(other, "/sitemap-jobs.xml")


def unpacked(server, path):
    return server.get(path, Accept_Encoding="identity")[1]
