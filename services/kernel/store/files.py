"""A store in one SQLite file: write-ahead log, and a commit that is on the disk."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from services.kernel.store.database import Connection, Database, StoreUnavailable

BUSY_SECONDS = 30.0


_UNAVAILABLE: Final = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CANTOPEN: "cannot-open",
}
"""How a file may take nothing now, though nothing is wrong with the statement."""


class FileCursor(sqlite3.Cursor):
    """A cursor that says of a file that takes nothing now that it is so."""

    def execute(self, statement: str, values: Any = (), /) -> Self:
        """Run one statement; raises StoreUnavailable."""
        try:
            return super().execute(statement, values)
        except sqlite3.OperationalError as error:
            raise _said(error) from error

    def executemany(self, statement: str, rows: Iterable[Any], /) -> Self:
        """Run one statement for each row of values; raises StoreUnavailable."""
        try:
            return super().executemany(statement, rows)
        except sqlite3.OperationalError as error:
            raise _said(error) from error


class FileConnection(sqlite3.Connection):
    """A connection to a file; a statement that fails there undoes itself and nothing else."""

    spoiled = False
    broken = False

    def cursor(self, factory: Any = FileCursor) -> Any:
        """Return a cursor that says what a file that takes nothing is."""
        return super().cursor(factory)

    def execute(self, statement: str, values: Any = (), /) -> FileCursor:
        """Run one statement; raises StoreUnavailable."""
        cursor: FileCursor = self.cursor()
        return cursor.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Any], /) -> FileCursor:
        """Run one statement for each row of values; raises StoreUnavailable."""
        cursor: FileCursor = self.cursor()
        return cursor.executemany(statement, rows)


def _said(error: sqlite3.OperationalError) -> Exception:
    """Return the failure as ours where the file takes nothing now, by its kind alone."""
    # The lowest byte is the kind; those above it say where it was noticed.
    kind = _UNAVAILABLE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return error if kind is None else StoreUnavailable(kind)


@dataclass(frozen=True)
class SqliteFile:
    """One file for one store, for one process."""

    path: Path
    shreds: bool = False
    """Whether what is deleted is overwritten with zeros."""

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return self.path.stem

    @property
    def shared(self) -> bool:
        """One process writes a file."""
        return False

    @property
    def library(self) -> Mapping[str, str]:
        """Our recorders for SQLite, on this file."""
        return {
            "PERSISTENCE_MODULE": "services.kernel.store.sqlite",
            "SQLITE_DBNAME": str(self.path),
        }

    def connect(self) -> Connection:
        """Open a connection in autocommit mode with durable commits."""
        connection = connect(self.path)
        connection.execute("PRAGMA foreign_keys=ON")
        if self.shreds:
            connection.execute("PRAGMA secure_delete=ON")
        return connection

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that holds the file's one lock for writing."""
        connection.execute("BEGIN IMMEDIATE")

    def define(self, connection: Connection, schema: str) -> None:
        """Make the tables and indexes that are not there yet."""
        for statement in schema.split(";\n"):
            connection.execute(statement)

    def columns(self, connection: Connection, table: str) -> frozenset[str]:
        """Return the names of a table's columns, none where there is no such table."""
        return frozenset(row["name"] for row in connection.execute(f"PRAGMA table_info({table})"))

    def forget(self, *tables: str) -> bool:
        """Carry over and cut off the write-ahead log: until then it holds the bytes of what was
        deleted; says whether it could be."""
        connection = connect(self.path)
        try:
            busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        return not busy


def shredding(database: Database) -> Database:
    """Return the same place, where what is deleted is overwritten if it is a file."""
    return replace(database, shreds=True) if isinstance(database, SqliteFile) else database


def connect(path: Path | str) -> FileConnection:
    """Open a connection in autocommit mode with durable commits, and make sure that they are.

    Raises RuntimeError when SQLite does not take the settings (a read-only or odd file system):
    it is better not to start than to acknowledge what a power cut could take away.
    """
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
        factory=FileConnection,
    )
    assert_durable(connection)
    connection.row_factory = sqlite3.Row
    return connection


def alone(path: Path) -> sqlite3.Connection:
    """Open a file that nobody else opens meanwhile, without a write-ahead log beside it: a copy."""
    return sqlite3.connect(path)


def assert_durable(connection: sqlite3.Connection) -> None:
    """Set WAL and synchronous=FULL, and raise RuntimeError unless both are in force."""
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    if mode != "wal" or level != 2:
        raise RuntimeError(f"durable commits are not possible here: {mode=} {level=}")
