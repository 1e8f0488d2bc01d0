"""Every row there is, and a browser that says where it comes from."""

import pytest
from django.db import connection

from subscriptions.signals import (
    manage_link_requested,
    new_subscriber,
    subscription_requested,
)
from tests.subscriptions.visiting import Visitor


@pytest.fixture(autouse=True)
def _nothing_indexed(unindexed):
    """Nobody reads the indexes here."""


@pytest.fixture
def every_row(db):
    """A function that answers all rows of all tables, to compare.

    But for what limits count, which every post does.
    """

    def every_row():
        rows = {}
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            for table in sorted({*tables} - {"limits"}):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
                rows[table] = sorted(map(repr, cursor.fetchall()))
        return rows

    return every_row


@pytest.fixture
def client():
    """A browser that Django's own protection is switched on for."""
    return Visitor(enforce_csrf_checks=True)


@pytest.fixture
def heard():
    """What our signals said while the test ran, as ``(name, instance)``."""
    heard = []
    signals = {
        "subscription_requested": subscription_requested,
        "new_subscriber": new_subscriber,
        "manage_link_requested": manage_link_requested,
    }
    receivers = []
    for name, signal in signals.items():

        def receiver(sender, instance=None, address="", name=name, **kwargs):
            assert connection.in_atomic_block
            heard.append((name, instance or address))

        signal.connect(receiver)
        receivers.append((signal, receiver))
    yield heard
    for signal, receiver in receivers:
        signal.disconnect(receiver)


@pytest.fixture
def refusing():
    """A function that makes a signal's receivers fail until the test is over."""
    connected = []

    def refuse(signal):
        def receiver(sender, **kwargs):
            raise RuntimeError("the outbox is full")

        signal.connect(receiver)
        connected.append((signal, receiver))

    yield refuse
    for signal, receiver in connected:
        signal.disconnect(receiver)
