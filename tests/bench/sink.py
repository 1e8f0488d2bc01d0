"""A mail server that takes everything at once, in a process of its own.

Reading and answering is all it does, so that it is never what a measurement measures.
``python -m tests.bench.sink`` prints the port it listens on and serves until its
standard input closes. What a client wrote in one turn is answered in one turn
(RFC 2920), after a delay that stands for the way there and back; ``--delay`` is in
milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
EXTENSIONS = b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
ANSWERS = {b"EHLO": EXTENSIONS, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
OK = b"250 2.0.0 OK\r\n"
END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One client."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._buffer = b""
        self._in_message = False

    def connection_made(self, transport) -> None:
        self._transport = transport
        self._answer([b"220 sink\r\n"])

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        answers = []
        while self._buffer and (answer := self._next()):
            answers.append(answer)
        if answers:
            self._answer(answers)

    def _next(self) -> bytes:
        """The answer to what was read first; b"" if that is not complete."""
        end = END if self._in_message else b"\r\n"
        line, found, rest = self._buffer.partition(end)
        if not found:
            return b""
        self._buffer = rest
        if self._in_message:
            self._in_message = False
            return OK
        verb = line[:4].upper()
        self._in_message = verb == b"DATA"
        return ANSWERS.get(verb, OK)

    def _answer(self, answers: list[bytes]) -> None:
        if self._delay:
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay, self._transport.write, b"".join(answers))
        else:
            self._transport.write(b"".join(answers))


async def serve(delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(delay), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@contextmanager
def running(*, delay_ms: int = 0) -> Iterator[int]:
    """A sink in a process and on a processor of its own; answers its port.

    A relay is another machine. Where both ends share a processor by chance, waking
    each other costs so much less that two measurements do not compare.
    """
    command = [sys.executable, "-m", "tests.bench.sink", "--delay", str(delay_ms)]
    *ours, last = _processors()
    with _keeping_to([last]):
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    try:
        with _keeping_to(ours or [last]):
            yield int(process.stdout.readline())
    finally:
        process.communicate()


def _processors() -> list[int]:
    if not hasattr(os, "sched_getaffinity"):
        return [0]
    return sorted(os.sched_getaffinity(0))


@contextmanager
def _keeping_to(processors: list[int]) -> Iterator[None]:
    """Run this thread and what it starts on these processors, where one may choose."""
    before = _processors()
    if len(before) > 1:
        os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        if len(before) > 1:
            os.sched_setaffinity(0, before)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=int, default=0)
    asyncio.run(serve(parser.parse_args().delay / 1000))
