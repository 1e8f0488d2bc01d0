"""One kept-open SMTP connection that knows how far each message got.

``smtplib`` connects, encrypts and signs in. Messages go over its socket here, since
``smtplib.SMTP.sendmail`` cannot say whether a message was given away before the
connection broke, waits equally long in every phase, and takes four turns where
pipelining (RFC 2920) needs one or two. How long to wait for an answer follows RFC 5321
(4.5.3.2); what it means is in ``replies``.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from notifications.delivery.patience import PatientSMTP, PatientSMTPOverSSL
from notifications.delivery.replies import (
    BREAKING,
    CODES,
    SEND_ON,
    Answer,
    Outcome,
    Phase,
    Reply,
    classify,
    goes_on,
)

CONNECT_SECONDS = 30
COMMAND_SECONDS = 300
DATA_SECONDS = 120
#: RFC 5321, 4.5.3.2.6: giving up earlier after the final dot makes duplicates.
ACCEPT_SECONDS = 600
#: The phases of an envelope, and how long to wait for the answer in each.
ANNOUNCING = (
    (Phase.MAIL, COMMAND_SECONDS),
    (Phase.RCPT, COMMAND_SECONDS),
    (Phase.DATA, DATA_SECONDS),
)


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


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a message comes from and goes to.

    Raises:
        ValueError: an address is not ASCII, or would be more than one line: no command
            can hold it.
    """

    sender: str
    recipient: str
    eight_bit: bool = False

    def __post_init__(self) -> None:
        both = self.sender + self.recipient
        if not (both.isascii() and both.isprintable()):
            raise ValueError("an address that no command can hold")

    def commands(self, smtp: smtplib.SMTP) -> bytes:
        """The lines that announce a message, the last of which is DATA."""
        body = " BODY=8BITMIME" if self.eight_bit and smtp.has_extn("8bitmime") else ""
        path = f"MAIL FROM:<{self.sender}>{body}\r\nRCPT TO:<{self.recipient}>\r\n"
        return f"{path}DATA\r\n".encode("ascii")


class Session:
    """A connection to a relay, opened on first use and again when it broke.

    Not thread-safe: one session for each thread. ``send`` never raises for what a
    server or a network does; it answers. ``tell`` is called with a line for each step,
    for somebody who watches.

    A message is given away with its final dot. One that was only announced, or had no
    end, the server forgets with the connection (RFC 5321, 4.1.1.10).
    """

    def __init__(self, relay: Relay, *, tell: Callable[[str], None] | None = None):
        self.relay = relay
        self._tell = tell
        self._smtp: PatientSMTP | None = None
        self._phase = Phase.CONNECT
        #: Messages that the server took on the connection that is open.
        self._taken = 0
        #: Written, and not answered yet.
        self._announced: Envelope | None = None

    def send(
        self,
        envelope: Envelope,
        content: bytes,
        *,
        following: Envelope | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Answer:
        """Send one message to one recipient.

        Args:
            envelope: whom from and to.
            content: a whole message with CRLF line ends, not yet dot-stuffed.
            following: of the next message, announced in the same turn if that goes.
            meanwhile: called once the message is given away, and now and then for as
                long as the server does not answer, in every phase. Must not raise.
        """
        if self._announced not in (None, envelope):
            self.close()
        try:
            smtp = self._open(meanwhile)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # UnicodeError: a password that smtplib cannot send is not the recipient's.
            refused = isinstance(error, smtplib.SMTPResponseException) and (
                error.smtp_code >= 500
            )
            outcome = Outcome.REFUSED if refused else Outcome.RELAY_DOWN
            self._drop()
            return Answer(outcome, _said(error), self._phase.value)
        try:
            answer = self._send(smtp, envelope, content, following, meanwhile)
        except (smtplib.SMTPException, OSError) as error:
            gone = self._phase is Phase.CONTENT
            outcome = Outcome.UNKNOWN if gone else Outcome.NOT_SENT
            answer = Answer(outcome, _said(error), self._phase.value)
            self._drop()
        if answer.outcome is Outcome.ACCEPTED:
            self._taken += 1
        if answer.outcome in BREAKING:
            self.close()
        return answer

    def close(self) -> None:
        """Say goodbye and close; the next ``send`` opens a new connection."""
        smtp = self._smtp
        # Of what is announced, a goodbye would be the beginning.
        if smtp is not None and self._announced is None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if smtp.sock is not None:
                    smtp.sock.settimeout(5)
                smtp.quit()
        self._drop()

    def _drop(self) -> None:
        """Close without a goodbye, to which a server that broke off says nothing."""
        smtp, self._smtp, self._announced = self._smtp, None, None
        if smtp is not None:
            smtp.close()

    def _open(self, meanwhile: Callable[[], object] | None) -> PatientSMTP:
        if self._smtp is not None:
            self._smtp.meanwhile = meanwhile
            return self._smtp
        self._phase = Phase.CONNECT
        self._taken = 0
        relay = self.relay
        context = ssl.create_default_context()
        encrypted = {"context": context} if relay.use_ssl else {}
        smtp = (PatientSMTPOverSSL if relay.use_ssl else PatientSMTP)(
            relay.host,
            relay.port,
            local_hostname=relay.local_hostname,
            timeout=CONNECT_SECONDS,
            meanwhile=meanwhile,
            **encrypted,
        )
        self._smtp = smtp
        self._say(f"{relay.host} port {relay.port} answers")
        self._phase = Phase.SIGN_IN
        smtp.ehlo_or_helo_if_needed()
        if relay.use_tls:
            smtp.starttls(context=context)
            smtp.ehlo()
        self._say(f"encryption is {'on' if relay.use_tls or relay.use_ssl else 'off'}")
        if relay.username:
            smtp.login(relay.username, relay.password)
            self._say("accepted")
        return smtp

    def _send(
        self,
        smtp: smtplib.SMTP,
        envelope: Envelope,
        content: bytes,
        following: Envelope | None,
        meanwhile: Callable[[], object] | None,
    ) -> Answer:
        in_one_turn = smtp.has_extn("pipelining")
        announce = self._in_one_turn if in_one_turn else self._in_turns
        refusal = announce(smtp, envelope)
        if refusal is not None:
            return refusal
        text = quoted(content)
        if in_one_turn and following is not None:
            # RFC 2920, 3.1 allows it; the server reads it after the message.
            text += following.commands(smtp)
            self._announced = following
        self._phase = Phase.CONTENT
        smtp.send(text)
        if meanwhile is not None:
            meanwhile()
        return self._answer(self._reply(smtp, ACCEPT_SECONDS))

    def _in_turns(self, smtp: smtplib.SMTP, envelope: Envelope) -> Answer | None:
        lines = envelope.commands(smtp).splitlines(keepends=True)
        for (phase, seconds), line in zip(ANNOUNCING, lines, strict=True):
            self._phase = phase
            smtp.send(line)
            reply = self._reply(smtp, seconds)
            if not goes_on(phase, reply.code):
                refusal = self._answer(reply)
                if refusal.outcome not in BREAKING:
                    self._reset(smtp)
                return refusal
        return None

    def _in_one_turn(self, smtp: smtplib.SMTP, envelope: Envelope) -> Answer | None:
        self._phase = Phase.MAIL
        if self._announced is None:
            smtp.send(envelope.commands(smtp))
            self._announced = envelope
        refusal: Answer | None = None
        code = 0
        for phase, seconds in ANNOUNCING:
            self._phase = phase
            reply = self._reply(smtp, seconds)
            code = reply.code
            if refusal is None and not goes_on(phase, code):
                refusal = self._answer(reply)
                if refusal.outcome in BREAKING:
                    return refusal
        self._announced = None
        if refusal is None:
            return None
        if code == SEND_ON:
            # RFC 2920, 3.1: the server waits for a message that nobody may get.
            smtp.send(".\r\n")
            self._reply(smtp, DATA_SECONDS)
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
        if code not in CODES:
            # Whatever that was, nobody knows what the next words will answer.
            raise smtplib.SMTPServerDisconnected("no reply code")
        reply = Reply(code, text.decode("utf-8", "replace"))
        if self._tell is not None:
            self._say(reply.words)
        return reply

    def _say(self, words: str) -> None:
        if self._tell is not None:
            self._tell(f"{self._phase.value}: {words}")

    def _answer(self, reply: Reply) -> Answer:
        outcome = classify(self._phase, reply)
        if outcome is Outcome.RECONNECT and not self._taken:
            # A new connection would hear the same.
            outcome = Outcome.RELAY_DOWN
        return Answer(outcome, reply.words, self._phase.value)


def quoted(content: bytes) -> bytes:
    """Dot-stuff ``content`` and end it with the final dot (RFC 5321, 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    end = b"" if stuffed.endswith(b"\r\n") else b"\r\n"
    return stuffed + end + b".\r\n"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return Reply(error.smtp_code, words).words
    return type(error).__name__
