"""The event store's library on our writer and a PostgreSQL schema (loaded by it as its persistence
module).

What is different from the library's own PostgreSQL recorders: saves that share a commit, positions
without a gap (a sequence loses those of what was undone), and a table that refuses to forget.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import eventsourcing.postgres as postgres_library
import psycopg
from eventsourcing.persistence import (
    BaseInfrastructureFactory,
    IntegrityError,
    ProcessRecorder,
    StoredEvent,
)
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from services.kernel.store.database import Connection, Values
from services.kernel.store.rows import insert_rows
from services.kernel.store.servers import (
    CONNECT_SECONDS,
    IDLE_MILLISECONDS,
    PostgresSchema,
    ServerConnection,
    reported,
)
from services.kernel.store.subscription import CommitSubscription
from services.kernel.store.writer import GroupWriter

EVENTS, TRACKING = "stored_events", "tracking"
POOL, POOL_OVERFLOW = 2, 14
"""Connections for reading: kept open, and opened for a while when many read at once."""
_LAST = f"SELECT coalesce(max(notification_id), 0) FROM {EVENTS}"  # noqa: S608
_REFUSES = (
    "CREATE OR REPLACE FUNCTION {schema}.events_stay() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'events are never changed or removed'; END $$",
    f"CREATE OR REPLACE TRIGGER {EVENTS}_stay BEFORE UPDATE OR DELETE OR TRUNCATE "
    f"ON {{schema}}.{EVENTS} FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.events_stay()",
)


class GroupDatastore(PostgresDatastore):
    """A datastore in which the writer's thread sees, and adds to, its own open transaction."""

    def __init__(self, database: PostgresSchema) -> None:
        parts = conninfo_to_dict(database.url)
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", 5432)),
            user=str(parts.get("user", "")),
            password=str(parts.get("password", "")),
            connect_timeout=CONNECT_SECONDS,
            idle_in_transaction_session_timeout=IDLE_MILLISECONDS / 1000,
            pool_size=POOL,
            max_overflow=POOL_OVERFLOW,
            schema=database.schema,
        )
        # What else the address says (TLS and its files), and the schema of our own statements.
        self.pool.conninfo = database.told
        self.writer = GroupWriter(database)

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """Yield the writer's own connection inside a work, else one of the pool's.

        Raises StoreUnavailable when the server does not answer.
        """
        if (own := self._own()) is not None:
            yield own
            return
        with reported(), super().get_connection() as connection:
            yield connection

    @contextmanager
    def transaction(self, *, commit: bool = False) -> Iterator[psycopg.Cursor[DictRow]]:
        """Yield a cursor: in the writer's open transaction inside a work."""
        if (own := self._own()) is not None:
            yield own.cursor()
            return
        with super().transaction(commit=commit) as cursor:
            yield cursor

    def _own(self) -> psycopg.Connection[DictRow] | None:
        writer = getattr(self, "writer", None)
        if writer is None or not writer.is_current_thread():
            return None
        connection = writer.connection
        assert isinstance(connection, ServerConnection)
        return connection.raw

    def select(self, statement: str, values: Values) -> list[Any]:
        """Return the rows that a query of ours finds."""
        with self.get_connection() as connection:
            return ServerConnection(connection).execute(statement, values).fetchall()

    def close(self) -> None:
        """End the writer, then the pool."""
        writer = getattr(self, "writer", None)
        if writer is not None:
            del self.writer
            writer.close()
        super().close()


class GroupProcessRecorder(PostgresProcessRecorder):
    """Inserts by way of the writer; can be subscribed to; its table only grows."""

    datastore: GroupDatastore

    def __init__(self, datastore: GroupDatastore) -> None:
        super().__init__(datastore, events_table_name=EVENTS, tracking_table_name=TRACKING)
        # Of the library's statements only tables and indexes: its types and functions are for a
        # way of inserting that is not ours, and are made by several at once with an error.
        schema = Identifier(datastore.schema)
        self.sql_create_statements = [
            each
            for each in self.sql_create_statements
            if each.as_string().startswith(("CREATE TABLE", "CREATE UNIQUE INDEX"))
        ] + [SQL(each).format(schema=schema) for each in _REFUSES]

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Insert in the caller's work, or in a work of its own; returns the positions.

        Raises IntegrityError where somebody else has recorded that version first.
        """
        try:
            return self.datastore.writer.run(
                lambda connection: self._insert(connection, stored_events, **kwargs)
            )
        except psycopg.IntegrityError as error:
            raise IntegrityError(str(error)) from error

    def _insert(
        self, connection: Connection, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int]:
        positions: list[int] = []
        if stored_events:
            # Nobody else writes here until the commit, and nothing is ever removed.
            (last,) = connection.execute(_LAST).fetchone()
            positions = list(range(last + 1, last + 1 + len(stored_events)))
            insert_rows(
                connection,
                f"INSERT INTO {EVENTS} (originator_id, originator_version, topic, state,"
                " notification_id) VALUES",
                [
                    (
                        each.originator_id,
                        each.originator_version,
                        each.topic,
                        each.state,
                        position,
                    )
                    for each, position in zip(stored_events, positions, strict=True)
                ],
            )
        if tracking := kwargs.get("tracking"):
            with self.datastore.transaction(commit=True) as cursor:
                self._insert_tracking(cursor, tracking)
        return positions

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> CommitSubscription:
        """Return the notifications after position `gt`, waiting for new ones."""
        return CommitSubscription(self, self.datastore.writer, gt, topics)


class Factory(postgres_library.PostgresFactory):
    """What the library builds its parts with."""

    datastore: GroupDatastore

    def __init__(self, env: Any) -> None:
        # Not the library's own: it reads from its settings what the address says already.
        BaseInfrastructureFactory.__init__(self, env)
        settings = {name: str(self.env.get(name)) for name in ("POSTGRES_URL", "POSTGRES_SCHEMA")}
        self.datastore = GroupDatastore(
            PostgresSchema(settings["POSTGRES_URL"], settings["POSTGRES_SCHEMA"])
        )

    def process_recorder(self) -> ProcessRecorder:
        """Return the recorder of events and tracking; its tables are made if wanted."""
        recorder = GroupProcessRecorder(self.datastore)
        if self.env_create_table():
            recorder.create_table()
        return recorder
