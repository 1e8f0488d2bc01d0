"""The signals by which somebody asks to stop."""

import signal
from collections.abc import Callable


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C, or sent a signal that means the same."""


def on_signal(act: "Callable[[int], object]") -> None:
    """Act on every signal that asks to stop, even one that was ignored before us."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: act(received))


def interrupt(number: int) -> None:
    raise Interrupted(number)
