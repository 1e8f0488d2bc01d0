"""What a mail server answers, and what that means for one message.

The codes are those of RFC 5321 (4.2), the enhanced ones those of RFC 3463.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

OK = range(200, 300)
#: What a reply may begin with (RFC 5321, 4.2.1).
CODES = range(200, 600)
SEND_ON = 354
SERVICE_CLOSING = 421
BAD_SEQUENCE = 503
#: How relays say, with 421 or another code, that one connection has carried enough.
FULL = re.compile(r"messages? (?:per|on|in) (?:this |one |a )?(?:connection|session)")
#: We did not sign in, or not well enough (RFC 4954, 6).
NOT_SIGNED_IN = (530, 534, 535, 538)
#: What Google's relay says when the sender's quota for the day is used up.
QUOTA = "5.4.5"


class Outcome(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    #: The server may take it for this recipient later.
    DEFERRED = "deferred"
    #: The server will never take it for this recipient.
    REJECTED = "rejected"
    #: The server will never take this message for anybody, such as a too large one.
    MESSAGE_REJECTED = "message rejected"
    #: The server is away or in trouble; the recipient has no part in it.
    RELAY_DOWN = "relay down"
    #: The server answers, and wants no mail from us: policy, or a wrong password.
    REFUSED = "refused"
    #: The server wants no more on this connection, on which it took messages before.
    RECONNECT = "reconnect"
    #: The connection broke before the message was given away.
    NOT_SENT = "not sent"
    #: The connection broke after the message was given away, before the answer.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome, and what the server said in a form that holds no address."""

    outcome: Outcome
    words: str = ""
    phase: str = ""


class Phase(Enum):
    """How far a message is on its way; the words are for people."""

    CONNECT = "connecting"
    SIGN_IN = "signing in"
    MAIL = "naming the sender"
    RCPT = "naming the recipient"
    DATA = "announcing the message"
    CONTENT = "handing over the message"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply code and the text after it, in which an address may stand."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced code, such as "5.1.1"; "" if the server sent none."""
        found = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", self.text)
        return found.group() if found else ""

    @property
    def words(self) -> str:
        """Code and enhanced code: enough to look up, and free of addresses."""
        return f"{self.code} {self.enhanced}".strip()


#: After these the connection cannot be used any more.
BREAKING = {
    Outcome.RELAY_DOWN,
    Outcome.REFUSED,
    Outcome.RECONNECT,
    Outcome.NOT_SENT,
    Outcome.UNKNOWN,
}


def classify(phase: Phase, reply: Reply) -> Outcome:
    """Say what an answer means for one message.

    Args:
        phase: what was answered.
        reply: the answer. 421 and "too many messages on this connection" ask for
            another connection, whatever the phase.
    """
    if reply.code in OK:
        return Outcome.ACCEPTED
    if reply.code < 500:
        if reply.code == SERVICE_CLOSING or FULL.search(reply.text.lower()):
            return Outcome.RECONNECT
        # A sender that is not taken now is no matter of the recipient.
        return Outcome.RELAY_DOWN if phase is Phase.MAIL else Outcome.DEFERRED
    return Outcome.REFUSED if phase is Phase.MAIL else _permanent(phase, reply)


def _permanent(phase: Phase, reply: Reply) -> Outcome:
    enhanced = reply.enhanced
    if reply.code == BAD_SEQUENCE:
        return Outcome.RELAY_DOWN
    if enhanced.startswith("5.7.") or reply.code in NOT_SIGNED_IN or enhanced == QUOTA:
        return Outcome.REFUSED
    # Before the message was seen, 552 speaks of a full mailbox; so does X.2.2.
    too_big = reply.code == 552 and phase is not Phase.RCPT and not enhanced
    if too_big or enhanced == "5.3.4" or enhanced.startswith("5.6."):
        return Outcome.MESSAGE_REJECTED
    return Outcome.REJECTED


def goes_on(phase: Phase, code: int) -> bool:
    """Whether this answer lets the next command follow."""
    return code == SEND_ON if phase is Phase.DATA else code in OK
