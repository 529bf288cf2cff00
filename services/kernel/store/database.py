"""Where a store lies: one file, or a schema of a server. What our own SQL may use of either.

Statements are written once, for both: `?` or `:name` for values, `ON CONFLICT`, `RETURNING`,
`CREATE TABLE IF NOT EXISTS`; types are TEXT, INTEGER (64 bits) and BLOB. What the two kinds of
place do differently is in `files.py` and `servers.py`, and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from services.kernel.errors import Unavailable
from services.kernel.text import _

Values = Sequence[Any] | Mapping[str, Any]


class StoreUnavailable(Unavailable):
    """The store does not answer, or takes nothing now; `kind` says how, without its words."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            _(
                "Data sedang tidak dapat dicapai. Tunggu sebentar, lalu coba lagi: "
                "tidak ada yang tercatat dua kali."
            )
        )
        self.kind = kind


class Row(Protocol):
    """One row: a sequence whose members have names, too."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return the value at a place, or of a column."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the values."""

    def keys(self) -> Iterable[str]:
        """Return the columns' names."""


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    def fetchone(self) -> Any:
        """Return the next row, None at the end."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""


class Connection(Protocol):
    """A connection in autocommit mode; a transaction is begun and ended by statements."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    @property
    def total_changes(self) -> int:
        """A number that rises with every row that is written."""

    @property
    def spoiled(self) -> bool:
        """Whether the open transaction takes nothing more, because a statement of it failed."""

    @property
    def broken(self) -> bool:
        """Whether it can never be used again."""

    def execute(self, statement: str, values: Any = (), /) -> Cursor:
        """Run one statement."""

    def executemany(self, statement: str, rows: Iterable[Any], /) -> Any:
        """Run one statement for each row of values."""

    def close(self) -> None:
        """Let go of it; what was not committed is undone."""


class Database(Protocol):
    """A place for one store. `library` is what the event store's library is to be told of it."""

    @property
    def name(self) -> str:
        """A short name, for threads and messages."""

    @property
    def shared(self) -> bool:
        """Whether other processes write here, too."""

    @property
    def library(self) -> Mapping[str, str]:
        """The settings of the event store's library for this place."""

    def connect(self) -> Connection:
        """Open a connection whose commits are durable; raises RuntimeError where they are not."""

    def begin(self, connection: Connection) -> None:
        """Begin a transaction as the only one that writes here until it ends."""

    def define(self, connection: Connection, schema: str) -> None:
        """Make the tables and indexes of a schema that are not there yet."""

    def columns(self, connection: Connection, table: str) -> frozenset[str]:
        """Return the names of a table's columns, none where there is no such table."""

    def forget(self, *tables: str) -> bool:
        """Make the bytes of what was deleted from tables unreadable; says whether it could be:
        while somebody reads, it may not be."""


def place_of(where: "Path | Database") -> Database:
    """Return the place of a store; a path means a file of its own."""
    from services.kernel.store.files import SqliteFile

    return SqliteFile(where) if isinstance(where, Path) else where
