"""The tables of the access store. Times are whole seconds since 1970 (UTC), but for `told_until`
and `made_at`: microseconds, as the stream has them."""

from typing import Final

from services.kernel.store.database import Connection, Database

_TABLES: Final = (
    """
    CREATE TABLE IF NOT EXISTS account(
        id TEXT PRIMARY KEY,
        username TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        language TEXT,
        grants TEXT NOT NULL,
        password TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        disabled_at INTEGER,
        told_until INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS session(
        digest BLOB PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES account(id),
        kind TEXT NOT NULL CHECK (kind IN ('session', 'token')),
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        expires_at INTEGER,
        ended_at INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX IF NOT EXISTS session_of_account ON session(account_id, created_at)",
    """
    CREATE TABLE IF NOT EXISTS account_event(
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        account_id TEXT REFERENCES account(id),
        kind TEXT NOT NULL,
        network TEXT NOT NULL,
        by_account TEXT REFERENCES account(id)
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS digest(
        account_id TEXT NOT NULL REFERENCES account(id),
        slot TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        things INTEGER NOT NULL,
        late INTEGER NOT NULL,
        PRIMARY KEY (account_id, slot)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS identity(
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        account_id TEXT NOT NULL REFERENCES account(id),
        linked_at INTEGER NOT NULL,
        PRIMARY KEY (issuer, subject)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS revision(
        id INTEGER PRIMARY KEY CHECK (id = 1),
        number INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS edge(
        origin TEXT PRIMARY KEY,
        digest BLOB NOT NULL,
        public_key TEXT,
        added_at INTEGER NOT NULL,
        heard_at INTEGER,
        told BLOB
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX IF NOT EXISTS account_event_of ON account_event(account_id, id)",
)

_LATER: Final = (
    ("account_event", "by_account", "TEXT REFERENCES account(id)"),
    ("account", "told_until", "INTEGER"),
    ("session", "network", "TEXT NOT NULL DEFAULT ''"),
)


def bring_up_to_date(database: Database, write: Connection) -> None:
    """Make the tables that are missing, and the columns that the first ones did not have."""
    for statement in _TABLES:
        database.define(write, statement)
    for table, column, kind in _LATER:
        if column not in database.columns(write, table):
            database.define(write, f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
