"""Making the facts anew: beside the live ones, compared with them, then swapped.

The live log copy follows the stream all the while. What comes after the rebuild began is folded
in at its end, the last of it in the one transaction that swaps; whoever reads goes on reading what
they began with. What is built is kept in the file part by part: a rebuild that was stopped or
killed goes on where it stood.
"""

# ruff: noqa: S608 (statements are put together from parts of ours)

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

import duckdb

from services.kernel.stream import Stream
from services.reporting import chunks, folds
from services.reporting.comparing import BESIDE, Difference, differences
from services.reporting.copies import Copied, copy_stores, copy_stream
from services.reporting.folding import Progress, part_size
from services.reporting.logcopy import LogCopy, subjects
from services.reporting.outboxes import NoOutboxes, Outboxes
from services.reporting.store import Store, no_space, problem_of
from services.reporting.unfinished import Reached, Unfinished, discard, transaction

Source = Literal["log", "stream", "stores"]
STEP: Final = 100_000
"""So many messages that came meanwhile are folded in at once."""
RESERVE: Final = 64 * 2**20
"""So much of the disk (bytes) is left to the log copy."""
BYTES_PER_EVENT: Final = 1024
"""What the facts of an event may take at most, with what is written twice on the way."""
ROOM: Final = 16 * 2**20
"""With so much of it (bytes) a checkpoint may be asked for."""


@dataclass(frozen=True)
class Outcome:
    """What a rebuild found, how long it took, and whether the new facts are in use now.

    From the stores: for how many events their own time stands in for that of their arrival, and
    how many are still on their way to the log copy. `resumed`: it went on with one that had ended
    before its end.
    """

    events: int
    seconds: float
    differences: tuple[Difference, ...]
    swapped: bool
    without_arrival: int = 0
    on_their_way: int = 0
    resumed: bool = False


class Stopped(Exception):
    """The rebuild was asked to stop; what it has built stands, and the next one goes on with it."""


class Rebuild:
    """One rebuild, from the log copy itself, from the stream again, or from the stores."""

    def __init__(
        self,
        store: Store,
        log: LogCopy,
        stream: Stream,
        source: Source = "log",
        told: Callable[[Progress], None] = lambda _progress: None,
        outboxes: Outboxes | None = None,
    ) -> None:
        self._store = store
        self._connection = store.connection()
        self._live = log
        self._stream = stream
        self._outboxes = outboxes or NoOutboxes()
        self._source = source
        self._log = "log" + ("" if source == "log" else BESIDE)
        self._told = told
        self._began = time.monotonic()
        self._stopping = threading.Event()
        self._tables = [fold.name for fold in folds.folds()]
        if source != "log":
            self._tables.append("log")

    def stop(self) -> None:
        """Ask it to stop, wherever it is; `run` then raises Stopped (from any thread)."""
        self._stopping.set()
        with suppress(duckdb.Error):  # it may have ended just now
            self._connection.interrupt()

    def run(self, *, check: bool) -> Outcome:
        """Build and compare; unless this only checks, swap.

        Raises Stopped, NoSpace for a full disk and Damaged for a damaged file; the live facts are
        then as before.
        """
        try:
            with self._store.on_all_cores():
                return self._run(check=check)
        except duckdb.Error as error:
            if isinstance(error, duckdb.InterruptException):
                raise Stopped from error
            self._give_up()
            raise problem_of(error, self._store) or error from error
        finally:
            self._roll_back()
            self._connection.close()

    def _run(self, *, check: bool) -> Outcome:
        unfinished = Unfinished(self._connection, self._source, self._reached)
        copied = self._copy(unfinished)
        unfinished.plan(lambda: chunks.plan(self._connection, self._log, part_size(self._store)))
        total = unfinished.fold(self._store, self._log, self._go_on, self._told)
        while self._live.place - unfinished.began.place > STEP:
            self._go_on()
            with transaction(self._connection):
                self._take(unfinished, unfinished.began.place + STEP)
        # Nothing is taken while both sides are compared: they are of the same moment.
        with self._live.writing:
            self._go_on()
            with transaction(self._connection):
                self._take(unfinished, self._live.place)
                found = tuple(differences(self._connection, self._tables, self._log))
                if not check:
                    swap(self._connection, self._tables)
            self._live.reload_ends()
        unfinished.clear()
        return Outcome(
            total,
            time.monotonic() - self._began,
            found,
            not check,
            copied.without_arrival,
            copied.on_their_way,
            unfinished.resumed,
        )

    def _reached(self) -> Reached:
        with self._live.writing:
            live = self._live
            return Reached(dict(live.offsets), dict(live.tracked), live.place)

    def _go_on(self, events: int = 0) -> None:
        """Raise Stopped where it was asked to stop, NoSpace where the disk might not hold so many
        events' facts."""
        if self._stopping.is_set():
            raise Stopped
        wanted = RESERVE + events * BYTES_PER_EVENT
        if shutil.disk_usage(self._store.path.parent).free < wanted:
            self._give_up()
            raise no_space()

    def _copy(self, unfinished: Unfinished) -> Copied:
        if self._source == "log" or unfinished.is_copied:
            return Copied()

        def told(read: int) -> None:
            self._go_on()
            self._told(Progress(0, self._live.place, 0.0, read))

        connection, stream = self._connection, self._stream
        if self._source == "stores":
            return copy_stores(connection, unfinished, stream, self._outboxes, told)
        copy_stream(connection, unfinished, stream, unfinished.began.offsets, told)
        unfinished.note_copy_done()
        return Copied()

    def _take(self, unfinished: Unfinished, upto: int) -> None:
        """Fold in what the live log copy has taken meanwhile, up to a place of it."""
        connection, span = self._connection, {"since": unfinished.began.place, "upto": upto}
        newer = "FROM log WHERE place >= $since AND place < $upto"
        if self._log != "log":
            connection.execute(
                f"INSERT INTO {self._log} SELECT * REPLACE (row_number() OVER () "
                f"+ (SELECT coalesce(max(place), 0) FROM {self._log}) AS place) "
                f"FROM ({newer}) ANTI JOIN {self._log} USING (source, id)",
                span,
            )
        touched = connection.execute(f"SELECT DISTINCT subject {newer}", span).fetchall()
        for key, keys in subjects(subject for (subject,) in touched).items():
            bound = folds.bind_touched(connection, key, keys, self._log)
            folds.fold_bound(connection, key, BESIDE, anew=True, present=bound.names)
        unfinished.note_place(upto)

    def _roll_back(self) -> None:
        with suppress(duckdb.Error):  # unless it failed within a transaction
            self._connection.execute("ROLLBACK")

    def _give_up(self) -> None:
        """Give back the space of what was built; nothing is in the way of the live log copy."""
        self._roll_back()
        with self._live.writing, suppress(duckdb.Error):
            discard(self._connection)
            # By a checkpoint the space goes back to the disk; one that fails for want of it would
            # close the file for everybody until a restart.
            if shutil.disk_usage(self._store.path.parent).free >= ROOM:
                self._connection.execute("CHECKPOINT")


def swap(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Put the tables beside in the place of the live ones (within a transaction)."""
    for table in tables:
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE {table}{BESIDE} RENAME TO {table}")
