"""A file that is missing or damaged: made again from the stream, and from the services' stores what
the stream lacks.

It is filled by the log copy's own worker, so that the process serves meanwhile: reports answer that
they are being made again, all else goes on. A kill in between loses nothing.
"""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import structlog

from services.kernel.chain import Sorted, tracking_name
from services.kernel.clock import Clock
from services.kernel.errors import Unavailable
from services.kernel.stream import Stream, StreamUnavailable
from services.kernel.text import _
from services.reporting import chunks, folds
from services.reporting.copies import LOG, copy_stream, fill, stage
from services.reporting.folding import Progress, part_size
from services.reporting.logcopy import contradicting, keep_apart
from services.reporting.outboxes import Outboxes
from services.reporting.queries.question import records
from services.reporting.rebuild import Stopped, swap
from services.reporting.store import SUSPECT, Store, is_damage, stored
from services.reporting.unfinished import Reached, Unfinished, transaction, written

log = structlog.get_logger()
Why = Literal["first", "missing", "damaged"]
"""`first`: nothing beside it says that there ever was one (`MADE`)."""
ASIDE: Final = ".damaged"
"""Where a damaged file is put, beside the new one; one is kept."""
MADE: Final = ".made"
"""Beside the file: there is one, so that none is one that was lost."""
PATIENCE_SECONDS: Final = 20.0
"""So long the services are waited for that hold what the stream may lack."""


def opened(path: Path, memory: str) -> tuple[Store, Why | None]:
    """Open reporting's file, or make a new one; say why, where it is new.

    Raises duckdb.Error where the file cannot be opened for another reason than damage.
    """
    made = path.with_name(path.name + MADE)
    known = made.exists()
    store, why = _opened(path, memory)
    made.touch()
    return store, why if known or why != "missing" else "first"


def _opened(path: Path, memory: str) -> tuple[Store, Why | None]:
    suspect = path.with_name(path.name + SUSPECT)
    if not path.exists():
        return Store(path, memory), "missing"
    if not suspect.exists():
        try:
            return Store(path, memory), None
        except duckdb.Error as error:
            if not is_damage(error):
                raise
    _set_aside(path)
    suspect.unlink(missing_ok=True)
    return Store(path, memory), "damaged"


def _set_aside(path: Path) -> None:
    wal, beside = Path(f"{path}.wal"), Path(f"{path}{ASIDE}")
    path.replace(beside)
    if wal.exists():
        wal.replace(f"{beside}.wal")
    shutil.rmtree(f"{path}.tmp", ignore_errors=True)


class Recovery:
    """Fills a new file with what the lost one held."""

    def __init__(
        self, store: Store, stream: Stream, outboxes: Outboxes, clock: Clock, why: Why | None
    ) -> None:
        self._store, self._stream = store, stream
        self._outboxes, self._clock = outboxes, clock
        self._stopping = threading.Event()
        self._progress = Progress(0, 0, 0.0)
        self._connection = store.connection()
        if why is not None and self._may_hold_more():
            if why == "first":
                log.info("reports_file_made")
            else:
                log.error("reports_file_lost", why=why)
            self._connection.execute(
                "INSERT INTO lost (why, since) VALUES (?, ?)", [why, stored(clock())]
            )
        self.is_due = bool(
            self._connection.execute("SELECT 1 FROM lost WHERE mended_at IS NULL").fetchall()
        )
        if self.is_due:
            store.filling = self._not_yet

    def _may_hold_more(self) -> bool:
        """Say whether a new file lacks anything; while the stream is away, it may."""
        try:
            return any(self._stream.ends().values())
        except StreamUnavailable:
            return True

    def _not_yet(self) -> Unavailable:
        return Unavailable(
            _(
                "Laporan sedang dibangun ulang dari aliran: {done} dari {total} kejadian. "
                "Yang lain berjalan seperti biasa.",
                done=self._progress.copied or self._progress.done,
                total=self._progress.total,
            ),
            extra={"retry_after": 5},
        )

    def state(self) -> dict[str, Any] | None:
        """Return why and since when the file is another one, and how it was filled; None where it
        never was lost."""
        found = self._store.reader(anyway=True).execute("FROM lost ORDER BY since DESC LIMIT 1")
        row: dict[str, Any] | None = next(iter(records(found)), None)
        if row is None or row["mended_at"] is not None:
            return row
        progress = self._progress
        return row | {"done": progress.copied or progress.done, "total": progress.total}

    def stop(self) -> None:
        """Ask it to stop where it is (from any thread); the next start goes on."""
        self._stopping.set()
        self._connection.interrupt()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def run(self) -> None:
        """Fill the file. Raises Stopped, and StreamUnavailable where the stream does not answer;
        asked again, it goes on."""
        began = time.monotonic()
        try:
            with self._store.on_all_cores():
                events, from_stores = self._run()
        except duckdb.InterruptException as error:
            raise Stopped from error
        finally:
            self._roll_back()
        self._store.filling = None
        self.is_due = False
        seconds = round(time.monotonic() - began, 3)
        log.info("reports_file_filled", events=events, from_stores=from_stores, seconds=seconds)

    def _run(self) -> tuple[int, int]:
        began = time.monotonic()
        unfinished = Unfinished(self._connection, "lost", lambda: Reached({}, {}, 0))
        from_stores = 0
        if not unfinished.is_copied:
            from_stores = self._copy(unfinished)
        unfinished.plan(lambda: chunks.plan(self._connection, LOG, part_size(self._store)))
        events = unfinished.fold(self._store, LOG, self._go_on, self._told)
        with transaction(self._connection):
            swap(self._connection, [*(fold.name for fold in folds.folds()), "log"])
            self._connection.execute(
                "UPDATE reading SET tracked = ?, offsets = ?", written(unfinished.copied)
            )
            self._connection.execute(
                "UPDATE lost SET mended_at = ?, events = ?, from_stores = ?, seconds = ? "
                "WHERE mended_at IS NULL",
                [stored(self._clock()), events, from_stores, time.monotonic() - began],
            )
        unfinished.clear()
        return events, from_stores

    def _copy(self, unfinished: Unfinished) -> int:
        """Copy the stream, and add from the stores what it lacks; return how many that were."""
        sent = self._staged()
        ends = self._stream.ends()
        added = 0
        while True:
            holes = copy_stream(
                self._connection, unfinished, self._stream, ends, self._reading(ends), self._aside
            )
            # What lies before a hole was sent once, and is on the stream no more.
            lacking = {
                tracking_name(each): each.message.previous
                for each in holes.first.values()
                if sent is not None
            }
            found = self._add(unfinished, lacking)
            added += found
            if not found:
                break
        added += self._add(unfinished, sent or {})
        unfinished.note_copy_done()
        return added

    def _add(self, unfinished: Unfinished, chains: Mapping[str, int]) -> int:
        with transaction(self._connection):
            found = fill(self._connection, chains) if chains else 0
            if found:
                copied = unfinished.copied
                tracked = copied.tracked | {
                    chain: max(last, copied.tracked.get(chain, 0)) for chain, last in chains.items()
                }
                unfinished.note_copied(copied.offsets, tracked)
        return found

    def _staged(self) -> dict[str, int] | None:
        """Gather what the stores hold; return the last id that each sent to each partition.

        None where a service does not answer for long: then the stream alone is what there is.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                sent = {
                    f"{source}/{partition}": last
                    for source in self._outboxes.sources()
                    for partition, last in self._outboxes.sent(source).items()
                }
                stage(self._connection, self._stream, self._outboxes, lambda _count: self._go_on())
                return sent
            except Unavailable:
                self._go_on()
                if time.monotonic() > until:
                    log.warning("filled_without_stores")
                    return None
                self._stopping.wait(1.0)

    def _reading(self, ends: Mapping[int, int]) -> Callable[[int], None]:
        total = sum(ends.values())

        def told(read: int) -> None:
            self._go_on()
            self._told(Progress(0, total, 0.0, read))

        return told

    def _aside(self, batch: Sorted) -> None:
        for each in [*batch.forks, *contradicting(self._connection, batch.repeats, LOG)]:
            keep_apart(self._connection, each)

    def _told(self, progress: Progress) -> None:
        self._progress = progress

    def _go_on(self, _events: int = 0) -> None:
        if self._stopping.is_set():
            raise Stopped

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except duckdb.Error:
            return  # it did not fail within a transaction
