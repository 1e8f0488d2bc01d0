"""The programs of the Procfile: started together, watched, stopped together."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterable

from jobsite.bootstrap.asked import BASE_DIR, Address, RefusalError, given
from jobsite.bootstrap.signals import on_signal

SECONDS_TO_START = 60
SECONDS_TO_STOP = 10

BANNER = """
Jobs board is running                                Ctrl-C stops everything

  Board     {url}/
  {mail}
  Admin     {url}/admin/

  Sign in   publisher / publisher   writes and publishes jobs      editor / editor     writes, asks for review
            owner / owner           home page, look, texts         support / support   followers and mail
            admin / admin           everything

  Try       follow "Night baker", confirm in the inbox, then change its pay as publisher
"""
INBOX = "Inbox     {url}/demo/inbox/   every mail lands here, none leaves this machine"
OUTBOX = "Email     leaves through EMAIL_URL, so the demo inbox stays empty"


def serve(address: Address) -> int:
    """Run what the Procfile names until a signal comes or one of them ends."""
    signals: list[int] = []
    # From here on a signal is noted, not raised: it must not come between the start
    # of a program and the note that it was started.
    on_signal(signals.append)
    parent = os.getppid()
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in procfile():
            children[name] = start(command)
        deadline = time.monotonic() + SECONDS_TO_START
        answered = False
        # A parent that is gone was killed: nobody else can press Ctrl-C any more.
        while not signals and os.getppid() == parent:
            refuse_ended(children)
            if not answered and answers(address):
                answered = True
                print("ready\n" + banner(address), flush=True)
            if not answered and time.monotonic() > deadline:
                raise RefusalError(
                    f"The board did not answer within {SECONDS_TO_START} seconds."
                )
            time.sleep(0.2)
    finally:
        stop(children.values())
    print("\nStopped.", flush=True)
    return 0


def banner(address: Address) -> str:
    mail = given("EMAIL_URL", "filemail:")
    line = INBOX if mail.startswith("filemail:") else OUTBOX
    return BANNER.format(url=address.url, mail=line.format(url=address.url))


def procfile() -> "list[tuple[str, str]]":
    """The name and command of every program, in order."""
    lines = (BASE_DIR / "Procfile").read_text("utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line.strip())
    return [(name.strip(), command.strip()) for name, _, command in pairs]


def start(command: str) -> "subprocess.Popen[bytes]":
    """Start it in a session of its own, so that Ctrl-C reaches it through us only.

    What it prints is dropped; errors come on its other channel, and those are shown.
    """
    return subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def refuse_ended(children: "dict[str, subprocess.Popen[bytes]]") -> None:
    for name, child in children.items():
        code = child.poll()
        if code is not None:
            raise RefusalError(
                f"The {name} process ended (exit code {code}), so everything was "
                "stopped. Its last words, if any, are above."
            )


def answers(address: Address) -> bool:
    """Whether the front page comes, whatever it says.

    Not `/healthz`: until the worker has run once, that reports a failure.
    """
    connection = http.client.HTTPConnection(
        address.local_host, address.port, timeout=SECONDS_TO_START
    )
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def stop(children: "Iterable[subprocess.Popen[bytes]]") -> None:
    """End every program and whatever it started: asked first, then made to."""
    children = list(children)
    for child in children:
        signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0, deadline - time.monotonic()))
        # Also when it has ended: what it started may still be there.
        signal_group(child, signal.SIGKILL)
        child.wait()


def signal_group(child: "subprocess.Popen[bytes]", number: int) -> None:
    # Nobody is left in the group; macOS says so by PermissionError.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
