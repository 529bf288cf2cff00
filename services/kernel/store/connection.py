"""How every SQLite file of ours is opened: write-ahead log, and a commit that is on the disk."""

import sqlite3
from pathlib import Path

BUSY_SECONDS = 30.0


def connect(path: Path | str) -> sqlite3.Connection:
    """Open a connection in autocommit mode with durable commits, and make sure that they are.

    Raises RuntimeError when SQLite does not take the settings (a read-only or odd file system):
    it is better not to start than to acknowledge what a power cut could take away.
    """
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
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
