"""One kept-open SMTP connection that knows how far each message got.

``smtplib`` connects, encrypts and signs in. Messages go over its socket here, since
``smtplib.SMTP.sendmail`` cannot say whether a message was given away before the
connection broke, waits equally long in every phase, and takes four turns where
pipelining (RFC 2920) needs two. What an answer means follows RFC 5321 (4.2, 4.5.3.2)
and the enhanced codes of RFC 3463.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

CONNECT_SECONDS = 30
COMMAND_SECONDS = 300
DATA_SECONDS = 120
#: RFC 5321, 4.5.3.2.6: giving up earlier after the final dot makes duplicates.
ACCEPT_SECONDS = 600

OK = range(200, 300)
SEND_ON = 354
SERVICE_CLOSING = 421


class Outcome(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    #: The server may take it for this recipient later.
    DEFERRED = "deferred"
    #: The server will never take it for this recipient.
    REJECTED = "rejected"
    #: The server will never take this message for anybody, such as a too large one.
    MESSAGE_REJECTED = "message rejected"
    #: The server refuses us or is in trouble; the recipient has no part in it.
    RELAY_DOWN = "relay down"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where to send to, as ``EMAIL_URL`` says."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False
    local_hostname: str | None = None


class Session:
    """A connection to a relay, opened on first use and again when it broke.

    Not thread-safe: one session for each thread. ``send`` never raises for what a
    server or a network does; it answers. ``tell`` is called with a line for each step,
    for somebody who watches.
    """

    def __init__(self, relay: Relay, *, tell: Callable[[str], None] | None = None):
        self.relay = relay
        self._tell = tell or (lambda words: None)
        self._smtp: smtplib.SMTP | None = None
        self._phase = Phase.CONNECT

    def send(self, sender: str, recipient: str, content: bytes) -> Answer:
        """Send one message to one recipient.

        Args:
            sender: the envelope's sender, an ASCII address.
            recipient: an ASCII address.
            content: a whole message with CRLF line ends, not yet dot-stuffed.
        """
        try:
            smtp = self._open()
        except (smtplib.SMTPException, OSError) as error:
            answer = Answer(Outcome.RELAY_DOWN, _said(error), self._phase.value)
            self.close()
            return answer
        try:
            answer = self._send(smtp, sender, recipient, content)
        except (smtplib.SMTPException, OSError) as error:
            gone = self._phase is Phase.CONTENT
            outcome = Outcome.UNKNOWN if gone else Outcome.NOT_SENT
            answer = Answer(outcome, _said(error), self._phase.value)
        if answer.outcome in BREAKING:
            self.close()
        return answer

    def close(self) -> None:
        """Say goodbye and close; the next ``send`` opens a new connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if smtp.sock is not None:
                smtp.sock.settimeout(5)
            smtp.quit()
        smtp.close()

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        self._phase = Phase.CONNECT
        relay = self.relay
        context = ssl.create_default_context()
        if relay.use_ssl:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host,
                relay.port,
                local_hostname=relay.local_hostname,
                timeout=CONNECT_SECONDS,
                context=context,
            )
        else:
            smtp = smtplib.SMTP(
                relay.host,
                relay.port,
                local_hostname=relay.local_hostname,
                timeout=CONNECT_SECONDS,
            )
        self._smtp = smtp
        self._tell(f"{self._phase.value}: {relay.host} port {relay.port} answers")
        self._phase = Phase.SIGN_IN
        smtp.ehlo_or_helo_if_needed()
        if relay.use_tls:
            smtp.starttls(context=context)
            smtp.ehlo()
        self._tell("encryption: " + ("on" if relay.use_tls or relay.use_ssl else "off"))
        if relay.username:
            smtp.login(relay.username, relay.password)
            self._tell(f"{self._phase.value}: accepted")
        return smtp

    def _send(
        self, smtp: smtplib.SMTP, sender: str, recipient: str, content: bytes
    ) -> Answer:
        eight_bit = not content.isascii() and smtp.has_extn("8bitmime")
        body = " BODY=8BITMIME" if eight_bit else ""
        commands = (
            (Phase.MAIL, f"MAIL FROM:<{sender}>{body}", COMMAND_SECONDS),
            (Phase.RCPT, f"RCPT TO:<{recipient}>", COMMAND_SECONDS),
            (Phase.DATA, "DATA", DATA_SECONDS),
        )
        send = self._in_one_turn if smtp.has_extn("pipelining") else self._in_turns
        refusal = send(smtp, commands)
        if refusal is not None:
            return refusal
        self._phase = Phase.CONTENT
        smtp.send(quoted(content))
        return self._answer(self._reply(smtp, ACCEPT_SECONDS))

    def _in_turns(self, smtp: smtplib.SMTP, commands: Commands) -> Answer | None:
        for phase, line, seconds in commands:
            self._phase = phase
            smtp.send(f"{line}\r\n")
            reply = self._reply(smtp, seconds)
            if not _goes_on(phase, reply.code):
                refusal = self._answer(reply)
                if refusal.outcome not in BREAKING:
                    self._reset(smtp)
                return refusal
        return None

    def _in_one_turn(self, smtp: smtplib.SMTP, commands: Commands) -> Answer | None:
        self._phase = Phase.MAIL
        smtp.send("".join(f"{line}\r\n" for _phase, line, _seconds in commands))
        refusal: Answer | None = None
        code = 0
        for phase, _line, seconds in commands:
            self._phase = phase
            reply = self._reply(smtp, seconds)
            code = reply.code
            if refusal is None and not _goes_on(phase, code):
                refusal = self._answer(reply)
        if refusal is not None and code == SEND_ON:
            # RFC 2920, 3.1: the server waits for a message that nobody may get.
            smtp.send(".\r\n")
            self._reply(smtp, DATA_SECONDS)
        if refusal is not None and refusal.outcome not in BREAKING:
            self._reset(smtp)
        return refusal

    def _reset(self, smtp: smtplib.SMTP) -> None:
        smtp.send("RSET\r\n")
        self._reply(smtp, COMMAND_SECONDS)

    def _reply(self, smtp: smtplib.SMTP, seconds: int) -> Reply:
        if smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        smtp.sock.settimeout(seconds)
        code, text = smtp.getreply()
        reply = Reply(code, text.decode("utf-8", "replace"))
        self._tell(f"{self._phase.value}: {reply.words}")
        return reply

    def _answer(self, reply: Reply) -> Answer:
        outcome = classify(self._phase, reply.code, reply.enhanced)
        return Answer(outcome, reply.words, self._phase.value)


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


Commands = tuple[tuple[Phase, str, int], ...]
#: After these the connection cannot be used any more.
BREAKING = {Outcome.RELAY_DOWN, Outcome.NOT_SENT, Outcome.UNKNOWN}


def classify(phase: Phase, code: int, enhanced: str) -> Outcome:
    """Say what an answer means for one message.

    Args:
        phase: what was answered.
        code: the reply code.
        enhanced: the enhanced code, or "".
    """
    if code in OK:
        return Outcome.ACCEPTED
    if code == SERVICE_CLOSING or phase in (Phase.CONNECT, Phase.SIGN_IN):
        return Outcome.RELAY_DOWN
    if phase is Phase.MAIL:
        # The sender is refused, for now or for good, whoever the recipient is.
        return Outcome.RELAY_DOWN
    return Outcome.DEFERRED if code < 500 else _permanent(code, enhanced)


def _permanent(code: int, enhanced: str) -> Outcome:
    if enhanced.startswith("5.7.") or code in (530, 535, 538):
        # Policy: it is we who are refused.
        return Outcome.RELAY_DOWN
    if code == 552 or enhanced.startswith(("5.3.", "5.6.")):
        return Outcome.MESSAGE_REJECTED
    return Outcome.REJECTED


def quoted(content: bytes) -> bytes:
    """Dot-stuff ``content`` and end it with the final dot (RFC 5321, 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    end = b"" if stuffed.endswith(b"\r\n") else b"\r\n"
    return stuffed + end + b".\r\n"


def _goes_on(phase: Phase, code: int) -> bool:
    return code == SEND_ON if phase is Phase.DATA else code in OK


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return Reply(error.smtp_code, words).words
    return type(error).__name__
