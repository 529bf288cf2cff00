"""The tables of a keyring; those of its log are in `openings.py`."""

from typing import Final

TABLES: Final = """
CREATE TABLE IF NOT EXISTS keys (
    id         TEXT PRIMARY KEY,
    wrapped    BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS persons (
    contact TEXT NOT NULL,
    key     TEXT NOT NULL REFERENCES keys (id),
    PRIMARY KEY (contact, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS persons_of ON persons (key);
CREATE TABLE IF NOT EXISTS later (
    key       TEXT PRIMARY KEY,
    complaint TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ways (
    key      TEXT NOT NULL,
    sender   TEXT NOT NULL,
    receiver TEXT NOT NULL,
    purpose  TEXT NOT NULL,
    at       TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    PRIMARY KEY (key, sender, receiver)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ways_unrecorded ON ways (at) WHERE recorded = 0;
CREATE TABLE IF NOT EXISTS erased (
    key          TEXT PRIMARY KEY,
    complaint    TEXT NOT NULL,
    since        TEXT NOT NULL,
    destroyed_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS erased_of ON erased (complaint);
CREATE TABLE IF NOT EXISTS copied (
    key    TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    stored INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (
    origin    TEXT NOT NULL,
    key       TEXT NOT NULL,
    complaint TEXT NOT NULL,
    wrapped   BLOB NOT NULL,
    PRIMARY KEY (origin, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS kept_of ON kept (complaint);
CREATE INDEX IF NOT EXISTS kept_key ON kept (key)
"""
"""`later` are the keys of words that were said away from a complaint's home, with whose they are;
`erased` are those that an erasure has closed, and since `destroyed_at` destroyed. `copied` are
those that an edge gave its district a copy of; `kept` are the copies there."""
FORGETFUL: Final = ("keys", "persons", "kept")
"""The tables that leave no bytes of what was deleted."""
WRAPPED: Final = ("keys", "kept")
"""Those of them in which keys lie, as `wrapped`."""
