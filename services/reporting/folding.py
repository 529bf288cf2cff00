"""The parts of a log folded side by side, one on each core.

A part is one transaction of a connection of its own: most of what a statement of ours does is
sorting and joining what fits into a few row groups, which one core does as well as two. So two
parts at once are done in little more time than one.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import duckdb

from services.reporting import chunks
from services.reporting.chunks import Chunk
from services.reporting.store import Store

CREW: Final = os.cpu_count() or 1
"""So many parts are folded at once at most …"""
MEGABYTES_EACH: Final = 500
"""… for each of which there has to be so much memory; with less there is one, of half the size."""
LOOK_SECONDS: Final = 0.2
"""So often it is asked meanwhile whether to go on."""


@dataclass(frozen=True)
class Folding:
    """What is folded: parts by number, of a log, into tables with a suffix. `note_done` is called
    within the transaction of a part's facts."""

    parts: Sequence[tuple[int, Chunk]]
    log: str
    suffix: str
    note_done: Callable[[int, duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True)
class Progress:
    """How far it is: events folded, of how many, and how many a second.

    `copied`: messages read so far while its log is still being copied, then None.
    """

    done: int
    total: int
    rate: float
    copied: int | None = None


def part_size(store: Store) -> int:
    """Return of how many events a part may be."""
    return chunks.CHUNK * (2 if store.megabytes >= MEGABYTES_EACH else 1)


def fold_parts(
    store: Store,
    folding: Folding,
    done: int,
    go_on: Callable[[int], None],
    told: Callable[[Progress], None],
) -> int:
    """Fold the parts; return how many events those and the `done` before are.

    `go_on` is called over and over with how many events are under way, and may raise: what is
    under way is then given up, and what was done stands.
    """
    total = done + sum(chunk.events for _number, chunk in folding.parts)
    began, before, left = time.monotonic(), done, deque(folding.parts)
    with _Crew(store, folding) as crew:
        while left or crew.is_busy:
            while left and crew.is_free:
                go_on(crew.events + left[0][1].events)
                crew.take(*left.popleft())
            go_on(crew.events)
            for chunk in crew.finished():
                done += chunk.events
                rate = (done - before) / max(time.monotonic() - began, 1e-6)
                told(Progress(done, total, rate))
    return total


class _Crew:
    """Connections that fold a part each; whatever runs at the end is interrupted."""

    def __init__(self, store: Store, folding: Folding) -> None:
        self._folding = folding
        self._size = max(1, min(CREW, store.megabytes // MEGABYTES_EACH))
        self._connections = [store.connection() for _each in range(self._size)]
        self._idle = list(self._connections)
        self._pool = ThreadPoolExecutor(self._size, thread_name_prefix="fold")
        self._running: dict[Future[None], Chunk] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        pending = set(self._running)
        while pending:
            for connection in self._connections:
                connection.interrupt()
            # Between two statements there is nothing to interrupt: it is asked again.
            pending = wait(pending, timeout=LOOK_SECONDS).not_done
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    @property
    def events(self) -> int:
        """How many events are under way."""
        return sum(chunk.events for chunk in self._running.values())

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._running)

    @property
    def is_free(self) -> bool:
        """Whether there is one who has nothing to do."""
        return len(self._running) < self._size

    def take(self, number: int, chunk: Chunk) -> None:
        """Begin with a part."""
        self._running[self._pool.submit(self._fold, number, chunk)] = chunk

    def finished(self) -> Iterator[Chunk]:
        """Yield the parts that were done within a moment; raises what one of them failed of."""
        for future in wait(self._running, LOOK_SECONDS, FIRST_COMPLETED).done:
            chunk = self._running.pop(future)
            future.result()
            yield chunk

    def _fold(self, number: int, chunk: Chunk) -> None:
        connection = self._idle.pop()
        try:
            connection.execute("BEGIN")
            chunks.fold(connection, chunk, self._folding.log, self._folding.suffix)
            self._folding.note_done(number, connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a commit that failed has ended the transaction
                connection.execute("ROLLBACK")
            raise
        finally:
            self._idle.append(connection)
