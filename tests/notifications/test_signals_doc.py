"""docs/signals.md names every signal that our code sends or hears, and no other."""

import re
import sys
from importlib import import_module
from pathlib import Path
from weakref import ReferenceType

import pytest
from django.conf import settings
from django.dispatch import Signal

OURS = ("jobs", "subscriptions", "notifications", "home", "jobsite")
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "signals.md"


def table():
    """The table's rows: signal -> the receivers under "heard by"."""
    rows = {}
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        found = re.fullmatch(r"`(\w+)`", cells[0])
        if line.startswith("|") and found:
            rows[found.group(1)] = set(re.findall(r"`(\w+\.\w+)`", cells[4]))
    return rows


def signals_modules():
    """Every module of ours that defines signals."""
    for app in OURS:
        if (Path(settings.BASE_DIR) / app / "signals.py").exists():
            yield import_module(f"{app}.signals")


def named_signals(module):
    # By type(): isinstance() would wake lazy objects that some modules hold.
    return {
        name: value
        for name, value in vars(module).items()
        if issubclass(type(value), Signal)
    }


def receivers_of(signal):
    """Our receivers of a signal, as "app.function"."""
    found = set()
    for _key, reference, *_rest in signal.receivers:
        weak = isinstance(reference, ReferenceType)
        function = reference() if weak else reference
        app = getattr(function, "__module__", "").partition(".")[0]
        if app in OURS:
            found.add(f"{app}.{function.__name__}")
    return found


def connected():
    """Every signal that we define or hear, with our receivers of it."""
    heard = {}
    for module in signals_modules():
        heard |= {name: receivers_of(x) for name, x in named_signals(module).items()}
    for module in list(sys.modules.values()):
        for name, signal in named_signals(module).items():
            receivers = receivers_of(signal)
            if receivers:
                heard[name] = receivers
    return heard


def test_the_table_has_the_columns_that_it_promises():
    header = next(
        line
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| signal")
    )
    assert [cell.strip() for cell in header.strip("|").split("|")] == [
        "signal",
        "sender",
        "sent when",
        "transaction",
        "heard by",
        "does",
        "not sent when",
    ]


def test_every_signal_that_we_send_or_hear_is_in_the_table():
    assert set(connected()) - set(table()) == set()


def test_every_signal_in_the_table_is_sent_or_heard_by_us():
    assert set(table()) - set(connected()) == set()


@pytest.mark.parametrize("name", sorted(table()))
def test_the_table_names_exactly_who_hears(name):
    assert table()[name] == connected()[name]


def test_every_signal_has_a_paragraph_of_its_own():
    headings = set(re.findall(r"^### `(\w+)`$", DOCUMENT.read_text(), re.MULTILINE))
    assert headings == set(table())


def test_every_signal_of_ours_says_what_it_means():
    for module in signals_modules():
        source = Path(module.__file__).read_text()
        for name in named_signals(module):
            assert re.search(rf'^{name} = Signal\(\)\n"""\S', source, re.MULTILINE)
