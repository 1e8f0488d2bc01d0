"""The cache that limits are counted in: for all processes, and telling nothing."""

import datetime as dt
import subprocess
import sys
import threading

import pytest
import redis
import time_machine
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from jobsite.bootstrap.asked import BASE_DIR
from notifications import ticking
from subscriptions import limits


@pytest.fixture
def counts(db):
    caches["limits"].clear()
    return caches["limits"]


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM limits")
        return cursor.fetchall()


class TestCounting:
    def test_goes_on_from_what_is_there(self, counts):
        counts.add("x", 0, timeout=60)

        assert [counts.incr("x") for _ in range(3)] == [1, 2, 3]
        assert counts.get("x") == 3

    def test_needs_a_number_that_is_there(self, counts):
        with pytest.raises(ValueError, match="not found"):
            counts.incr("x")

    def test_ends_when_its_time_is_over(self, counts):
        counts.set("x", 5, timeout=-1)

        with pytest.raises(ValueError, match="not found"):
            counts.incr("x")

    def test_gives_no_new_time_to_live(self, counts):
        counts.add("x", 0, timeout=60)
        before = self.expires()

        counts.incr("x")

        assert self.expires() == before

    def expires(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT expires FROM limits")
            return cursor.fetchall()


class TestForgetting:
    """The privacy page says how long a count is kept; Django would keep its row."""

    def test_deletes_what_is_over_and_nothing_else(self, counts):
        counts.set("over", 5, timeout=-1)
        counts.set("x", 5, timeout=60)

        counts.forget_expired()

        assert len(rows()) == 1
        assert counts.get("x") == 5

    def test_is_done_by_the_clock(self, counts, rf):
        noon = dt.datetime(2026, 6, 10, 12, 5, tzinfo=dt.UTC)
        with time_machine.travel(noon, tick=False) as clock:
            request = rf.post("/", REMOTE_ADDR="192.0.2.44")
            limits.refusal(request, address="reader@example.org")
            ticking.tick()
            assert len(rows()) == 3

            clock.shift(limits.kept_for())
            ticking.tick()

        assert rows() == []

    def test_is_left_to_a_cache_that_does_it_by_itself(self, settings):
        settings.CACHES = settings.CACHES | {
            "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        }

        limits.forget_old()


def test_no_key_tells_what_is_counted(counts):
    counts.add("network_192.0.2.44", 0, timeout=60)
    counts.add("mailbox_reader@example.org", 0, timeout=60)

    for key, _value in rows():
        assert set(key) <= set("0123456789abcdef")


def test_a_guess_needs_the_secret_key(counts, settings):
    counts.add("x", 0, timeout=60)
    [(before, _value)] = rows()
    settings.SECRET_KEY = "another"
    counts.add("x", 0, timeout=60)

    assert before in {key for key, _value in rows()}
    assert len(rows()) == 2


@pytest.mark.django_db
def test_migrating_makes_its_table():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE limits")

    call_command("migrate", verbosity=0)

    assert "limits" in connection.introspection.table_names()


@pytest.mark.slow
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


def test_redis_counts_as_well(settings, redis_url):
    """Where one runs: the same limit, the same hidden keys, no table."""
    settings.CACHES = settings.CACHES | {
        "limits": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "test-limits",
            "KEY_FUNCTION": "jobsite.caches.hidden_key",
        }
    }
    settings.FORM_LIMITS = settings.FORM_LIMITS | {"network": "2/day"}
    caches["limits"].clear()

    allowed = [limits.Limit("network", "x").allow_request(None) for _ in range(3)]

    assert allowed == [True, True, False]
    client = redis.Redis.from_url(redis_url)
    keys = client.keys()
    assert all(set(key.decode()) <= set("0123456789abcdef") for key in keys)
    assert 0 < client.ttl(keys[0]) <= 86400
    caches["limits"].clear()
