"""Stores of a node that hold many times the histories of another: the same events, as those of
other complaints, written where the event store's library and ours would have them.

What lies in the events themselves still names the first complaint; nobody reads it, for only new
cases are worked on. What each table's look-ups cost is as with so many cases.
"""

import hashlib
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import Final

import duckdb
import msgspec

_SERVICE: Final = {
    "stored_events": "again(originator_id, $n), originator_version, topic, state",
    "arrived": "again(subject, $n), source, id + $n * $last, headers, value, arrived_at",
    "due": "task, again(argument, $n), due_at, attempts, failure",
}
IDS: Final[dict[str, dict[str, str]]] = {
    "intake": _SERVICE,
    "resolution": _SERVICE,
    "publication": _SERVICE
    | {
        "publications": "NULL, again(publication, $n), again(complaint, $n), puskesmas, approval,"
        " release, informed"
    },
    "keyring": {"keys": "again(id, $n), wrapped, created_at"},
}
"""By store, the tables that grow with every case, and their columns as those of another case."""
COMPLAINTS: Final[dict[str, str]] = {
    "stored_events": "length(originator_id) = 36",
    "arrived": "length(subject) = 36",
    "due": "length(argument) = 36",
    "publications": "true",
    "keys": "true",
}
CACHE_KIB: Final = 1_000_000


def multiply(folder: Path, times: int) -> None:
    """Have the stores of a data folder hold its histories `times` times; in place."""
    ends: dict[str, int] = {}
    for store, tables in IDS.items():
        with closing(sqlite3.connect(folder / f"{store}.sqlite", isolation_level=None)) as file:
            file.create_function("again", 2, _again, deterministic=True)
            file.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            file.execute("BEGIN")
            for table, columns in tables.items():
                _multiply(file, table, columns, times)
            if store != "keyring":
                (ends[store],) = file.execute("SELECT max(rowid) FROM stored_events").fetchone()
                file.execute("UPDATE relayed SET last_id = ?", (ends[store],))
            file.execute("COMMIT")
    _follow(folder, ends)


def _multiply(file: sqlite3.Connection, table: str, columns: str, times: int) -> None:
    (last,) = (
        file.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        if table == "arrived"
        else (0,)
    )
    once = f"FROM {table} WHERE {COMPLAINTS[table]}"
    file.execute(f"CREATE TEMP TABLE once_{table} AS SELECT * {once}")
    for number in range(1, times):
        file.execute(
            f"INSERT INTO {table} SELECT {columns} FROM once_{table}", {"n": number, "last": last}
        )


def _follow(folder: Path, ends: dict[str, int]) -> None:
    """Have everybody know that all of it was taken."""
    source_of = {f"/{_origin(folder)}/{store}": end for store, end in ends.items()}
    for store in ends:
        with closing(sqlite3.connect(folder / f"{store}.sqlite")) as file, file:
            for source, end in source_of.items():
                file.execute(
                    "UPDATE tracking SET notification_id = ? WHERE application_name LIKE ?",
                    (end, f"{source}/%"),
                )
    with duckdb.connect(str(folder / "reporting.duckdb")) as connection:
        ((tracked,),) = connection.execute("SELECT tracked FROM reading").fetchall()
        moved = {
            name: source_of.get(name.rpartition("/")[0], last)
            for name, last in msgspec.json.decode(tracked, type=dict[str, int]).items()
        }
        connection.execute("UPDATE reading SET tracked = ?", [msgspec.json.encode(moved).decode()])


def _origin(folder: Path) -> str:
    found: dict[str, str] = msgspec.json.decode((folder / "origin.json").read_bytes())
    return found["origin"]


def _again(id: str, number: int) -> str:
    return str(uuid.UUID(bytes=hashlib.md5(f"{id}{number}".encode()).digest()))
