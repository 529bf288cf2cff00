"""A district's stores as files of one moment, and files as the stores of an empty database.

So a district's backup is what a node's is: the same code tries it, destroys in it what is erased,
and takes back into it what the stream heard. Rows go over as they stand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from services.kernel.clock import Clock
from services.kernel.district import District
from services.kernel.fleeting import Alone
from services.kernel.store.database import Database, place_of
from services.kernel.store.files import alone
from services.kernel.store.postgres import EVENTS, TRACKING
from services.kernel.store.servers import CONNECT_SECONDS, LOCK_MILLISECONDS, reported
from services.main.backup.layout import at
from services.main.parts import STORES, WRITING, Parts
from services.main.schemas import migrate_district
from services.main.settings import Settings

PAGE: Final = 5_000
POSITION: Final = "notification_id"
"""What the server calls the position of an event; in a file it is the row's id."""
_COLUMNS: Final = (
    "SELECT table_name, column_name, is_identity = 'YES' OR column_default LIKE 'nextval%%' "
    "FROM information_schema.columns "
    "JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = %s "
    "AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position"
)
_REFERENCES: Final = (
    "SELECT mine.relname, other.relname FROM pg_constraint "
    "JOIN pg_class mine ON mine.oid = conrelid JOIN pg_class other ON other.oid = confrelid "
    "WHERE contype = 'f' AND mine.relnamespace = %s::regnamespace"
)
_OF_A_FILE: Final = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
)
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""The lock that every writer of a schema takes (`services/kernel/store/servers.py`)."""
_SIZE: Final = (
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
    "WHERE relkind = 'r' AND relnamespace::regnamespace::text = ANY(%s)"
)


class NotEmpty(Exception):
    """A table of the database has rows; the message names it."""


class OtherTables(Exception):
    """The database's tables are those of another version; the message names one."""


class _AsFiles(Parts):
    """The stores of a district as the services make or upgrade them in these files."""

    def __init__(
        self, settings: Settings, district: District, clock: Clock, files: Mapping[str, Path]
    ) -> None:
        super().__init__(settings, district, clock)
        self._files = files

    def place(self, name: str) -> Database:
        return place_of(self._files[name])

    @cached_property
    def fleeting(self) -> Alone:
        """Nobody else looks at these."""
        return Alone()

    def make(self) -> None:
        """Make every store that is not there, and bring the others up to date."""
        for path in self._files.values():
            path.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            _opened = self.edges, self.keyring, *(self.service(name) for name in WRITING)
        finally:
            self.close()


def size_of(settings: Settings) -> int:
    """Return how many bytes the stores take in the database; raises StoreUnavailable."""
    with _connected(settings) as connection:
        (size,) = connection.execute(_SIZE, [list(STORES)]).fetchone() or (0,)
    return int(size)


def copy_out(settings: Settings, district: District, clock: Clock, backup: Path) -> None:
    """Copy every store of a district to its place in a backup, all as they stood at one moment.

    Nobody waits for it. Raises StoreUnavailable, OtherTables, OSError, and sqlite3.Error where
    there is no room.
    """
    files = {name: backup / at(name) for name in STORES}
    _AsFiles(settings, district, clock, files).make()
    with _connected(settings) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, path in files.items():
            with closing(alone(path)) as file:
                for table, columns in _same_tables(connection, name, file).items():
                    _table_out(connection, name, table, [*columns], file)
                file.execute("PRAGMA journal_mode=DELETE")
            path.chmod(0o600)


def must_be_empty(settings: Settings) -> None:
    """Raise NotEmpty where the database holds anything; StoreUnavailable."""
    with _connected(settings) as connection:
        for name in STORES:
            _empty(connection, name)


def copy_in(settings: Settings, district: District, clock: Clock, data: Path) -> None:
    """Fill an empty database with the stores of a folder, all of them or none; those of an older
    version are brought up to date first.

    Raises NotEmpty, OtherTables, and what `migrate_district` raises.
    """
    files = {name: data / f"{name}.sqlite" for name in STORES}
    _AsFiles(settings, district, clock, files).make()
    migrate_district(settings, district, clock)
    with _connected(settings) as connection, connection.transaction():
        for name in STORES:
            connection.execute(_ALONE, [name])
        for name in STORES:
            _empty(connection, name)
        for name, path in files.items():
            with closing(alone(path)) as file:
                tables = _same_tables(connection, name, file)
                for table in _in_order(tables, connection.execute(_REFERENCES, [name]).fetchall()):
                    _table_in(connection, name, table, tables[table], file)


@contextmanager
def _connected(settings: Settings) -> "Iterator[psycopg.Connection[Any]]":
    """Connect as the database's owner; what it reads may take as long as it takes."""
    assert settings.database_url is not None
    told = make_conninfo(
        settings.database_url.get_secret_value(),
        connect_timeout=CONNECT_SECONDS,
        options=f"-c lock_timeout={LOCK_MILLISECONDS} -c timezone=UTC",
    )
    with reported(), psycopg.connect(told, autocommit=True) as connection:
        yield connection


def _tables(connection: "psycopg.Connection[Any]", schema: str) -> dict[str, dict[str, bool]]:
    """Return the columns of each table of a schema, and whether the server numbers them itself."""
    found: dict[str, dict[str, bool]] = {}
    for table, column, numbered in connection.execute(_COLUMNS, [schema]).fetchall():
        found.setdefault(table, {})[column] = bool(numbered)
    return found


def _same_tables(
    connection: "psycopg.Connection[Any]", schema: str, file: Any
) -> dict[str, dict[str, bool]]:
    """Return a schema's tables as `_tables` does; raises OtherTables where a file has others.

    Who is not the owner is shown fewer, and would copy no more than those.
    """
    found = _tables(connection, schema)
    held = {name for (name,) in file.execute(_OF_A_FILE)}
    if other := sorted(held ^ set(found)):
        raise OtherTables(f"{schema}.{other[0]}")
    return found


def _in_order(tables: Iterable[str], references: Sequence[tuple[str, str]]) -> Iterable[str]:
    """Return the tables, each after those that it refers to."""
    needed = {
        table: {other for mine, other in references if mine == table != other} for table in tables
    }
    return TopologicalSorter(needed).static_order()


def _names(table: str, columns: Sequence[str], file: Any, schema: str) -> list[str]:
    """Return what a file calls a table's columns; raises OtherTables where it has others."""
    named = ["rowid" if (table, each) == (EVENTS, POSITION) else each for each in columns]
    held = {row[1] for row in file.execute(f"PRAGMA table_info({table})")}
    if held != {*named} - {"rowid"}:
        raise OtherTables(f"{schema}.{table}")
    return named


def _table_out(
    connection: "psycopg.Connection[Any]", schema: str, table: str, columns: list[str], file: Any
) -> None:
    names = _names(table, columns, file, schema)
    if table != EVENTS:
        # What the services themselves write into a new store stands in the old one, too.
        file.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    with connection.cursor(name="rows") as rows:
        rows.execute(_select(schema, table, columns))
        while page := rows.fetchmany(PAGE):
            file.executemany(insert, [[_as_file_has(value) for value in row] for row in page])
            file.commit()


def _as_file_has(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value


def _table_in(
    connection: "psycopg.Connection[Any]",
    schema: str,
    table: str,
    columns: dict[str, bool],
    file: Any,
) -> None:
    names = _names(table, [*columns], file, schema)
    where = SQL("{}.{}").format(Identifier(schema), Identifier(table))
    if table == TRACKING:
        connection.execute(SQL("DELETE FROM {}").format(where))
    into = SQL("COPY {} ({}) FROM STDIN").format(where, _listed(columns))
    rows = file.execute(f"SELECT {', '.join(names)} FROM {table}")  # noqa: S608 - names of ours
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
    for column in (name for name, numbered in columns.items() if numbered):
        connection.execute(
            SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), max({})) FROM {}"
                " HAVING max({}) IS NOT NULL"
            ).format(f"{schema}.{table}", column, Identifier(column), where, Identifier(column))
        )


def _empty(connection: "psycopg.Connection[Any]", schema: str) -> None:
    for table in _tables(connection, schema):
        where = SQL("{}.{}").format(Identifier(schema), Identifier(table))
        asked = SQL("SELECT 1 FROM {} LIMIT 1").format(where)
        if table != TRACKING and connection.execute(asked).fetchone():
            raise NotEmpty(f"{schema}.{table}")


def _select(schema: str, table: str, columns: Iterable[str]) -> Any:
    return SQL("SELECT {} FROM {}.{}").format(
        _listed(columns), Identifier(schema), Identifier(table)
    )


def _listed(columns: Iterable[str]) -> Any:
    return SQL(", ").join(map(Identifier, columns))
