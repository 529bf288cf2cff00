"""Live and rebuilt tables, row by row: where they differ, how, and which events are behind it."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from duckdb import DuckDBPyConnection

from services.reporting import folds
from services.reporting.queries.question import records

BESIDE: Final = "_rebuilt"
"""What the names of the tables end with that are built beside the live ones."""
SUBJECTS_SHOWN: Final = 20
ROWS_SHOWN: Final = 5
EVENTS_SHOWN: Final = 50
Side = Literal["live", "rebuilt"]


@dataclass(frozen=True)
class OneSided:
    """A row that only one side has, its values as text."""

    side: Side
    row: Mapping[str, str | None]


@dataclass(frozen=True)
class Behind:
    """An event that a differing row is made of."""

    position: str
    subject: str
    type: str
    occurred_at: datetime | None
    recorded_at: datetime
    arrived_at: datetime


@dataclass(frozen=True)
class Difference:
    """How one table differs: how many rows only one side has, about whom the first are, some of
    the rows themselves, and the events behind them (of the log: the messages that differ)."""

    table: str
    only_live: int
    only_rebuilt: int
    subjects: tuple[str, ...]
    rows: tuple[OneSided, ...] = ()
    events: tuple[Behind, ...] = ()


def differences(
    connection: DuckDBPyConnection, tables: Sequence[str], log: str = "log"
) -> Iterator[Difference]:
    """Compare the live tables with those beside them; yield those that differ.

    `log` is the log that the tables beside were made from.
    """
    by_name = {fold.name: fold for fold in folds.folds()}
    for table in tables:
        fold = by_name.get(table)
        # Where a row lies in the log says nothing about the message.
        shown = "*" if fold else "* EXCLUDE (place)"
        # The sum over all rows' hashes first: nearly always it settles the matter.
        if _sum(connection, table, shown) == _sum(connection, table + BESIDE, shown):
            continue
        key = fold.key if fold else "subject"
        differing = _differing(key, shown, table)
        only_live, only_rebuilt = _counted(connection, differing)
        subjects = _first(connection, differing)
        sides: dict[Side, str] = {
            "live": _only_in(key, shown, table, table + BESIDE),
            "rebuilt": _only_in(key, shown, table + BESIDE, table),
        }
        behind = (
            _events_of(connection, log, subjects, fold.reads)
            if fold
            else _messages(connection, sides.values(), subjects)
        )
        yield Difference(
            table,
            only_live,
            only_rebuilt,
            subjects,
            tuple(
                each for side in sides.items() for each in _rows(connection, key, subjects, *side)
            ),
            tuple(behind),
        )


def _sum(connection: DuckDBPyConnection, table: str, shown: str) -> Any:
    return connection.execute(
        f"SELECT count(*), sum(hash(each)::HUGEINT) FROM (SELECT {shown} FROM {table}) AS each"
    ).fetchone()


def _differing(key: str, shown: str, table: str) -> str:
    """Return the rows that one side has more often, as subject, hash and how much more often live.

    Whole rows are only compared of the subjects that are shown: where millions differ (live facts
    that were lost) they would not fit into the memory, while these groups go to disk.
    """
    return (
        "(SELECT subject, hashed, sum(side) AS more FROM ("
        f"SELECT {key}::VARCHAR AS subject, hash(each) AS hashed, 1 AS side "
        f"FROM (SELECT {shown} FROM {table}) AS each UNION ALL "
        f"SELECT {key}::VARCHAR, hash(each), -1 "
        f"FROM (SELECT {shown} FROM {table}{BESIDE}) AS each"
        ") GROUP BY ALL HAVING more <> 0)"
    )


def _counted(connection: DuckDBPyConnection, differing: str) -> tuple[int, int]:
    found = connection.execute(
        "SELECT coalesce(sum(greatest(more, 0)), 0)::BIGINT, "
        f"coalesce(sum(greatest(-more, 0)), 0)::BIGINT FROM {differing}"
    ).fetchall()
    ((live, rebuilt),) = found
    return live, rebuilt


def _first(connection: DuckDBPyConnection, differing: str) -> tuple[str, ...]:
    found = connection.execute(
        f"SELECT DISTINCT subject FROM {differing} ORDER BY subject LIMIT {SUBJECTS_SHOWN}"
    )
    return tuple(subject for (subject,) in found.fetchall())


def _only_in(key: str, shown: str, ours: str, theirs: str) -> str:
    asked = f"WHERE {key}::VARCHAR IN (SELECT unnest($subjects::VARCHAR[]))"
    return f"(SELECT {shown} FROM {ours} {asked} EXCEPT ALL SELECT {shown} FROM {theirs} {asked})"


def _rows(
    connection: DuckDBPyConnection, key: str, subjects: Sequence[str], side: Side, rows: str
) -> list[OneSided]:
    found = connection.execute(
        f"SELECT COLUMNS(* EXCLUDE (value))::VARCHAR FROM (SELECT *, NULL AS value FROM {rows}) "
        f"ORDER BY {key} LIMIT {ROWS_SHOWN}",
        {"subjects": list(subjects)},
    )
    return [OneSided(side, row) for row in records(found)]


_EVENT: Final = (
    "source || ':' || id AS position, subject, type, occurred_at, time AS recorded_at, arrived_at"
)


def _events_of(
    connection: DuckDBPyConnection, log: str, subjects: Sequence[str], names: frozenset[str]
) -> list[Behind]:
    found = connection.execute(
        f"SELECT {_EVENT} FROM {log} "
        "WHERE subject IN (SELECT unnest($subjects::VARCHAR[])) "
        "AND (len($names) = 0 OR list_contains($names::VARCHAR[], name)) "
        f"ORDER BY subject, time, source, id LIMIT {EVENTS_SHOWN}",
        {"subjects": list(subjects), "names": sorted(names)},
    )
    return [Behind(**row) for row in records(found)]


def _messages(
    connection: DuckDBPyConnection, sides: Iterable[str], subjects: Sequence[str]
) -> list[Behind]:
    either = " UNION ALL ".join(f"FROM {rows}" for rows in sides)
    found = connection.execute(
        f"SELECT DISTINCT ON (position) {_EVENT} FROM ({either}) "
        f"ORDER BY position LIMIT {EVENTS_SHOWN}",
        {"subjects": list(subjects)},
    )
    return [Behind(**row) for row in records(found)]
