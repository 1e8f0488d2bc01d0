import os
import subprocess
import sys
from email.utils import parseaddr

import pytest
from django.core.exceptions import ImproperlyConfigured

from jobsite.settings import environment
from jobsite.settings.environment import BASE_DIR, refuse_incomplete_production
from jobsite.settings.variables import VARIABLES, example_file

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
    # The browser tests set it for their own process, which may be this one.
    nothing["DJANGO_ALLOW_ASYNC_UNSAFE"] = ""
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

    def test_writes_to_everybody(self):
        result = python(
            "from jobsite.settings import production as s; print(s.EMAIL_ALLOW_LIST)",
            **COMPLETE,
            EMAIL_ALLOW_LIST="dev@example.org",
        )

        assert result.stdout == "[]\n"

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


class TestRedis:
    REDIS = "redis://127.0.0.1:6379/9"
    WITHOUT = (
        "import importlib.util as u; found = u.find_spec;"
        "u.find_spec = lambda name: None if name == {!r} else found(name);"
        "import jobsite.settings.production"
    )

    @pytest.mark.parametrize(
        ("variable", "module", "package"),
        [
            ("TASKS_BACKEND", "django_tasks_rq", "django-tasks-rq"),
            ("CACHE_URL", "redis", "redis"),
        ],
    )
    def test_whose_package_is_missing_is_refused_by_name(
        self, variable, module, package
    ):
        code = self.WITHOUT.format(module)

        result = python(code, **COMPLETE, **{variable: self.REDIS})

        last_line = result.stderr.splitlines()[-1]
        assert f"{variable} needs the package {package}: pip install" in last_line
        assert python(code, **COMPLETE).returncode == 0

    def test_gets_cache_and_tasks_of_production(self):
        result = python(
            "from jobsite.settings import production as s;"
            "print(s.CACHES['default']['BACKEND'], s.TASKS['default']['BACKEND'])",
            **COMPLETE,
            CACHE_URL=self.REDIS,
            TASKS_BACKEND=self.REDIS,
        )

        assert result.stdout.split() == [
            "django.core.cache.backends.redis.RedisCache",
            "django_tasks_rq.RQBackend",
        ]

    @pytest.mark.parametrize("engine", ["", "database", REDIS])
    def test_and_every_other_engine_pass_the_checks(self, engine):
        result = python(
            "import django; django.setup();"
            "from django.core.management import call_command;"
            "call_command('check', deploy=True, fail_level='WARNING')",
            **COMPLETE
            | {"SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQR"},
            TASKS_BACKEND=engine,
            DATABASE_URL="sqlite://:memory:",
            DJANGO_SETTINGS_MODULE="jobsite.settings.production",
        )

        assert result.returncode == 0, result.stderr


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

    def test_refuse_a_number_that_is_too_small(self, monkeypatch):
        monkeypatch.setenv("KEEP_EMAILS_DAYS", "0")

        with pytest.raises(ImproperlyConfigured, match="DAYS must be 1 or more, not"):
            environment.number("KEEP_EMAILS_DAYS", least=1)

    @pytest.mark.parametrize(
        "name", [v.name for v in VARIABLES if v.name.startswith("KEEP_")]
    )
    def test_refuse_to_keep_anything_for_no_day_at_all(self, name):
        result = python("import jobsite.settings.production", **COMPLETE, **{name: "0"})

        assert f"{name} must be 1 or more, not '0'." in result.stderr

    @pytest.mark.parametrize(
        ("value", "rate"), [("", None), ("14", 14.0), ("0.5", 0.5)]
    )
    def test_take_a_rate_as_messages_a_second(self, value, rate, monkeypatch):
        monkeypatch.setenv("EMAIL_RATE", value)

        assert environment.rate("EMAIL_RATE") == rate

    @pytest.mark.parametrize("value", ["0", "0.0", "-1", "fast", "nan", "inf", "1e3"])
    def test_refuse_a_rate_at_which_nothing_goes_out(self, value, monkeypatch):
        monkeypatch.setenv("EMAIL_RATE", value)

        with pytest.raises(ImproperlyConfigured, match="EMAIL_RATE must be"):
            environment.rate("EMAIL_RATE")

    @pytest.mark.parametrize(
        "value",
        [
            "jobs.example",
            "ftp://jobs.example",
            "https://",
            "https://a.b/path",
            "https://bäckerei.example",
        ],
    )
    def test_refuse_a_site_url_that_cannot_start_a_link(self, value, monkeypatch):
        monkeypatch.setenv("SITE_URL", value)

        with pytest.raises(ImproperlyConfigured, match="SITE_URL must look like"):
            environment.site_url()

    def test_take_a_site_url_with_a_slash_at_its_end(self, monkeypatch):
        monkeypatch.setenv("SITE_URL", "https://jobs.example:8443/")

        assert environment.site_url() == "https://jobs.example:8443"

    @pytest.mark.parametrize("value", ["celery", "Database", "redis", "127.0.0.1"])
    def test_refuse_an_engine_that_they_do_not_know(self, value, monkeypatch):
        monkeypatch.setenv("TASKS_BACKEND", value)

        with pytest.raises(ImproperlyConfigured, match="TASKS_BACKEND must be empty"):
            environment.tasks_backend()

    def test_know_no_variable_that_is_not_in_the_table(self):
        with pytest.raises(KeyError):
            environment.text("NOT_IN_THE_TABLE")


def test_the_sender_of_a_demo_bears_no_name_but_that_of_the_board():
    [sender] = [v.default for v in VARIABLES if v.name == "DEFAULT_FROM_EMAIL"]

    assert parseaddr(sender) == ("", sender)


class TestTrustedProxies:
    CODE = "from jobsite.settings import production as s; print(*s.TRUSTED_PROXIES)"

    def test_are_this_machine_unless_others_are_named(self):
        assert python(self.CODE, **COMPLETE).stdout.split() == [
            "127.0.0.1/32",
            "::1/128",
        ]

    def test_may_be_networks_and_single_addresses(self):
        result = python(
            self.CODE, **COMPLETE, TRUSTED_PROXIES="10.0.0.0/24, 192.0.2.10 ,::1"
        )

        assert result.stdout.split() == ["10.0.0.0/24", "192.0.2.10/32", "::1/128"]

    def test_may_be_none(self):
        assert python(self.CODE, **COMPLETE, TRUSTED_PROXIES="").stdout.split() == []

    @pytest.mark.parametrize(
        "value",
        ["proxy.example.org", "10.0.0.1/24", "10.0.0.0/33", "0.0.0.0/0", "::/0"],
    )
    def test_that_are_wrong_refuse_to_start_and_are_named(self, value):
        result = python(self.CODE, **COMPLETE, TRUSTED_PROXIES=f"127.0.0.1,{value}")

        assert result.returncode != 0
        last_line = result.stderr.splitlines()[-1]
        assert "TRUSTED_PROXIES" in last_line
        assert value in last_line


class TestLimitsCache:
    CODE = (
        "from jobsite.settings import production as s;"
        "print(s.CACHES['limits']['BACKEND'], s.CACHES['limits']['KEY_FUNCTION'])"
    )

    def test_is_a_table_by_default(self):
        result = python(self.CODE, **COMPLETE)

        assert result.stdout.split()[0] == "jobsite.caches.CountingDatabaseCache"

    def test_is_the_redis_that_the_board_has_anyway(self):
        result = python(self.CODE, **COMPLETE, CACHE_URL="redis://127.0.0.1:6379/9")

        assert "redis" in result.stdout.split()[0].lower()
        assert result.stdout.split()[1] == "jobsite.caches.hidden_key"
