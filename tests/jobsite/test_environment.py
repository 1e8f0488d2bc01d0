import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from jobsite.settings import environment
from jobsite.settings.environment import (
    BASE_DIR,
    VARIABLES,
    example_file,
    refuse_incomplete_production,
)

NEEDED = [v.name for v in VARIABLES if v.needed_in_production]
COMPLETE = {
    "SECRET_KEY": "of its own",
    "ADDRESS_KEY": "of its own",
    "ALLOWED_HOSTS": "jobs.example",
    "SITE_URL": "https://jobs.example",
    "EMAIL_URL": "smtp://localhost",
    "DEFAULT_FROM_EMAIL": "jobs@jobs.example",
}


def python(code, **variables):
    # Empty values win over a .env that somebody keeps beside the tests.
    nothing = dict.fromkeys((v.name for v in VARIABLES), "")
    defaults = {v.name: v.default for v in VARIABLES if not v.needed_in_production}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={**os.environ, **nothing, **defaults, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


class TestProduction:
    def test_refuses_to_start_and_names_everything_that_is_missing(self):
        result = python("import jobsite.settings.production")

        last_line = result.stderr.splitlines()[-1]
        assert result.returncode != 0
        assert [name for name in NEEDED if name not in last_line] == []

    def test_starts_with_what_it_needs(self):
        result = python(
            "from jobsite.settings import production as s;"
            "print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.ROOT_URLCONF)",
            **COMPLETE,
        )

        assert result.stderr == ""
        assert result.stdout.split() == ["False", "True", "jobsite.urls"]

    @pytest.mark.parametrize("name", NEEDED)
    def test_names_the_one_that_is_missing(self, name):
        given = COMPLETE | {name: ""}

        with pytest.raises(ImproperlyConfigured, match=f"set {name}. See"):
            refuse_incomplete_production(given)

    @pytest.mark.parametrize("name", ["SECRET_KEY", "ADDRESS_KEY"])
    def test_refuses_the_keys_of_development(self, name):
        [known] = [v.default for v in VARIABLES if v.name == name]

        with pytest.raises(ImproperlyConfigured, match=f"{name} a value of its own"):
            refuse_incomplete_production(COMPLETE | {name: known})

    def test_refuses_links_without_https(self):
        given = COMPLETE | {"SITE_URL": "http://jobs.example"}

        with pytest.raises(ImproperlyConfigured, match="https://"):
            refuse_incomplete_production(given)


class TestExampleFile:
    def test_is_current(self):
        written = (BASE_DIR / ".env.example").read_text("utf-8")

        assert written == example_file(), "run `make env-example`"

    def test_sets_nothing_until_somebody_edits_it(self):
        lines = example_file().splitlines()

        assert [line for line in lines if line and not line.startswith("#")] == []


class TestReaders:
    def test_take_a_key_that_begins_with_a_dollar_as_it_is(self, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "$5&k")

        assert environment.text("SECRET_KEY") == "$5&k"

    @pytest.mark.parametrize("value", ["ten", "-1", "1.5", ""])
    def test_refuse_what_is_no_whole_number(self, value, monkeypatch):
        monkeypatch.setenv("QUIET_MINUTES", value)

        with pytest.raises(ImproperlyConfigured, match="QUIET_MINUTES must be"):
            environment.number("QUIET_MINUTES")

    @pytest.mark.parametrize(
        "value", ["jobs.example", "ftp://jobs.example", "https://", "https://a.b/path"]
    )
    def test_refuse_a_site_url_that_cannot_start_a_link(self, value, monkeypatch):
        monkeypatch.setenv("SITE_URL", value)

        with pytest.raises(ImproperlyConfigured, match="SITE_URL must look like"):
            environment.site_url()

    def test_take_a_site_url_with_a_slash_at_its_end(self, monkeypatch):
        monkeypatch.setenv("SITE_URL", "https://jobs.example:8443/")

        assert environment.site_url() == "https://jobs.example:8443"

    def test_know_no_variable_that_is_not_in_the_table(self):
        with pytest.raises(KeyError):
            environment.text("NOT_IN_THE_TABLE")
