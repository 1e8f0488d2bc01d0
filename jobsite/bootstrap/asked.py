"""What was asked for: variables, where to listen, and how it is refused."""

import errno
import os
import socket
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
EVERY_HOST = ("0.0.0.0", "::")  # noqa: S104  # to recognise it; the default is localhost


class RefusalError(Exception):
    """Why it cannot go on and what to do, for whoever typed the command."""


def given(name: str, default: str = "") -> str:
    """The variable from the environment, else from ``.env``, else the default."""
    if os.environ.get(name):
        return os.environ[name]
    dot_env = BASE_DIR / ".env"
    lines = dot_env.read_text("utf-8").splitlines() if dot_env.is_file() else []
    for line in lines:
        key, _, value = line.partition("=")
        if key == name and value:
            return value.strip("'\"")
    return default


class Address:
    """Where the board listens, and how links name it."""

    def __init__(self, host: str, port: str) -> None:
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise RefusalError(f"PORT must be a number from 1 to 65535, not {port!r}.")
        self.host = host
        self.port = int(port)

    @property
    def local_host(self) -> str:
        """The host by which this machine reaches the board."""
        return "localhost" if self.host in EVERY_HOST else self.host

    @property
    def url(self) -> str:
        return f"http://{_bracketed(self.local_host)}:{self.port}"

    @property
    def bound_host(self) -> str:
        return _bracketed(self.host)

    @property
    def allowed_hosts(self) -> str:
        if self.host in EVERY_HOST:
            return "*"
        return f"localhost,127.0.0.1,[::1],{self.bound_host}"

    def refuse_if_taken(self) -> None:
        """Stop before anything is prepared for a port that cannot be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise RefusalError(
                        f"Cannot listen on {self.host}, port {self.port}: "
                        f"{error.strerror}. Choose others: make run HOST=localhost "
                        "PORT=8000"
                    ) from None
                raise RefusalError(
                    f"Port {self.port} is taken by another program. Stop that, or "
                    f"choose another port: make run PORT={self.port + 1}"
                ) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
