"""Saying what is wrong with the mail server where every process can read it."""

from __future__ import annotations

import threading
import time

from django.utils.translation import gettext as _

from notifications import clock
from notifications.delivery.replies import Answer, Outcome
from notifications.models import Heartbeat

RELAY = "relay"
#: The same trouble is noted again after this, so that it does not look forgotten.
AGAIN_AFTER = 60.0


class RelayTrouble:
    """The relay's trouble as the senders of one process know it.

    Writes when something changed, and hardly ever else: not once for each message.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # None: a process that died may have left its words.
        self._said: str | None = None
        self._said_at = 0.0

    def note(self, answer: Answer) -> None:
        """Have /healthz and the dashboard say what the relay answered."""
        words = in_words(answer)
        with self._lock:
            now = time.monotonic()
            if words == self._said and now - self._said_at < AGAIN_AFTER:
                return
            self._said, self._said_at = words, now
        Heartbeat.objects.update_or_create(
            name=RELAY, defaults={"seen_at": clock.database_now(), "trouble": words}
        )

    def clear(self) -> None:
        """Note that the relay works."""
        said = self._said, self._said_at
        if said[0] == "":
            return
        Heartbeat.objects.filter(name=RELAY).exclude(trouble="").update(
            trouble="", seen_at=clock.database_now()
        )
        # Not before: what the database did not take has to be said again.
        with self._lock:
            if said == (self._said, self._said_at):
                self._said = ""


def in_words(answer: Answer) -> str:
    """What is wrong, such as "The mail server refuses us: 550 5.7.1 (connecting)."."""
    said = f"{answer.words} ({answer.phase})" if answer.phase else answer.words
    words = (
        _("The mail server refuses us: %(said)s.")
        if answer.outcome is Outcome.REFUSED
        else _("The mail server is away or in trouble: %(said)s.")
    )
    return (words % {"said": said})[:200]
