"""A mail server on loopback that keeps what it takes and fails when it is told to.

It is written by hand because no library fails this badly on purpose. A message counts
as taken from the moment at which the server stands up for it, which is before it says
so (RFC 5321, 4.2.5): what a client that dies in between cannot know.
"""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

HANG_UP = "hang up"
#: No answer until the other side has had enough.
SILENCE = "silence"
#: No answer and no more reading, but the connection stays half open.
HALF_CLOSE = "half close"
#: Take the message and hang up before saying so.
LOSE_THE_ANSWER = "lose the answer"
#: The right answer, a letter at a time.
CRAWL = "crawl"

#: What a rule can stand for; "content" is half a message, "dot" a whole one.
PHASES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "content", "dot")
MESSAGE_ID = re.compile(r"<(\w+)@")


@dataclass(slots=True)
class Rule:
    """What happens instead of the right answer, in one phase.

    ``do`` is a reply, one of the words above, or a function that is called before the
    right answer is given. ``to`` limits it to one recipient, and ``after`` to
    connections over which that many messages went.
    """

    phase: str
    do: str | Callable[[], object]
    times: int = 1
    to: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the server took."""

    recipient: str
    message_id: str
    content: bytes

    @property
    def message(self):
        return message_from_bytes(self.content, policy=policy.default)


class Sink(socketserver.ThreadingTCPServer):
    """The server; use as a context manager. One for all tests: ``forget`` between."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Be an ordinary server that has taken nothing yet."""
        self.taken: list[Taken] = []
        self.rules: list[Rule] = []
        self.pipelining = True
        self.asks_for_password = False
        #: Whether DATA is answered with 354 although nobody may get the message.
        self.takes_data_for_nobody = False
        #: How long it takes over each message, in seconds.
        self.delay = 0.0
        self.connections = 0

    @property
    def port(self) -> int:
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.shutdown()
        self.server_close()

    def on(self, phase: str, do: Any, **limits: Any) -> None:
        """Do something else in a phase, once or as ``Rule`` says."""
        assert phase in PHASES, phase
        self.rules.append(Rule(phase, do, **limits))

    def rule(self, phase: str, *, to: str, done: int) -> Rule | None:
        """The rule that holds now, used up by one."""
        with self._lock:
            for rule in self.rules:
                fits = rule.phase == phase and rule.to in ("", to)
                if fits and rule.after <= done and rule.times:
                    rule.times -= 1
                    return rule
        return None

    def keep(self, taken: Taken) -> None:
        with self._lock:
            self.taken.append(taken)

    def handle_error(self, request, client_address) -> None:
        """Clients that die are what this is for."""


class Gone(Exception):
    """This conversation is over."""


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.server.connections += 1
        self.recipient, self.done, self.valid = "", 0, False
        self.has_begun = False
        try:
            self.answer("connect", "220 sink.example ESMTP")
            while line := self.rfile.readline():
                self.command(line.decode("latin-1").rstrip("\r\n"))
        except (Gone, OSError):
            return

    def command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        if verb in ("EHLO", "HELO"):
            self.answer("ehlo", self.greeting())
        elif verb == "AUTH":
            self.answer("auth", "235 2.7.0 welcome")
        elif verb in ("MAIL", "RCPT"):
            self.envelope(verb, line.partition("<")[2].rpartition(">")[0])
        elif verb == "DATA":
            self.data()
        elif verb == "QUIT":
            self.write("221 2.0.0 goodbye")
            raise Gone
        else:
            self.has_begun = self.has_begun and verb != "RSET"
            self.write("250 2.0.0 fine")

    def envelope(self, verb: str, address: str) -> None:
        """Take a sender, or a recipient, in this order: RFC 5321, 4.1.4."""
        if self.has_begun == (verb == "MAIL"):
            self.write("503 5.5.1 not now")
        elif verb == "MAIL":
            self.recipient, self.valid = "", False
            self.has_begun = self.answer("mail", "250 2.1.0 fine")
        else:
            self.recipient = address
            self.valid = self.answer("rcpt", "250 2.1.5 fine")

    def greeting(self) -> str:
        words = ["sink.example", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.server.pipelining:
            words.append("PIPELINING")
        if self.server.asks_for_password:
            words.append("AUTH PLAIN")
        return "\r\n".join([f"250-{word}" for word in words] + ["250 HELP"])

    def data(self) -> None:
        if not self.valid and not self.server.takes_data_for_nobody:
            self.write("503 5.5.1 no valid recipients")
            return
        if not self.answer("data", "354 go on"):
            return
        content = self.content()
        self.has_begun = False
        if not self.valid:
            self.write("554 5.5.1 no valid recipients")
            return
        time.sleep(self.server.delay)
        header = message_from_bytes(content, policy=policy.compat32)["Message-ID"]
        found = MESSAGE_ID.search(header or "")
        taken = Taken(self.recipient, found.group(1) if found else "", content)
        self.answer("dot", "250 2.0.0 taken", taken)
        self.done += 1

    def content(self) -> bytes:
        rule = self.server.rule("content", to=self.recipient, done=self.done)
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line)
            if rule is not None and len(lines) > 10:
                self.fail(rule.do)
        return b"".join(lines)

    def answer(self, phase: str, right: str, taken: Taken | None = None) -> bool:
        """Give the right answer, or do what a rule says; whether it was right."""
        rule = self.server.rule(phase, to=self.recipient, done=self.done)
        do = rule.do if rule else None
        good = do is None or callable(do) or do in (LOSE_THE_ANSWER, CRAWL)
        if taken and good:
            self.server.keep(taken)
        if callable(do):
            do()
        if do == CRAWL:
            self.crawl(right)
        elif good and do != LOSE_THE_ANSWER:
            self.write(right)
        else:
            self.fail(do)
        return good

    def fail(self, do: Any) -> None:
        """Do a wrong thing; a reply that ends the conversation ends it."""
        if do == SILENCE:
            self.connection.settimeout(10)
            while self.rfile.readline():
                pass
        elif do == HALF_CLOSE:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(10)
            while self.rfile.readline():
                pass
        elif do not in (HANG_UP, LOSE_THE_ANSWER):
            self.write(do)
            if not do.startswith("421"):
                return
        raise Gone

    def crawl(self, text: str) -> None:
        for letter in f"{text}\r\n":
            self.wfile.write(letter.encode())
            time.sleep(0.02)

    def write(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode("utf-8", "surrogateescape"))
