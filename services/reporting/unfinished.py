"""A rebuild that is under way, as the file keeps it: what was done stands when it is killed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import msgspec
from duckdb import DuckDBPyConnection

from services.reporting import folds
from services.reporting.chunks import Chunk
from services.reporting.comparing import BESIDE
from services.reporting.folding import Folding, Progress, fold_parts
from services.reporting.store import Store
from services.reporting.version import digest

STAGED: Final = "log_staged"


@dataclass
class Reached:
    """How far a log reaches: offsets of the stream, the last id of each chain, its next place."""

    offsets: dict[int, int]
    tracked: dict[str, int]
    place: int


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """Run a block in one transaction; whoever catches its error rolls back."""
    connection.execute("BEGIN")
    yield
    connection.execute("COMMIT")


class Unfinished:
    """The one rebuild that a file may have under way; another source or version begins anew."""

    def __init__(
        self, connection: DuckDBPyConnection, source: str, reached: Callable[[], Reached]
    ) -> None:
        self._connection = connection
        rows = connection.execute(
            "SELECT tracked, offsets, place, copied_tracked, copied_offsets, copied "
            "FROM rebuilding WHERE source = ? AND digest = ?",
            [source, digest()],
        ).fetchall()
        self.resumed = bool(rows)
        if not rows:
            self.clear()
            self.began = reached()
            self.copied = Reached({}, {}, 0)
            self.is_copied = False
            with transaction(connection):
                folds.create_tables(connection, BESIDE)
                connection.execute(
                    "INSERT INTO rebuilding VALUES (?, ?, ?, ?, ?, ?, ?, false)",
                    [source, digest(), *written(self.began), self.began.place, *_NOTHING],
                )
        else:
            (row,) = rows
            self.began = Reached(_offsets(row[1]), msgspec.json.decode(row[0]), row[2])
            self.copied = Reached(_offsets(row[4]), msgspec.json.decode(row[3]), 0)
            self.is_copied = row[5]

    def clear(self) -> None:
        """Forget it, and drop what it has built."""
        discard(self._connection)

    def note_copied(self, offsets: Mapping[int, int], tracked: Mapping[str, int]) -> None:
        """Note how far the stream was copied (within the transaction of what was)."""
        self.copied = Reached(dict(offsets), dict(tracked), 0)
        self._connection.execute(
            "UPDATE rebuilding SET copied_tracked = ?, copied_offsets = ?", written(self.copied)
        )

    def note_copy_done(self) -> None:
        """Note that the log beside is whole."""
        self.is_copied = True
        self._connection.execute("UPDATE rebuilding SET copied = true")

    def note_place(self, place: int) -> None:
        """Note up to which place of the live log its newer messages are folded in."""
        self.began.place = place
        self._connection.execute("UPDATE rebuilding SET place = ?", [place])

    def plan(self, parts: Callable[[], Sequence[Chunk]]) -> None:
        """Keep how the log is cut, unless it was cut before."""
        known = self._connection.execute("SELECT count(*) FROM rebuilding_chunks").fetchall()
        if known == [(0,)]:
            rows = [[number, *each, False] for number, each in enumerate(parts())]
            with transaction(self._connection):
                self._connection.executemany(
                    "INSERT INTO rebuilding_chunks VALUES (?, ?, ?, ?, ?)", rows
                )

    def fold(
        self,
        store: Store,
        log: str,
        go_on: Callable[[int], None],
        told: Callable[[Progress], None],
    ) -> int:
        """Fold the parts that are left (`fold_parts`); return how many events all of them are."""
        done = sum(chunk.events for _number, chunk in self._parts(done=True))
        folding = Folding(self._parts(done=False), log, BESIDE, self.note_done)
        return fold_parts(store, folding, done, go_on, told)

    def _parts(self, *, done: bool) -> list[tuple[int, Chunk]]:
        rows = self._connection.execute(
            "SELECT number, key, chosen, events FROM rebuilding_chunks "
            "WHERE done = ? ORDER BY number",
            [done],
        ).fetchall()
        return [(number, Chunk(*chunk)) for number, *chunk in rows]

    @staticmethod
    def note_done(number: int, connection: DuckDBPyConnection) -> None:
        """Note that a part is folded (within the transaction of its facts)."""
        connection.execute("UPDATE rebuilding_chunks SET done = true WHERE number = ?", [number])


_NOTHING: Final = ("{}", "{}")


def discard(connection: DuckDBPyConnection) -> None:
    """Drop whatever an unfinished rebuild of a file has built, and forget it."""
    # Another version may have had other folds.
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE suffix(table_name, ?) OR table_name = ?",
        [BESIDE, STAGED],
    ).fetchall()
    with transaction(connection):
        for (table,) in tables:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM rebuilding")
        connection.execute("DELETE FROM rebuilding_chunks")


def written(reached: Reached) -> list[str]:
    """Return the last id of each chain and the offsets, as the file keeps them."""
    tracked, offsets = (
        msgspec.json.encode(each).decode() for each in (reached.tracked, reached.offsets)
    )
    return [tracked, offsets]


def _offsets(text: str) -> dict[int, int]:
    return {int(at): offset for at, offset in msgspec.json.decode(text).items()}
