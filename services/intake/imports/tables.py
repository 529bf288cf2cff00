"""The tables of uploaded files: what is under way, and what became of each row (never its words).

A row's outcome is written once; an interrupted portion that is taken again finds what it did.
"""

IMPORT_TABLES = """
CREATE TABLE IF NOT EXISTS imports (
    id        TEXT PRIMARY KEY,
    puskesmas TEXT NOT NULL,
    account   TEXT NOT NULL,
    role      TEXT NOT NULL,
    begun_at  TEXT NOT NULL,
    rows      INTEGER NOT NULL,
    taken     INTEGER NOT NULL DEFAULT 0,
    sealed    BLOB,
    ended_at  TEXT,
    lost      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS import_rows (
    import    TEXT NOT NULL REFERENCES imports (id),
    row       INTEGER NOT NULL,
    outcome   TEXT NOT NULL,
    complaint TEXT,
    errors    TEXT,
    PRIMARY KEY (import, row)
) STRICT, WITHOUT ROWID;
"""
