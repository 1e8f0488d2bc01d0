"""Waiting for a mail server's words, with time for something else meanwhile.

A server may take minutes, and a lease runs out after one. ``smtplib`` sits and waits;
here whoever waits is asked now and then whether there is something to do.
"""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable
from typing import Any

#: How long nothing is done but waiting, at most: a small part of a lease.
SILENT_SECONDS = 10.0
AT_ONCE = 8192


class Replies:
    """What a server says, as the file of lines that ``smtplib`` reads from.

    Waits as long as the socket's timeout says, and calls ``meanwhile`` again and again
    until a line is complete.
    """

    def __init__(self, sock: socket.socket, meanwhile: Callable[[], object]) -> None:
        self._sock = sock
        self._meanwhile = meanwhile
        self._heard = b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._heard and len(self._heard) < limit:
            if self._heard:
                self._meanwhile()
            more = self._receive()
            if not more:
                break
            self._heard += more
        end = min(self._heard.find(b"\n") + 1 or limit, limit)
        line, self._heard = self._heard[:end], self._heard[end:]
        return line

    def _receive(self) -> bytes:
        patience = self._sock.gettimeout()
        if patience is None or patience <= SILENT_SECONDS:
            return self._sock.recv(AT_ONCE)
        end = time.monotonic() + patience
        try:
            while (left := end - time.monotonic()) > 0:
                self._sock.settimeout(min(left, SILENT_SECONDS))
                try:
                    return self._sock.recv(AT_ONCE)
                except TimeoutError:
                    self._meanwhile()
        finally:
            self._sock.settimeout(patience)
        raise TimeoutError("timed out")

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class PatientSMTP(smtplib.SMTP):
    """``smtplib.SMTP``, which calls ``meanwhile`` while it waits for an answer."""

    def __init__(
        self, *args: Any, meanwhile: Callable[[], object] | None, **options: Any
    ) -> None:
        self.meanwhile = meanwhile
        super().__init__(*args, **options)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = Replies(self.sock, self._call)
        return super().getreply()

    def _call(self) -> None:
        if self.meanwhile is not None:
            self.meanwhile()


class PatientSMTPOverSSL(PatientSMTP, smtplib.SMTP_SSL):
    """The same where the connection begins encrypted."""
