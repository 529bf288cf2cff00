"""The tables of uploaded files: what is under way, and what became of each row (never its words).

A row's outcome is written once; an interrupted portion that is taken again finds what it did.

What a Puskesmas' headings mean is a plain row and no event: it helps to read the next file and
changes no complaint, no step of an SOP makes anybody say it, and no figure rests on it. A heading
stands there only as a keyed hash, for a file without headings has a person's words in its place.
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
CREATE TABLE IF NOT EXISTS import_plans (
    import     TEXT PRIMARY KEY REFERENCES imports (id),
    name       TEXT NOT NULL,
    columns    TEXT NOT NULL,
    channel    TEXT NOT NULL,
    confirmed  INTEGER NOT NULL,
    stopped_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS import_rows (
    import    TEXT NOT NULL REFERENCES imports (id),
    row       INTEGER NOT NULL,
    outcome   TEXT NOT NULL,
    complaint TEXT,
    errors    TEXT,
    PRIMARY KEY (import, row)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS import_headings (
    puskesmas TEXT NOT NULL,
    heading   TEXT NOT NULL,
    meaning   TEXT NOT NULL,
    PRIMARY KEY (puskesmas, heading)
) STRICT, WITHOUT ROWID;
"""
