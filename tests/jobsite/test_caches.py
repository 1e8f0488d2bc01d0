"""The cache that limits are counted in: for all processes, and telling nothing."""

import subprocess
import sys
import threading

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from jobsite.bootstrap.asked import BASE_DIR


@pytest.fixture
def limits(db):
    return caches["limits"]


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM limits")
        return cursor.fetchall()


class TestCounting:
    def test_goes_on_from_what_is_there(self, limits):
        limits.add("x", 0, timeout=60)

        assert [limits.incr("x") for _ in range(3)] == [1, 2, 3]
        assert limits.get("x") == 3

    def test_needs_a_number_that_is_there(self, limits):
        with pytest.raises(ValueError, match="not found"):
            limits.incr("x")

    def test_ends_when_its_time_is_over(self, limits):
        limits.set("x", 5, timeout=-1)

        with pytest.raises(ValueError, match="not found"):
            limits.incr("x")

    def test_gives_no_new_time_to_live(self, limits):
        limits.add("x", 0, timeout=60)
        before = self.expires()

        limits.incr("x")

        assert self.expires() == before

    def expires(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT expires FROM limits")
            return cursor.fetchall()


def test_no_key_tells_what_is_counted(limits):
    limits.add("network_192.0.2.44", 0, timeout=60)
    limits.add("mailbox_reader@example.org", 0, timeout=60)

    for key, _value in rows():
        assert set(key) <= set("0123456789abcdef")


def test_a_guess_needs_the_secret_key(limits, settings):
    limits.add("x", 0, timeout=60)
    [(before, _value)] = rows()
    settings.SECRET_KEY = "another"
    limits.add("x", 0, timeout=60)

    assert before in {key for key, _value in rows()}
    assert len(rows()) == 2


@pytest.mark.django_db
def test_migrating_makes_its_table():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE limits")

    call_command("migrate", verbosity=0)

    assert "limits" in connection.introspection.table_names()


class TestSeveralAtOnce:
    @pytest.fixture
    def _first_rows_stay(self, monkeypatch):
        """A flush would take what migrations made from every test after this one."""
        monkeypatch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda case: connection.close()
        )

    @pytest.fixture
    def counted(self, _first_rows_stay, transactional_db):
        caches["limits"].clear()
        caches["limits"].add("x", 0, timeout=60)
        yield
        caches["limits"].clear()

    def test_threads_lose_none(self, counted):
        def count():
            for _ in range(20):
                caches["limits"].incr("x")
            connection.close()

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert caches["limits"].get("x") == 80

    def test_processes_share_the_count(self, counted):
        code = (
            "import django; django.setup();"
            "from django.db import connection;"
            f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r};"
            "from django.core.cache import caches;"
            "print([caches['limits'].incr('x') for _ in range(3)])"
        )
        answers = [
            subprocess.run(
                [sys.executable, "-c", code],
                cwd=BASE_DIR,
                check=True,
                capture_output=True,
                text=True,
            ).stdout.strip()
            for _ in range(2)
        ]

        assert answers == ["[1, 2, 3]", "[4, 5, 6]"]
        assert caches["limits"].incr("x") == 7
