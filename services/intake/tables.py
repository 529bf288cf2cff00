"""The look-up tables beside complaints: whose number or receipt it is, and what is a
duplicate of what, what leaves for the home of its Puskesmas, and whose erasure was asked for.

`leaving` is written with the events that make it so, and emptied when the key or file is at its
home; an empty attachment is the key, one that begins with `key:` that of words said later.

`register` follows the events (`register_to` is how far), so that the way in stays short and what
was written in bulk is found as well. `duplicates` is written with the event that says so; so is
`erasures`, which says only of which complaints there is something to ask their history.
"""

COMPLAINT_TABLES = """
CREATE TABLE IF NOT EXISTS register (
    complaint    TEXT PRIMARY KEY,
    number       TEXT NOT NULL,
    receipt_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS register_receipt ON register (receipt_hash);
CREATE INDEX IF NOT EXISTS register_number ON register (number);
CREATE TABLE IF NOT EXISTS register_to (position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS duplicates (
    duplicate TEXT PRIMARY KEY,
    original  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS duplicates_of ON duplicates (original);
CREATE TABLE IF NOT EXISTS leaving (
    complaint  TEXT NOT NULL,
    attachment TEXT NOT NULL,
    puskesmas  TEXT NOT NULL,
    since      TEXT NOT NULL,
    PRIMARY KEY (complaint, attachment)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasures (
    complaint TEXT PRIMARY KEY,
    erasure   TEXT NOT NULL,
    puskesmas TEXT NOT NULL,
    since     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS erasures_of ON erasures (erasure);
CREATE INDEX IF NOT EXISTS erasures_at ON erasures (puskesmas, since);
"""
