"""Parts that many pages share, remembered by this process.

A template takes longer to say what a part is than the database to find it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, ClassVar, Generic, TypeVar

from django.http import HttpRequest

T = TypeVar("T")

#: For so long what is of an edition.
SECONDS = 5 * 60


class Memory(Generic[T]):
    """So many things at most, each under what it was made from."""

    #: Every one there is, for whoever wants to begin as a new process does.
    all: ClassVar[list[Memory[Any]]] = []

    def __init__(self, most: int) -> None:
        self.most = most
        self._made: dict[Hashable, T] = {}
        self.all.append(self)

    def __len__(self) -> int:
        return len(self._made)

    def clear(self) -> None:
        self._made.clear()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` answers, or answered before under the same key.

        Whatever it depends on is part of ``key``.
        """
        made = self._made.get(key)
        if made is None:
            made = make()
            if len(self._made) >= self.most:
                self._made.clear()
            self._made[key] = made
        return made

    def get_of_edition(
        self, request: HttpRequest | None, key: Hashable, make: Callable[[], T]
    ) -> T:
        """The same, for what also depends on what the public sees at this time.

        Args:
            request: as `jobsite.public` leaves it; for any other nothing is remembered.
            key: tells it from all others of the same edition.
            make: makes it.
        """
        return self._get_of(getattr(request, "edition", ""), key, make)

    def get_of_frame(
        self, request: HttpRequest | None, key: Hashable, make: Callable[[], T]
    ) -> T:
        """The same, for what depends on what stands around every page, and on no job."""
        return self._get_of(getattr(request, "frame_edition", ""), key, make)

    def _get_of(self, edition: str, key: Hashable, make: Callable[[], T]) -> T:
        if not edition:
            return make()
        # What is counted in days turns at midnight, where one of these times begins.
        return self.get((edition, int(time.time() // SECONDS), key), make)
