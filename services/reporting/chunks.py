"""A log in parts that fit into the memory, each folded by itself."""

# ruff: noqa: S608 (statements are put together from parts of ours)

from collections.abc import Iterator
from typing import Final, NamedTuple

from duckdb import DuckDBPyConnection

from services.reporting import folds

CHUNK: Final = 500_000
"""So many events at least are folded at once: of fewer, each costs more."""
SAMPLE: Final = 50_000


class Chunk(NamedTuple):
    """Whole histories of a log: the condition that chooses them, under which key their facts
    stand, and how many events they are."""

    key: folds.Key
    chosen: str
    events: int


def plan(connection: DuckDBPyConnection, log: str, size: int) -> list[Chunk]:
    """Return a log cut into parts of about `size` events; together they are all of it."""
    total = _count(connection, log, "true")
    parts = _parts(connection, log, round(total / size))
    counted = (Chunk(key, chosen, _count(connection, log, chosen)) for key, chosen in parts)
    return [each for each in counted if each.events]


def fold(connection: DuckDBPyConnection, chunk: Chunk, log: str = "log", suffix: str = "") -> None:
    """Write the facts of a part into tables that have none of them yet."""
    folds.bind_chosen(connection, chunk.key, chunk.chosen, log)
    folds.fold_bound(connection, chunk.key, suffix, anew=False)


def _count(connection: DuckDBPyConnection, log: str, chosen: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {log} WHERE {chosen}").fetchall()
    return int(count)


def _parts(connection: DuckDBPyConnection, log: str, count: int) -> Iterator[tuple[folds.Key, str]]:
    """Yield conditions that cut a log into so many parts of about the same size.

    Each part is whole histories, and ids that follow one another: later finds of single
    complaints need to look at few rows only.
    """
    yield "subject", "complaint IS NULL"
    sample = connection.execute(
        f"SELECT complaint::VARCHAR FROM (SELECT complaint FROM {log} "
        f"WHERE complaint IS NOT NULL USING SAMPLE {SAMPLE} ROWS) ORDER BY complaint"
    ).fetchall()
    count = max(1, min(len(sample), count))
    cuts = sorted({sample[len(sample) * n // count][0] for n in range(1, count)})
    for first, beyond in zip((None, *cuts), (*cuts, None), strict=True):
        parts = ["complaint IS NOT NULL"]
        parts += [f"complaint >= '{first}'::UUID"] if first else []
        parts += [f"complaint < '{beyond}'::UUID"] if beyond else []
        yield "complaint", " AND ".join(parts)
