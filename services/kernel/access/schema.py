"""The tables of the access store. Times are whole seconds since 1970 (UTC)."""

from typing import Final

SCHEMA: Final = (
    """
    CREATE TABLE IF NOT EXISTS account(
        id TEXT PRIMARY KEY,
        username TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        language TEXT,
        grants TEXT NOT NULL,
        password TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        disabled_at INTEGER
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
        network TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX IF NOT EXISTS account_event_of ON account_event(account_id, id)",
)
