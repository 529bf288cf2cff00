"""A store without a writer of its own thread: look-ups and short transactions, from any thread.

One connection for each, under a lock, opened anew when the server had gone away.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from services.kernel.store.database import Connection, Database, Row, StoreUnavailable, Values

RETRY_SECONDS = 1.0
"""After a server did not answer, nobody waits for it again for so long."""


class Direct:
    """The store at one place. `ticks` counts seconds."""

    def __init__(self, database: Database, ticks: Callable[[], float] = time.monotonic) -> None:
        self._reading = _Line(database, ticks)
        self._writing = _Line(database, ticks)
        self._database = database

    def rows(self, statement: str, values: Values = ()) -> list[Row]:
        """Return what a query finds, as last committed; raises StoreUnavailable."""
        with self._reading.held() as connection:
            return connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Values = ()) -> Row | None:
        """Return the first row that a query finds."""
        return next(iter(self.rows(statement, values)), None)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection in a transaction of its own: all of it or nothing.

        Raises StoreUnavailable; after a commit that nobody answered, it may have been stored.
        """
        with self._writing.held() as connection:
            self._database.begin(connection)
            try:
                yield connection
            except BaseException:
                with suppress(StoreUnavailable):
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of both connections."""
        self._writing.close()
        self._reading.close()


class _Line:
    """One connection that threads take turns at."""

    def __init__(self, database: Database, ticks: Callable[[], float]) -> None:
        self._database = database
        self._ticks = ticks
        self._lock = threading.Lock()
        self._connection: Connection | None = database.connect()
        self._away_until = float("-inf")

    @contextmanager
    def held(self) -> Iterator[Connection]:
        with self._lock:
            yield self._open()

    def _open(self) -> Connection:
        if self._connection is not None and self._connection.broken:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            if self._ticks() < self._away_until:
                raise StoreUnavailable("away")
            try:
                self._connection = self._database.connect()
            except StoreUnavailable:
                self._away_until = self._ticks() + RETRY_SECONDS
                raise
        return self._connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
