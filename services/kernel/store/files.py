"""A store in one SQLite file: write-ahead log, and a commit that is on the disk."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.kernel.store.database import Connection, Database

BUSY_SECONDS = 30.0


class FileConnection(sqlite3.Connection):
    """A connection to a file; a statement that fails there undoes itself and nothing else."""

    spoiled = False
    broken = False


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

    def forget(self, table: str) -> bool:
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


def assert_durable(connection: sqlite3.Connection) -> None:
    """Set WAL and synchronous=FULL, and raise RuntimeError unless both are in force."""
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    if mode != "wal" or level != 2:
        raise RuntimeError(f"durable commits are not possible here: {mode=} {level=}")
