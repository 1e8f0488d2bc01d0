"""What mail servers answer, in words that help somebody who asks."""

import re
from pathlib import Path

import pytest

import notifications
from notifications.delivery.allowing import NOT_ALLOWED
from notifications.delivery.replies import Phase
from notifications.support.answers import REASONS, in_words

CODE = Path(notifications.__file__).parent


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("250 2.0.0", "The mail server took it (250 2.0.0)."),
        ("250", "The mail server took it (250)."),
        (
            "550 5.1.1 naming the recipient",
            "The mail server refused it: there is no such mailbox (550 5.1.1).",
        ),
        (
            "452 4.2.2 naming the recipient",
            "The mail server did not take it yet: the mailbox is full (452 4.2.2).",
        ),
        (
            "554 5.7.26 handing over the message (the message)",
            "The mail server refused it: they do not want this email, by a rule of "
            "theirs (554 5.7.26).",
        ),
        (
            "550 handing over the message",
            "The mail server refused it: it did not say why (550).",
        ),
        (
            "451 4.9.9 naming the recipient",
            "The mail server did not take it yet: it did not say why (451 4.9.9).",
        ),
        (
            "TimeoutError connecting",
            "The connection to the mail server failed (TimeoutError connecting).",
        ),
        (
            "no longer follows",
            "They no longer followed the job when it was their turn.",
        ),
        (
            "could not be made (the message)",
            "The email could not be made; the log of the worker says why.",
        ),
        ("", ""),
    ],
)
def test_an_answer_is_put_into_words(answer, words):
    assert in_words(answer) == words


def test_every_phase_is_left_out_of_the_code():
    for phase in Phase:
        assert phase.value not in in_words(f"550 5.1.1 {phase.value}")


def test_every_reason_that_our_code_gives_is_known():
    source = "\n".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
    given = set(re.findall(r'Not(?:Wanted|Yet)\("([^"]+)"', source))
    given |= set(re.findall(r'outbox\.\w+\(lease, email, "([^"]+)"', source))
    given |= set(re.findall(r'Answer\(Outcome\.\w+, "([^"]+)"\)', source))
    given |= {NOT_ALLOWED, "told before", "closes later", "could not be made"}

    assert len(given) > 10
    assert given <= set(REASONS)
