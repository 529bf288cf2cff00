"""The one DuckDB file of reporting: its tables, its connections, and instants in UTC."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from services.reporting.payload import COLUMNS

MEMORY = "128MB"
CHECKPOINT = "64MB"


class Store:
    """The open file. One thread writes; each reading thread has a connection of its own."""

    def __init__(self, path: Path, memory: str = MEMORY) -> None:
        self.path = path
        self._root = duckdb.connect(
            str(path),
            config={
                "memory_limit": memory,
                # A live batch is small: more threads only take the cores from the other services.
                "threads": 1,
                "temp_directory": f"{path}.tmp",
                "preserve_insertion_order": True,
                # What a commit leaves in the file's log is put in its place once there is so much:
                # at DuckDB's 16 MB that was a fifth of catching up with a topic.
                "checkpoint_threshold": CHECKPOINT,
            },
        )
        self._local = threading.local()
        self._root.execute("SET TimeZone = 'UTC'")
        self._root.execute(schema("log"))

    def reader(self) -> DuckDBPyConnection:
        """Return this thread's connection for reading."""
        found: DuckDBPyConnection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self.connection()
        return found

    def connection(self) -> DuckDBPyConnection:
        """Return a connection that the caller alone uses."""
        connection = self._root.cursor()
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    @contextmanager
    def on_all_cores(self) -> Iterator[None]:
        """Let statements use every core meanwhile, as a rebuild should."""
        self._root.execute(f"SET threads = {os.cpu_count() or 1}")
        try:
            yield
        finally:
            self._root.execute("SET threads = 1")

    def close(self) -> None:
        """Close the file; what was committed is on the disk."""
        self._root.close()


def schema(log: str) -> str:
    """Return the statements that make the tables that are not there yet, the log under a name."""
    payload = ",\n    ".join(f"{name} {kind}" for name, (kind, _sql) in COLUMNS.items())
    sql = files("services.reporting").joinpath("schema.sql").read_text()
    return sql.format(log=log, payload=payload)


def stored(instant: datetime) -> datetime:
    """Return an instant as the file keeps it: UTC, without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def aware(instant: datetime) -> datetime:
    """Return an instant of the file with its zone, UTC."""
    return instant.replace(tzinfo=UTC)
