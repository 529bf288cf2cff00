"""The event store's library on our SQLite writer (loaded by it as its persistence module).

What the library's own SQLite recorders lack is added here: saves that share a commit, durable
connections, a subscription, and a table that refuses to forget.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import eventsourcing.sqlite as sqlite_library
from eventsourcing.persistence import (
    IntegrityError,
    OperationalError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteProcessRecorder,
)

from services.kernel.store.database import Connection, Values
from services.kernel.store.files import SqliteFile, assert_durable
from services.kernel.store.rows import insert_rows
from services.kernel.store.subscription import CommitSubscription
from services.kernel.store.writer import GroupWriter


class DurablePool(SQLiteConnectionPool):
    """The library's pool, with every connection made durable."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        assert_durable(connection._sqlite_conn)
        return connection


class GroupDatastore(SQLiteDatastore):
    """A datastore in which the writer's thread sees, and adds to, its own open transaction."""

    def __init__(self, db_name: str, **options: Any) -> None:
        super().__init__(db_name, **options)
        self.pool.close()
        self.pool = DurablePool(db_name=db_name, pool_size=5, max_overflow=30, pool_timeout=30)
        self.writer = GroupWriter(SqliteFile(Path(db_name)))

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Yield a cursor: the writer's own inside a work, else one of the pool's."""
        if self.writer.is_current_thread():
            connection = self.writer.connection
            assert isinstance(connection, sqlite3.Connection)
            with SQLiteCursor(connection.cursor()) as cursor:
                yield SQLiteCursor(cursor)
            return
        with super().transaction(commit=commit) as cursor:
            yield cursor

    def select(self, statement: str, values: Values) -> list[Any]:
        """Return the rows that a query of ours finds."""
        with self.transaction(commit=False) as cursor:
            cursor.execute(statement, values)
            rows: list[Any] = cursor.fetchall()
            return rows

    def close(self) -> None:
        """End the writer, then the pool."""
        writer = getattr(self, "writer", None)
        if writer is not None:
            del self.writer
            writer.close()
        super().close()


class GroupApplicationRecorder(SQLiteApplicationRecorder):
    """Inserts by way of the writer; can be subscribed to; its table only grows."""

    datastore: GroupDatastore

    def construct_create_table_statements(self) -> list[str]:
        """Add triggers: an event is never changed or removed (erasing destroys keys instead)."""
        table = self.events_table_name
        return [
            *super().construct_create_table_statements(),
            *(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'events are never changed or removed'); END"
                for verb in ("UPDATE", "DELETE")
            ),
        ]

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Insert in the caller's work, or in a work of its own; returns the positions.

        Raises IntegrityError where somebody else has recorded that version first.
        """

        def work(_connection: Connection) -> Sequence[int] | None:
            with self.datastore.transaction(commit=True) as cursor:
                return self._insert_events(cursor, stored_events, **kwargs)

        try:
            return self.datastore.writer.run(work)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_kwargs: Any
    ) -> Sequence[int] | None:
        if not stored_events:
            return []
        rows = [
            (
                each.originator_id.hex
                if isinstance(each.originator_id, UUID)
                else each.originator_id,
                each.originator_version,
                each.topic,
                each.state,
            )
            for each in stored_events
        ]
        insert_rows(c, f"INSERT INTO {self.events_table_name} VALUES", rows)
        # Nothing is ever removed, so each row's id is one more than that of the row before.
        last = c.lastrowid or 0
        return list(range(last - len(rows) + 1, last + 1))

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> CommitSubscription:
        """Return the notifications after position `gt`, waiting for new ones."""
        return CommitSubscription(self, self.datastore.writer, gt, topics)


class GroupProcessRecorder(GroupApplicationRecorder, SQLiteProcessRecorder):
    """The same, with the tracking of others' events in the same transaction."""

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        positions = super()._insert_events(c, stored_events)
        if tracking := kwargs.get("tracking"):
            self._insert_tracking(c, tracking)
        return positions


class Factory(sqlite_library.SQLiteFactory):
    """What the library builds its parts with."""

    application_recorder_class = GroupApplicationRecorder
    process_recorder_class = GroupProcessRecorder

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        name = self.datastore.pool.db_name
        self.datastore.close()
        self.datastore = GroupDatastore(name)
