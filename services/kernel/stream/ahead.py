"""Reads on while what was read is worked on, as long as there is much to catch up with.

Decoding a page holds the interpreter, storing one hardly does: on two cores the two go on at once.
And a transport gives a large page in pieces, where few large transactions cost far less than many.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from services.kernel.stream.port import Delivery, Reader
from services.kernel.turns import short_turns

MUCH: Final = 1 / 8
"""With such a part of a page there is likely to be more."""
MORE_SECONDS: Final = 0.2
"""So long a piece of a page may be behind the one before it."""
MOST_BYTES: Final = 64_000_000
"""With so much in it a page is not added to."""


class ReadAhead:
    """A reader that reads the next page of `reader` in a thread of its own after one that was
    not all but empty (`MUCH`); as any reader, it is used by one thread."""

    def __init__(self, reader: Reader, name: str) -> None:
        self._reader = reader
        self._thread = ThreadPoolExecutor(1, f"ahead-{name}")
        self._next: Future[Sequence[Delivery]] | None = None

    def poll(self, limit: int, timeout: float) -> Sequence[Delivery]:
        """Return what has come, and go on with what comes after it."""
        ahead, self._next = self._next, None
        page = self._reader.poll(limit, timeout) if ahead is None else ahead.result()
        if len(page) >= limit * MUCH:
            self._next = self._thread.submit(self._whole, limit, timeout)
        return page

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset` of a partition, and of the others from after what was given."""
        ahead, self._next = self._next, None
        if ahead is not None:
            for delivery in reversed(ahead.result()):
                self._reader.seek(delivery.partition, delivery.offset)
        self._reader.seek(partition, offset)

    def _whole(self, limit: int, timeout: float) -> Sequence[Delivery]:
        """Return a page that is full, if there is so much, or large."""
        with short_turns():
            piece = self._reader.poll(limit, timeout)
            page, size = list(piece), _bytes(piece)
            while piece and len(page) < limit and size < MOST_BYTES:
                piece = self._reader.poll(limit - len(page), MORE_SECONDS)
                page += piece
                size += _bytes(piece)
            return page

    def wake(self) -> None:
        """Have a waiting `poll` return."""
        self._reader.wake()

    def close(self) -> None:
        """Let go of the transport."""
        self._reader.wake()
        self._thread.shutdown()
        self._reader.close()


def _bytes(piece: Sequence[Delivery]) -> int:
    return sum(len(each.message.value) for each in piece)
