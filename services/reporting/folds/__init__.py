"""Folds: from events to facts, the same statement on the touched subjects or on all.

Each `.sql` file beside this one, but `ordered` (with `happened`) and `events` (what they read) and
`staircase` (the pattern that they share), is one fold; its name is the fact table's. The first
column is the key whose rows a fold makes anew: `complaint`, or `subject` for what is no complaint.
`-- reads:` names the events that it takes rows from (all, where the line is missing). A fold may
read the result of another as `folded_<name>`.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Literal

from duckdb import DuckDBPyConnection

from services.reporting.figures import conditions
from services.reporting.payload import COLUMNS

Key = Literal["complaint", "subject"]
SHARED = ("happened", "ordered", "events", "staircase")
_FOLDED = re.compile(r"folded_([a-z]+)")
_READS = re.compile(r"^-- reads: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Fold:
    """One fold: the fact table's name, the statement that makes its rows, and its key.

    `reads` are the events that it takes rows from; empty: all. `needs` are the folds whose results
    it reads.
    """

    name: str
    sql: str
    key: Key
    reads: frozenset[str]
    needs: frozenset[str]


@cache
def folds() -> tuple[Fold, ...]:
    """Return all folds; one that reads another's result comes after it."""
    names = (each.name for each in files(__name__).iterdir() if each.name.endswith(".sql"))
    room = {name: text_of(name) for name in (each.removesuffix(".sql") for each in names)}
    statements = {name: sql for name, sql in sorted(room.items()) if name not in SHARED}
    return tuple(
        Fold(
            name,
            statements[name]
            .replace("{staircase}", room["staircase"])
            .replace("{meets}", conditions.bits()),
            "subject" if "AS subject" in statements[name] else "complaint",
            frozenset(" ".join(_READS.findall(statements[name])).split()),
            frozenset(_FOLDED.findall(statements[name])),
        )
        for name in _in_order(statements)
    )


def text_of(name: str) -> str:
    """Return a statement of this room as it is written."""
    return files(__name__).joinpath(f"{name}.sql").read_text()


def _in_order(statements: dict[str, str]) -> list[str]:
    """Return the names so that a fold comes after those whose results it reads: in every process
    in the same order, for `digest` is of it."""
    needs = {name: sorted({*_FOLDED.findall(sql)}) for name, sql in statements.items()}
    return list(TopologicalSorter(needs).static_order())


@cache
def digest() -> str:
    """Return by which statements facts are made; others make other facts."""
    bound = _shared("ordered", "complaint", "log", "true") + _shared(
        "events", "complaint", "log", "true"
    )
    text = "\n".join([bound, *(f"{fold.name}: {fold.sql}" for fold in folds())])
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _shared(name: str, key: str, log: str, chosen: str) -> str:
    return text_of(name).format(
        key=key,
        columns=", ".join(COLUMNS),
        log=log,
        chosen=chosen,
        happened=text_of("happened"),
    )


_CHOSEN = {
    "complaint": "complaint IN (SELECT unnest($keys::UUID[]))",
    "subject": "complaint IS NULL AND subject IN (SELECT unnest($keys::VARCHAR[]))",
}


@dataclass(frozen=True)
class Bound:
    """Histories that were bound: whether each of them arrived in its order, and the names of all
    their events."""

    straight: bool
    names: frozenset[str]


def bind_touched(
    connection: DuckDBPyConnection, key: Key, keys: Sequence[str], log: str = "log"
) -> Bound:
    """Bind `events` to the histories of these keys: a few rows, gathered once."""
    chosen = _CHOSEN[key]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS "
        f"WITH ordered AS ({_shared('ordered', key, log, chosen)}) "
        f"{_shared('events', key, log, chosen)}",
        {"keys": keys},
    )
    ((straight, names),) = connection.execute(
        "CREATE OR REPLACE TEMP VIEW events AS FROM touched;"
        "SELECT coalesce(bool_and(version = 0), true), list(DISTINCT name) FROM events"
    ).fetchall()
    return Bound(bool(straight), frozenset(names or ()))


def bind_chosen(connection: DuckDBPyConnection, key: Key, chosen: str, log: str = "log") -> None:
    """Bind `events` to the histories that a condition chooses: many rows, read where they lie."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE ordered AS {_shared('ordered', key, log, chosen)}"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW events AS {_shared('events', key, log, chosen)}"
    )


def create_tables(connection: DuckDBPyConnection, suffix: str = "") -> None:
    """Make the empty fact tables that are not there yet (with `suffix`: beside the live ones)."""
    bind_touched(connection, "complaint", [])
    for fold in folds():
        connection.execute(_making(fold))
        described = connection.execute(f"DESCRIBE folded_{fold.name}").fetchall()
        columns = ", ".join(f"{column[0]} {column[1]}" for column in described)
        # Not CREATE TABLE AS: DuckDB 2.0.0 loses rows that the same transaction adds to its result.
        connection.execute(f"CREATE TABLE IF NOT EXISTS {fold.name}{suffix} ({columns})")


def fold_bound(
    connection: DuckDBPyConnection,
    key: Key,
    suffix: str = "",
    *,
    anew: bool,
    present: frozenset[str] | None = None,
    among: frozenset[str] | None = None,
) -> None:
    """Write the facts of the bound events; `anew`: in place of what their keys had.

    A fold that would write what is there already is left out. `present`: there are no events but
    of these names, and a fold that reads none of them has no rows. `among`: only events of these
    names were added, each at the end of its subject's history.
    """
    empty = {fold.name for fold in folds() if not _reads(fold, present)}
    written = {
        fold.name
        for fold in folds()
        if fold.key == key and fold.name not in empty and _reads(fold, among)
    }
    needed = {name for fold in _needed(written) for name in fold.needs}
    statements = []
    for fold in folds():
        table = fold.name + suffix
        if fold.name in needed:
            statements.append(_making_none(fold) if fold.name in empty else _making(fold))
        if fold.name in written:
            if anew:
                statements.append(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM events)")
            made = f"FROM folded_{fold.name}" if fold.name in needed else fold.sql
            statements.append(f"INSERT INTO {table} {made}")
    if statements:
        # Sent at once: each call by itself waits four times for the interpreter's lock.
        connection.execute(";\n".join(statements))


def _needed(names: Collection[str]) -> Iterator[Fold]:
    """Yield these folds and all those whose results they read, however far."""
    for fold in folds():
        if fold.name in names:
            yield fold
            yield from _needed(fold.needs)


def _reads(fold: Fold, names: frozenset[str] | None) -> bool:
    return names is None or not fold.reads or bool(fold.reads & names)


def _making_none(fold: Fold) -> str:
    return f"CREATE OR REPLACE TEMP TABLE folded_{fold.name} AS FROM {fold.name} LIMIT 0"


def _making(fold: Fold) -> str:
    return f"CREATE OR REPLACE TEMP TABLE folded_{fold.name} AS {fold.sql}"
