"""Making the facts anew: beside the live ones, compared with them, then swapped.

The live log copy follows the stream all the while. What comes after the rebuild began is folded
in at its end, in the one transaction that swaps; whoever reads goes on reading what they began
with.
"""

# ruff: noqa: S608 (statements are put together from parts of ours)

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
from duckdb import DuckDBPyConnection

from services.kernel.stream import Stream
from services.reporting import folds
from services.reporting.copies import STAGED, Copied, Upto, copy_stores, copy_stream
from services.reporting.logcopy import LogCopy, subjects
from services.reporting.outboxes import NoOutboxes, Outboxes
from services.reporting.store import Store

Source = Literal["log", "stream", "stores"]
BESIDE = "_rebuilt"
CHUNK = 500_000
SAMPLE = 50_000
SHOWN = 20


@dataclass(frozen=True)
class Progress:
    """How far it is: events folded, of how many, and how many a second."""

    done: int
    total: int
    rate: float


@dataclass(frozen=True)
class Difference:
    """How one table differs: how many rows only one side has, and about whom the first are."""

    table: str
    only_live: int
    only_rebuilt: int
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a rebuild found, how long it took, and whether the new facts are in use now.

    From the stores: for how many events their own time stands in for that of their arrival, and
    how many are still on their way to the log copy.
    """

    events: int
    seconds: float
    differences: tuple[Difference, ...]
    swapped: bool
    without_arrival: int = 0
    on_their_way: int = 0


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
        self._tables = [fold.name for fold in folds.folds()]
        if source != "log":
            self._tables.append("log")

    def run(self, *, check: bool) -> Outcome:
        """Build and compare; unless this only checks, swap.

        Raises duckdb.Error when the file cannot be written; the live facts are then as before.
        """
        try:
            with self._store.on_all_cores(), self._live.watched() as touched:
                return self._run(touched, check=check)
        finally:
            with suppress(duckdb.TransactionException):  # unless it failed within one
                self._connection.execute("ROLLBACK")
            self._clear()
            self._connection.close()

    def _run(self, touched: set[str], *, check: bool) -> Outcome:
        self._clear()
        folds.create_tables(self._connection, BESIDE)
        with self._live.writing:
            live = self._live
            upto = Upto(dict(live.offsets), dict(live.tracked), live.place)
        copied = self._copy(upto)
        total = build(self._connection, self._log, BESIDE, self._told)
        # Nothing is taken while both sides are compared: they are of the same moment.
        with self._live.writing:
            self._connection.execute("BEGIN")
            self._catch_up(touched, upto)
            found = tuple(differences(self._connection, self._tables))
            if not check:
                self._swap()
            self._connection.execute("COMMIT")
            self._live.reload_ends()
        return Outcome(
            total,
            time.monotonic() - self._began,
            found,
            not check,
            copied.without_arrival,
            copied.on_their_way,
        )

    def _clear(self) -> None:
        for table in (STAGED, *(each + BESIDE for each in (*self._tables, "log"))):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _copy(self, upto: Upto) -> Copied:
        connection, stream = self._connection, self._stream
        if self._source == "stream":
            return copy_stream(connection, self._log, stream, upto)
        if self._source == "stores":
            return copy_stores(connection, self._log, stream, self._outboxes, upto)
        return Copied()

    def _catch_up(self, touched: set[str], upto: Upto) -> None:
        """Fold in what the live log copy has taken meanwhile."""
        connection = self._connection
        if self._log != "log":
            connection.execute(
                f"INSERT INTO {self._log} SELECT * REPLACE (row_number() OVER () "
                f"+ (SELECT coalesce(max(place), 0) FROM {self._log}) AS place) "
                "FROM (FROM log WHERE place >= $since) "
                f"ANTI JOIN {self._log} USING (source, id)",
                {"since": upto.place},
            )
        for key, keys in subjects(touched).items():
            folds.bind_touched(connection, key, keys, self._log)
            folds.fold_bound(connection, key, BESIDE, anew=True)

    def _swap(self) -> None:
        for table in self._tables:
            self._connection.execute(f"DROP TABLE {table}")
            self._connection.execute(f"ALTER TABLE {table}{BESIDE} RENAME TO {table}")


def build(
    connection: DuckDBPyConnection,
    log: str = "log",
    suffix: str = "",
    told: Callable[[Progress], None] = lambda _progress: None,
) -> int:
    """Fold all of a log into the (empty) fact tables; return how many events it holds."""
    total = _count(connection, log, "true")
    done = 0
    began = time.monotonic()
    for key, chosen in _chunks(connection, log, total):
        folds.bind_chosen(connection, key, chosen, log)
        folds.fold_bound(connection, key, suffix, anew=False)
        done += _count(connection, log, chosen)
        told(Progress(done, total, done / max(time.monotonic() - began, 1e-6)))
    return total


def _count(connection: DuckDBPyConnection, log: str, chosen: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {log} WHERE {chosen}").fetchall()
    return int(count)


def _chunks(
    connection: DuckDBPyConnection, log: str, total: int
) -> Iterator[tuple[folds.Key, str]]:
    """Yield conditions that cut a log into parts of about `CHUNK` events.

    Each part is whole histories, and ids that follow one another: it fits into the memory, and
    later finds of single complaints need to look at few rows only.
    """
    yield "subject", "complaint IS NULL"
    sample = connection.execute(
        f"SELECT complaint::VARCHAR FROM (SELECT complaint FROM {log} "
        f"WHERE complaint IS NOT NULL USING SAMPLE {SAMPLE} ROWS) ORDER BY complaint"
    ).fetchall()
    count = max(1, min(len(sample), round(total / CHUNK)))
    cuts = sorted({sample[len(sample) * n // count][0] for n in range(1, count)})
    for first, beyond in zip((None, *cuts), (*cuts, None), strict=True):
        parts = ["complaint IS NOT NULL"]
        parts += [f"complaint >= '{first}'::UUID"] if first else []
        parts += [f"complaint < '{beyond}'::UUID"] if beyond else []
        yield "complaint", " AND ".join(parts)


def differences(connection: DuckDBPyConnection, tables: Sequence[str]) -> Iterator[Difference]:
    """Compare the live tables with those beside them, row by row; yield those that differ."""
    keys = {fold.name: fold.key for fold in folds.folds()}
    # Where a row lies in the log says nothing about the message.
    columns = {"log": "* EXCLUDE (place)"}
    for table in tables:
        beside = table + BESIDE
        # The sum over all rows' hashes first: nearly always it settles the matter.
        shown = columns.get(table, "*")
        if _sum(connection, table, shown) == _sum(connection, beside, shown):
            continue
        key = keys.get(table, "subject")
        live, rebuilt = (
            _only_in(connection, key, shown, *sides) for sides in ((table, beside), (beside, table))
        )
        yield Difference(
            table,
            sum(live.values()),
            sum(rebuilt.values()),
            tuple(sorted({*live, *rebuilt})[:SHOWN]),
        )


def _sum(connection: DuckDBPyConnection, table: str, shown: str) -> Any:
    return connection.execute(
        f"SELECT count(*), sum(hash(each)::HUGEINT) FROM (SELECT {shown} FROM {table}) AS each"
    ).fetchone()


def _only_in(
    connection: DuckDBPyConnection, key: str, shown: str, ours: str, theirs: str
) -> dict[str, int]:
    found = connection.execute(
        f"SELECT {key}::VARCHAR, count(*) FROM (SELECT {shown} FROM {ours} "
        f"EXCEPT ALL SELECT {shown} FROM {theirs}) GROUP BY 1"
    )
    return dict(found.fetchall())
