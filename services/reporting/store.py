"""The one DuckDB file of reporting: its tables, its connections, what its errors mean, and instants
in UTC."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb
import structlog
from duckdb import DuckDBPyConnection

from services.kernel.errors import NoSpace, Problem, Unavailable
from services.kernel.text import _
from services.reporting.payload import COLUMNS

log = structlog.get_logger()
MEMORY = "128MB"
CHECKPOINT: Final = "128MB"
SUSPECT: Final = ".suspect"
"""Beside the file: a part of it could not be read while it was open."""
_DAMAGED: Final = (
    "not a valid DuckDB database file",
    "Corrupt database file",
    "Could not read enough bytes",
    "Failure while replaying WAL",
    "database with version number",
    "database has been invalidated",
)
_FULL: Final = ("No space left on device", "File too large", "failed to offload data block")


class Store:
    """The open file. One thread writes; each reading thread has a connection of its own.

    Raises duckdb.Error where it cannot be opened (`is_damage` says whether it is damaged).
    """

    def __init__(self, path: Path, memory: str = MEMORY) -> None:
        self.path = path
        self.megabytes = int(memory[:-2]) * (1000 if memory.endswith("GB") else 1)
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
        self._counting = threading.Lock()
        self._on_all_cores = 0
        self.filling: Callable[[], Unavailable] | None = None
        try:
            self._root.execute("SET TimeZone = 'UTC'")
            self._root.execute(schema("log"))
            # What every start reads; the rows beyond are read when somebody asks for them.
            self._root.execute("SELECT max(place), max(arrived_at) FROM log").fetchall()
            for table in ("reading", "made_by", "rebuilding", "lost"):
                self._root.execute(f"FROM {table}").fetchall()
        except duckdb.Error:
            self._root.close()
            raise

    def reader(self, *, anyway: bool = False) -> DuckDBPyConnection:
        """Return this thread's connection for reading.

        Raises Unavailable while the file is being filled again (`filling` says how far that is),
        for what is not all there says nothing; `anyway` gives it all the same.
        """
        if self.filling is not None and not anyway:
            raise self.filling()
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
        """Let statements use every core meanwhile, as a rebuild or a question about all cases
        should (from any thread; until the last of those who asked for it has ended)."""
        with self._counting:
            self._on_all_cores += 1
            if self._on_all_cores == 1:
                self._root.execute(f"SET threads = {os.cpu_count() or 1}")
        try:
            yield
        finally:
            with self._counting:
                self._on_all_cores -= 1
                if self._on_all_cores == 0:
                    self._root.execute("SET threads = 1")

    @contextmanager
    def of_one_moment(self) -> Iterator[DuckDBPyConnection]:
        """Give this thread's connection for reading; whatever is asked meanwhile is of one moment.

        Raises Unavailable as `reader`. Tables of its own are gone afterwards.
        """
        connection = self.reader()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            with suppress(duckdb.Error):  # unless the question failed of the file itself
                connection.execute("ROLLBACK")

    def suspect(self) -> None:
        """Note that a part of the file cannot be read: the next start makes it anew."""
        log.error("reports_file_damaged", file=self.path.name)
        self.path.with_name(self.path.name + SUSPECT).touch()

    def close(self) -> None:
        """Close the file; what was committed is on the disk."""
        self._root.close()


def is_damage(error: duckdb.Error) -> bool:
    """Say whether an error means that the file itself is damaged."""
    return any(each in str(error) for each in _DAMAGED)


def no_space() -> NoSpace:
    """Return the refusal of what has no room on the disk."""
    return NoSpace(
        _("Disk penuh. Fakta yang dipakai tetap seperti semula; kosongkan atau perbesar disk.")
    )


def problem_of(error: duckdb.Error, store: Store) -> Problem | None:
    """Return what an error of the file means to whoever asked, None for a fault of ours."""
    if any(each in str(error) for each in _FULL):
        return no_space()
    if is_damage(error):
        store.suspect()
        return Unavailable(
            _("Berkas laporan rusak. Mulai ulang layanan: berkasnya dibangun ulang sendiri.")
        )
    return None


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
